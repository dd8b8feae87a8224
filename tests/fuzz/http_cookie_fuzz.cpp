// Header values that are taken apart: cookies, languages, entity tags, encodings, dates.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/gzip.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

using namespace beffroi;
using namespace beffroi::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 8000));
    (void)accepts_gzip(text);
    if (const auto date = parse_http_date(text)) {
        // The day of the week is not looked at, and 60 seconds are the next minute.
        if (text.find(":60 ") == std::string::npos && http_date(*date).substr(5) != text.substr(5)) std::abort();
    }
    for (const char* name : {"Cookie", "Accept-Language", "If-None-Match"}) {
        const auto request = make_request("GET / HTTP/1.1\r\n" + std::string(name) + ": " + text + "\r\n");
        if (!request) continue;
        if (const auto value = (*request)->cookie("a"); value && value->find(';') != std::string_view::npos)
            std::abort();
        for (const auto tag : (*request)->languages()) {
            if (tag.empty()) std::abort();
        }
        (void)(*request)->has_etag("\"v\"");
    }
    return 0;
}
