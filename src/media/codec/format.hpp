// The parameter sets seen so far, and what they make of a stream: its facts and its configuration record.
//
// Sources: avcC = ISO/IEC 14496-15 §5.3.3; hvcC = §8.3.3; codec strings = RFC 6381 §3.3 and ISO/IEC 14496-15 Annex E.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "media/codec/parameters.hpp"
#include "media/codec/video.hpp"

namespace beffroi::codec {

// Holds copies. Bounded: 64 KiB in all, 31 sets of a kind; what comes beyond is not taken (it stays in the frames all
// the same).
class ParameterSets {
  public:
    explicit ParameterSets(Codec codec) : codec_(codec) {}

    // One set with its header; a set of the same kind and number takes the place of the one before. Also takes what
    // RTSP descriptions hold by mistake: Annex B with several sets in it (Q11), zeros behind the end, other NAL units
    // (left out). True when something is now other than before.
    bool add(Bytes nal) { return add(nal, Source::Stream); }
    // The same from a session description: gives way to the first set of its kind in the stream, even to one with
    // another number, since descriptions may hold garbage (Q10).
    bool add_described(Bytes nal) { return add(nal, Source::Description); }
    void clear();

    // Enough to decode with: SPS and PPS (a missing VPS is no reason to refuse).
    [[nodiscard]] bool complete() const;
    // Null while there is no SPS that can be read at all.
    [[nodiscard]] FormatPtr format() const;
    // The SPS in use: the one that the last PPS names, else the last. H.264 only.
    [[nodiscard]] const std::optional<H264Sps>& active_h264() const { return active_h264_; }
    [[nodiscard]] Codec codec() const { return codec_; }

  private:
    enum class Source : std::uint8_t { Stream, Description };
    struct Set {
        Source source = Source::Stream;
        std::uint8_t type = 0;
        std::uint32_t id = 0;
        std::vector<std::uint8_t> bytes;
    };
    bool add(Bytes nal, Source source);
    bool add_one(Bytes nal, Source source);
    bool forget_described(std::uint8_t type);
    void choose();
    [[nodiscard]] const Set* active_sps() const;
    // All of a kind by number, but `first` (if it is one of them) first: simple readers look at that one only.
    [[nodiscard]] std::vector<const Set*> of(std::uint8_t type, const Set* first = nullptr) const;
    [[nodiscard]] VideoFormat format_h264(const Set& sps) const;
    [[nodiscard]] VideoFormat format_h265(const Set& sps) const;

    Codec codec_;
    std::vector<Set> sets_;
    std::size_t bytes_ = 0;
    std::optional<std::uint32_t> wanted_sps_;  // named by the last PPS
    std::uint32_t last_sps_ = 0;
    std::optional<H264Sps> active_h264_;
};

// The format of a JPEG stream: it has no configuration.
[[nodiscard]] FormatPtr jpeg_format(std::uint16_t width, std::uint16_t height);

// "avc1.64001F", "hvc1.1.6.L93.B0"
[[nodiscard]] std::string codec_string(const H264Sps& sps);
[[nodiscard]] std::string codec_string(const H265Sps& sps);

}  // namespace beffroi::codec
