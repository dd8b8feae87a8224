// Whole connections: the same bytes read in one piece and in small ones must give the same requests, and what is
// accepted is safe.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "http/request_reader.hpp"

using namespace beffroi;
using namespace beffroi::http;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

void check_request(const Request& request) {
    check(base::valid_utf8(request.path) && base::valid_utf8(request.target) && base::valid_utf8(request.host));
    check(request.path == "*" || request.path.starts_with('/'));
    check(request.path.find("/../") == std::string::npos && request.path.find('\0') == std::string::npos);
    check(request.path.find("//") == std::string::npos);
    for (const auto& field : request.query) check(base::valid_utf8(field.name) && base::valid_utf8(field.value));
    (void)request.cookie("session");
    (void)request.languages();
    (void)request.has_etag("\"x\"");
    try {
        (void)request.form();
    } catch (const base::Failure&) {
        return;
    }
}

// What a server would understand of the connection, as text.
std::string understood(std::string_view bytes, std::size_t step) {
    constexpr std::uint64_t kBodyLimit = 4096;
    std::string out;
    Request request;
    RequestReader reader(ReaderLimits{});
    reader.begin(request);
    std::string waiting;
    while (!bytes.empty()) {
        waiting += bytes.substr(0, step);
        bytes.remove_prefix(std::min(step, bytes.size()));
        bool more = true;
        while (more) {
            const std::size_t used = reader.feed(waiting);
            check(used <= waiting.size());
            waiting.erase(0, used);
            more = used > 0;
            if (reader.state() == RequestReader::State::HeadDone) {
                reader.read_body_in_memory(kBodyLimit);
                more = true;
            }
            if (reader.state() == RequestReader::State::Bad) return out + "bad";
            if (reader.state() == RequestReader::State::Done) {
                check_request(request);
                check(request.body.size() <= kBodyLimit && request.body.size() == reader.body_bytes());
                out += std::string(method_name(request.method)) + " " + request.target + "\n" +
                       std::string(request.body) + "\n";
                if (!reader.keep_alive()) return out;
                reader.begin(request);
                more = !waiting.empty();
            }
        }
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 65536) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::string whole = understood(bytes, bytes.size());
    check(whole == understood(bytes, 7));
    check(whole == understood(bytes, 1));
    return 0;
}
