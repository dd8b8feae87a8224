#include "media/rtp/receiver.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "media/rtp/h264.hpp"
#include "media/rtp/h265.hpp"
#include "media/rtp/jpeg.hpp"
#include "media/rtp/packet.hpp"

namespace beffroi::rtp {

namespace {

using Verdict = SequenceTracker::Verdict;

constexpr std::int64_t kSecond = 1'000'000;        // microseconds
constexpr std::int64_t kJumpForth = 10 * kSecond;  // more than the arrival tells
constexpr std::int64_t kJumpBack = 2 * kSecond;    // reordered images go back less
constexpr std::int64_t kMostWait = 200'000;        // for a late packet
constexpr std::uint32_t kAbandonedReturns = 64;    // packets in a row until a former sender is the sender again
constexpr std::uint32_t kStrangersEnough = 50;
constexpr std::uint8_t kFirstDynamic = 96, kStaticJpeg = 26;

std::unique_ptr<Depacketiser> make(const ReceiverOptions& options, FrameSink& sink, Remarks& remarks,
                                   ReceiverStats& stats) {
    switch (options.codec) {
        case codec::Codec::H264: {
            auto made = std::make_unique<H264Depacketiser>(sink, remarks, stats);
            for (const std::vector<std::uint8_t>& set : options.parameter_sets) made->units().describe(set);
            return made;
        }
        case codec::Codec::H265: {
            auto made = std::make_unique<H265Depacketiser>(options.order_numbers, sink, remarks, stats);
            for (const std::vector<std::uint8_t>& set : options.parameter_sets) made->units().describe(set);
            return made;
        }
        case codec::Codec::Jpeg:
            return std::make_unique<JpegDepacketiser>(options.width, options.height, sink, remarks, stats);
    }
    return nullptr;
}

}  // namespace

Receiver::Receiver(const ReceiverOptions& options, FrameSink& sink, RemarkListener listener)
    : options_(options),
      sink_(sink),
      remarks_(std::move(listener)),
      depacketiser_(make(options, sink, remarks_, stats_)),
      reorder_(options.reorder) {
    if (options_.clock_rate == 0) options_.clock_rate = 90'000;
}

Receiver::~Receiver() = default;

void Receiver::packet(Bytes bytes, std::int64_t arrival_us) {
    if (looks_like_rtcp(bytes)) {
        rtcp(bytes, arrival_us);
        return;
    }
    const std::optional<Packet> packet = parse_packet(bytes);
    if (!packet || !wanted(*packet) || !known_sender(*packet)) {
        ++stats_.ignored;
        return;
    }
    if (packet->odd) remarks_.quirk("Q51", "padding that cannot be true");
    ++stats_.packets;
    stats_.bytes += bytes.size();
    measure(*packet, arrival_us);
    sort(*packet, bytes, arrival_us);
}

// Payload types nobody announced are left alone (Q50), unless the stream consists of nothing else.
bool Receiver::wanted(const Packet& packet) {
    if (packet.payload_type == options_.payload_type) return true;
    remarks_.quirk("Q50", "packets of a payload type that was not announced");
    if (started_ || (packet.payload_type < kFirstDynamic && packet.payload_type != kStaticJpeg)) return false;
    if (packet.payload_type != stranger_type_) strangers_ = 0;
    stranger_type_ = packet.payload_type;
    if (++strangers_ < kStrangersEnough) return false;
    options_.payload_type = packet.payload_type;
    remarks_.quirk("Q50", "the stream has another payload type than announced");
    return true;
}

bool Receiver::known_sender(const Packet& packet) {
    if (!started_) {
        started_ = true;
        ssrc_ = packet.ssrc;
        return true;
    }
    if (packet.ssrc == ssrc_) {
        abandoned_in_row_ = 0;
        return true;
    }
    if (has_abandoned_ && packet.ssrc == abandoned_ssrc_ && ++abandoned_in_row_ < kAbandonedReturns) return false;
    restart("Q24", "another sender (SSRC)");
    abandoned_ssrc_ = std::exchange(ssrc_, packet.ssrc);
    has_abandoned_ = true;
    abandoned_in_row_ = 0;
    return true;
}

void Receiver::sort(const Packet& packet, Bytes bytes, std::int64_t arrival_us) {
    switch (sequence_.judge(packet.sequence)) {
        case Verdict::First:
            in_order(packet, arrival_us);
            break;
        case Verdict::Next:
            if (waiting_ > 0) ++stats_.reordered;
            in_order(packet, arrival_us);
            if (waiting_ > 0) drain();
            break;
        case Verdict::Gap:
            if (reorder_) {
                ahead(packet, bytes, arrival_us);
            } else {
                in_order(packet, arrival_us);
            }
            break;
        case Verdict::Late:
            ++stats_.ignored;
            if (!reorder_) remarks_.quirk("Q28", "packets out of order");
            reorder_ = true;  // from now on it is waited for them
            break;
        case Verdict::Duplicate:
            ++stats_.duplicates;
            remarks_.quirk("Q28", "packets sent twice");
            break;
        case Verdict::Far:
            far(packet, bytes, arrival_us);
            break;
    }
}

void Receiver::in_order(const Packet& packet, std::int64_t arrival_us) {
    suspect_.full = false;
    if (sequence_.judge(packet.sequence) == Verdict::Gap) {
        const std::uint32_t missing = sequence_.gap(packet.sequence);
        stats_.lost += missing;
        remarks_.tell({Remark::Kind::PacketsLost, "Q28", "packets are missing", missing});
        depacketiser_->lost(missing);
    }
    sequence_.take(packet.sequence);
    if (has_time_) {
        const std::int64_t rate = options_.clock_rate;
        const std::int64_t moved = (time_.peek(packet.timestamp) - last_time_) * kSecond / rate;
        if (moved < -kJumpBack || (moved > kJumpForth && moved > arrival_us - last_arrival_us_ + kJumpForth)) {
            remarks_.tell({Remark::Kind::ClockJump, "Q27", moved < 0 ? "timestamps jump back" : "timestamps jump forth",
                           static_cast<std::uint64_t>(std::abs(moved)) / 1000});
            depacketiser_->discontinuity();
            time_.restart();
        }
    }
    last_time_ = time_.unwrap(packet.timestamp);
    last_arrival_us_ = arrival_us;
    has_time_ = true;
    depacketiser_->packet(packet, {last_time_, arrival_us});
}

// A restart of the numbering shows in two packets that follow each other; one alone is no packet of this stream.
void Receiver::far(const Packet& packet, Bytes bytes, std::int64_t arrival_us) {
    if (!suspect_.full || packet.sequence != static_cast<std::uint16_t>(suspect_sequence_ + 1U)) {
        if (suspect_.full) ++stats_.ignored;
        suspect_.bytes.assign(bytes.begin(), bytes.end());
        suspect_.arrival_us = arrival_us;
        suspect_.full = true;
        suspect_sequence_ = packet.sequence;
        return;
    }
    const std::vector<std::uint8_t> first = std::move(suspect_.bytes);
    const std::int64_t first_arrival_us = suspect_.arrival_us;
    restart("Q28", "sequence numbers start anew");
    if (const std::optional<Packet> before = parse_packet(first)) in_order(*before, first_arrival_us);
    in_order(packet, arrival_us);
}

void Receiver::ahead(const Packet& packet, Bytes bytes, std::int64_t arrival_us) {
    while (waiting_ > 0 && sequence_.judge(packet.sequence) == Verdict::Gap &&
           sequence_.gap(packet.sequence) >= kWindow - 1)
        give_up_gap();
    const Verdict verdict = sequence_.judge(packet.sequence);
    if (verdict != Verdict::Gap || sequence_.gap(packet.sequence) >= kWindow - 1) {
        in_order(packet, arrival_us);
        drain();
        return;
    }
    Waiting& slot = window_.at(packet.sequence % kWindow);
    if (slot.full) {
        ++stats_.duplicates;
        return;
    }
    slot.bytes.assign(bytes.begin(), bytes.end());
    slot.arrival_us = arrival_us;
    slot.full = true;
    if (waiting_++ == 0) waiting_since_us_ = arrival_us;
    if (arrival_us - waiting_since_us_ > kMostWait) {
        give_up_gap();
        waiting_since_us_ = arrival_us;
    }
}

// Those that waited for the packet just taken.
void Receiver::drain() {
    while (waiting_ > 0) {
        Waiting& slot = window_.at((sequence_.highest() + 1) % kWindow);
        if (!slot.full) return;
        slot.full = false;
        --waiting_;
        if (const std::optional<Packet> packet = parse_packet(slot.bytes)) in_order(*packet, slot.arrival_us);
    }
}

// What is missing before the first that waits will not come any more.
void Receiver::give_up_gap() {
    for (std::uint64_t next = sequence_.highest() + 1; waiting_ > 0; ++next) {
        Waiting& slot = window_.at(next % kWindow);
        if (!slot.full) continue;
        slot.full = false;
        --waiting_;
        if (const std::optional<Packet> packet = parse_packet(slot.bytes)) in_order(*packet, slot.arrival_us);
        drain();
        return;
    }
}

void Receiver::restart(std::string_view quirk, std::string_view detail) {
    while (waiting_ > 0) give_up_gap();
    remarks_.tell({Remark::Kind::SenderChanged, quirk, detail, 0});
    depacketiser_->discontinuity();
    sequence_.restart();
    time_.restart();
    has_time_ = false;
    suspect_.full = false;
    sender_report_arrival_us_ = 0;
}

void Receiver::flush() {
    while (waiting_ > 0) give_up_gap();
    depacketiser_->flush();
}

void Receiver::rtcp(Bytes bytes, std::int64_t arrival_us) {
    const RtcpFacts facts = parse_rtcp(bytes);
    if (facts.odd) remarks_.quirk("Q25", "RTCP that is not as it should be");
    if (!facts.report) return;
    if (started_ && facts.report->ssrc != ssrc_) {
        remarks_.quirk("Q25", "RTCP of an unknown sender");
        return;
    }
    sender_report_middle_ = static_cast<std::uint32_t>(facts.report->ntp >> 16U);
    sender_report_arrival_us_ = arrival_us;
    sink_.on_sender_report({facts.report->ntp, facts.report->rtp_time, arrival_us});
}

// RFC 3550 A.8
void Receiver::measure(const Packet& packet, std::int64_t arrival_us) {
    const std::int64_t ticks =
        arrival_us / kSecond * options_.clock_rate + arrival_us % kSecond * options_.clock_rate / kSecond;
    const auto transit = static_cast<std::int32_t>(static_cast<std::uint32_t>(ticks) - packet.timestamp);
    const auto moved =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(transit) - static_cast<std::uint32_t>(transit_));
    transit_ = transit;
    if (!has_time_) return;
    jitter_ += (std::abs(static_cast<double>(moved)) - jitter_) / 16;
}

