// Writes one JSON text (RFC 8259), members in the order given. For src/video/pages only.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace beffroi::video_pages {

class Json {
  public:
    Json& begin_object() { return open('{'); }
    Json& end_object() { return shut('}'); }
    Json& begin_array() { return open('['); }
    Json& end_array() { return shut(']'); }
    Json& key(std::string_view name) {
        comma();
        out_ += base::json_string(name);
        out_ += ':';
        first_ = true;  // its value needs no comma
        return *this;
    }
    Json& value(std::string_view text) { return raw(base::json_string(text)); }
    Json& value(const char* text) { return value(std::string_view(text)); }
    Json& value(const std::string& text) { return value(std::string_view(text)); }
    template <std::same_as<bool> T>
    Json& value(T yes) {
        return raw(yes ? "true" : "false");
    }
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Json& value(T number) {
        return raw(std::to_string(number));
    }
    Json& value(double number) {
        char text[32];
        const auto result = std::to_chars(text, text + sizeof text, number);
        return raw({text, result.ptr});
    }
    Json& null() { return raw("null"); }
    template <typename T>
    Json& member(std::string_view name, const T& its_value) {
        return key(name).value(its_value);
    }
    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    void comma() {
        if (!first_) out_ += ',';
        first_ = false;
    }
    Json& raw(std::string_view text) {
        comma();
        out_ += text;
        return *this;
    }
    Json& open(char bracket) {
        comma();
        out_ += bracket;
        first_ = true;
        return *this;
    }
    Json& shut(char bracket) {
        out_ += bracket;
        first_ = false;
        return *this;
    }

    std::string out_;
    bool first_ = true;
};

}  // namespace beffroi::video_pages
