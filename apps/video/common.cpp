#include <charconv>
#include <iostream>

#include <fmt/format.h>

#include "base/text.hpp"
#include "commands.hpp"

namespace beffroi::apps {

using base::Code;

int say(const Common& common, const base::Error& error) {
    std::string sentence = error.detail;
    if (!error.message.key.empty())
        if (auto catalogue = base::Catalogue::load(common.share_folder / "locale"))
            sentence = base::Text(*catalogue, common.language)(error.message);
    std::cerr << "beffroi-video: " << sentence << "\n";
    if (common.json)
        std::cout << fmt::format("{{\"error\":\"{}\",\"message\":{}}}\n", base::code_name(error.code),
                                 base::json_string(sentence));
    return error.code == Code::Invalid || error.code == Code::NotFound ? kWrongArguments : kFailed;
}

base::Result<recorder::Config> config_of(const Common& common) {
    recorder::Config config;
    if (!common.config_file.empty()) config = TRY(recorder::load_config(common.config_file));
    if (!common.data_folder.empty()) config.data_folder = common.data_folder;
    return config;
}

archive::ArchiveOptions archive_of(const Common& common, const recorder::Config& config) {
    return recorder::archive_options(config, common.share_folder / "migrations" / "video");
}

std::string iso_ms(std::int64_t us) {
    return base::iso(base::Timestamp{us / 1000});
}

namespace {

std::optional<int> digits(std::string_view text) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

base::Error not_an_instant(const std::string& text) {
    return {
        Code::Invalid,
        fmt::format(
            "\"{}\" is no instant; expected 2026-11-25T14:03:20 (Paris), 2026-11-25T13:03:20Z or seconds since 1970",
            text),
        {}};
}

}  // namespace

base::Result<std::int64_t> parse_instant(const std::string& text) {
    constexpr std::int64_t kSecond = 1'000'000;
    std::int64_t seconds = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc{} && end == text.data() + text.size() && text.size() > 8) return seconds * kSecond;
    std::string_view rest = text;
    bool utc = rest.ends_with('Z');
    if (utc) rest.remove_suffix(1);
    if (rest.size() < 16 || (rest[10] != 'T' && rest[10] != ' ') || rest[13] != ':')
        return std::unexpected(not_an_instant(text));
    auto date = base::parse_date(rest.substr(0, 10));
    auto hour = digits(rest.substr(11, 2));
    auto minute = digits(rest.substr(14, 2));
    std::optional<int> second = 0;
    if (rest.size() > 16) second = rest.size() == 19 && rest[16] == ':' ? digits(rest.substr(17, 2)) : std::nullopt;
    if (!date || !hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59)
        return std::unexpected(not_an_instant(text));
    std::int64_t ms = 0;
    if (utc)
        ms = std::chrono::sys_days{*date}.time_since_epoch().count() * 86'400'000LL + (*hour * 60 + *minute) * 60'000LL;
    else
        ms = base::from_paris(*date, *hour, *minute).ms;
    return ms * 1000 + *second * kSecond;
}

}  // namespace beffroi::apps
