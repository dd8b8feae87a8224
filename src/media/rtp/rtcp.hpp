// RTCP as a receiver needs it (RFC 3550 §6): reads sender reports and farewells, writes receiver reports.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "media/rtp/packet.hpp"

namespace beffroi::rtp {

// What a compound packet says. Unknown packets, wrong padding, a length behind the end: what was read before counts
// (Q25).
struct RtcpFacts {
    struct Report {
        std::uint32_t ssrc = 0;
        std::uint64_t ntp = 0;  // 32.32 fixed point since 1900
        std::uint32_t rtp_time = 0;
    };
    std::optional<Report> report;      // the last one
    std::optional<std::uint32_t> bye;  // who says farewell
    bool odd = false;                  // something was not as the RFC wants it
};
[[nodiscard]] RtcpFacts parse_rtcp(Bytes bytes);

// RFC 3550 §6.4.1, report block
struct ReportBlock {
    std::uint32_t ssrc = 0;              // whom it is about
    std::uint8_t fraction_lost = 0;      // since the report before, of 256
    std::int32_t lost = 0;               // since the start; 24 bits
    std::uint32_t highest_sequence = 0;  // with the count of wraps in the high half
    std::uint32_t jitter = 0;            // ticks
    std::uint32_t last_report = 0;       // middle 32 bits of the NTP time of the last sender report
    std::uint32_t delay = 0;             // since then, 1/65536 s
};

// A receiver report and a source description (CNAME), as each compound packet needs both (§6.1).
inline constexpr std::size_t kReceiverReportSize = 32 + 20;
[[nodiscard]] std::array<std::uint8_t, kReceiverReportSize> write_receiver_report(std::uint32_t own_ssrc,
                                                                                  const ReportBlock& block);

}  // namespace beffroi::rtp
