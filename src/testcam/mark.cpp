#include "testcam/mark.hpp"

#include <charconv>
#include <string_view>

namespace beffroi::testcam {

// No zero byte in it, for the sake of emulation prevention. Letters, so that it shows in a dump.
const std::array<std::uint8_t, kMarkUuidSize> kMarkUuid = {'b',  'e',  'f', 'f', 'r', 'o', 0x4D, 0x61,
                                                           0x92, 0xAD, 't', 'e', 's', 't', '-',  '1'};

namespace {

constexpr std::string_view kTemplate = "frame=0000000000 utc=0000000000000000 cam=00000 boot=000";
static_assert(kTemplate.size() == kMarkTextSize);

struct Field {
    std::size_t at;
    std::size_t digits;
};
constexpr Field kFrame{6, 10};
constexpr Field kUtc{21, 16};
constexpr Field kCamera{42, 5};
constexpr Field kBoot{53, 3};

void write(std::uint8_t* text, Field field, std::uint64_t value) {
    for (std::size_t i = field.digits; i-- > 0; value /= 10) {
        text[field.at + i] = static_cast<std::uint8_t>('0' + value % 10);
    }
}

bool read(std::string_view text, Field field, std::uint64_t& value) {
    const char* begin = text.data() + field.at;
    const auto parsed = std::from_chars(begin, begin + field.digits, value);
    return parsed.ec == std::errc() && parsed.ptr == begin + field.digits;
}

}  // namespace

void patch_mark(std::uint8_t* text, const Mark& mark) {
    write(text, kFrame, mark.frame);
    write(text, kUtc, mark.utc_us > 0 ? static_cast<std::uint64_t>(mark.utc_us) : 0);
    write(text, kCamera, mark.camera);
    write(text, kBoot, mark.boot);
}

std::string mark_text(const Mark& mark) {
    Buffer text(kTemplate.begin(), kTemplate.end());
    patch_mark(text.data(), mark);
    return {text.begin(), text.end()};
}

Buffer mark_sei(const Mark& mark) {
    constexpr std::uint8_t kUserDataUnregistered = 5;
    Buffer out{kUserDataUnregistered, static_cast<std::uint8_t>(kMarkUuidSize + kMarkTextSize)};
    out.insert(out.end(), kMarkUuid.begin(), kMarkUuid.end());
    const std::string text = mark_text(mark);
    out.insert(out.end(), text.begin(), text.end());
    out.push_back(0x80);
    return out;
}

std::optional<std::size_t> find_mark(Bytes bytes) {
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::string_view uuid(reinterpret_cast<const char*>(kMarkUuid.data()), kMarkUuid.size());
    const std::size_t at = all.find(uuid);
    if (at == std::string_view::npos || all.size() - at < kMarkUuidSize + kMarkTextSize) return std::nullopt;
    return at + kMarkUuidSize;
}

std::optional<Mark> read_mark(Bytes access_unit) {
    const auto at = find_mark(access_unit);
    if (!at) return std::nullopt;
    const std::string_view text(reinterpret_cast<const char*>(access_unit.data()) + *at, kMarkTextSize);
    std::uint64_t frame = 0;
    std::uint64_t utc = 0;
    std::uint64_t camera = 0;
    std::uint64_t boot = 0;
    if (!text.starts_with("frame=") || !read(text, kFrame, frame) || !read(text, kUtc, utc) ||
        !read(text, kCamera, camera) || !read(text, kBoot, boot)) {
        return std::nullopt;
    }
    return Mark{static_cast<std::uint32_t>(camera), static_cast<std::uint32_t>(boot), frame,
                static_cast<std::int64_t>(utc)};
}

}  // namespace beffroi::testcam
