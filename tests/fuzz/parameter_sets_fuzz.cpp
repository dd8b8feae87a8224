// Any bytes as parameter sets and JPEG headers: a format with a record that is not cut, or none; never a size beyond 16
// bits.
#include <cstdlib>

#include "media/codec/format.hpp"
#include "media/codec/jpeg.hpp"
#include "media/codec/nal.hpp"

using namespace beffroi::codec;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes bytes(data, size);
    for (const Codec codec : {Codec::H264, Codec::H265}) {
        ParameterSets sets(codec);
        if (size % 2 == 0) sets.add_described(bytes);
        for_each_annex_b(bytes, [&](Bytes nal) {
            if (sets.add(nal) && sets.add(nal)) std::abort();  // the same again changes nothing
        });
        const FormatPtr format = sets.format();
        if (format == nullptr) {
            if (sets.complete()) std::abort();
            continue;
        }
        if (format->configuration.size() < 7 || format->configuration[0] != 1 || format->codec_string.size() < 10)
            std::abort();
        if (format->declared_rate < 0) std::abort();
    }
    if (const auto header = parse_jpeg(bytes); header && header->scan > size) std::abort();
    return 0;
}
