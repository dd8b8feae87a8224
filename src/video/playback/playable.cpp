#include "video/playback/playable.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/time.hpp"

namespace beffroi::playback {

namespace {

using archive::FragmentInfo;
using base::Code;

constexpr std::int64_t kSegmentUs = 4'000'000;  // key frames are joined up to about that
constexpr std::int64_t kHoleUs = 500'000;       // between two fragments: more is a gap

double seconds(std::int64_t us) {
    return static_cast<double>(us) / 1e6;
}

// Fragments [first, last) of a file that belong to the interval: from the key frame at or before it on.
std::pair<std::size_t, std::size_t> chosen(const std::vector<FragmentInfo>& all, std::int64_t from_us,
                                           std::int64_t to_us) {
    std::size_t first = 0;
    std::size_t last = all.size();
    for (std::size_t i = 0; i < all.size() && all[i].from_us <= from_us; ++i)
        if (all[i].key) first = i;
    while (last > first && all[last - 1].from_us >= to_us) --last;
    while (first < last && !all[first].key) ++first;
    if (last > first && all[last - 1].to_us <= from_us) return {0, 0};
    return {first, last};
}

std::vector<Segment> segments_of(const std::vector<FragmentInfo>& all, std::size_t first, std::size_t last) {
    std::vector<Segment> out;
    for (std::size_t i = first; i < last; ++i) {
        const FragmentInfo& fragment = all[i];
        const bool gap = i > first && fragment.from_us - all[i - 1].to_us > kHoleUs;
        const bool begins = out.empty() || gap || (fragment.key && out.back().to_us - out.back().from_us >= kSegmentUs);
        if (begins) {
            out.push_back({.offset = fragment.offset,
                           .bytes = 0,
                           .from_us = fragment.from_us,
                           .to_us = 0,
                           .decode_time = fragment.decode_time,
                           .gap_before = gap});
        }
        out.back().bytes = fragment.offset + fragment.bytes - out.back().offset;
        out.back().to_us = fragment.to_us;
    }
    return out;
}

}  // namespace

base::Result<Playable> find_playable(archive::Archive& archive, const archive::CameraId& camera, std::int64_t from_us,
                                     std::int64_t to_us) {
    if (to_us <= from_us) return base::fail(Code::Invalid, "the interval is empty", {"video.error.interval", {}});
    if (to_us - from_us > kLongestPlay)
        return base::fail(Code::Invalid, "more than a day", {"video.error.longer_than_a_day", {}});
    Playable out{.stretches = {}, .from_us = from_us, .to_us = to_us};
    for (auto& file : archive.files(camera, from_us, to_us)) {
        auto fragments = archive.fragments(file);
        // Erased meanwhile, or torn: what the others hold is still good.
        if (!fragments || fragments->empty()) continue;
        const auto [first, last] = chosen(*fragments, from_us, to_us);
        if (first == last) continue;
        Stretch stretch{.file = std::move(file),
                        .header_bytes = fragments->front().offset,
                        .segments = segments_of(*fragments, first, last)};
        if (!out.stretches.empty())
            stretch.segments.front().gap_before = stretch.segments.front().from_us - out.last_us > kHoleUs;
        out.last_us = stretch.segments.back().to_us;
        out.stretches.push_back(std::move(stretch));
    }
    if (out.stretches.empty())
        return base::fail(Code::NotFound, "nothing is stored of that interval", {"video.error.nothing_stored", {}});
    out.first_us = out.stretches.front().segments.front().from_us;
    return out;
}

std::string file_address(const archive::FileInfo& file) {
    return fmt::format("/recordings/{}/{}-{}.mp4", file.camera, file.id, file.from_us);
}

std::string vod_playlist(const Playable& playable) {
    std::int64_t longest = 1'000'000;
    for (const auto& stretch : playable.stretches)
        for (const auto& segment : stretch.segments) longest = std::max(longest, segment.to_us - segment.from_us);
    std::string out;
    auto to = std::back_inserter(out);
    fmt::format_to(
        to,
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:{}\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n",
        static_cast<std::int64_t>(std::lround(seconds(longest) + 0.499)));
    if (playable.from_us > playable.first_us)  // to be shown from the instant that was asked for
        fmt::format_to(to, "#EXT-X-START:TIME-OFFSET={:.3f},PRECISE=YES\n",
                       seconds(playable.from_us - playable.first_us));
    bool first = true;
    for (const auto& stretch : playable.stretches) {
        const std::string address = file_address(stretch.file);
        if (!first) out += "#EXT-X-DISCONTINUITY\n";
        first = false;
        fmt::format_to(to, "#EXT-X-MAP:URI=\"{}\",BYTERANGE=\"{}@0\"\n", address, stretch.header_bytes);
        bool dated = false;
        for (const auto& segment : stretch.segments) {
            if (dated && segment.gap_before) {
                out += "#EXT-X-DISCONTINUITY\n";
                dated = false;
            }
            if (!std::exchange(dated, true))
                fmt::format_to(to, "#EXT-X-PROGRAM-DATE-TIME:{}\n", base::iso(base::Timestamp{segment.from_us / 1000}));
            fmt::format_to(to, "#EXTINF:{:.5f},\n#EXT-X-BYTERANGE:{}@{}\n{}\n",
                           seconds(segment.to_us - segment.from_us), segment.bytes, segment.offset, address);
        }
    }
    out += "#EXT-X-ENDLIST\n";
    return out;
}

}  // namespace beffroi::playback
