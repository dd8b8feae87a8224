#include "video/live/hls_window.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/time.hpp"

namespace beffroi::live {

namespace {

// Parts must fill at least 85 % of their target unless they end a segment (§4.4.4.9): half a second does from 7 images
// a second on.
constexpr std::int64_t kPartTicks = kTicks / 2;
constexpr std::int64_t kTargetSeconds = 6;
constexpr std::int64_t kSegmentTicks = 2 * kTicks;  // at least, when key frames allow
constexpr std::size_t kSegments = 6;                // complete ones that are kept
constexpr std::size_t kWithParts = 3;               // the last ones, told part by part

double seconds(std::int64_t ticks) {
    return static_cast<double>(ticks) / static_cast<double>(kTicks);
}

void append(http::Pieces& pieces, const std::vector<FragmentPtr>& fragments) {
    for (const auto& fragment : fragments) {
        pieces.add(fragment->head());
        pieces.add(fragment->media);
    }
}

}  // namespace

void HlsWindow::set_init(std::shared_ptr<const std::string> init) {
    if (!segments_.empty() && !segments_.back().complete) {
        end_part();
        end_segment();
    }
    const std::uint64_t version = inits_.empty() ? 1 : inits_.back().first + 1;
    inits_.emplace_back(version, std::move(init));
    new_init_ = version > 1;
}

bool HlsWindow::add(const FragmentPtr& fragment) {
    if (inits_.empty()) return false;
    const bool open = !segments_.empty() && !segments_.back().complete;
    bool changed = false;
    if (!open) {
        if (!fragment->key) return false;
        begin_segment(*fragment);
    } else {
        const std::int64_t ticks = segments_.back().ticks + open_.ticks;
        const bool long_enough = fragment->key && ticks >= kSegmentTicks;
        const bool too_long = ticks + fragment->duration > kTargetSeconds * kTicks;
        if (long_enough || too_long || fragment->gap_before) {
            end_part();
            end_segment();
            changed = true;
            if (fragment->gap_before && !fragment->key) return changed;
            begin_segment(*fragment);
        } else if (!open_.fragments.empty() && open_.ticks + fragment->duration > kPartTicks) {
            end_part();
            changed = true;
        }
    }
    if (open_.fragments.empty()) open_.independent = fragment->key;
    open_.ticks += fragment->duration;
    open_.fragments.push_back(fragment);
    if (changed) write_playlist();
    return changed;
}

void HlsWindow::begin_segment(const Fragment& fragment) {
    Segment segment;
    segment.number = next_number_++;
    segment.init = inits_.back().first;
    segment.discontinuity = std::exchange(new_init_, false) || (fragment.gap_before && !segments_.empty());
    segment.from_us = fragment.arrival_us;
    segments_.push_back(std::move(segment));
}

void HlsWindow::end_part() {
    if (open_.fragments.empty()) return;
    for (const auto& fragment : open_.fragments) bytes_ += fragment->size();
    segments_.back().ticks += open_.ticks;
    segments_.back().parts.push_back(std::exchange(open_, {}));
}

void HlsWindow::end_segment() {
    segments_.back().complete = true;
    drop_old();
}

void HlsWindow::drop_old() {
    while (segments_.size() > kSegments || (segments_.size() > kWithParts && bytes_ > most_bytes_)) {
        for (const auto& part : segments_.front().parts)
            for (const auto& fragment : part.fragments) bytes_ -= fragment->size();
        if (segments_.front().discontinuity) ++dropped_discontinuities_;
        segments_.pop_front();
    }
    while (inits_.size() > 1 && !segments_.empty() && inits_.front().first < segments_.front().init) inits_.pop_front();
}

void HlsWindow::write_playlist() {
    if (segments_.empty()) return;
    std::string& out = playlist_;
    out.clear();
    auto to = std::back_inserter(out);
    fmt::format_to(
        to,
        "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:{}\n"
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={:.3f}\n#EXT-X-PART-INF:PART-TARGET={:.3f}\n"
        "#EXT-X-MEDIA-SEQUENCE:{}\n",
        kTargetSeconds, 3 * seconds(kPartTicks), seconds(kPartTicks), segments_.front().number);
    if (dropped_discontinuities_ > 0)
        fmt::format_to(to, "#EXT-X-DISCONTINUITY-SEQUENCE:{}\n", dropped_discontinuities_);
    std::uint64_t init = 0;
    for (std::size_t i = 0; i < segments_.size(); ++i) {
        const Segment& segment = segments_[i];
        if (segment.discontinuity) out += "#EXT-X-DISCONTINUITY\n";
        if (segment.init != init) {
            init = segment.init;
            fmt::format_to(to, "#EXT-X-MAP:URI=\"init-{}.mp4\"\n", init);
        }
        fmt::format_to(to, "#EXT-X-PROGRAM-DATE-TIME:{}\n", base::iso(base::Timestamp{segment.from_us / 1000}));
        if (segments_.size() - i <= kWithParts) {
            for (std::size_t p = 0; p < segment.parts.size(); ++p)
                fmt::format_to(to, "#EXT-X-PART:DURATION={:.5f},URI=\"part-{}-{}.mp4\"{}\n",
                               seconds(segment.parts[p].ticks), segment.number, p,
                               segment.parts[p].independent ? ",INDEPENDENT=YES" : "");
        }
        if (segment.complete)
            fmt::format_to(to, "#EXTINF:{:.5f},\nsegment-{}.mp4\n", seconds(segment.ticks), segment.number);
    }
    const Segment& last = segments_.back();
    if (last.complete) {
        fmt::format_to(to, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part-{}-0.mp4\"\n", next_number_);
    } else {
        fmt::format_to(to, "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part-{}-{}.mp4\"\n", last.number, last.parts.size());
    }
}

const HlsWindow::Segment* HlsWindow::find(std::uint64_t number) const {
    if (segments_.empty() || number < segments_.front().number) return nullptr;
    const std::uint64_t at = number - segments_.front().number;
    return at < segments_.size() ? &segments_[at] : nullptr;
}

bool HlsWindow::has(std::uint64_t segment, std::optional<std::uint64_t> part) const {
    if (segments_.empty()) return false;
    if (segment < segments_.front().number) return true;
    const Segment* found = find(segment);
    // A part beyond the end of its segment is the first one of the next (§6.2.5.2).
    if (found == nullptr) return false;
    if (!part) return found->complete;
    if (*part < found->parts.size()) return true;
    return found->complete && has(segment + 1, 0);
}

std::shared_ptr<const http::Pieces> HlsWindow::segment(std::uint64_t number) const {
    const Segment* found = find(number);
    if (found == nullptr || !found->complete) return nullptr;
    auto pieces = std::make_shared<http::Pieces>();
    for (const auto& part : found->parts) append(*pieces, part.fragments);
    return pieces;
}

std::shared_ptr<const http::Pieces> HlsWindow::part(std::uint64_t number, std::uint64_t part) const {
    const Segment* found = find(number);
    if (found == nullptr || part >= found->parts.size()) return nullptr;
    auto pieces = std::make_shared<http::Pieces>();
    append(*pieces, found->parts[part].fragments);
    return pieces;
}

std::shared_ptr<const std::string> HlsWindow::init(std::uint64_t version) const {
    for (const auto& [number, bytes] : inits_)
        if (number == version) return bytes;
    return nullptr;
}

}  // namespace beffroi::live
