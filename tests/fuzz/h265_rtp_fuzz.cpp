// Any packets: frames that come out are well-formed, begin with a key frame, and have a format.
#include "rtp_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return beffroi::fuzz::receive(beffroi::codec::Codec::H265, data, size);
}
