#include "media/rtsp/fmtp.hpp"

#include "media/rtsp/text.hpp"

namespace beffroi::rtsp {

namespace {

constexpr std::size_t kMostSets = 16;

int digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+' || c == '-') return 62;
    if (c == '/' || c == '_') return 63;
    return -1;
}

void add_sets(std::string_view list, std::vector<std::vector<std::uint8_t>>& sets) {
    while (!list.empty() && sets.size() < kMostSets) {
        auto set = lenient_base64(trimmed(take_until(list, ',')));
        if (!set.empty()) sets.push_back(std::move(set));
    }
}

}  // namespace

std::vector<std::uint8_t> lenient_base64(std::string_view text) {
    std::vector<std::uint8_t> out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        if (c == '=') break;
        const int value = digit(c);
        if (value < 0) continue;
        bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFU;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<std::uint8_t>(bits >> static_cast<unsigned>(count)));
    }
    return out;
}

std::string_view parameter(std::string_view parameters, std::string_view name) {
    while (!parameters.empty()) {
        auto part = trimmed(take_until(parameters, ';'));
        const auto equals = part.find('=');
        if (equals != std::string_view::npos && same_text(trimmed(part.substr(0, equals)), name))
            return trimmed(part.substr(equals + 1));
    }
    return {};
}

rtp::ReceiverOptions receiver_options(const SdpFormat& format) {
    rtp::ReceiverOptions options;
    options.payload_type = static_cast<std::uint8_t>(format.payload_type);
    options.clock_rate = format.clock_rate;
    if (format.encoding == "JPEG") {
        options.codec = codec::Codec::Jpeg;
    } else if (format.encoding == "H264") {
        options.codec = codec::Codec::H264;
        add_sets(parameter(format.parameters, "sprop-parameter-sets"), options.parameter_sets);
    } else {
        options.codec = codec::Codec::H265;
        for (const auto* name : {"sprop-vps", "sprop-sps", "sprop-pps"})
            add_sets(parameter(format.parameters, name), options.parameter_sets);
        options.order_numbers = leading_number(parameter(format.parameters, "sprop-max-don-diff")).value_or(0) > 0;
    }
    return options;
}

}  // namespace beffroi::rtsp
