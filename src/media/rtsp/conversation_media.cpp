// The second half of a conversation: packets, and keeping them coming.
#include <algorithm>
#include <array>
#include <utility>

#include "media/rtsp/conversation.hpp"

namespace beffroi::rtsp {

using namespace std::chrono_literals;

void Conversation::playing() {
    state_ = State::Playing;
    user_.on_playing(lower_);
    if (state_ != State::Playing) return;
    // RFC 2326 §12.37: something must come before the time-out; half of it leaves room for one that is lost.
    const auto interval = options_.keep_alive > 0ms
                              ? options_.keep_alive
                              : std::clamp<std::chrono::milliseconds>(session_.timeout / 2, 1s, 30s);
    alive_timer_ = timer(interval, [this] { keep_alive(); });
    report_timer_ = timer(options_.report_interval, [this] { send_report(); });
    if (lower_ != Transport::Udp) return;
    silence_timer_ = timer(options_.udp_silence, [this] {
        silence_timer_ = 0;
        if (packets_ == 0) end({.why = Ending::Why::Silent, .detail = "no packet arrives over UDP"});
    });
}

// OPTIONS, which also says what else the camera knows; GET_PARAMETER once it named it, as RFC 2326 §10.8 recommends;
// back to OPTIONS when that fails. Never SET_PARAMETER, which ends the session of some cameras.
void Conversation::keep_alive() {
    const auto interval = options_.keep_alive > 0ms
                              ? options_.keep_alive
                              : std::clamp<std::chrono::milliseconds>(session_.timeout / 2, 1s, 30s);
    alive_timer_ = timer(interval, [this] { keep_alive(); });
    if (pending_) return;  // not answered yet
    const char* method = keep_alive_method_ == KeepAlive::GetParameter ? "GET_PARAMETER" : "OPTIONS";
    request(method, base_.text(), session_header(), [this](const Message& answer) { kept_alive(answer); });
}

void Conversation::kept_alive(const Message& answer) {
    if (answer.status == 454)
        return end({.why = Ending::Why::Lost, .status = 454, .detail = "the camera forgot the session"});
    if (answer.status == 401) return refused(answer, "keeping alive");
    const bool good = answer.status < 300;
    if (keep_alive_method_ == KeepAlive::GetParameter) {
        if (good) return;
        quirk("Q32", "GET_PARAMETER is refused");
        get_parameter_failed_ = true;
        keep_alive_method_ = KeepAlive::Options;
        return;
    }
    for (const auto value : answer.headers_named("Public"))
        get_parameter_declared_ = get_parameter_declared_ || lists_method(value, "GET_PARAMETER");
    if (!good) quirk("Q32", "OPTIONS is refused");
    if (!get_parameter_declared_ || get_parameter_failed_) return;
    // At once: in some servers OPTIONS does not count as a sign of life.
    keep_alive_method_ = KeepAlive::GetParameter;
    request("GET_PARAMETER", base_.text(), session_header(), [this](const Message& next) { kept_alive(next); });
}

void Conversation::send_report() {
    report_timer_ = timer(options_.report_interval, [this] { send_report(); });
    const auto report = user_.report();
    if (report.empty()) return;
    if (lower_ == Transport::Tcp) {
        std::string frame = {'$', static_cast<char>(*transport_.rtcp_channel), static_cast<char>(report.size() >> 8U),
                             static_cast<char>(report.size() & 0xFFU)};
        frame.append(reinterpret_cast<const char*>(report.data()), report.size());
        return link_.send(frame);
    }
    if (transport_.rtcp_port == 0) return;
    Address to = source_ ? *source_ : link_.peer();
    to.set_port(transport_.rtcp_port);
    udp_->send(true, report, to);
}

// Opens the way through our own firewall or address translation: to it, what comes back answers this.
void Conversation::punch_hole() {
    if (transport_.rtp_port == 0) return;
    Address to = source_ && source_->family() == link_.peer().family() ? *source_ : link_.peer();
    to.set_port(transport_.rtp_port);
    // Too short for RTP (version 0) and for RTCP: thrown away by whoever reads it.
    constexpr std::array<std::uint8_t, 4> kNothing{};
    udp_->send(false, kNothing, to);
    to.set_port(transport_.rtcp_port);
    udp_->send(true, kNothing, to);
}

void Conversation::packet_arrived(bool control, std::span<const std::uint8_t> packet) {
    if (state_ != State::Playing) {
        // Some cameras send before they answer PLAY: the first key frame may be among it. Not from those that may still
        // be sending what another session asked for.
        if (state_ != State::Starting || leaves_stale_sessions(server_)) return;
        quirk("Q22", "packets come before the answer to PLAY");
    }
    ++packets_;
    user_.on_packet(control, packet);
}

std::size_t Conversation::on_bytes(std::span<const std::uint8_t> bytes) {
    const auto used = demux_.feed(bytes, *this);
    if (used) return *used;
    end({.why = Ending::Why::Lost, .detail = used.error().detail});
    return bytes.size();
}

void Conversation::on_read() {
    if (state_ != State::Closed) user_.on_round();
}

void Conversation::on_packet(std::uint8_t channel, std::span<const std::uint8_t> packet) {
    if (lower_ != Transport::Tcp || !transport_.rtp_channel) return;
    packet_arrived(channel != *transport_.rtp_channel, packet);
}

void Conversation::on_resynchronised(std::size_t skipped) {
    if (state_ == State::Closing || state_ == State::Closed) return;
    user_.on_happening(StreamEvent::Kind::Resynchronised, std::to_string(skipped) + " bytes made no sense", "Q29");
}

void Conversation::on_unknown_channel(std::uint8_t channel) {
    if (state_ >= State::Starting && state_ <= State::Playing)
        quirk("Q21", "packets on channel " + std::to_string(channel) + ", which was never set up");
}

void Conversation::on_datagram(bool control, std::span<const std::uint8_t> bytes, const Address& from) {
    // Any port of the camera, since many send from another than they say; no other machine, unless the camera named it.
    const bool expected = from.same_host(link_.peer()) || (source_ && from.same_host(*source_));
    if (!expected) {
        if (!std::exchange(foreign_told_, true)) quirk("Q34", "packets from another machine, left out");
        return;
    }
    if (transport_.rtp_port != 0 && from.port() != (control ? transport_.rtcp_port : transport_.rtp_port))
        quirk("Q34", "packets come from another port than the camera said");
    packet_arrived(control, bytes);
}

void Conversation::on_datagrams_read() {
    if (state_ != State::Closed) user_.on_round();
}

}  // namespace beffroi::rtsp
