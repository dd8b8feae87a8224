// Urlencoded forms and queries: what is read is valid text, and reads the same once written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "http/encoding.hpp"
#include "http/fields.hpp"

using namespace beffroi;
using namespace beffroi::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto fields = parse_urlencoded(text, {.count = 50, .name_bytes = 64, .value_bytes = 1024});
    if (!fields) return 0;
    std::string again;
    for (const auto& [name, value] : *fields) {
        const bool good = base::valid_utf8(name) && base::valid_utf8(value) && name.size() <= 64 &&
                          value.size() <= 1024 && value.find('\r') == std::string::npos &&
                          value.find('\0') == std::string::npos;
        if (!good) std::abort();
        again += (again.empty() ? "" : "&") + build_query({{name, value}});
    }
    const auto second = parse_urlencoded(again);
    if (!second || second->size() != fields->size()) std::abort();
    for (auto a = fields->begin(), b = second->begin(); a != fields->end(); ++a, ++b) {
        if (a->name != b->name || a->value != b->value) std::abort();
    }
    return 0;
}
