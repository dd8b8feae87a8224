#include "aides/publish/json_out.hpp"

#include "base/text.hpp"

namespace beffroi::aides::publish {

void JsonOut::name(std::string_view key) {
    if (!started_.empty()) {
        if (started_.back()) out_ += ',';
        started_.back() = true;
    }
    if (key.empty()) return;
    out_ += '"';
    out_ += key;
    out_ += "\":";
}

void JsonOut::quoted(std::string_view value) {
    bool plain = true;
    bool ascii = true;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        plain = plain && byte >= 0x20 && byte != 0x7F && c != '"' && c != '\\';
        ascii = ascii && byte < 0x80;
    }
    if (!plain || (!ascii && !base::valid_utf8(value))) {
        out_ += base::json_string(value);
        return;
    }
    out_ += '"';
    out_ += value;
    out_ += '"';
}

JsonOut& JsonOut::begin_object(std::string_view key) {
    name(key);
    out_ += '{';
    started_.push_back(false);
    return *this;
}

JsonOut& JsonOut::end_object() {
    started_.pop_back();
    out_ += '}';
    return *this;
}

JsonOut& JsonOut::begin_array(std::string_view key) {
    name(key);
    out_ += '[';
    started_.push_back(false);
    return *this;
}

JsonOut& JsonOut::end_array() {
    started_.pop_back();
    out_ += ']';
    return *this;
}

JsonOut& JsonOut::text(std::string_view key, std::string_view value) {
    if (value.empty()) return *this;
    name(key);
    quoted(value);
    return *this;
}

JsonOut& JsonOut::number(std::string_view key, std::int64_t value) {
    return raw(key, std::to_string(value));
}

JsonOut& JsonOut::number(std::string_view key, std::optional<std::int64_t> value) {
    return value ? number(key, *value) : *this;
}

JsonOut& JsonOut::euros(std::string_view key, base::Cents value) {
    return raw(key, base::plain_euros(value));
}

JsonOut& JsonOut::fraction(std::string_view key, base::Rate value) {
    return raw(key, decimal_fraction(value));
}

JsonOut& JsonOut::boolean(std::string_view key, bool value) {
    return raw(key, value ? "true" : "false");
}

JsonOut& JsonOut::date(std::string_view key, base::Date value) {
    return text(key, base::iso(value));
}

JsonOut& JsonOut::date(std::string_view key, std::optional<base::Date> value) {
    return value ? date(key, *value) : *this;
}

JsonOut& JsonOut::instant(std::string_view key, std::optional<base::Timestamp> value) {
    return value ? text(key, short_instant(*value)) : *this;
}

JsonOut& JsonOut::texts(std::string_view key, std::span<const std::string> values) {
    if (values.empty()) return *this;
    begin_array(key);
    for (const std::string& value : values) item(value);
    return end_array();
}

JsonOut& JsonOut::item(std::string_view value) {
    name({});
    quoted(value);
    return *this;
}

JsonOut& JsonOut::raw(std::string_view key, std::string_view json) {
    name(key);
    out_ += json;
    return *this;
}

std::string decimal_fraction(base::Rate rate) {
    const std::int32_t value = rate.per_10000;
    const std::int32_t size = value < 0 ? -value : value;
    std::string out = (value < 0 ? "-" : "") + std::to_string(size / 10000);
    if (size % 10000 == 0) return out;
    std::string digits = std::to_string(10000 + size % 10000).substr(1);
    digits.erase(digits.find_last_not_of('0') + 1);
    return out + '.' + digits;
}

std::string short_instant(base::Timestamp at) {
    std::string out = base::iso(at);
    if (out.size() == 24 && out.compare(19, 4, ".000") == 0) out.erase(19, 4);
    return out;
}

}  // namespace beffroi::aides::publish
