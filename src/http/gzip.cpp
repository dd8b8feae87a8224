#include "http/gzip.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <optional>

#include <zlib.h>

#include "base/result.hpp"
#include "base/text.hpp"
#include "http/encoding.hpp"

namespace beffroi::http {

struct GzipStream::Impl {
    z_stream stream{};
};

GzipStream::GzipStream(int level) : impl_(std::make_unique<Impl>()) {
    constexpr int kGzipHeader = 16;
    if (deflateInit2(&impl_->stream, level, Z_DEFLATED, MAX_WBITS + kGzipHeader, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc();
    }
}

GzipStream::~GzipStream() {
    deflateEnd(&impl_->stream);
}

void GzipStream::write(std::string_view bytes, Last last, std::string& out) {
    ASSERT(bytes.size() <= std::numeric_limits<uInt>::max());
    z_stream& stream = impl_->stream;
    // zlib does not write through next_in, it only lacks the const.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    const int flush = last == Last::Yes ? Z_FINISH : Z_NO_FLUSH;
    do {
        const std::size_t before = out.size();
        const std::size_t room = std::max<std::size_t>(bytes.size() / 3, 4096);
        out.resize(before + room);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
        stream.avail_out = static_cast<uInt>(room);
        const int result = deflate(&stream, flush);
        ASSERT(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR);
        out.resize(before + room - stream.avail_out);
    } while (stream.avail_out == 0);
}

std::string gzip(std::string_view bytes, int level) {
    std::string out;
    GzipStream stream(level);
    stream.write(bytes, GzipStream::Last::Yes, out);
    return out;
}

bool accepts_gzip(std::string_view accept_encoding) {
    std::optional<bool> named;
    bool any = false;
    while (!accept_encoding.empty()) {
        const std::size_t comma = std::min(accept_encoding.find(','), accept_encoding.size());
        const std::string_view item = accept_encoding.substr(0, comma);
        accept_encoding.remove_prefix(std::min(comma + 1, accept_encoding.size()));
        const std::size_t semicolon = std::min(item.find(';'), item.size());
        const std::string_view coding = base::trim(item.substr(0, semicolon));
        std::string_view weight = base::trim(item.substr(std::min(semicolon + 1, item.size())));
        const bool zero = weight.starts_with("q=0") && weight.find_first_of("123456789") == std::string_view::npos;
        if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) named = !zero;
        if (coding == "*") any = !zero;
    }
    return named.value_or(any);
}

bool compressible(std::string_view content_type) {
    constexpr std::array<std::string_view, 8> kTypes{
        "text/",         "application/json",     "application/javascript", "application/xml",
        "image/svg+xml", "application/atom+xml", "application/ld+json",    "application/rdf+xml"};
    return std::ranges::any_of(kTypes, [&](std::string_view type) { return content_type.starts_with(type); });
}

}  // namespace beffroi::http
