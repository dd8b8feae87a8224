#include "documents/image_png.hpp"

#include <algorithm>
#include <vector>

#include <zlib.h>

namespace beffroi::documents::detail {

using base::Code;

namespace {

std::unexpected<base::Error> bad() {
    return base::fail(Code::Invalid, "the picture tool gave something else than a PNM");
}

struct Pnm {
    int kind = 0;  // 4, 5 or 6
    std::uint32_t width = 0, height = 0, max = 1;
    std::string_view data;

    [[nodiscard]] std::uint32_t channels() const { return kind == 6 ? 3 : 1; }
    [[nodiscard]] std::uint32_t sample_bytes() const { return max > 255 ? 2 : 1; }
    [[nodiscard]] std::size_t row_bytes() const {
        return kind == 4 ? (std::size_t{width} + 7) / 8 : std::size_t{width} * channels() * sample_bytes();
    }
    // 0 to 255.
    [[nodiscard]] std::uint32_t sample(std::uint32_t x, std::uint32_t y, std::uint32_t channel) const {
        const auto* row = reinterpret_cast<const unsigned char*>(data.data()) + row_bytes() * y;
        if (kind == 4) return ((row[x / 8] >> (7 - x % 8)) & 1) != 0 ? 0 : 255;
        const std::size_t at = std::size_t{x} * channels() + channel;
        const std::uint32_t value =
            sample_bytes() == 2 ? (std::uint32_t{row[2 * at]} << 8U) | row[2 * at + 1] : row[at];
        return max == 255 ? value : value * 255 / max;
    }
};

base::Result<Pnm> parse(std::string_view bytes) {
    Pnm pnm;
    if (bytes.size() < 3 || bytes[0] != 'P' || bytes[1] < '4' || bytes[1] > '6') return bad();
    pnm.kind = bytes[1] - '0';
    std::size_t at = 2;
    const auto number = [&]() -> std::uint32_t {
        while (at < bytes.size() && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\t' || bytes[at] == '\r'))
            ++at;
        std::uint32_t value = 0;
        while (at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9' && value < 1'000'000)
            value = value * 10 + static_cast<std::uint32_t>(bytes[at++] - '0');
        return value;
    };
    pnm.width = number();
    pnm.height = number();
    if (pnm.kind != 4) pnm.max = number();
    ++at;
    if (pnm.width == 0 || pnm.height == 0 || pnm.max == 0 || pnm.max > 65535 || at > bytes.size()) return bad();
    pnm.data = bytes.substr(at);
    if (pnm.data.size() / pnm.row_bytes() < pnm.height) return bad();
    return pnm;
}

void append_u32(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
}

void append_chunk(std::string& out, std::string_view type, std::string_view data) {
    append_u32(out, static_cast<std::uint32_t>(data.size()));
    const std::size_t from = out.size();
    out += type;
    out += data;
    append_u32(out, static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(out.data() + from),
                                                       static_cast<uInt>(out.size() - from))));
}

}  // namespace

base::Result<std::string> png_from_pnm(std::string_view bytes, std::uint32_t max_side) {
    const Pnm pnm = TRY(parse(bytes));
    const std::uint32_t longer = std::max(pnm.width, pnm.height);
    const std::uint32_t side = std::min(longer, std::max(1U, max_side));
    const auto scaled = [&](std::uint32_t length) {
        return std::max<std::uint32_t>(1, static_cast<std::uint32_t>(std::uint64_t{length} * side / longer));
    };
    const std::uint32_t width = scaled(pnm.width);
    const std::uint32_t height = scaled(pnm.height);
    const std::uint32_t channels = pnm.channels();
    std::string rows;
    rows.reserve(std::size_t{height} * (std::size_t{width} * channels + 1));
    for (std::uint32_t y = 0; y < height; ++y) {
        rows += '\0';  // no filter
        const auto y0 = static_cast<std::uint32_t>(std::uint64_t{y} * pnm.height / height);
        const auto y1 = std::max(y0 + 1, static_cast<std::uint32_t>(std::uint64_t{y + 1} * pnm.height / height));
        for (std::uint32_t x = 0; x < width; ++x) {
            const auto x0 = static_cast<std::uint32_t>(std::uint64_t{x} * pnm.width / width);
            const auto x1 = std::max(x0 + 1, static_cast<std::uint32_t>(std::uint64_t{x + 1} * pnm.width / width));
            for (std::uint32_t channel = 0; channel < channels; ++channel) {
                std::uint64_t sum = 0;
                for (std::uint32_t v = y0; v < y1; ++v)
                    for (std::uint32_t u = x0; u < x1; ++u) sum += pnm.sample(u, v, channel);
                rows += static_cast<char>(sum / (std::uint64_t{x1 - x0} * (y1 - y0)));
            }
        }
    }
    uLongf packed_size = ::compressBound(static_cast<uLong>(rows.size()));
    std::string packed(packed_size, '\0');
    if (::compress2(reinterpret_cast<Bytef*>(packed.data()), &packed_size, reinterpret_cast<const Bytef*>(rows.data()),
                    static_cast<uLong>(rows.size()), 6) != Z_OK)
        return base::fail(Code::Internal, "zlib");
    packed.resize(packed_size);
    std::string png = "\x89PNG\r\n\x1a\n";
    std::string head;
    append_u32(head, width);
    append_u32(head, height);
    head += static_cast<char>(8);
    head += static_cast<char>(channels == 3 ? 2 : 0);
    head.append(3, '\0');
    append_chunk(png, "IHDR", head);
    append_chunk(png, "IDAT", packed);
    append_chunk(png, "IEND", {});
    return png;
}

}  // namespace beffroi::documents::detail
