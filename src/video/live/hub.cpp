#include "video/live/hub.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "http/websocket.hpp"
#include "media/mp4/init.hpp"
#include "video/live/hls_window.hpp"
#include "video/live/viewer.hpp"

namespace beffroi::live {

namespace {

constexpr std::int64_t kHlsIdleMs = 15'000;  // without a request: nobody watches by HLS any more
constexpr std::chrono::milliseconds kHlsWait(12'000);

std::string format_text(const codec::VideoFormat& format) {
    return fmt::format(R"({{"kind":"format","codec":{},"name":"{}","width":{},"height":{}}})",
                       base::json_string(format.codec_string), codec::name_of(format.codec), format.width,
                       format.height);
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

http::Response not_there() {
    return http::text("404 Not Found\n", 404);
}

http::Response playlist_answer(std::string body) {
    return http::content("application/vnd.apple.mpegurl", std::move(body)).compressed();
}

}  // namespace

struct Hub::Impl : std::enable_shared_from_this<Hub::Impl> {
    Impl(std::string its_address, const base::Clock& its_clock, HubOptions its_options, Watched its_watched)
        : address(std::move(its_address)), clock(its_clock), options(its_options), watched(std::move(its_watched)) {}

    // A request that waits for a part.
    struct Waiting {
        std::uint64_t segment = 0;
        std::optional<std::uint64_t> part;
        std::function<http::Response(Impl&)> answer;  // under the lock
        std::function<void(http::Response)> give;
    };
    using Ready = std::vector<std::pair<std::function<void(http::Response)>, http::Response>>;

    void take(const archive::Track::LiveFrame& frame);
    void change_format(const codec::FormatPtr& next);
    void emit(const FragmentPtr& fragment);
    void take_jpeg(const archive::Track::LiveFrame& frame);
    void give_ready();
    void joined(const std::shared_ptr<Viewer>& viewer);
    void left(const Viewer* viewer);
    void tell_watched();
    void begin_hls();
    [[nodiscard]] http::Response link(const http::Request* request, ViewerKind kind);
    [[nodiscard]] http::Response hls_file(const http::Request& request, const std::string& file);
    [[nodiscard]] http::Response when_ready(std::uint64_t segment, std::optional<std::uint64_t> part,
                                            std::function<http::Response(Impl&)> answer);
    [[nodiscard]] http::Response master(const http::Request& request);

    const std::string address;
    const base::Clock& clock;
    const HubOptions options;
    const Watched watched;

    std::mutex mutex;
    // Under the mutex:
    codec::FormatPtr format;
    std::shared_ptr<const std::string> init;
    Fragmenter fragmenter;
    std::vector<FragmentPtr> gop;  // since the last key frame; empty: too long, or none came
    std::uint64_t gop_bytes = 0;
    http::SharedBytes last_jpeg;
    std::vector<std::shared_ptr<Viewer>> viewers;
    std::unique_ptr<HlsWindow> window;
    std::int64_t hls_until_ms = 0;
    std::vector<Waiting> waiting;
    Ready ready;  // to be given without the lock
    HubStats stats;
    bool closed = false;

    std::mutex watch_mutex;
    bool told = false;  // under watch_mutex
};

void Hub::Impl::change_format(const codec::FormatPtr& next) {
    if (auto last = fragmenter.flush()) emit(last);
    format = next;
    gop.clear();
    gop_bytes = 0;
    const auto bytes = mp4::init_segment(*format);
    init = std::make_shared<const std::string>(bytes.begin(), bytes.end());
    if (window) window->set_init(init);
    const std::string text = format_text(*format);
    for (const auto& viewer : viewers) {
        if (viewer->kind() != ViewerKind::Fragments) continue;
        viewer->tell(text);
        if (format->codec != codec::Codec::Jpeg) viewer->give_init(init);
        viewer->wait_for_key();
    }
}

void Hub::Impl::take(const archive::Track::LiveFrame& frame) {
    ++stats.frames;
    stats.last_frame_us = frame.frame.arrival_us;
    const bool changed = !format || (frame.format != format && !(*frame.format == *format));
    if (changed) change_format(frame.format);
    if (frame.format->codec == codec::Codec::Jpeg) return take_jpeg(frame);
    if (const auto fragment = fragmenter.push(frame)) emit(fragment);
}

void Hub::Impl::take_jpeg(const archive::Track::LiveFrame& frame) {
    last_jpeg = {.memory = frame.memory, .data = reinterpret_cast<const char*>(frame.data), .size = frame.frame.size};
    for (const auto& viewer : viewers) {
        if (viewer->kind() == ViewerKind::Jpegs) viewer->give_jpeg(last_jpeg);
    }
}

void Hub::Impl::emit(const FragmentPtr& fragment) {
    if (fragment->key) {
        gop.clear();
        gop_bytes = 0;
    }
    if (fragment->key || !gop.empty()) {
        gop.push_back(fragment);
        gop_bytes += fragment->size();
        if (gop_bytes > options.gop_bytes) {
            gop.clear();
            gop_bytes = 0;
        }
    }
    for (const auto& viewer : viewers) {
        if (viewer->kind() != ViewerKind::Fragments) continue;
        viewer->give(*fragment);
        stats.dropped += viewer->take_dropped();
    }
    if (!window) return;
    if (clock.now().ms > hls_until_ms && waiting.empty()) {
        window.reset();
    } else if (window->add(fragment)) {
        give_ready();
    }
}

// Those who wait for what is there now. Their answers leave once the lock is free.
void Hub::Impl::give_ready() {
    std::erase_if(waiting, [&](Waiting& one) {
        if (!window->has(one.segment, one.part)) return false;
        ready.emplace_back(std::move(one.give), one.answer(*this));
        return true;
    });
}

void Hub::Impl::joined(const std::shared_ptr<Viewer>& viewer) {
    {
        std::lock_guard lock(mutex);
        if (closed) return viewer->outlet().close(1001);
        viewers.push_back(viewer);
        ++stats.viewers_total;
        if (viewer->kind() == ViewerKind::Jpegs) {
            if (last_jpeg.size > 0) viewer->give_jpeg(last_jpeg);
        } else if (format) {
            viewer->tell(format_text(*format));
            if (format->codec != codec::Codec::Jpeg) viewer->give_init(init);
            for (const auto& fragment : gop) viewer->give_burst(*fragment);
            if (gop.empty()) viewer->wait_for_key();
        } else {
            viewer->tell(R"({"kind":"waiting"})");
            viewer->wait_for_key();
        }
    }
    tell_watched();
}

void Hub::Impl::left(const Viewer* viewer) {
    {
        std::lock_guard lock(mutex);
        std::erase_if(viewers, [&](const auto& one) { return one.get() == viewer; });
    }
    tell_watched();
}

void Hub::Impl::tell_watched() {
    if (!watched) return;
    std::lock_guard one_at_a_time(watch_mutex);
    bool now = false;
    {
        std::lock_guard lock(mutex);
        now = !viewers.empty() || window != nullptr;
    }
    if (now == told) return;
    told = now;
    watched(now);
}

void Hub::Impl::begin_hls() {
    hls_until_ms = clock.now().ms + kHlsIdleMs;
    if (window) return;
    window = std::make_unique<HlsWindow>(options.window_bytes);
    if (init) window->set_init(init);
    for (const auto& fragment : gop) window->add(fragment);
}

http::Response Hub::Impl::link(const http::Request* request, ViewerKind kind) {
    http::OutletOptions outlet_options;
    {
        std::lock_guard lock(mutex);
        // The burst must not count as a slow viewer's backlog.
        outlet_options.queue_bytes = options.queue_bytes + 2 * gop_bytes;
    }
    outlet_options.message_bytes = 1024;
    auto outlet = std::make_shared<http::Outlet>(outlet_options);
    const std::weak_ptr<Impl> weak = weak_from_this();
    auto viewer = std::make_shared<Viewer>(kind, outlet,
                                           Viewer::Hooks{.joined =
                                                             [weak](const std::shared_ptr<Viewer>& one) {
                                                                 if (auto self = weak.lock()) {
                                                                     self->joined(one);
                                                                 } else {
                                                                     one->outlet().close(1001);
                                                                 }
                                                             },
                                                         .left =
                                                             [weak](const Viewer* one) {
                                                                 if (auto self = weak.lock()) self->left(one);
                                                             }});
    if (request != nullptr) return http::websocket(*request, std::move(outlet), std::move(viewer));
    return http::feed(fmt::format("multipart/x-mixed-replace; boundary={}", kJpegBoundary), std::move(outlet),
                      std::move(viewer));
}

http::Response Hub::Impl::when_ready(std::uint64_t segment, std::optional<std::uint64_t> part,
                                     std::function<http::Response(Impl&)> answer) {
    if (window->has(segment, part)) return answer(*this);
    // Two ahead can't come soon (§6.2.5.2).
    if (segment > window->current() + 2) return http::text("400 Bad Request: too far ahead\n", 400);
    const std::weak_ptr<Impl> weak = weak_from_this();
    return http::later(
        {.start =
             [weak, segment, part, answer = std::move(answer)](std::function<void(http::Response)> give) {
                 const auto self = weak.lock();
                 if (!self) return give(not_there());
                 std::optional<http::Response> now;
                 {
                     std::lock_guard lock(self->mutex);
                     self->begin_hls();
                     if (self->closed) {
                         now = not_there();
                     } else if (self->window->has(segment, part)) {
                         now = answer(*self);
                     } else {
                         self->waiting.push_back({segment, part, answer, give});
                     }
                 }
                 if (now) give(std::move(*now));
             },
         .limit = kHlsWait});
}

http::Response Hub::Impl::master(const http::Request& request) {
    std::string out = "#EXTM3U\n#EXT-X-VERSION:9\n";
    const std::string codecs =
        format && !format->codec_string.empty() ? fmt::format(",CODECS=\"{}\"", format->codec_string) : "";
    const std::string size =
        format && format->width > 0 ? fmt::format(",RESOLUTION={}x{}", format->width, format->height) : "";
    const std::string_view query = request.target;
    const std::size_t mark = std::min(query.find('?'), query.size());
    out += fmt::format("#EXT-X-STREAM-INF:BANDWIDTH={}{}{}\nmedia.m3u8{}\n",
                       std::max<std::uint64_t>(gop_bytes * 8, 1'000'000), codecs, size, query.substr(mark));
    return playlist_answer(std::move(out));
}

http::Response Hub::Impl::hls_file(const http::Request& request, const std::string& file) {
    begin_hls();
    if (format && format->codec == codec::Codec::Jpeg) return http::text("415: MJPEG has no HLS, see ../mjpeg\n", 415);
    if (file == "live.m3u8") return master(request);
    if (file == "media.m3u8") {
        const auto segment = number(request.query.value("_HLS_msn"));
        const auto part = number(request.query.value("_HLS_part"));
        if (part && !segment) return http::text("400 Bad Request: _HLS_part without _HLS_msn\n", 400);
        auto answer = [](Impl& hub) { return playlist_answer(hub.window->playlist()); };
        // Without a picture yet there is no playlist to give: wait for the first part.
        if (!segment) return window->empty() ? when_ready(window->current(), 0, answer) : answer(*this);
        return when_ready(*segment, part, answer);
    }
    std::string_view name = file;
    if (!name.ends_with(".mp4")) return not_there();
    name.remove_suffix(4);
    if (name.starts_with("init-")) {
        const auto bytes = window->init(number(name.substr(5)).value_or(0));
        return bytes ? http::content("video/mp4", *bytes) : not_there();
    }
    auto media = [](const std::shared_ptr<const http::Pieces>& pieces) {
        return pieces ? http::pieces("video/mp4", pieces) : not_there();
    };
    if (name.starts_with("segment-")) return media(window->segment(number(name.substr(8)).value_or(~0ULL)));
    if (!name.starts_with("part-")) return not_there();
    const auto numbers = base::split(name.substr(5), '-');
    const auto segment = number(numbers.front());
    const auto part = number(numbers.back());
    if (numbers.size() != 2 || !segment || !part) return not_there();
    return when_ready(*segment, *part,
                      [media, s = *segment, p = *part](Impl& hub) { return media(hub.window->part(s, p)); });
}

Hub::Hub(std::string address, const base::Clock& clock, HubOptions options, Watched watched)
    : impl_(std::make_shared<Impl>(std::move(address), clock, options, std::move(watched))) {}

Hub::~Hub() {
    std::vector<std::shared_ptr<Viewer>> leaving;
    std::vector<Impl::Waiting> waiting;
    {
        std::lock_guard lock(impl_->mutex);
        impl_->closed = true;
        leaving.swap(impl_->viewers);
        waiting.swap(impl_->waiting);
    }
    for (const auto& viewer : leaving) viewer->outlet().close(1001);
    for (const auto& one : waiting) one.give(not_there());
}

void Hub::on_frame(const archive::Track::LiveFrame& frame) {
    ASSERT(frame.format != nullptr);
    Impl::Ready ready;
    bool idle = false;
    {
        std::lock_guard lock(impl_->mutex);
        const bool had_window = impl_->window != nullptr;
        impl_->take(frame);
        ready.swap(impl_->ready);
        idle = had_window && impl_->window == nullptr;
    }
    for (auto& [give, response] : ready) give(std::move(response));
    if (idle) impl_->tell_watched();
}

void Hub::on_gap(const std::string& reason) {
    std::lock_guard lock(impl_->mutex);
    if (auto last = impl_->fragmenter.flush()) impl_->emit(last);
    const std::string text = fmt::format(R"({{"kind":"gap","reason":{}}})", base::json_string(reason));
    for (const auto& viewer : impl_->viewers)
        if (viewer->kind() == ViewerKind::Fragments) viewer->tell(text);
}

codec::FormatPtr Hub::format() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->format;
}

HubStats Hub::stats() const {
    std::lock_guard lock(impl_->mutex);
    HubStats stats = impl_->stats;
    stats.viewers = impl_->viewers.size() + (impl_->window ? 1 : 0);
    stats.gop_frames = impl_->gop.size();
    stats.gop_bytes = impl_->gop_bytes;
    return stats;
}

http::Response Hub::websocket(const http::Request& request) {
    return impl_->link(&request, ViewerKind::Fragments);
}

http::Response Hub::mjpeg(const http::Request& /*request*/) {
    const auto now = format();
    if (now && now->codec != codec::Codec::Jpeg) return http::text("415: not an MJPEG camera\n", 415);
    return impl_->link(nullptr, ViewerKind::Jpegs);
}

http::Response Hub::jpeg(const http::Request& /*request*/) {
    std::lock_guard lock(impl_->mutex);
    if (impl_->last_jpeg.size == 0) return not_there();
    auto pieces = std::make_shared<http::Pieces>();
    pieces->add(impl_->last_jpeg);
    return http::pieces("image/jpeg", std::move(pieces));
}

http::Response Hub::hls(const http::Request& request, const std::string& file) {
    std::optional<http::Response> answer;
    {
        std::lock_guard lock(impl_->mutex);
        answer = impl_->hls_file(request, file);
    }
    impl_->tell_watched();
    return std::move(*answer);
}

}  // namespace beffroi::live
