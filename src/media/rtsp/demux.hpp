// Takes an RTSP connection apart: binary packets ("$", RFC 2326 §10.12), answers, requests of the camera, and whatever
// a camera whose send buffer overflowed leaves in between.
//
// Packets are handed out where they lie: nothing is copied. Belongs to one thread.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "media/rtsp/message.hpp"

namespace beffroi::rtsp {

class Demux {
  public:
    class Handler {
      public:
        Handler() = default;
        Handler(const Handler&) = delete;
        Handler& operator=(const Handler&) = delete;
        virtual ~Handler() = default;
        // `packet` lasts as long as the call.
        virtual void on_packet(std::uint8_t channel, std::span<const std::uint8_t> packet) = 0;
        virtual void on_message(Message&& message) = 0;
        // Bytes that made no sense were passed over; comes once for each time the thread was lost and found again.
        virtual void on_resynchronised(std::size_t skipped) = 0;
        // A packet on a channel that was never set up, passed over.
        virtual void on_unknown_channel(std::uint8_t channel) = 0;
    };

    // A channel that was set up: its packets are handed out.
    void expect(std::uint8_t channel) { known_.set(channel); }
    // From within a handler: the rest of what is being fed is left alone.
    void stop() { stopped_ = true; }

    // Takes what is whole from the front and says how many bytes that were; the caller gives the rest again with what
    // comes after it. What stays is less than 1.1 MiB. Error: Corrupt, when more than kMostGarbage was passed over
    // without enough sense in between.
    [[nodiscard]] base::Result<std::size_t> feed(std::span<const std::uint8_t> bytes, Handler& handler);

    static constexpr std::size_t kMostGarbage = 1024 * 1024;

  private:
    enum class Step { Took, NeedMore, Lost };
    struct View {
        std::span<const std::uint8_t> bytes;
        std::size_t at = 0;
    };
    [[nodiscard]] Step packet(View& view, Handler& handler);
    [[nodiscard]] Step message(View& view, Handler& handler);
    [[nodiscard]] bool begins_something(std::span<const std::uint8_t> rest) const;
    [[nodiscard]] std::size_t find_start(std::span<const std::uint8_t> bytes, std::size_t from) const;
    [[nodiscard]] bool good_packet_at(std::span<const std::uint8_t> rest) const;
    void found_again(Handler& handler);

    std::bitset<256> known_;
    std::size_t skipped_ = 0;  // of the present loss
    std::size_t garbage_ = 0;  // budget used; sense pays it back
    bool stopped_ = false;
};

}  // namespace beffroi::rtsp
