// A client's frames: the same bytes in one piece and in small ones must give the same messages, within the limit, and
// valid.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "http/websocket_frames.hpp"

using namespace beffroi;
using namespace beffroi::http;

namespace {

constexpr std::size_t kLimit = 1000;

void check(bool holds) {
    if (!holds) std::abort();
}

std::string understood(std::string_view bytes, std::size_t step) {
    FrameReader reader(kLimit);
    std::string out;
    while (!bytes.empty()) {
        std::string_view piece = bytes.substr(0, step);
        bytes.remove_prefix(piece.size());
        while (!piece.empty()) {
            const std::size_t before = piece.size();
            const auto event = reader.feed(piece);
            check(piece.size() < before || event == FrameReader::Event::Bad);
            check(reader.payload().size() <= kLimit);
            if (event == FrameReader::Event::NeedMore) continue;
            if (event == FrameReader::Event::Text) check(base::valid_utf8(reader.payload()));
            if (event == FrameReader::Event::Ping || event == FrameReader::Event::Pong)
                check(reader.payload().size() <= 125);
            out += static_cast<char>('0' + static_cast<int>(event));
            out += reader.payload();
            out += '\n';
            if (event == FrameReader::Event::Bad || event == FrameReader::Event::Close)
                return out + std::to_string(reader.code());
        }
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 65536) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::string whole = understood(bytes, bytes.size() + 1);
    check(whole == understood(bytes, 3));
    check(whole == understood(bytes, 1));
    return 0;
}
