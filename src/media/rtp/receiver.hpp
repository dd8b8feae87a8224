// The packets of one video medium, as they come from the network, to frames.
//
// Order, loss, repeats, late packets (over UDP, and over TCP once a camera has shown that it needs it), other senders,
// restarts, jumps of the clock, payload types nobody announced: dealt with here. The codec's payloads are dealt with by
// its depacketiser.
//
// One thread. Nothing is allocated per packet.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "media/rtp/depacketiser.hpp"
#include "media/rtp/frame.hpp"
#include "media/rtp/remark.hpp"
#include "media/rtp/rtcp.hpp"
#include "media/rtp/sequence.hpp"

namespace beffroi::rtp {

struct ReceiverOptions {
    codec::Codec codec = codec::Codec::H264;
    std::uint8_t payload_type = 96;
    std::uint32_t clock_rate = 90'000;  // 0 is taken as 90 000
    bool reorder = false;               // over UDP: wait for packets that are late
    bool order_numbers = false;         // H.265: sprop-max-don-diff > 0
    std::uint16_t width = 0,
                  height = 0;  // JPEG: from the session description, for images beyond 2040 pixels; 0: not said
    // From the session description, each already out of base64; may hold garbage. H.264: sprop-parameter-sets; H.265:
    // sprop-vps, -sps, -pps.
    std::vector<std::vector<std::uint8_t>> parameter_sets;
    std::uint32_t own_ssrc = 0x42454646;  // in our receiver reports
};

class Receiver {
  public:
    // `sink` must outlive the receiver. `listener` may be empty.
    Receiver(const ReceiverOptions& options, FrameSink& sink, RemarkListener listener);
    ~Receiver();
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    // One RTP packet. `arrival_us`: UTC, when it was read.
    void packet(Bytes bytes, std::int64_t arrival_us);
    // One compound RTCP packet.
    void rtcp(Bytes bytes, std::int64_t arrival_us);
    // The connection is over: gives the frame under way and what waited for late packets.
    void flush();

    // What to send back; `now_us` as arrival times. Empty while nothing was received.
    [[nodiscard]] std::span<const std::uint8_t> receiver_report(std::int64_t now_us);
    [[nodiscard]] const ReceiverStats& stats() const { return stats_; }
    [[nodiscard]] std::uint32_t ssrc() const { return ssrc_; }

  private:
    struct Waiting {
        std::vector<std::uint8_t> bytes;  // keeps its capacity
        std::int64_t arrival_us = 0;
        bool full = false;
    };
    static constexpr std::size_t kWindow = 64;

    bool wanted(const Packet& packet);
    bool known_sender(const Packet& packet);
    void in_order(const Packet& packet, std::int64_t arrival_us);
    void sort(const Packet& packet, Bytes bytes, std::int64_t arrival_us);
    void far(const Packet& packet, Bytes bytes, std::int64_t arrival_us);
    void ahead(const Packet& packet, Bytes bytes, std::int64_t arrival_us);
    void drain();
    void give_up_gap();
    void restart(std::string_view quirk, std::string_view detail);
    void measure(const Packet& packet, std::int64_t arrival_us);

    ReceiverOptions options_;
    FrameSink& sink_;
    Remarks remarks_;
    ReceiverStats stats_;
    std::unique_ptr<Depacketiser> depacketiser_;

    bool started_ = false;
    std::uint32_t ssrc_ = 0;
    std::uint32_t abandoned_ssrc_ = 0;  // of the sender before: its late packets are no third sender
    bool has_abandoned_ = false;
    std::uint32_t abandoned_in_row_ = 0;
    std::uint32_t strangers_ = 0;  // packets of one payload type nobody announced, while there is none of ours
    std::uint8_t stranger_type_ = 0;
    SequenceTracker sequence_;  // of packets given on
    TimeUnwrapper time_;
    std::int64_t last_time_ = 0;
    std::int64_t last_arrival_us_ = 0;
    bool has_time_ = false;

    bool reorder_ = false;
    std::array<Waiting, kWindow> window_;  // by sequence number modulo its size
    std::size_t waiting_ = 0;
    std::int64_t waiting_since_us_ = 0;
    Waiting suspect_;  // a packet far off: true if the next one follows it
    std::uint16_t suspect_sequence_ = 0;

    double jitter_ = 0;  // ticks
    std::int32_t transit_ = 0;
    std::uint64_t expected_before_ = 0;
    std::uint64_t received_before_ = 0;
    std::uint32_t sender_report_middle_ = 0;
    std::int64_t sender_report_arrival_us_ = 0;
    std::array<std::uint8_t, kReceiverReportSize> report_{};
};

}  // namespace beffroi::rtp
