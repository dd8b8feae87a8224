#include "config.hpp"

#include "base/config.hpp"

namespace beffroi::apps {

namespace {

using aides::pages::Settings;

base::ConfigLayout layout(Settings& s) {
    base::ConfigLayout out;
    out.sections = {
        {"server",
         {{"address", base::config_text(s.address)},
          {"port", base::config_number(s.port, 0, 65535)},
          {"base_url", base::config_text(s.base_url)},
          {"tls_certificate", base::config_path(s.tls_certificate)},
          {"tls_key", base::config_path(s.tls_key)},
          {"hosts", base::config_texts(s.hosts)},
          {"trusted_proxies", base::config_texts(s.trusted_proxies)},
          {"threads", base::config_number(s.threads, 0, 64)},
          {"log_level", base::config_text(s.log_level)}}},
        {"data",
         {{"folder", base::config_path(s.data_folder)},
          {"share", base::config_path(s.share_folder)},
          {"clamd", base::config_text(s.clamd)}}},
        {"safety",
         {{"demonstration", base::config_flag(s.demonstration)},
          {"demonstration_now", base::config_text(s.demonstration_now)},
          {"demonstration_since", base::config_text(s.demonstration_since)},
          {"second_factor_required", base::config_flag(s.second_factor_required)}}},
        {"authority",
         {{"name", base::config_text(s.authority.name)},
          {"siret", base::config_text(s.authority.siret)},
          {"region_code", base::config_text(s.authority.region_code)},
          {"address", base::config_text(s.authority.address)},
          {"contact", base::config_text(s.authority.contact)},
          {"place", base::config_text(s.authority.place)},
          {"service", base::config_text(s.authority.service)},
          {"president", base::config_text(s.authority.president)},
          {"signatory", base::config_text(s.authority.signatory)},
          {"body", base::config_text(s.authority.body)},
          {"court", base::config_text(s.authority.court)},
          {"prefecture_id", base::config_text(s.authority.prefecture_id)}}},
        {"mail",
         {{"from", base::config_text(s.mail.from)},
          {"host", base::config_text(s.mail.host)},
          {"port", base::config_number(s.mail.port, 1, 65535)},
          {"tls", base::config_text(s.mail.tls)},
          {"user", base::config_text(s.mail.user)},
          {"password_file", base::config_path(s.mail.password_file)}}},
    };
    return out;
}

}  // namespace

base::Result<Settings> load_config(const std::filesystem::path& file) {
    Settings settings;
    TRY(base::read_config(file, layout(settings)));
    if (settings.tls_certificate.empty() != settings.tls_key.empty())
        return base::fail(base::Code::Invalid,
                          file.string() + ": server.tls_certificate and server.tls_key go together");
    return settings;
}

}  // namespace beffroi::apps
