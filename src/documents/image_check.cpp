#include "documents/image_check.hpp"

#include <zlib.h>

namespace beffroi::documents::detail {

namespace {

std::uint32_t byte(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}
std::uint32_t big16(std::string_view b, std::size_t at) {
    return (byte(b, at) << 8U) | byte(b, at + 1);
}
std::uint32_t big32(std::string_view b, std::size_t at) {
    return (big16(b, at) << 16U) | big16(b, at + 2);
}

}  // namespace

// Every chunk with its checksum, IHDR first, IEND last and nothing behind it.
std::optional<ImageSize> check_png(std::string_view bytes) {
    ImageSize size;
    bool data = false;
    for (std::size_t at = 8; bytes.size() - at >= 12;) {
        const std::uint32_t length = big32(bytes, at);
        if (length > bytes.size() - at - 12) return std::nullopt;
        const std::string_view type = bytes.substr(at + 4, 4);
        const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data() + at + 4), length + 4);
        if (sum != big32(bytes, at + 8 + length)) return std::nullopt;
        if ((at == 8) != (type == "IHDR")) return std::nullopt;
        if (type == "IHDR") {
            if (length != 13) return std::nullopt;
            size = {big32(bytes, at + 8), big32(bytes, at + 12)};
        }
        if (type == "IDAT") data = true;
        at += std::size_t{length} + 12;
        if (type == "IEND")
            return at == bytes.size() && data && size.width > 0 && size.height > 0 ? std::optional(size) : std::nullopt;
        if (at >= bytes.size()) break;
    }
    return std::nullopt;
}

// Segments up to the first scan, then the end marker somewhere behind it: cameras put more data after the first
// picture.
std::optional<ImageSize> check_jpeg(std::string_view bytes) {
    std::optional<ImageSize> size;
    std::size_t at = 2;
    while (at + 4 <= bytes.size()) {
        if (byte(bytes, at) != 0xFF) return std::nullopt;
        const std::uint32_t marker = byte(bytes, at + 1);
        if (marker == 0xFF) {
            ++at;
            continue;
        }
        const std::uint32_t length = big16(bytes, at + 2);
        if (length < 2 || length > bytes.size() - at - 2) return std::nullopt;
        const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame) {
            if (length < 8) return std::nullopt;
            size = ImageSize{big16(bytes, at + 7), big16(bytes, at + 5)};
        }
        at += 2 + std::size_t{length};
        if (marker == 0xDA) {
            const bool ended = bytes.find("\xFF\xD9", at) != std::string_view::npos;
            return ended && size && size->width > 0 && size->height > 0 ? size : std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<ImageSize> check_tiff(std::string_view bytes) {
    if (bytes.size() < 16) return std::nullopt;
    const bool little = bytes[0] == 'I';
    const auto u16 = [&](std::size_t at) {
        return little ? byte(bytes, at) | (byte(bytes, at + 1) << 8U) : big16(bytes, at);
    };
    const auto u32 = [&](std::size_t at) { return little ? u16(at) | (u16(at + 2) << 16U) : big32(bytes, at); };
    const std::size_t directory = u32(4);
    if (directory < 8 || directory > bytes.size() - 2) return std::nullopt;
    const std::size_t count = u16(directory);
    if (count == 0 || count * 12 > bytes.size() - directory - 2) return std::nullopt;
    ImageSize size;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t entry = directory + 2 + i * 12;
        const std::uint32_t value = u16(entry + 2) == 3 ? u16(entry + 8) : u32(entry + 8);
        if (u16(entry) == 256) size.width = value;
        if (u16(entry) == 257) size.height = value;
    }
    return size.width > 0 && size.height > 0 ? std::optional(size) : std::nullopt;
}

}  // namespace beffroi::documents::detail
