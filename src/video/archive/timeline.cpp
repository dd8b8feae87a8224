#include "video/archive/timeline.hpp"

#include <algorithm>

namespace beffroi::archive {

namespace {

constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kJoin = 2 * kSecondUs;          // files nearer than that are one recording
constexpr std::int64_t kShortest = kSecondUs / 2;      // a shorter gap is none to a viewer
constexpr std::int64_t kStillWritten = 5 * kSecondUs;  // flushes lag behind by up to two seconds

using Interval = std::pair<std::int64_t, std::int64_t>;

std::vector<Interval> joined(const std::vector<Interval>& recorded) {
    std::vector<Interval> spans;
    for (const Interval& one : recorded) {
        if (!spans.empty() && one.first - spans.back().second <= kJoin)
            spans.back().second = std::max(spans.back().second, one.second);
        else
            spans.push_back(one);
    }
    return spans;
}

// Takes a gap out of the recorded spans.
void cut_out(std::vector<Interval>& spans, const GapRow& gap) {
    std::vector<Interval> left;
    for (const Interval& span : spans) {
        if (gap.to_us <= span.first || gap.from_us >= span.second) {
            left.push_back(span);
            continue;
        }
        if (gap.from_us > span.first) left.emplace_back(span.first, gap.from_us);
        if (gap.to_us < span.second) left.emplace_back(gap.to_us, span.second);
    }
    spans = std::move(left);
}

std::string reason_for(const TimelineFacts& facts, std::int64_t from, std::int64_t to) {
    std::int64_t most = 0;
    std::string reason;
    for (const GapRow& gap : facts.gaps) {
        std::int64_t common = std::min(gap.to_us, to) - std::max(gap.from_us, from);
        if (common > most) {
            most = common;
            reason = gap.reason;
        }
    }
    if (!reason.empty()) return reason;
    return from < facts.erased_us ? "erased" : "recorder_stopped";
}

}  // namespace

std::vector<Span> make_timeline(TimelineFacts facts, std::int64_t from_us, std::int64_t to_us) {
    std::sort(facts.recorded.begin(), facts.recorded.end());
    std::vector<Interval> recorded = joined(facts.recorded);
    for (const GapRow& gap : facts.gaps)
        // Where the clock was set forward, and back before or later, there may be recordings of the time in between.
        if (gap.to_us - gap.from_us >= kShortest && gap.reason != "clock_set") cut_out(recorded, gap);
    std::vector<Span> spans;
    std::int64_t at = from_us;
    bool seen = false;
    // Recordings of a later time than now are there, when the clock was wrong; but nothing is missing yet in the
    // future.
    auto gap_until = [&](std::int64_t until, const std::string& reason) {
        until = std::min(until, facts.now_us);
        if (until - at >= kShortest) spans.push_back({at, until, false, reason});
    };
    // Still being written, or not.
    auto behind_the_last = [&](std::int64_t until) {
        if (seen && std::min(until, facts.now_us) - at > kStillWritten)
            gap_until(until, facts.gap_now.empty() ? "camera_lost" : facts.gap_now);
    };
    for (const Interval& one : recorded) {
        std::int64_t begin = std::max(one.first, from_us);
        std::int64_t end = std::min(one.second, to_us);
        if (end <= begin) continue;
        bool told = std::any_of(facts.gaps.begin(), facts.gaps.end(),
                                [&](const GapRow& gap) { return gap.to_us > at && gap.from_us < begin; });
        if (begin > facts.now_us)
            behind_the_last(facts.now_us);
        else if (seen || told || facts.erased_us > at)
            gap_until(begin, reason_for(facts, at, begin));
        spans.push_back({std::max(begin, at), end, true, {}});
        at = end;
        seen = true;
    }
    behind_the_last(to_us);
    if (!seen && facts.erased_us > from_us) gap_until(std::min(to_us, facts.erased_us), "erased");
    return spans;
}

}  // namespace beffroi::archive
