#include "media/rtp/rtcp.hpp"

#include <algorithm>
#include <string_view>

namespace beffroi::rtp {

namespace {

constexpr std::uint8_t kSenderReport = 200, kReceiverReport = 201, kSourceDescription = 202, kBye = 203;

void write_u32(std::uint8_t* out, std::uint32_t value) {
    out[0] = static_cast<std::uint8_t>(value >> 24U);
    out[1] = static_cast<std::uint8_t>(value >> 16U);
    out[2] = static_cast<std::uint8_t>(value >> 8U);
    out[3] = static_cast<std::uint8_t>(value);
}

}  // namespace

RtcpFacts parse_rtcp(Bytes bytes) {
    RtcpFacts facts;
    while (!bytes.empty()) {
        if (bytes.size() < 4 || (bytes[0] & 0xC0U) != 0x80U) {
            facts.odd = true;
            break;
        }
        const std::size_t said = 4 + std::size_t{4} * read_u16(bytes, 2);
        if (said > bytes.size()) facts.odd = true;
        const Bytes one = bytes.first(std::min(said, bytes.size()));
        if (bytes[1] == kSenderReport) {
            if (one.size() >= 20) {
                const std::uint64_t high = read_u32(one, 8);
                facts.report =
                    RtcpFacts::Report{read_u32(one, 4), (high << 32U) | read_u32(one, 12), read_u32(one, 16)};
            } else {
                facts.odd = true;
            }
        } else if (bytes[1] == kBye) {
            if ((one[0] & 0x1FU) > 0 && one.size() >= 8) facts.bye = read_u32(one, 4);
        } else if (bytes[1] < 192 || bytes[1] > 223) {
            facts.odd = true;
        }
        bytes = bytes.subspan(one.size());
    }
    return facts;
}

std::array<std::uint8_t, kReceiverReportSize> write_receiver_report(std::uint32_t own_ssrc, const ReportBlock& block) {
    std::array<std::uint8_t, kReceiverReportSize> out{};
    std::uint8_t* at = out.data();
    at[0] = 0x81;  // version 2, one block
    at[1] = kReceiverReport;
    at[3] = 7;
    write_u32(at + 4, own_ssrc);
    write_u32(at + 8, block.ssrc);
    write_u32(at + 12, static_cast<std::uint32_t>(std::clamp(block.lost, -0x800000, 0x7FFFFF)) & 0xFFFFFFU);
    at[12] = block.fraction_lost;
    write_u32(at + 16, block.highest_sequence);
    write_u32(at + 20, block.jitter);
    write_u32(at + 24, block.last_report);
    write_u32(at + 28, block.delay);
    at += 32;
    at[0] = 0x81;
    at[1] = kSourceDescription;
    at[3] = 4;
    write_u32(at + 4, own_ssrc);
    constexpr std::string_view kName = "beffroi";  // the same for all: a recorder says nothing about its place
    at[8] = 1;                                     // CNAME
    at[9] = kName.size();
    std::ranges::copy(kName, at + 10);  // zeros behind it end the list
    return out;
}

}  // namespace beffroi::rtp
