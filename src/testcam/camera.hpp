// One simulated camera: takes a picture when it is due and gives it to the sessions that play it; holds its faults.
// Belongs to the server's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "testcam/server.hpp"
#include "testcam/source.hpp"
#include "testcam/world.hpp"

namespace beffroi::testcam {

class Session;

// A picture on its way out.
struct Unit {
    std::shared_ptr<const PacketBatch> batch;
    Mark mark;
    std::uint32_t rtp_time = 0;
    std::int64_t utc_us = 0;
    bool key = false;
    bool last_of_group = false;
    std::uint32_t next_key_time = 0;  // RTP time of the key picture behind it, when it is the last of its group
    std::shared_ptr<const Source::Picture> picture;  // none when the picture is shared
};

class Camera {
  public:
    Camera(World& world, std::uint32_t index, const CameraSettings& settings, std::uint32_t profile);

    void attach(Session& session);  // PLAY
    void detach(Session& session);
    // Takes and sends what is due. The time of the next picture, none when nobody watches.
    std::optional<std::int64_t> tick();

    void apply(const Fault& fault);
    void clear(FaultKind kind);
    void expire();  // faults whose time is over
    [[nodiscard]] const Fault* fault(FaultKind kind) const;
    [[nodiscard]] bool has(FaultKind kind) const { return fault(kind) != nullptr; }
    [[nodiscard]] bool bent() const { return !active_.empty(); }  // any fault at all
    [[nodiscard]] bool down() const { return world_.now_us < down_until_us_; }

    [[nodiscard]] std::uint32_t index() const { return index_; }
    [[nodiscard]] const CameraSettings& settings() const { return source_->settings(); }
    [[nodiscard]] const Source& source() const { return *source_; }
    [[nodiscard]] Counters& counters() { return counters_; }
    [[nodiscard]] std::uint32_t rtp_time_now() const;
    [[nodiscard]] std::string path() const { return "/cam" + std::to_string(index_); }
    // Sessions that take one of the camera's places, those not torn down included.
    [[nodiscard]] std::size_t places_taken();
    void leave_behind(std::int64_t until_us) { zombies_.push_back(until_us); }

  private:
    struct Active {
        Fault fault;
        std::int64_t until_us = 0;  // 0: until cleared
    };
    [[nodiscard]] std::int64_t due_of(std::uint64_t frame) const;
    [[nodiscard]] std::uint32_t rtp_time_of(std::uint64_t frame) const;
    [[nodiscard]] std::uint32_t group_length() const;
    void anchor();
    void begin_group(std::uint64_t frame);
    void take();
    [[nodiscard]] Unit make(const PicturePlace& place);
    void send(const Unit& unit);
    [[nodiscard]] bool happen(const Fault& fault);
    void reboot(const Fault& fault);
    void resize(const std::string& text);
    void repeat_group();

    World& world_;
    std::uint32_t index_;
    std::uint32_t profile_;
    std::unique_ptr<Source> source_;
    std::unique_ptr<Source> next_source_;  // from the next key picture on
    std::vector<Session*> sessions_;
    std::vector<Active> active_;
    std::vector<std::int64_t> zombies_;
    Counters counters_;

    std::uint32_t boot_ = 1;
    std::int64_t boot_us_ = 0;  // when frame 0 was taken
    std::int64_t down_until_us_ = 0;
    // The camera's clock: frame anchor_frame_ was due at anchor_us_, the others follow at the clock's own rate.
    std::uint64_t anchor_frame_ = 0;
    std::int64_t anchor_us_ = 0;
    double clock_rate_ = 1;
    double interval_us_ = 40'000;
    std::uint32_t time_base_ = 0;  // RTP time of frame 0
    std::uint32_t frozen_time_ = 0;
    PicturePlace place_;       // of the next picture
    std::uint64_t taken_ = 0;  // pictures, all groups
};

}  // namespace beffroi::testcam
