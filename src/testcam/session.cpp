#include "testcam/session.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <sys/socket.h>
#include <sys/uio.h>

#include "testcam/sdp.hpp"

namespace beffroi::testcam {

namespace {
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::size_t kReadSize = 16 * 1024;
}  // namespace

Session::Session(World& world, std::unique_ptr<Channel> channel, const sockaddr_in& peer)
    : world_(world), channel_(std::move(channel)), peer_(peer) {
    last_seen_us_ = last_report_us_ = world.now_us;
    nonce_ = std::to_string(world.random());
}

Session::~Session() {
    if (camera_ == nullptr) return;
    camera_->detach(*this);
    if (video_.set_up && !torn_down_ && camera_->has(FaultKind::SessionLimit)) {
        camera_->leave_behind(world_.now_us + world_.settings.session_timeout_s * kMillion);
    }
}

bool Session::on_readable() {
    std::array<std::uint8_t, kReadSize> buffer;
    for (;;) {
        const std::ptrdiff_t got = channel_->read(buffer);
        if (got == Channel::kWait) break;
        if (got < 0) return false;
        reader_.add(Bytes(buffer).first(static_cast<std::size_t>(got)));
        for (bool more = true; more && !over_;) {
            switch (reader_.next()) {
                case RequestReader::Found::Nothing:
                    more = false;
                    break;
                case RequestReader::Found::Broken:
                    return false;
                case RequestReader::Found::Request:
                    handle(reader_.request());
                    break;
                case RequestReader::Found::Packet:
                    on_report();
                    if (camera_ != nullptr) ++camera_->counters().reports_received;
                    break;
            }
        }
        if (over_) return false;
    }
    return flush();
}

bool Session::on_writable() {
    return flush();
}

// What waits. False: the connection is broken.
bool Session::flush() {
    while (sent_ < out_.size()) {
        const std::ptrdiff_t sent = channel_->write(Bytes(out_).subspan(sent_));
        if (sent == Channel::kWait) return true;
        if (sent < 0) {
            over_ = true;
            return false;
        }
        sent_ += static_cast<std::size_t>(sent);
    }
    out_.clear();
    sent_ = 0;
    return true;
}

// Sends at once what the connection takes, keeps the rest.
void Session::queue(Bytes bytes) {
    if (has(FaultKind::Backlog)) {
        held_.insert(held_.end(), bytes.begin(), bytes.end());
        return;
    }
    if (!held_.empty()) {
        out_.insert(out_.end(), held_.begin(), held_.end());
        held_.clear();
    }
    if (!wants_write()) {
        const std::ptrdiff_t sent = channel_->write(bytes);
        if (sent == Channel::kBroken) {
            over_ = true;
            return;
        }
        if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
        if (bytes.empty()) return;
    }
    if (sent_ > out_.size() / 2) {
        out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(sent_));
        sent_ = 0;
    }
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    world_.blocked.push_back(descriptor());
}

void Session::check_timeouts() {
    const std::int64_t silence = world_.now_us - last_seen_us_;
    if (camera_ != nullptr && playing_ && silence > (world_.settings.session_timeout_s + 5) * kMillion) {
        ++camera_->counters().timed_out;
        over_ = true;
    }
    if (const Fault* strict = camera_ != nullptr ? camera_->fault(FaultKind::NeedsReceiverReports) : nullptr) {
        const double quiet = static_cast<double>(world_.now_us - std::max(last_report_us_, play_us_));
        if (playing_ && quiet > strict->value * kMillion) over_ = true;
    }
}

bool Session::owns(const sockaddr_in& from) const {
    return video_.set_up && video_.udp && video_.rtcp.sin_port == from.sin_port &&
           video_.rtcp.sin_addr.s_addr == from.sin_addr.s_addr;
}

void Session::send_unit(const Unit& unit) {
    if (!playing_ || over_) return;
    if (wait_key_ && !unit.key) return;
    wait_key_ = false;
    if (out_.size() - sent_ > world_.settings.backlog_most) {
        ++camera_->counters().frames_left_out;
        return;
    }
    ++units_;
    if (camera_->bent()) {
        send_bent(unit);
    } else {
        send_straight(unit);
    }
    if (!late_answer_.empty()) {
        queue({reinterpret_cast<const std::uint8_t*>(late_answer_.data()), late_answer_.size()});
        late_answer_.clear();
    }
    Counters& counters = camera_->counters();
    ++counters.frames;
    send_reports(unit);
    if (has(FaultKind::ServerRequests) && units_ % 10 == 5) {
        const std::string own = "GET_PARAMETER * RTSP/1.0\r\nCSeq: " + std::to_string(own_cseq_++) + "\r\n\r\n";
        queue({reinterpret_cast<const std::uint8_t*>(own.data()), own.size()});
    }
    if (sound_.set_up) send_sound();
    if (world_.settings.on_sent) {
        world_.settings.on_sent(
            {camera_->index(), unit.mark, unit.key, unit.rtp_time, unit.picture ? &unit.picture->nals : nullptr});
    }
}

