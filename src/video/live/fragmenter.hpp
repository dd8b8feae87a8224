// Frames as they are recorded become fragments of a live stream: one moof and mdat each, on a line of time without
// jumps back.
//
// A frame goes out when the next one tells how long it lasts: the delay is one frame, and players find no hole. Its
// bytes are shared with the archive; the box headers (112 bytes) are made when somebody watches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/response.hpp"
#include "video/archive/archive.hpp"

namespace beffroi::live {

inline constexpr std::int64_t kTicks = 90'000;  // a second

struct Fragment {
    http::SharedBytes media;  // the frame
    std::uint32_t sequence = 0;
    std::int64_t decode_time = 0;  // 90 kHz, since the hub began
    std::uint32_t duration = 0;
    std::int32_t composition = 0;
    std::int64_t arrival_us = 0;  // UTC
    bool key = false;
    bool gap_before = false;  // the line of time was broken before it
    // What goes before the frame: moof, and the header of mdat.
    [[nodiscard]] std::string head() const;
    [[nodiscard]] std::size_t size() const;
};
using FragmentPtr = std::shared_ptr<const Fragment>;

// One thread at a time.
class Fragmenter {
  public:
    // Gives the frame before, now that its duration is known; none for the first.
    [[nodiscard]] FragmentPtr push(const archive::Track::LiveFrame& frame);
    // The last frame, with the duration of the one before it: nothing follows for now.
    [[nodiscard]] FragmentPtr flush();

  private:
    [[nodiscard]] FragmentPtr make(std::uint32_t duration);

    std::optional<archive::Track::LiveFrame> held_;
    std::int64_t held_time_ = 0;  // on the hub's line
    bool held_gap_ = false;
    std::int64_t next_time_ = 0;  // where the frame after the one flushed begins
    std::int64_t flushed_arrival_ = 0;
    std::uint32_t last_duration_ = 3600;
    std::uint32_t sequence_ = 0;
};

}  // namespace beffroi::live
