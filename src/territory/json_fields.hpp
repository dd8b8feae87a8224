// Fields of JSON objects from outside, with faults that name the file, the element and the field. For .cpp files of
// this module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/result.hpp"

namespace beffroi::territory {

// A whole document. Depth is limited by Boost.JSON (32), size by the caller.
class JsonDocument {
  public:
    [[nodiscard]] static base::Result<boost::json::value> parse(std::string_view json, std::string_view file,
                                                                boost::json::storage_ptr storage) {
        boost::json::error_code error;
        boost::json::value value = boost::json::parse(json, error, std::move(storage));
        if (error) return base::fail(base::Code::Invalid, fmt::format("{}: not JSON: {}", file, error.message()));
        return value;
    }
};

class JsonFields {
  public:
    JsonFields(const boost::json::object& object, std::string_view file, std::string_view list, std::size_t element)
        : object_(object), file_(file), list_(list), element_(element) {}

    [[nodiscard]] std::unexpected<base::Error> wrong(std::string_view field, std::string_view expected) const {
        return base::fail(base::Code::Invalid,
                          fmt::format("{}: {} {}, field \"{}\": expected {}", file_, list_, element_, field, expected));
    }

    [[nodiscard]] base::Result<std::string_view> text(std::string_view field) const {
        const boost::json::value* value = object_.if_contains(field);
        if (value == nullptr || !value->is_string() || value->get_string().empty()) return wrong(field, "a text");
        return std::string_view(value->get_string());
    }
    [[nodiscard]] base::Result<std::string_view> text_or(std::string_view field, std::string_view otherwise) const {
        const boost::json::value* value = object_.if_contains(field);
        if (value == nullptr || value->is_null()) return otherwise;
        if (!value->is_string()) return wrong(field, "a text");
        return std::string_view(value->get_string());
    }
    // A count of people or a year: 0 to 2 billion.
    [[nodiscard]] base::Result<std::int32_t> number(std::string_view field) const {
        std::optional<std::int32_t> value = TRY(optional_number(field));
        if (!value) return wrong(field, "a whole number");
        return *value;
    }
    [[nodiscard]] base::Result<std::optional<std::int32_t>> optional_number(std::string_view field) const {
        const boost::json::value* value = object_.if_contains(field);
        if (value == nullptr || value->is_null()) return std::optional<std::int32_t>();
        if (!value->is_int64() || value->get_int64() < 0 || value->get_int64() > 2'000'000'000)
            return wrong(field, "a whole number from 0 to 2,000,000,000");
        return std::optional(static_cast<std::int32_t>(value->get_int64()));
    }
    template <typename Code>
    [[nodiscard]] base::Result<Code> code(std::string_view field) const {
        base::Result<Code> code = Code::parse(TRY(text(field)));
        if (!code) return wrong(field, code.error().detail);
        return *code;
    }
    template <typename Code>
    [[nodiscard]] base::Result<Code> code_or_none(std::string_view field) const {
        if (object_.if_contains(field) == nullptr) return Code();
        return this->code<Code>(field);
    }
    [[nodiscard]] const boost::json::object& object() const { return object_; }

  private:
    const boost::json::object& object_;
    std::string_view file_;
    std::string_view list_;
    std::size_t element_;
};

}  // namespace beffroi::territory
