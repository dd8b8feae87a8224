#include "documents/mailer.hpp"

#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

#include "documents/files.hpp"

namespace beffroi::documents {

using base::Code;

namespace {

struct FreeCurl {
    void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

std::size_t upload(char* buffer, std::size_t size, std::size_t count, void* closure) {
    auto& left = *static_cast<std::string_view*>(closure);
    const std::size_t n = std::min(size * count, left.size());
    left.copy(buffer, n);
    left.remove_prefix(n);
    return n;
}

std::size_t discard(char* /*data*/, std::size_t size, std::size_t count, void* /*closure*/) {
    return size * count;
}

class SmtpMailer final : public Mailer {
  public:
    explicit SmtpMailer(SmtpOptions options) : options_(std::move(options)) {}

    base::Status send(const MailMessage& message) override {
        const std::string bytes = TRY(build_mime(message));
        std::string_view left = bytes;
        const std::unique_ptr<CURL, FreeCurl> curl(curl_easy_init());
        if (!curl) return base::fail(Code::Unavailable, "libcurl gave no handle");
        List recipients;
        for (const MailAddress& to : message.to)
            recipients.reset(curl_slist_append(recipients.release(), ("<" + to.address + ">").c_str()));
        const std::string url = fmt::format("{}://{}:{}/", options_.tls == SmtpTls::Implicit ? "smtps" : "smtp",
                                            options_.host, options_.port);
        const std::string from = "<" + message.from.address + ">";
        CURL* c = curl.get();
        curl_easy_setopt(c, CURLOPT_URL, url.c_str());
        curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
        curl_easy_setopt(c, CURLOPT_PROXY, "");
        curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
        curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
        curl_easy_setopt(c, CURLOPT_USE_SSL, options_.tls == SmtpTls::None ? CURLUSESSL_NONE : CURLUSESSL_ALL);
        curl_easy_setopt(c, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
        if (!options_.ca_file.empty()) curl_easy_setopt(c, CURLOPT_CAINFO, options_.ca_file.c_str());
        if (!options_.user.empty()) {
            curl_easy_setopt(c, CURLOPT_USERNAME, options_.user.c_str());
            curl_easy_setopt(c, CURLOPT_PASSWORD, options_.password.c_str());
        }
        curl_easy_setopt(c, CURLOPT_MAIL_FROM, from.c_str());
        curl_easy_setopt(c, CURLOPT_MAIL_RCPT, recipients.get());
        curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(c, CURLOPT_READFUNCTION, upload);
        curl_easy_setopt(c, CURLOPT_READDATA, &left);
        curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, discard);
        const CURLcode result = curl_easy_perform(c);
        if (result == CURLE_OK) return {};
        long answer = 0;
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer);
        const std::string detail =
            fmt::format("smtp {}:{}: {} ({})", options_.host, options_.port, curl_easy_strerror(result), answer);
        // 5xx is final for this message, except that a wrong password (535) is ours to repair and not its fault.
        if (answer >= 500 && answer < 600 && result != CURLE_LOGIN_DENIED)
            return base::fail(Code::Refused, detail, {"documents.mail.refused", {}});
        return base::fail(Code::Unavailable, detail, {"documents.mail.unavailable", {}});
    }

    std::string description() const override {
        return fmt::format("{}://{}:{}", options_.tls == SmtpTls::Implicit ? "smtps" : "smtp", options_.host,
                           options_.port);
    }

  private:
    SmtpOptions options_;
};

class SpoolMailer final : public Mailer {
  public:
    explicit SpoolMailer(std::filesystem::path folder) : folder_(std::move(folder)) {}

    base::Status send(const MailMessage& message) override {
        const std::string bytes = TRY(build_mime(message));
        const std::string day = base::iso(message.date).substr(0, 10);
        return detail::replace_file(folder_ / (day + "-" + message.message_id + ".eml"), bytes);
    }

    std::string description() const override { return folder_.string(); }

  private:
    std::filesystem::path folder_;
};

}  // namespace

base::Result<std::unique_ptr<Mailer>> make_smtp_mailer(SmtpOptions options) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    constexpr std::string_view kHostChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-[]:";
    if (options.host.empty() || options.host.find_first_not_of(kHostChars) != std::string::npos)
        return base::fail(Code::Invalid,
                          "mail server: a host name or address is expected, not \"" + options.host + "\"");
    if (options.port < 1 || options.port > 65535)
        return base::fail(Code::Invalid, "mail server: the port is between 1 and 65535");
    const bool loopback = options.host == "localhost" || options.host == "127.0.0.1" || options.host == "[::1]";
    if (options.tls == SmtpTls::None && !loopback)
        return base::fail(Code::Invalid,
                          "mail server: without TLS only a relay on this machine is accepted, not " + options.host);
    return std::make_unique<SmtpMailer>(std::move(options));
}

base::Result<std::unique_ptr<Mailer>> make_spool_mailer(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return detail::errno_error(error.value(), "creating", folder);
    return std::make_unique<SpoolMailer>(folder);
}

}  // namespace beffroi::documents
