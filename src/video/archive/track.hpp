// Frames of one camera into fragments, fragments into files.
//
// Rules: a fragment ends before a key frame when it is at least half a second old, and always when it is
// ArchiveOptions::fragment old. A file ends at a key frame when it is old or large enough, at a change of format, at a
// gap that was told, and where the clock of the machine was set. Frames before the first key frame are left out, for
// ten seconds at most.
//
// Threads: one feeds it; tick() comes from another. What is announced (on_frame) is under the lock, what is being put
// together in the buffer is the feeding thread's alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "media/mp4/decode_clock.hpp"
#include "media/mp4/fragment.hpp"
#include "video/archive/writer.hpp"

namespace beffroi::archive {

struct TrackOptions {
    std::chrono::milliseconds fragment{1'000};
    std::chrono::seconds file_length{600};
    std::uint64_t file_bytes = 256ULL << 20U;
    std::uint64_t memory = 24ULL << 20U;
};

class FileTrack final : public Track {
  public:
    struct Hooks {
        std::function<void(ArchiveEvent::Kind, const CameraId&, std::string)> event;
        std::function<void(FileTrack&)> closed;  // from the destructor
    };
    FileTrack(std::shared_ptr<CameraState> camera, Writer& writer, std::shared_ptr<mp4::MemoryPool> pool,
              TrackOptions options, Hooks hooks);
    ~FileTrack() override;

    rtp::FrameBuffer& buffer() override { return *fragment_; }
    void on_format(const codec::FormatPtr& format) override;
    void on_frame(const rtp::Frame& frame) override;
    void on_sender_report(const rtp::SenderReport& report) override;
    void gap(const std::string& reason) override;
    void set_live(OnLive on_live) override { on_live_ = std::move(on_live); }

    // Gives the disk what is older than a fragment may be although no frame came since: whatever was received is on its
    // way within a fragment's length. `all`: whatever there is.
    void tick(std::int64_t now_us, bool all);
    [[nodiscard]] const std::shared_ptr<CameraState>& camera() const { return camera_; }
    // Why nothing is recorded now; empty: it is.
    [[nodiscard]] std::string gap_now() const;

  private:
    struct Placed {
        mp4::DecodeClock::Times times;  // of the file's line of time
        bool breaks = false;            // a new line of time
        bool new_file = false;
    };
    [[nodiscard]] bool accept(const rtp::Frame& frame);
    [[nodiscard]] Placed place(const rtp::Frame& frame);
    [[nodiscard]] bool cut_before(const rtp::Frame& frame, const Placed& placed) const;
    void notice_silence(std::int64_t rtp_step, std::int64_t arrival_step, bool breaks);
    void tell_resumed(const rtp::Frame& frame);
    [[nodiscard]] bool file_is_over(const rtp::Frame& frame) const;
    void begin_file(std::int64_t arrival_us);
    void record(const rtp::Frame& frame, std::size_t at, const Placed& placed);
    std::size_t close_up(const rtp::Frame& frame, std::size_t at);
    void end_file();
    std::size_t into_new_fragment(mp4::Fragment& before, std::size_t offset, std::size_t bytes);
    void close_fragment(std::optional<std::int64_t> next_decode);
    void seal_and_push(mp4::FragmentPtr fragment, std::optional<std::int64_t> next_decode);
    void new_fragment();

    const std::shared_ptr<CameraState> camera_;
    Writer& writer_;
    const std::shared_ptr<mp4::MemoryPool> pool_;
    const TrackOptions options_;
    const Hooks hooks_;
    OnLive on_live_;  // of the feeding thread

    mutable std::mutex mutex_;
    mp4::FragmentPtr fragment_;               // the pointer changes on the feeding thread only
    std::shared_ptr<mp4::Memory> announced_;  // holds the samples of fragment_
    bool taken_ = false;                      // tick() has given the samples of fragment_ to the disk
    std::shared_ptr<const FileJob> file_;     // none: the next frame begins one
    codec::FormatPtr format_;
    bool format_changed_ = false;
    mp4::DecodeClock clock_;
    std::int64_t shift_ = 0;  // file's decode time = clock's + shift_
    std::int64_t file_start_us_ = 0;
    std::uint64_t file_bytes_ = 0;
    std::optional<rtp::SenderReport> report_;
    // Of the next fragment, and of the one being filled: why nothing came before it; whether its line of time is new.
    mp4::GapReason next_gap_ = mp4::GapReason::RecorderStopped;
    bool next_break_ = true;
    mp4::GapReason fragment_gap_ = mp4::GapReason::None;
    bool fragment_break_ = false;
    std::string gap_now_;
    std::vector<std::string> told_;  // reasons told as events since the last frame
    // Of the frame before.
    bool any_ = false;
    std::int64_t last_rtp_ = 0, last_decode_ = 0, last_arrival_us_ = 0;
    std::int64_t usual_step_ = 0;  // ticks between frames
    std::int64_t key_missing_since_us_ = -1;
    // Dropping because the disk is behind.
    bool dropping_ = false;
    std::uint64_t dropped_ = 0;
    // Guesses for the next fragment.
    std::size_t expected_bytes_ = 64U << 10U;
    std::size_t expected_samples_ = 32;
};

}  // namespace beffroi::archive
