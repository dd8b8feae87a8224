// One who watches: an outlet of the HTTP server, and what they have missed. For src/video/live only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/outlet.hpp"
#include "video/live/fragmenter.hpp"

namespace beffroi::live {

enum class ViewerKind { Fragments, Jpegs };

// The hub calls it under its lock; the outlet's calls come on a network thread.
class Viewer final : public http::OutletUser, public std::enable_shared_from_this<Viewer> {
  public:
    struct Hooks {
        std::function<void(const std::shared_ptr<Viewer>&)> joined;  // send what a new viewer needs
        std::function<void(const Viewer*)> left;
    };
    Viewer(ViewerKind kind, std::shared_ptr<http::Outlet> outlet, Hooks hooks)
        : kind_(kind), outlet_(std::move(outlet)), hooks_(std::move(hooks)) {}

    [[nodiscard]] ViewerKind kind() const { return kind_; }
    [[nodiscard]] http::Outlet& outlet() { return *outlet_; }
    // A text, whatever waits.
    void tell(std::string_view text) { outlet_->put_text(text); }
    // Bytes that no fragment makes sense without.
    void give_init(const std::shared_ptr<const std::string>& init);
    // Of the first burst: whatever its size.
    void give_burst(const Fragment& fragment);
    // False: nothing may be sent before the next key frame; frames not sent are counted in dropped().
    void give(const Fragment& fragment);
    // One JPEG; when the one before has not gone yet, that one is left out.
    void give_jpeg(const http::SharedBytes& jpeg);
    // Nothing before the next key frame.
    void wait_for_key() { skipping_ = true; }
    [[nodiscard]] std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }

    void on_open() override { hooks_.joined(shared_from_this()); }
    void on_text(std::string_view /*text*/) override {}
    void on_binary(std::string_view /*bytes*/) override {}
    void on_room() override {}  // frames that were dropped are not sent late
    void on_closed(std::uint16_t /*code*/) override { hooks_.left(this); }

  private:
    void count(std::uint64_t frames) {
        dropped_ += frames;
        told_ += frames;
    }

    ViewerKind kind_;
    std::shared_ptr<http::Outlet> outlet_;
    Hooks hooks_;
    bool skipping_ = false;
    bool first_jpeg_ = true;
    std::uint64_t dropped_ = 0;  // not yet taken by the hub's statistics
    std::uint64_t told_ = 0;     // not yet told to the viewer
};

inline constexpr std::string_view kJpegBoundary = "beffroi-image";

}  // namespace beffroi::live
