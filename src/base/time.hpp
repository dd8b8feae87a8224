// Instants in UTC, civil dates, and the edge where Europe/Paris comes in.
//
// Nobody calls now(): a Clock is passed. Rules take dates; only the edge turns an instant into a date of Paris.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/money.hpp"
#include "base/result.hpp"

namespace beffroi::base {

// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
struct Timestamp {
    std::int64_t ms = 0;
    auto operator<=>(const Timestamp&) const = default;
};

using Date = std::chrono::year_month_day;

[[nodiscard]] constexpr Date make_date(int year, unsigned month, unsigned day) {
    return Date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
}

class Clock {
  public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;
    [[nodiscard]] virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] Timestamp now() const override;
};

// For tests and for the replay of a past year. Not thread-safe: one owner sets it.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(Timestamp at) : now_(at) {}
    [[nodiscard]] Timestamp now() const override { return now_; }
    void set(Timestamp at) { now_ = at; }

  private:
    Timestamp now_;
};

// ISO 8601, year-month-day, a date that exists (2023-02-29 is refused). Years 1900 to 2199.
[[nodiscard]] Result<Date> parse_date(std::string_view text);
// As a French person types it, 22/11/2022, or ISO.
[[nodiscard]] Result<Date> parse_person_date(std::string_view text);
[[nodiscard]] std::string iso(Date date);  // 2022-11-22
[[nodiscard]] std::string format_date(Date date,
                                      Language language);  // 22 novembre 2022 / 22 November 2022; 1er for the first
[[nodiscard]] std::string short_date(Date date);           // 22/11/2022

[[nodiscard]] Date add_days(Date date, int days);
// The same day N months later, or the last day of that month (31 January + 1 month = 28 or 29 February).
[[nodiscard]] Date add_months(Date date, int months);
[[nodiscard]] std::int64_t days_between(Date from, Date to);

[[nodiscard]] std::string iso(Timestamp at);        // 2022-11-22T08:30:00.000Z
[[nodiscard]] std::string iso_us(std::int64_t us);  // microseconds since 1970: 2022-11-22T08:30:00.000000Z
[[nodiscard]] Result<Timestamp> parse_timestamp(std::string_view text);
[[nodiscard]] Date paris_date(Timestamp at);
// The instant of that wall time in Paris; in the hour that repeats in October the first one, in the hour skipped in
// March the change.
[[nodiscard]] Timestamp from_paris(Date date, int hour, int minute);
// 22 novembre 2022 à 9 h 30 / 22 November 2022 at 09:30 (Europe/Paris).
[[nodiscard]] std::string format_instant(Timestamp at, Language language);

}  // namespace beffroi::base
