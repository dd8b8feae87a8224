// Names and values in the order in which they came: a query, a form, the text fields of a multipart form.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace beffroi::http {

struct Field {
    std::string name;
    std::string value;
};

class Fields {
  public:
    // The first value of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    // The first value of that name, or nothing at all: a text box left empty and one that was not sent are mostly the
    // same.
    [[nodiscard]] std::string_view value(std::string_view name) const {
        return find(name).value_or(std::string_view{});
    }
    // Every value of that name, in order (check boxes, repeated lines).
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }

    [[nodiscard]] auto begin() const { return fields_.begin(); }
    [[nodiscard]] auto end() const { return fields_.end(); }
    [[nodiscard]] std::size_t size() const { return fields_.size(); }
    [[nodiscard]] bool empty() const { return fields_.empty(); }

    void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
    void clear() { fields_.clear(); }

  private:
    std::vector<Field> fields_;
};

struct FieldLimits {
    std::size_t count = 1000;
    std::size_t name_bytes = 256;
    std::size_t value_bytes = std::size_t{1} << 20U;
};

// application/x-www-form-urlencoded (WHATWG URL §5.1) but strict: a broken % sequence, NUL or bytes that are not UTF-8
// are Invalid, limits are TooLarge. Line ends come out as "\n".
[[nodiscard]] base::Result<Fields> parse_urlencoded(std::string_view text, const FieldLimits& limits = {});

}  // namespace beffroi::http