std::span<const std::uint8_t> Receiver::receiver_report(std::int64_t now_us) {
    if (!sequence_.started()) return {};
    const std::uint64_t expected = sequence_.expected();
    const std::uint64_t received = sequence_.received();
    const std::uint64_t expected_now = expected - std::exchange(expected_before_, expected);
    const std::uint64_t received_now = received - std::exchange(received_before_, received);
    ReportBlock block;
    block.ssrc = ssrc_;
    if (expected_now > received_now && expected_now > 0)
        block.fraction_lost =
            static_cast<std::uint8_t>(std::min<std::uint64_t>(255, (expected_now - received_now) * 256 / expected_now));
    block.lost = static_cast<std::int32_t>(std::clamp<std::int64_t>(
        static_cast<std::int64_t>(expected) - static_cast<std::int64_t>(received), -0x800000, 0x7FFFFF));
    block.highest_sequence = static_cast<std::uint32_t>(sequence_.highest() - 0x10000);
    block.jitter = static_cast<std::uint32_t>(std::min(jitter_, 4e9));
    if (sender_report_arrival_us_ != 0) {
        block.last_report = sender_report_middle_;
        block.delay = static_cast<std::uint32_t>(std::max<std::int64_t>(0, now_us - sender_report_arrival_us_) *
                                                 65'536 / kSecond);
    }
    report_ = write_receiver_report(options_.own_ssrc, block);
    return report_;
}

}  // namespace beffroi::rtp
