#include "video/archive/track.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "video/archive/names.hpp"

namespace beffroi::archive {

namespace {

constexpr std::int64_t kSecondTicks = 90'000;
constexpr std::int64_t kSecondUs = 1'000'000;
constexpr std::int64_t kWaitForKeyUs = 10 * kSecondUs;
constexpr std::int64_t kJumpTicks = 10 * kSecondTicks;  // a step of the camera's clock that can't be a pause
constexpr std::int64_t kSilenceUs = 2 * kSecondUs;      // from then on it is a gap
constexpr std::int64_t kClockSetUs = 60 * kSecondUs;    // arrival against the camera's clock: ours was set
constexpr std::size_t kLargestFragment = 32U << 20U;

std::int64_t ticks_of(std::int64_t us) {
    return us / 100 * 9 + us % 100 * 9 / 100;
}

}  // namespace

FileTrack::FileTrack(std::shared_ptr<CameraState> camera, Writer& writer, std::shared_ptr<mp4::MemoryPool> pool,
                     TrackOptions options, Hooks hooks)
    : camera_(std::move(camera)), writer_(writer), pool_(std::move(pool)), options_(options), hooks_(std::move(hooks)) {
    new_fragment();
}

FileTrack::~FileTrack() {
    hooks_.closed(*this);  // no tick() from here on
    close_fragment(std::nullopt);
    end_file();
}

void FileTrack::new_fragment() {
    fragment_ = std::make_shared<mp4::Fragment>(pool_, expected_bytes_, expected_samples_);
    announced_.reset();
    taken_ = false;
}

void FileTrack::on_format(const codec::FormatPtr& format) {
    std::lock_guard lock(mutex_);
    if (format_ && *format_ == *format) return;
    clock_.configure(format->reorder_frames, format->declared_rate);
    format_changed_ = format_ != nullptr;
    format_ = format;
}

void FileTrack::on_sender_report(const rtp::SenderReport& report) {
    std::lock_guard lock(mutex_);
    report_ = report;
}

void FileTrack::gap(const std::string& reason) {
    std::lock_guard lock(mutex_);
    next_gap_ = reason_of(reason);
    next_break_ = true;
    gap_now_ = reason;
    // Once for each reason: a camera that is away is asked every few seconds, and each attempt ends here.
    const bool by_us = next_gap_ == mp4::GapReason::RecorderStopped;
    if (!by_us && std::find(told_.begin(), told_.end(), reason) == told_.end()) {
        told_.push_back(reason);
        hooks_.event(ArchiveEvent::Kind::Interrupted, camera_->id, reason);
    }
    // What lies unfinished in the buffer belongs to a frame that will not come.
    close_fragment(std::nullopt);
    end_file();
}

std::string FileTrack::gap_now() const {
    std::lock_guard lock(mutex_);
    return gap_now_;
}

// Whether the frame is to be recorded: not while the disk is behind, not before the first key frame of a file.
bool FileTrack::accept(const rtp::Frame& frame) {
    std::uint64_t pending = camera_->pending.load() + fragment_->media_bytes();
    if (!dropping_ && pending > options_.memory) {
        dropping_ = true;
        dropped_ = 0;
        hooks_.event(ArchiveEvent::Kind::Dropped, camera_->id, "the disk is behind: frames are dropped");
    }
    if (dropping_ && (pending > options_.memory / 2 || !frame.key)) {
        ++dropped_;
        return false;
    }
    if (dropping_) {
        dropping_ = false;
        next_gap_ = mp4::GapReason::DiskBehind;
        next_break_ = true;
        hooks_.event(ArchiveEvent::Kind::Dropped, camera_->id, fmt::format("{} frames were dropped", dropped_));
    }
    if (file_ && !format_changed_) return true;
    if (!frame.key) {
        if (key_missing_since_us_ < 0 || frame.arrival_us < key_missing_since_us_)
            key_missing_since_us_ = frame.arrival_us;
        if (frame.arrival_us - key_missing_since_us_ < kWaitForKeyUs) return false;
    }
    return true;
}

FileTrack::Placed FileTrack::place(const rtp::Frame& frame) {
    Placed placed;
    std::int64_t rtp_step = frame.rtp_time - last_rtp_;
    std::int64_t arrival_step = frame.arrival_us - last_arrival_us_;
    placed.new_file = !file_ || format_changed_;
    if (any_) {
        placed.breaks = frame.discontinuity || next_break_ || rtp_step > kJumpTicks || rtp_step < -kJumpTicks;
        // Our clock was set back, or forward by more than the camera's clock can explain.
        const bool forward = ticks_of(arrival_step - kClockSetUs) > std::max<std::int64_t>(rtp_step, 0);
        if (arrival_step < -kSecondUs || forward) placed.new_file = true;
        if (forward && !placed.breaks && next_gap_ == mp4::GapReason::None) next_gap_ = mp4::GapReason::ClockSet;
        notice_silence(rtp_step, arrival_step, placed.breaks);
    }
    if (file_is_over(frame)) placed.new_file = true;
    if (placed.breaks || !any_) clock_.restart();
    placed.times = clock_.next(frame.rtp_time);
    if (placed.breaks) {
        // The file's time line goes on by what the wall clock says.
        std::int64_t step = std::clamp<std::int64_t>(ticks_of(arrival_step), 1, std::int64_t{86'400} * kSecondTicks);
        shift_ = last_decode_ + step - placed.times.decode;
    }
    if (placed.new_file) shift_ = -placed.times.decode;
    placed.times.decode += shift_;
    return placed;
}

// A stretch without frames that nobody told: also known by the camera's own clock, so not just late packets.
void FileTrack::notice_silence(std::int64_t rtp_step, std::int64_t arrival_step, bool breaks) {
    if (next_gap_ != mp4::GapReason::None) return;
    std::int64_t silence = std::max(ticks_of(kSilenceUs), 3 * usual_step_);
    if (ticks_of(arrival_step) > silence && (breaks || rtp_step > silence)) next_gap_ = mp4::GapReason::CameraLost;
}

void FileTrack::tell_resumed(const rtp::Frame& frame) {
    const double away = any_ ? static_cast<double>(frame.arrival_us - last_arrival_us_) / kSecondUs : 0;
    if (told_.empty() && fragment_gap_ == mp4::GapReason::CameraLost) {
        told_.emplace_back(reason_name(fragment_gap_));
        hooks_.event(ArchiveEvent::Kind::Interrupted, camera_->id, fmt::format("nothing came for {:.1f} s", away));
    }
    if (told_.empty()) return;
    told_.clear();
    hooks_.event(ArchiveEvent::Kind::Resumed, camera_->id,
                 away > 0 ? fmt::format("after {:.1f} s without an image", away) : std::string());
}

bool FileTrack::file_is_over(const rtp::Frame& frame) const {
    if (!file_) return false;
    std::int64_t age = frame.arrival_us - file_start_us_;
    std::int64_t length = std::chrono::microseconds(options_.file_length).count();
    bool over = age >= length || file_bytes_ >= options_.file_bytes;
    bool long_over = age >= 2 * length || file_bytes_ >= options_.file_bytes / 4 * 5;
    return (over && frame.key) || long_over;
}

bool FileTrack::cut_before(const rtp::Frame& frame, const Placed& placed) const {
    if (fragment_->samples().empty()) return false;
    if (placed.new_file || placed.breaks || next_gap_ != mp4::GapReason::None) return true;
    const mp4::Sample& first = fragment_->samples().front();
    std::int64_t age = std::max(placed.times.decode - first.decode_time, ticks_of(frame.arrival_us - first.arrival_us));
    return frame.key && age >= kSecondTicks / 2;
}

// Bytes behind samples that are done with, into a fragment of their own; gives where they lie there.
std::size_t FileTrack::into_new_fragment(mp4::Fragment& before, std::size_t offset, std::size_t bytes) {
    auto held = fragment_;
    new_fragment();
    std::size_t at = fragment_->size();
    fragment_->append({before.data() + offset, bytes});
    return at;
}

void FileTrack::seal_and_push(mp4::FragmentPtr fragment, std::optional<std::int64_t> next_decode) {
    mp4::Evidence evidence;
    evidence.sequence = ++camera_->sequence;
    evidence.report = report_;
    evidence.discontinuity = fragment_break_;
    evidence.gap = fragment_gap_;
    fragment->close(evidence, next_decode);
    expected_bytes_ = fragment->media_bytes() + fragment->media_bytes() / 8;
    expected_samples_ = fragment->samples().size() + 2;
    file_bytes_ += fragment->bytes().size();
    writer_.push(file_, std::move(fragment));
}

// What is announced goes to the disk; the buffer is fresh then.
void FileTrack::close_fragment(std::optional<std::int64_t> next_decode) {
    if (!taken_ && !fragment_->samples().empty()) seal_and_push(fragment_, next_decode);
    new_fragment();
}

void FileTrack::begin_file(std::int64_t arrival_us) {
    end_file();
    if (format_changed_ && next_gap_ == mp4::GapReason::None) next_gap_ = mp4::GapReason::FormatChanged;
    format_changed_ = false;
    key_missing_since_us_ = -1;
    file_ = std::make_shared<const FileJob>(FileJob{camera_, format_});
    file_start_us_ = arrival_us;
    file_bytes_ = 0;
}

void FileTrack::end_file() {
    if (file_) writer_.finish(std::exchange(file_, nullptr));
}

// A fragment's frames lie one behind the other: what the feeder left between them (a frame it gave up) is closed up.
std::size_t FileTrack::close_up(const rtp::Frame& frame, std::size_t at) {
    std::size_t wanted = fragment_->next_offset();
    if (at == wanted) return at;
    ASSERT(at > wanted);
    std::memmove(fragment_->data() + wanted, fragment_->data() + at, frame.size);
    fragment_->truncate(wanted + frame.size);
    return wanted;
}

void FileTrack::record(const rtp::Frame& frame, std::size_t at, const Placed& placed) {
    if (fragment_->samples().empty()) {
        fragment_gap_ = std::exchange(next_gap_, mp4::GapReason::None);
        fragment_break_ = std::exchange(next_break_, false) || placed.breaks;
        tell_resumed(frame);
    }
    mp4::Sample sample;
    sample.offset = static_cast<std::uint32_t>(at);
    sample.size = static_cast<std::uint32_t>(frame.size);
    sample.composition = placed.times.composition;
    sample.decode_time = placed.times.decode;
    sample.rtp_time = frame.rtp_time;
    sample.arrival_us = frame.arrival_us;
    sample.lost_packets = frame.lost_packets;
    sample.key = frame.key;
    sample.damaged = frame.damaged;
    fragment_->add(sample);
    if (announced_ != fragment_->memory()) announced_ = fragment_->memory();
    if (any_ && frame.rtp_time > last_rtp_ && !placed.breaks)
        usual_step_ = (usual_step_ * 7 + frame.rtp_time - last_rtp_) / 8;
    any_ = true;
    last_rtp_ = frame.rtp_time;
    last_decode_ = placed.times.decode;
    last_arrival_us_ = frame.arrival_us;
    gap_now_.clear();
}

void FileTrack::on_frame(const rtp::Frame& frame) {
    LiveFrame live;
    {
        std::lock_guard lock(mutex_);
        ASSERT(format_ != nullptr);
        std::size_t at = frame.offset;
        if (taken_) at = into_new_fragment(*fragment_, frame.offset, frame.size);
        if (!accept(frame)) {
            fragment_->truncate(at);
            return;
        }
        Placed placed = place(frame);
        if (cut_before(frame, placed)) {
            auto done = fragment_;
            at = into_new_fragment(*done, at, frame.size);
            bool joins = !placed.breaks && !placed.new_file;
            seal_and_push(std::move(done), joins ? std::optional(placed.times.decode) : std::nullopt);
        }
        if (placed.new_file) begin_file(frame.arrival_us);
        at = close_up(frame, at);
        record(frame, at, placed);
        live = {announced_, announced_->data() + at, frame, placed.times.decode, placed.times.composition, format_};
        const mp4::Sample& first = fragment_->samples().front();
        std::int64_t age =
            std::max(placed.times.decode - first.decode_time, ticks_of(frame.arrival_us - first.arrival_us));
        if (age >= ticks_of(std::chrono::microseconds(options_.fragment).count()) ||
            fragment_->media_bytes() > kLargestFragment)
            close_fragment(std::nullopt);
    }
    if (on_live_) on_live_(live);
}

void FileTrack::tick(std::int64_t now_us, bool all) {
    std::lock_guard lock(mutex_);
    if (taken_ || fragment_->samples().empty()) return;
    const auto& samples = fragment_->samples();
    std::int64_t age = now_us - samples.front().arrival_us;
    if (!all && age >= -kSecondUs && age < std::chrono::microseconds(options_.fragment).count()) return;
    // The feeding thread may be appending to the buffer just now: what was announced is copied out of memory that
    // stays as it is.
    const mp4::Sample& last = samples.back();
    std::size_t from = samples.front().offset;
    std::size_t bytes = last.offset + last.size - from;
    auto copy = std::make_shared<mp4::Fragment>(pool_, bytes, samples.size());
    std::size_t at = copy->size();
    copy->append({announced_->data() + from, bytes});
    for (mp4::Sample sample : samples) {
        sample.offset = static_cast<std::uint32_t>(sample.offset - from + at);
        copy->add(sample);
    }
    taken_ = true;
    seal_and_push(std::move(copy), std::nullopt);
}

}  // namespace beffroi::archive
