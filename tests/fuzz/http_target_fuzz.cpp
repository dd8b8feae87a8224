// Paths, percent encoding, and the place to go back to after logging in.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "http/encoding.hpp"

using namespace beffroi;
using namespace beffroi::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    auto check = [](bool holds) {
        if (!holds) std::abort();
    };
    check(percent_decode(percent_encode(text)).value() == text);
    if (const auto path = decode_path(text)) {
        check(base::valid_utf8(*path) && path->front() == '/' && path->find("//") == std::string::npos);
        check((*path + "/").find("/../") == std::string::npos && (*path + "/").find("/./") == std::string::npos);
        check(path->find_first_of(std::string_view("\0\r\n\\", 4)) == std::string::npos);
    }
    const std::string back = local_target_or(text, "/");
    check(back.starts_with('/') && !back.starts_with("//") && !back.starts_with("/\\"));
    check(back.find_first_of("\r\n") == std::string::npos);
    return 0;
}
