// Canonical JSON (docs/formats/journal.md).
#include <algorithm>
#include <map>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "journal/journal.hpp"

namespace beffroi::journal {

namespace {

namespace json = boost::json;
using base::Code;

void put_string(std::string& out, std::string_view text) {
    out += '"';
    for (char c : text) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\b':
                out += "\\b";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20)
                    out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                else
                    out += c;
        }
    }
    out += '"';
}

// What people typed may hold bytes that are no text; the journal must stay readable JSON.
std::string valid_text(std::string_view text) {
    if (base::valid_utf8(text)) return std::string(text);
    json::value parsed = json::parse(base::json_string(text));
    return std::string(std::string_view(parsed.as_string()));
}

struct PutValue {
    std::string& out;
    void operator()(std::nullptr_t) const { out += "null"; }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    void operator()(std::int64_t value) const { out += std::to_string(value); }
    void operator()(const std::string& value) const { put_string(out, valid_text(value)); }
};

base::Status put(std::string& out, const json::value& value);

base::Status put_object(std::string& out, const json::object& object) {
    std::vector<const json::key_value_pair*> pairs;
    pairs.reserve(object.size());
    for (const auto& pair : object) pairs.push_back(&pair);
    auto key = [](const json::key_value_pair* pair) { return std::string_view(pair->key()); };
    std::ranges::sort(pairs, [&](const auto* a, const auto* b) { return key(a) < key(b); });
    out += '{';
    for (const auto* pair : pairs) {
        if (pair != pairs.front()) out += ',';
        put_string(out, key(pair));
        out += ':';
        TRY(put(out, pair->value()));
    }
    out += '}';
    return {};
}

base::Status put(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            out += "null";
            return {};
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            return {};
        case json::kind::int64:
            out += std::to_string(value.get_int64());
            return {};
        case json::kind::uint64:
            return base::fail(Code::Invalid, "a number of the journal's facts is too large");
        case json::kind::double_:
            return base::fail(Code::Invalid, "the journal's facts hold whole numbers only");
        case json::kind::string:
            put_string(out, std::string_view(value.get_string()));
            return {};
        case json::kind::object:
            return put_object(out, value.get_object());
        case json::kind::array:
            break;
    }
    out += '[';
    bool first = true;
    for (const json::value& item : value.get_array()) {
        if (!first) out += ',';
        first = false;
        TRY(put(out, item));
    }
    out += ']';
    return {};
}

}  // namespace

std::string details(std::initializer_list<Fact> facts) {
    std::map<std::string_view, const Value*> sorted;
    for (const Fact& fact : facts) ASSERT(sorted.emplace(fact.key, &fact.value).second);
    std::string out = "{";
    for (const auto& [key, value] : sorted) {
        if (out.size() > 1) out += ',';
        put_string(out, key);
        out += ':';
        std::visit(PutValue{out}, *value);
    }
    return out + "}";
}

base::Result<std::string> canonical_json(std::string_view text) {
    json::error_code error;
    json::value value = json::parse(text, error);
    if (error) return base::fail(Code::Invalid, "not JSON: " + error.message());
    if (!value.is_object()) return base::fail(Code::Invalid, "the journal's facts are an object");
    std::string out;
    TRY(put(out, value));
    return out;
}

}  // namespace beffroi::journal
