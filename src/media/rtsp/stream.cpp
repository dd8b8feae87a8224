#include "media/rtsp/stream.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "crypto/random.hpp"
#include "media/rtsp/backoff.hpp"
#include "media/rtsp/intake.hpp"

namespace beffroi::rtsp {

namespace {

constexpr int kMostRedirects = 5;
// The watchdog looks this often within the silence time-out. Counted, not timed: a step of the clock changes nothing.
constexpr int kLooks = 4;
// A camera whose packets make no frame yet (a long wait for a key frame) is given this many times longer.
constexpr int kPatienceWithoutFrame = 8;

StreamEvent::Kind kind_of(Ending::Why why) {
    using Kind = StreamEvent::Kind;
    switch (why) {
        case Ending::Why::Stopped:
            return Kind::Stopped;
        case Ending::Why::Unreachable:
        case Ending::Why::Lost:
        case Ending::Why::Silent:
            return Kind::Lost;
        case Ending::Why::Refused:
        case Ending::Why::NoTransport:
            return Kind::Refused;
        case Ending::Why::Unauthorized:
            return Kind::Unauthorized;
        case Ending::Why::NotFound:
            return Kind::NotFound;
        case Ending::Why::NoVideo:
            return Kind::NoVideo;
        case Ending::Why::Redirected:
            return Kind::Redirected;
    }
    return Kind::Lost;
}

double random_share() {
    return crypto::random_below(1000) / 1000.0;
}

}  // namespace

struct Stream::Impl : ConversationUser {
    Impl(net::Poller& its_poller, const base::Clock& its_clock, StreamOptions its_options, rtp::FrameSink& sink,
         StreamWatcher& its_watcher)
        : poller(its_poller),
          clock(its_clock),
          options(std::move(its_options)),
          watcher(its_watcher),
          intake(clock, sink,
                 [this](StreamEvent::Kind kind, std::string detail, std::string quirk) {
                     on_happening(kind, std::move(detail), std::move(quirk));
                 }),
          backoff(options.backoff_first, options.backoff_most),
          lower(options.transport == Transport::Udp ? Transport::Udp : Transport::Tcp) {}

    // ConversationUser
    void on_happening(StreamEvent::Kind kind, std::string detail, std::string quirk) override;
    void on_described(const VideoTrack& track) override {
        offer.with([&](Offer& shown) { shown = {track.server, track.sdp, track.sound_offered}; });
    }
    void on_set_up(const VideoTrack& track, Transport now) override { intake.open(track, now); }
    void on_playing(Transport now) override;
    void on_packet(bool control, std::span<const std::uint8_t> packet) override { intake.packet(control, packet); }
    void on_round() override { intake.round(); }
    std::vector<std::uint8_t> report() override { return intake.report(); }
    void on_ended(const Ending& ending) override;

    void begin();
    void talk(const Url& url);
    void again(std::chrono::milliseconds delay);
    void redirected(const Ending& ending);
    void look();
    void schedule_look();
    void request_stop(std::promise<void>& done);
    void stopped();

