// Writes JSON text straight into a string, members in the order they are given. Values are escaped, keys are ours.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "base/time.hpp"

namespace beffroi::aides::publish {

class JsonOut {
  public:
    explicit JsonOut(std::string& out) : out_(out) {}

    JsonOut& begin_object(std::string_view key = {});
    JsonOut& end_object();
    JsonOut& begin_array(std::string_view key = {});
    JsonOut& end_array();

    // Empty text, like every value that is not known, leaves the member out.
    JsonOut& text(std::string_view key, std::string_view value);
    JsonOut& number(std::string_view key, std::int64_t value);
    JsonOut& number(std::string_view key, std::optional<std::int64_t> value);
    // Euros as a decimal number, exact: 17088.30.
    JsonOut& euros(std::string_view key, base::Cents value);
    // A share as a decimal number: 0.3.
    JsonOut& fraction(std::string_view key, base::Rate value);
    JsonOut& boolean(std::string_view key, bool value);
    JsonOut& date(std::string_view key, base::Date value);
    JsonOut& date(std::string_view key, std::optional<base::Date> value);
    JsonOut& instant(std::string_view key, std::optional<base::Timestamp> value);
    JsonOut& texts(std::string_view key, std::span<const std::string> values);
    JsonOut& item(std::string_view value);  // a string in an array
    // JSON that is already JSON.
    JsonOut& raw(std::string_view key, std::string_view json);

  private:
    void name(std::string_view key);
    void quoted(std::string_view value);

    std::string& out_;
    std::vector<bool> started_;
};

// 0.3 for 30 %, 1 for 100 %.
[[nodiscard]] std::string decimal_fraction(base::Rate rate);
// 2022-11-22T08:30:00Z, without milliseconds when there are none.
[[nodiscard]] std::string short_instant(base::Timestamp at);

}  // namespace beffroi::aides::publish
