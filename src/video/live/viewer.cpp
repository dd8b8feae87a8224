#include "video/live/viewer.hpp"

#include <fmt/format.h>

namespace beffroi::live {

using http::Outlet;

namespace {

std::string clock_text(const Fragment& fragment) {
    return fmt::format(R"({{"kind":"clock","decode_time":{},"utc_us":{}}})", fragment.decode_time, fragment.arrival_us);
}

}  // namespace

void Viewer::give_init(const std::shared_ptr<const std::string>& init) {
    (void)outlet_->put({}, {.memory = init, .data = init->data(), .size = init->size()}, Outlet::Bound::Keep);
}

void Viewer::give_burst(const Fragment& fragment) {
    if (fragment.key) tell(clock_text(fragment));
    (void)outlet_->put(fragment.head(), fragment.media, Outlet::Bound::Ignore);
}

void Viewer::give(const Fragment& fragment) {
    if (skipping_ && !fragment.key) return count(told_ > 0 ? 1 : 0);
    if (skipping_ && told_ > 0) {
        tell(fmt::format(R"({{"kind":"dropped","frames":{}}})", told_));
        told_ = 0;
    }
    skipping_ = false;
    if (fragment.key) tell(clock_text(fragment));
    if (outlet_->put(fragment.head(), fragment.media) != Outlet::Put::Full) return;
    // What waits is older than this: a viewer who can't follow wants the present, not the past.
    count(outlet_->drop_waiting());
    if (fragment.key) {
        (void)outlet_->put(fragment.head(), fragment.media);
        return;
    }
    count(1);
    skipping_ = true;
}

void Viewer::give_jpeg(const http::SharedBytes& jpeg) {
    const std::string head = fmt::format("{}--{}\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
                                         first_jpeg_ ? "" : "\r\n", kJpegBoundary, jpeg.size);
    first_jpeg_ = false;
    if (outlet_->waiting_bytes() > 0) dropped_ += outlet_->drop_waiting();
    (void)outlet_->put(head, jpeg, Outlet::Bound::Ignore);
}

}  // namespace beffroi::live