    net::Poller& poller;
    const base::Clock& clock;
    const StreamOptions options;
    StreamWatcher& watcher;
    Intake intake;
    base::Guarded<Offer> offer;
    Backoff backoff;
    Transport lower;  // to ask for first, next time
    TlsCache tls;
    Url url;
    std::shared_ptr<Conversation> conversation;
    net::Poller::TimerId wait_timer = 0, look_timer = 0;
    int redirects = 0;
    bool started = false;
    bool fell_back = false;  // since it last played well
    std::uint64_t frames_seen = 0, packets_seen = 0, packets_before = 0, frames_before = 0;
    int quiet_looks = 0, looks = 0;
    std::promise<void>* stopping = nullptr;  // of the thread that waits in stop()
};

void Stream::Impl::on_happening(StreamEvent::Kind kind, std::string detail, std::string quirk) {
    watcher.on_event(
        {.kind = kind, .at_us = clock.now().ms * 1000, .detail = std::move(detail), .quirk = std::move(quirk)});
}

void Stream::Impl::begin() {
    if (std::exchange(started, true)) return;
    auto parsed = parse_url(options.url);
    if (!parsed) {
        on_happening(StreamEvent::Kind::Refused, parsed.error().detail, {});
        return;
    }
    url = std::move(*parsed);
    if (!options.user.empty()) url.user = options.user;
    if (!options.user.empty() || !options.password.empty()) url.password = options.password;
    talk(url);
}

void Stream::Impl::talk(const Url& to) {
    packets_before = intake.packets();
    frames_before = intake.frames();
    intake.count_connect();
    const bool foreign = to.host != url.host;
    conversation = std::make_shared<Conversation>(poller, options, to, lower, foreign, tls, *this);
    conversation->start();
}

void Stream::Impl::on_playing(Transport now) {
    redirects = 0;
    lower = now;
    intake.playing();
    quiet_looks = looks = 0;
    frames_seen = intake.frames();
    packets_seen = intake.packets();
    on_happening(StreamEvent::Kind::Playing, now == Transport::Tcp ? "over TCP" : "over UDP", {});
    schedule_look();
}

void Stream::Impl::schedule_look() {
    const auto delay = std::max(options.silence_timeout / kLooks, std::chrono::milliseconds(1));
    look_timer = poller.after(delay, [this] { look(); });
}

// The watchdog: frames must come, or at least packets while the first key frame is awaited.
void Stream::Impl::look() {
    look_timer = 0;
    intake.tick();
    const bool frames_came = std::exchange(frames_seen, intake.frames()) != frames_seen;
    const bool packets_came = std::exchange(packets_seen, intake.packets()) != packets_seen;
    quiet_looks = frames_came ? 0 : quiet_looks + 1;
    const bool waits_for_key = intake.frames() == frames_before && packets_came;
    if (quiet_looks >= kLooks * (waits_for_key ? kPatienceWithoutFrame : 1)) {
        const auto silence = std::to_string(options.silence_timeout.count()) + " ms";
        return conversation->end(
            {.why = Ending::Why::Lost,
             .detail = packets_came ? "packets come, but no frame" : "nothing came for " + silence});
    }
    // It has been good for longer than any silence: what fails next is a new trouble.
    if (++looks == 2 * kLooks && intake.frames() > frames_before) {
        backoff.succeeded();
        fell_back = false;
    }
    schedule_look();
}

void Stream::Impl::on_ended(const Ending& ending) {
    if (look_timer != 0) poller.cancel(std::exchange(look_timer, 0));
    intake.close();
    // It is still on the stack: it goes when everybody has left it.
    poller.post([dead = std::exchange(conversation, nullptr)] {});
    if (stopping != nullptr) return stopped();
    on_happening(kind_of(ending.why), ending.detail, ending.why == Ending::Why::Redirected ? "Q33" : "");
    if (ending.why == Ending::Why::Redirected) return redirected(ending);
    redirects = 0;
    const bool automatic = options.transport == Transport::Auto && !url.secure;
    if (ending.why == Ending::Why::Silent && automatic) {
        lower = Transport::Tcp;
        on_happening(StreamEvent::Kind::FellBack, "to TCP: " + ending.detail, "Q52");
        // At once, but not again and again: a camera that is silent over UDP and refuses TCP gets its rest.
        if (!std::exchange(fell_back, true)) return again(std::chrono::milliseconds(0));
    }
    if (ending.stale_session)
        on_happening(StreamEvent::Kind::Quirk, "an old live555 may go on sending: it is left alone for a while", "Q30");
    again(backoff.next(ending, options.stale_session_wait, random_share()));
}

void Stream::Impl::redirected(const Ending& ending) {
    if (++redirects <= kMostRedirects) {
        Url to = *ending.location;
        if (to.user.empty() && to.password.empty()) {
            to.user = url.user;
            to.password = url.password;
        }
        wait_timer = poller.after(std::chrono::milliseconds(0), [this, to] {
            wait_timer = 0;
            talk(to);
        });
        return;
    }
    redirects = 0;
    again(backoff.next(ending, options.stale_session_wait, random_share()));
}

void Stream::Impl::again(std::chrono::milliseconds delay) {
    wait_timer = poller.after(delay, [this] {
        wait_timer = 0;
        talk(url);
    });
}

void Stream::Impl::request_stop(std::promise<void>& done) {
    stopping = &done;
    if (conversation) return conversation->end({.why = Ending::Why::Stopped});
    stopped();
}

void Stream::Impl::stopped() {
    if (wait_timer != 0) poller.cancel(std::exchange(wait_timer, 0));
    if (std::exchange(started, false)) on_happening(StreamEvent::Kind::Stopped, {}, {});
    std::exchange(stopping, nullptr)->set_value();
}

Stream::Stream(net::Poller& poller, const base::Clock& clock, StreamOptions options, rtp::FrameSink& sink,
               StreamWatcher& watcher)
    : impl_(std::make_shared<Impl>(poller, clock, std::move(options), sink, watcher)) {}

Stream::~Stream() {
    stop();
}

void Stream::start() {
    impl_->poller.run([this] { impl_->begin(); });
}

void Stream::stop() {
    ASSERT(!impl_->poller.on_this_thread());
    std::promise<void> done;
    auto ended = done.get_future();
    impl_->poller.post([this, &done] { impl_->request_stop(done); });
    ended.wait();
    // What was posted for burial before is gone after this: nothing of the stream is left on the thread.
    impl_->poller.run([] {});
}

Offer Stream::offer() const {
    return impl_->offer.with([](const Offer& shown) { return shown; });
}

StreamStats Stream::stats() const {
    return impl_->intake.stats();
}

}  // namespace beffroi::rtsp
