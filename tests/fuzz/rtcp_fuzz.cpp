// Any bytes as RTCP: read or left alone.
#include "media/rtp/rtcp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const beffroi::rtp::RtcpFacts facts = beffroi::rtp::parse_rtcp({data, size});
    return facts.report && size < 20 ? 1 : 0;
}
