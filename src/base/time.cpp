#include "base/time.hpp"

#include <array>

#include <date/tz.h>
#include <fmt/format.h>

namespace beffroi::base {

namespace {

constexpr std::array<std::string_view, 12> kFrenchMonths = {"janvier",   "février", "mars",     "avril",
                                                            "mai",       "juin",    "juillet",  "août",
                                                            "septembre", "octobre", "novembre", "décembre"};
constexpr std::array<std::string_view, 12> kEnglishMonths = {"January",   "February", "March",    "April",
                                                             "May",       "June",     "July",     "August",
                                                             "September", "October",  "November", "December"};

bool read_digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
    if (at + count > text.size()) return false;
    out = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
        out = out * 10 + (text[i] - '0');
    }
    return true;
}

std::unexpected<Error> bad_date(std::string_view text) {
    return fail(Code::Invalid, fmt::format("'{}' is not a date (expected year-month-day, e.g. 2022-11-22)", text),
                {"error.date", {{"value", std::string(text)}}});
}

Result<Date> checked(int year, int month, int day, std::string_view text) {
    Date date = make_date(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
    if (!date.ok() || year < 1900 || year > 2199) return bad_date(text);
    return date;
}

const date::time_zone& paris() {
    static const date::time_zone* zone = date::locate_zone("Europe/Paris");
    return *zone;
}

struct Civil {
    Date date;
    int hour = 0;
    int minute = 0;
    int second = 0;
    int millisecond = 0;
};

Civil split(std::int64_t ms) {
    using std::chrono::milliseconds;
    std::chrono::sys_time<milliseconds> at{milliseconds(ms)};
    auto day = std::chrono::floor<std::chrono::days>(at);
    std::int64_t rest = (at - day).count();
    return {Date{day}, static_cast<int>(rest / 3'600'000), static_cast<int>(rest / 60'000 % 60),
            static_cast<int>(rest / 1000 % 60), static_cast<int>(rest % 1000)};
}

std::int64_t paris_offset_ms(Timestamp at) {
    auto info = paris().get_info(std::chrono::floor<std::chrono::seconds>(
        std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(at.ms))));
    return std::chrono::duration_cast<std::chrono::milliseconds>(info.offset).count();
}

}  // namespace

Timestamp SystemClock::now() const {
    auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

Result<Date> parse_date(std::string_view text) {
    int year = 0;
    int month = 0;
    int day = 0;
    if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !read_digits(text, 0, 4, year) ||
        !read_digits(text, 5, 2, month) || !read_digits(text, 8, 2, day))
        return bad_date(text);
    return checked(year, month, day, text);
}

Result<Date> parse_person_date(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    if (text.size() == 10 && text[2] == '/' && text[5] == '/') {
        int year = 0;
        int month = 0;
        int day = 0;
        if (!read_digits(text, 0, 2, day) || !read_digits(text, 3, 2, month) || !read_digits(text, 6, 4, year))
            return bad_date(text);
        return checked(year, month, day, text);
    }
    return parse_date(text);
}

std::string iso(Date date) {
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::string format_date(Date date, Language language) {
    unsigned day = static_cast<unsigned>(date.day());
    std::size_t month = static_cast<unsigned>(date.month()) - 1;
    int year = static_cast<int>(date.year());
    if (language == Language::En) return fmt::format("{} {} {}", day, kEnglishMonths.at(month), year);
    return fmt::format("{}{} {} {}", day, day == 1 ? "er" : "", kFrenchMonths.at(month), year);
}

std::string short_date(Date date) {
    return fmt::format("{:02}/{:02}/{:04}", static_cast<unsigned>(date.day()), static_cast<unsigned>(date.month()),
                       static_cast<int>(date.year()));
}

Date add_days(Date date, int days) {
    return Date{std::chrono::sys_days{date} + std::chrono::days{days}};
}

Date add_months(Date date, int months) {
    Date moved = date + std::chrono::months{months};
    if (!moved.ok()) moved = moved.year() / moved.month() / std::chrono::last;
    return moved;
}

std::int64_t days_between(Date from, Date to) {
    return (std::chrono::sys_days{to} - std::chrono::sys_days{from}).count();
}

std::string iso(Timestamp at) {
    Civil c = split(at.ms);
    return fmt::format("{}T{:02}:{:02}:{:02}.{:03}Z", iso(c.date), c.hour, c.minute, c.second, c.millisecond);
}

std::string iso_us(std::int64_t us) {
    std::int64_t ms = us / 1000;
    if (us % 1000 < 0) --ms;
    std::string text = iso(Timestamp{ms});
    text.insert(text.size() - 1, fmt::format("{:03}", us - ms * 1000));
    return text;
}

Result<Timestamp> parse_timestamp(std::string_view text) {
    int hour = 0;
    int minute = 0;
    int second = 0;
    int millisecond = 0;
    bool with_ms = text.size() == 24;
    if ((text.size() != 20 && !with_ms) || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
        text.back() != 'Z' || !read_digits(text, 11, 2, hour) || !read_digits(text, 14, 2, minute) ||
        !read_digits(text, 17, 2, second) || hour > 23 || minute > 59 || second > 59 ||
        (with_ms && (text[19] != '.' || !read_digits(text, 20, 3, millisecond))))
        return fail(Code::Invalid, fmt::format("'{}' is not an instant (expected 2022-11-22T08:30:00Z)", text));
    Date date = TRY(parse_date(text.substr(0, 10)));
    std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    return Timestamp{((days * 24 + hour) * 60 + minute) * 60'000 + second * 1000 + millisecond};
}

Date paris_date(Timestamp at) {
    return split(at.ms + paris_offset_ms(at)).date;
}

Timestamp from_paris(Date day, int hour, int minute) {
    date::local_time<std::chrono::minutes> wall{std::chrono::sys_days{day}.time_since_epoch() +
                                                std::chrono::hours{hour} + std::chrono::minutes{minute}};
    auto instant = paris().to_sys(wall, date::choose::earliest);
    return {std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch()).count()};
}

std::string format_instant(Timestamp at, Language language) {
    Civil c = split(at.ms + paris_offset_ms(at));
    if (language == Language::En)
        return fmt::format("{} at {:02}:{:02}", format_date(c.date, language), c.hour, c.minute);
    return fmt::format("{} à {}\u00a0h\u00a0{:02}", format_date(c.date, language), c.hour, c.minute);
}

}  // namespace beffroi::base