// The packets as they lie, with this session's numbers written over.
void Session::send_straight(const Unit& unit) {
    Buffer& bytes = world_.scratch;
    bytes.assign(unit.batch->bytes.begin(), unit.batch->bytes.end());
    if (unit.batch->mark != kNoMark) patch_mark(bytes.data() + unit.batch->mark, unit.mark);
    for (const PacketPlace& packet : unit.batch->packets) {
        stamp(bytes.data() + packet.at, {video_.channel, video_.sequence++, unit.rtp_time, video_.ssrc});
    }
    video_.packets += static_cast<std::uint32_t>(unit.batch->packets.size());
    video_.bytes += static_cast<std::uint32_t>(unit.batch->bytes.size());
    camera_->counters().packets += unit.batch->packets.size();
    camera_->counters().bytes += bytes.size();
    if (!video_.udp) {
        queue(bytes);
        return;
    }
    constexpr std::size_t kAtOnce = 64;
    std::array<mmsghdr, kAtOnce> messages{};
    std::array<iovec, kAtOnce> pieces{};
    const auto& packets = unit.batch->packets;
    for (std::size_t begin = 0; begin < packets.size(); begin += kAtOnce) {
        const std::size_t count = std::min(kAtOnce, packets.size() - begin);
        for (std::size_t i = 0; i < count; ++i) {
            const PacketPlace& packet = packets[begin + i];
            pieces[i] = {bytes.data() + packet.at + kFraming, packet.size - kFraming};
            messages[i].msg_hdr = {&video_.rtp, sizeof video_.rtp, &pieces[i], 1, nullptr, 0, 0};
        }
        // What the kernel has no room for is lost, as on a network.
        (void)::sendmmsg(world_.rtp.number(), messages.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    }
}

void Session::send_udp(const Track& track, Bytes packet, bool rtcp) {
    const sockaddr_in& to = rtcp ? track.rtcp : track.rtp;
    const int from = has(FaultKind::OtherSource) ? world_.other.number()
                     : rtcp                      ? world_.rtcp.number()
                                                 : world_.rtp.number();
    (void)::sendto(from, packet.data(), packet.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

void Session::send_rtcp(const Track& track, Buffer report) {
    if (track.udp) {
        send_udp(track, report, true);
        return;
    }
    Buffer framed(kFraming);
    framed[0] = '$';
    framed[1] = static_cast<std::uint8_t>(track.channel + 1);
    put16(framed.data() + 2, static_cast<std::uint32_t>(report.size()));
    framed.insert(framed.end(), report.begin(), report.end());
    queue(framed);
}

// RFC 3550 §6.4.1 and §6.5.
Buffer Session::sender_report(const Unit& unit) {
    constexpr std::uint64_t kFrom1900 = 2'208'988'800;
    constexpr double kYear = 365.25 * 86'400;
    Buffer out(28);
    out[0] = 0x80;
    out[1] = 200;
    put16(out.data() + 2, 6);
    const std::uint32_t ssrc = has(FaultKind::RtcpUnknownSource) ? ~video_.ssrc : video_.ssrc;
    put32(out.data() + 4, ssrc);
    std::int64_t utc_us = unit.utc_us;
    if (const Fault* off = camera_->fault(FaultKind::SenderReportsOff)) {
        utc_us += std::llround(off->value * kYear) * kMillion;
    }
    const auto seconds = static_cast<std::uint64_t>(utc_us / kMillion) + kFrom1900;
    const auto fraction = (static_cast<std::uint64_t>(utc_us % kMillion) << 32U) / kMillion;
    put32(out.data() + 8, static_cast<std::uint32_t>(seconds));
    put32(out.data() + 12, static_cast<std::uint32_t>(fraction));
    put32(out.data() + 16, unit.rtp_time);
    put32(out.data() + 20, video_.packets);
    put32(out.data() + 24, video_.bytes);
    // CNAME, padded with zeros to four bytes, at least one.
    const std::string name = "cam" + std::to_string(camera_->index());
    Buffer items(4);
    put32(items.data(), ssrc);
    items.push_back(1);
    items.push_back(static_cast<std::uint8_t>(name.size()));
    items.insert(items.end(), name.begin(), name.end());
    do items.push_back(0);
    while (items.size() % 4 != 0);
    Buffer head{0x81, 202, 0, static_cast<std::uint8_t>(items.size() / 4)};
    out.insert(out.end(), head.begin(), head.end());
    out.insert(out.end(), items.begin(), items.end());
    if (has(FaultKind::RtcpGarbage)) {
        out[0] = units_ % 2 == 0 ? 0xA0 : 0x3F;  // padding that isn't there, or another version
        out.back() = 0xFF;
        out.resize(out.size() - 3);
    }
    return out;
}

void Session::send_reports(const Unit& unit) {
    if (world_.now_us < next_report_us_ || has(FaultKind::NoSenderReports)) return;
    if (const Fault* late = camera_->fault(FaultKind::SenderReportsLate)) {
        if (static_cast<double>(world_.now_us - play_us_) < late->value * kMillion) return;
    }
    next_report_us_ = world_.now_us + world_.settings.report_interval_ms * std::int64_t{1000};
    send_rtcp(video_, sender_report(unit));
}

// Silence in A-law, 20 ms a packet, for who asked for it.
void Session::send_sound() {
    constexpr std::int64_t kPacketUs = 20'000;
    constexpr std::uint32_t kSamples = 160;
    const auto due = static_cast<std::uint64_t>((world_.now_us - play_us_) / kPacketUs);
    for (; sound_sent_ < due; ++sound_sent_) {
        PacketBatch batch;
        const Buffer silence(kSamples, 0xD5);
        append_packet(batch, kSoundType, {}, silence);
        stamp(batch.bytes.data(),
              {sound_.channel, sound_.sequence++, static_cast<std::uint32_t>(sound_sent_ * kSamples), sound_.ssrc});
        if (sound_.udp) {
            send_udp(sound_, Bytes(batch.bytes).subspan(kFraming), false);
        } else {
            queue(batch.bytes);
        }
        ++camera_->counters().sound_packets;
    }
}

}  // namespace beffroi::testcam
