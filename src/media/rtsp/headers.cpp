#include "media/rtsp/headers.hpp"

#include <algorithm>

#include "media/rtsp/text.hpp"

namespace beffroi::rtsp {

namespace {

struct NumberPair {
    std::optional<unsigned> first, second;
};

NumberPair read_pair(std::string_view text) {
    const auto first = trimmed(take_until(text, '-'));
    return {leading_number<unsigned>(first), leading_number<unsigned>(trimmed(text))};
}

void read_channels(std::string_view value, TransportAnswer& answer) {
    const auto pair = read_pair(value);
    if (!pair.first || *pair.first > 255) {
        answer.odd = true;
        return;
    }
    answer.rtp_channel = static_cast<std::uint8_t>(*pair.first);
    if (pair.second && *pair.second <= 255 && *pair.second != *pair.first) {
        answer.rtcp_channel = static_cast<std::uint8_t>(*pair.second);
    } else if (*pair.first < 255) {
        answer.rtcp_channel = static_cast<std::uint8_t>(*pair.first + 1);
        answer.odd = true;
    }
}

void read_ports(std::string_view value, TransportAnswer& answer) {
    const auto pair = read_pair(value);
    const auto usable = [](std::optional<unsigned> port) { return port && *port > 1 && *port <= 65'535; };
    if (usable(pair.first)) answer.rtp_port = static_cast<std::uint16_t>(*pair.first);
    if (usable(pair.second)) answer.rtcp_port = static_cast<std::uint16_t>(*pair.second);
    if (answer.rtp_port != 0 && answer.rtcp_port == 0 && answer.rtp_port < 65'535)
        answer.rtcp_port = static_cast<std::uint16_t>(answer.rtp_port + 1);
    answer.odd = answer.odd || !usable(pair.first) || !usable(pair.second);
}

void read_ssrc(std::string_view value, TransportAnswer& answer) {
    const std::string digits = unquoted(value);
    const auto text = starts_with_text(digits, "0x") ? std::string_view(digits).substr(2) : std::string_view(digits);
    const bool hexadecimal = !text.empty() && text.size() <= 8 && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
    });
    if (hexadecimal) answer.ssrc = leading_number<std::uint32_t>(text, 16);
    answer.odd = answer.odd || !hexadecimal || text.size() != 8;
}

}  // namespace

TransportAnswer parse_transport(std::string_view value) {
    TransportAnswer answer;
    value = value.substr(0, value.find(','));  // one answer was asked for: the first is it
    while (!value.empty()) {
        const auto part = take_until(value, ';');
        auto rest = trimmed(part);
        if (rest.size() != part.size()) answer.odd = true;
        const auto key = trimmed(take_until(rest, '='));
        if (starts_with_text(key, "RTP/")) {
            const bool tcp = key.size() >= 4 && same_text(key.substr(key.size() - 4), "/TCP");
            answer.lower = tcp ? TransportAnswer::Lower::Tcp : TransportAnswer::Lower::Udp;
        } else if (same_text(key, "interleaved")) {
            read_channels(rest, answer);
        } else if (same_text(key, "server_port")) {
            read_ports(rest, answer);
        } else if (same_text(key, "ssrc")) {
            read_ssrc(rest, answer);
        } else if (same_text(key, "source")) {
            answer.source = unquoted(rest);
        } else if (same_text(key, "multicast")) {
            answer.multicast = true;
        }
    }
    // "RTP/AVP;unicast;interleaved=0-1" means TCP whatever the profile says.
    if (answer.rtp_channel) answer.lower = TransportAnswer::Lower::Tcp;
    return answer;
}

SessionAnswer parse_session(std::string_view value) {
    SessionAnswer answer;
    answer.id = trimmed(take_until(value, ';'));
    while (!value.empty()) {
        auto part = trimmed(take_until(value, ';'));
        const auto key = trimmed(take_until(part, '='));
        if (!same_text(key, "timeout")) continue;
        const auto seconds = leading_number<unsigned>(trimmed(part));
        if (seconds && *seconds > 0) {
            answer.timeout = std::chrono::seconds(std::min(*seconds, 24U * 3600U));
        } else {
            answer.odd = true;
        }
    }
    return answer;
}

bool lists_method(std::string_view value, std::string_view method) {
    while (!value.empty())
        if (same_text(trimmed(take_until(value, ',')), method)) return true;
    return false;
}

bool leaves_stale_sessions(std::string_view server) {
    constexpr std::string_view kName = "LIVE555 Streaming Media v";
    for (std::size_t at = 0; at + kName.size() < server.size(); ++at) {
        if (!starts_with_text(server.substr(at), kName)) continue;
        const auto date = server.substr(at + kName.size(), 10);
        return date.size() == 10 && date < "2017.06.04";
    }
    return false;
}

}  // namespace beffroi::rtsp
