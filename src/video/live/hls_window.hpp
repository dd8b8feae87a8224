// The last seconds of a camera as Low-Latency HLS (RFC 8216bis, draft-pantos-hls-rfc8216bis): segments that begin at
// key frames, in parts of half a second, all made of the fragments that other viewers get too. Knows no request and no
// thread: the hub locks it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/response.hpp"
#include "video/live/fragmenter.hpp"

namespace beffroi::live {

class HlsWindow {
  public:
    explicit HlsWindow(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

    // Parameter sets have changed: what follows needs another init segment.
    void set_init(std::shared_ptr<const std::string> init);
    // True: a part was completed, the playlist is another.
    bool add(const FragmentPtr& fragment);

    [[nodiscard]] const std::string& playlist() const { return playlist_; }
    // Whether the playlist holds that part already, or the whole segment when no part is asked (§6.2.5.2).
    [[nodiscard]] bool has(std::uint64_t segment, std::optional<std::uint64_t> part) const;
    [[nodiscard]] bool empty() const { return segments_.empty() || segments_.front().parts.empty(); }
    // The number of the segment that is being made.
    [[nodiscard]] std::uint64_t current() const { return next_number_ == 0 ? 0 : next_number_ - 1; }
    // Bodies; none: not there (any more).
    [[nodiscard]] std::shared_ptr<const http::Pieces> segment(std::uint64_t number) const;
    [[nodiscard]] std::shared_ptr<const http::Pieces> part(std::uint64_t number, std::uint64_t part) const;
    [[nodiscard]] std::shared_ptr<const std::string> init(std::uint64_t version) const;
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  private:
    struct Part {
        std::vector<FragmentPtr> fragments;
        std::int64_t ticks = 0;
        bool independent = false;
    };
    struct Segment {
        std::uint64_t number = 0;
        std::uint64_t init = 0;  // version
        bool discontinuity = false;
        bool complete = false;
        std::int64_t from_us = 0;
        std::int64_t ticks = 0;
        std::vector<Part> parts;  // complete ones
    };

    void begin_segment(const Fragment& fragment);
    void end_part();
    void end_segment();
    void drop_old();
    void write_playlist();
    [[nodiscard]] const Segment* find(std::uint64_t number) const;

    std::uint64_t most_bytes_;
    std::uint64_t bytes_ = 0;
    std::deque<Segment> segments_;  // the last one may be incomplete
    Part open_;                     // part being filled
    std::uint64_t next_number_ = 0;
    std::uint64_t dropped_discontinuities_ = 0;
    std::deque<std::pair<std::uint64_t, std::shared_ptr<const std::string>>> inits_;
    bool new_init_ = false;
    std::string playlist_;
};

}  // namespace beffroi::live
