#include "media/rtsp/conversation.hpp"

#include <algorithm>
#include <utility>

#include "media/rtsp/text.hpp"

namespace beffroi::rtsp {

namespace {

constexpr const char* kAgent = "Beffroi";

bool succeeded(const Message& answer) {
    return answer.status >= 200 && answer.status < 300;
}

}  // namespace

Conversation::Conversation(net::Poller& poller, const StreamOptions& options, Url url, Transport lower, bool foreign,
                           TlsCache& tls, ConversationUser& user)
    : poller_(poller),
      options_(options),
      url_(std::move(url)),
      lower_(lower == Transport::Udp && !url_.secure ? Transport::Udp
                                                     : Transport::Tcp),  // RTP over UDP would leave TLS
      tls_(tls),
      user_(user),
      auth_(url_.user, url_.password),
      link_(poller, *this) {
    if (foreign) auth_.forbid_basic();
    url_.user.clear();
    url_.password.clear();
}

Conversation::~Conversation() {
    for (auto* id : {&answer_timer_, &alive_timer_, &report_timer_, &silence_timer_, &closing_timer_}) cancel(*id);
}

net::Poller::TimerId Conversation::timer(std::chrono::milliseconds delay, std::function<void()> task) {
    return poller_.after(delay, std::move(task));
}

void Conversation::cancel(net::Poller::TimerId& id) {
    if (id != 0) poller_.cancel(std::exchange(id, 0));
}

void Conversation::quirk(const char* id, std::string detail) {
    if (told_.size() > 64 || std::ranges::find(told_, detail) != told_.end()) return;
    told_.push_back(detail);
    user_.on_happening(StreamEvent::Kind::Quirk, std::move(detail), id);
}

void Conversation::start() {
    state_ = State::Connecting;
    user_.on_happening(StreamEvent::Kind::Connecting, url_.text(), {});
    const auto literal = literal_address(url_.host, url_.port);
    if (literal && (!url_.secure || tls_.authorities)) return connect({*literal});
    struct Found {
        std::vector<Address> addresses;
        std::shared_ptr<TlsAuthorities> authorities;
        std::string error;
    };
    const auto found = std::make_shared<Found>();
    const auto work = [found, host = url_.host, port = url_.port, load = url_.secure && !tls_.authorities,
                       ca = options_.ca_file, verify = options_.tls_verify] {
        found->addresses = look_up(host, port, found->error);
        if (!load) return;
        auto loaded = TlsAuthorities::load(ca, verify);
        if (loaded) {
            found->authorities = std::move(*loaded);
        } else {
            found->error = loaded.error().detail;
            found->addresses.clear();
        }
    };
    errand_ = std::make_unique<Errand>(poller_, work, [this, found] {
        cancel(answer_timer_);
        if (state_ != State::Connecting) return;
        if (found->authorities) tls_.authorities = found->authorities;
        if (found->addresses.empty())
            return end({.why = Ending::Why::Unreachable, .detail = "finding " + url_.host + ": " + found->error});
        connect(found->addresses);
    });
    answer_timer_ = timer(options_.answer_timeout, [this] {
        answer_timer_ = 0;
        errand_.reset();
        end({.why = Ending::Why::Unreachable, .detail = "finding " + url_.host + ": no answer in time"});
    });
}

void Conversation::connect(std::vector<Address> addresses) {
    const auto count = static_cast<std::int64_t>(addresses.size());
    const auto patience = std::max(options_.connect_timeout / count, std::chrono::milliseconds(50));
    link_.connect(std::move(addresses), {patience, options_.answer_timeout}, options_.receive_buffer,
                  url_.secure ? tls_.authorities : nullptr, url_.host);
}

void Conversation::on_connected() {
    state_ = State::Asking;
    user_.on_happening(StreamEvent::Kind::Connected, {}, {});
    describe();
}

void Conversation::on_broken(const std::string& why, bool connected) {
    if (state_ == State::Closing) ending_.stale_session = false;  // it took the TEARDOWN for an end, as it should
    if (state_ == State::Closing || state_ == State::Closed) return finish();
    end({.why = connected ? Ending::Why::Lost : Ending::Why::Unreachable, .detail = why});
}

// ---- requests and answers

void Conversation::request(std::string method, std::string uri, std::vector<Header> headers, Answered answered) {
    pending_ = Pending{std::move(method), std::move(uri), std::move(headers), 0, std::move(answered)};
    transmit();
}

void Conversation::transmit() {
    Pending& pending = *pending_;
    pending.cseq = ++cseq_;
    auto headers = pending.headers;
    headers.push_back({"User-Agent", kAgent});
    if (auto value = auth_.authorize(pending.method, pending.uri); !value.empty())
        headers.push_back({"Authorization", std::move(value)});
    cancel(answer_timer_);
    answer_timer_ = timer(options_.answer_timeout, [this, method = pending.method] {
        answer_timer_ = 0;
        unanswered(method);
    });
    link_.send(write_request(pending.method, pending.uri, pending.cseq, headers));
}

void Conversation::unanswered(const std::string& method) {
    pending_.reset();
    if (state_ == State::Closing) return;  // has a clock of its own
    // Some cameras never answer what keeps them alive (Q32). As long as packets come, that is enough.
    if (state_ == State::Playing) {
        quirk("Q32", method + " is not answered");
        if (method == "GET_PARAMETER") get_parameter_failed_ = true;
        keep_alive_method_ = KeepAlive::Options;
        return;
    }
    end({.why = cseq_ <= 1 ? Ending::Why::Unreachable : Ending::Why::Lost,
         .detail = "no answer to " + method + " in time"});
}

void Conversation::on_message(Message&& message) {
    if (message.request) return on_request(message);
    on_answer(message);
}

void Conversation::on_answer(const Message& answer) {
    if (const auto name = answer.header("Server"); !name.empty()) server_ = name;
    if (!pending_) return;  // late, of a request that was given up
    const auto cseq = answer.cseq();
    const bool late = cseq && *cseq + 1 == pending_->cseq && state_ >= State::Playing;  // of one that was given up
    if (late) return;
    if (!cseq || *cseq != pending_->cseq) quirk("Q19", "an answer has not the CSeq of its request");
    if (answer.status < 200) return;  // provisional (RFC 2326 §7.1.1)
    cancel(answer_timer_);
    if (answer.status == 401 && unauthorized(answer)) return;
    if (answer.status != 401) auth_.accepted();
    if (state_ < State::Playing && redirected(answer)) return;
    const auto pending = std::exchange(pending_, std::nullopt);
    pending->answered(answer);
}

// True when it was asked again with what the camera wanted.
bool Conversation::unauthorized(const Message& answer) {
    if (state_ == State::Closing) return false;
    if (!auth_.take(parse_challenges(answer.headers_named("WWW-Authenticate")))) return false;
    transmit();
    return true;
}

bool Conversation::redirected(const Message& answer) {
    if (answer.status < 300 || answer.status >= 400) return false;
    Url from = url_;
    auto location = follow_redirect(from, answer.header("Location"));
    if (!location) {
        end({.why = Ending::Why::Refused, .status = answer.status, .detail = location.error().detail});
        return true;
    }
    end({.why = Ending::Why::Redirected,
         .status = answer.status,
         .detail = "to " + location->text(),
         .location = std::move(*location)});
    return true;
}

void Conversation::refused(const Message& answer, const std::string& method) {
    using enum Ending::Why;
    Ending ending{.why = Refused,
                  .status = answer.status,
                  .detail = method + ": " + std::to_string(answer.status) + ' ' + answer.reason.substr(0, 100)};
    if (answer.status == 401 || answer.status == 403) {
        ending.why = Unauthorized;
        ending.detail += auth_.has_credentials() ? " (the user or the password is not accepted)"
                                                 : " (no user and password were given)";
    }
    if (answer.status == 404 || answer.status == 410) ending.why = NotFound;
    if (answer.status == 454) ending.why = Lost;
    if (const auto seconds = leading_number<unsigned>(answer.header("Retry-After")))
        ending.retry_after = std::chrono::seconds(std::min(*seconds, 3600U));
    end(std::move(ending));
}

// The camera asks something (RFC 2326 §10: OPTIONS, GET_PARAMETER, ANNOUNCE, REDIRECT go both ways).
void Conversation::on_request(const Message& message) {
    const auto is = [&](std::string_view method) { return same_text(message.method, method); };
    quirk("Q53", "the camera sends requests: " + message.method.substr(0, 32));
    if (is("OPTIONS")) {
        link_.send(write_answer(200, "OK", message.header("CSeq"),
                                {{"Public", "OPTIONS, GET_PARAMETER, SET_PARAMETER, ANNOUNCE, REDIRECT"}}));
    } else if (is("GET_PARAMETER") || is("SET_PARAMETER") || is("ANNOUNCE") || is("REDIRECT") || is("TEARDOWN")) {
        link_.send(write_answer(200, "OK", message.header("CSeq"), {}));
    } else {
        link_.send(write_answer(501, "Not Implemented", message.header("CSeq"), {}));
    }
    if (is("REDIRECT") || is("TEARDOWN"))
        end({.why = Ending::Why::Lost, .detail = "the camera ends the session: " + message.method});
}

// ---- the steps

void Conversation::describe() {
    request("DESCRIBE", url_.text(), {{"Accept", "application/sdp"}},
            [this](const Message& answer) { described(answer); });
}

void Conversation::described(const Message& answer) {
    if (!succeeded(answer)) return refused(answer, "DESCRIBE");
    if (!starts_with_text(answer.header("Content-Type"), "application/sdp") ||
        answer.header("Content-Type").find(';') != std::string_view::npos)
        quirk("Q13", "the description has no usual Content-Type");
    const Sdp sdp = parse_sdp(answer.body);
    for (const auto& id : sdp.quirks) quirk(id.c_str(), "the description is not as RFC 8866 wants it (" + id + ")");
    const auto content_base =
        !answer.header("Content-Base").empty() ? answer.header("Content-Base") : answer.header("Content-Location");
    base_ = repair_base(url_, content_base, options_.follow_control_host);
    if (content_base.empty() || !same_text(trimmed(content_base).substr(0, base_.text().size()), base_.text()))
        quirk("Q14", content_base.empty() ? "no Content-Base" : "the Content-Base is not the address of the camera");
    const auto choice = choose_video(sdp);
    video_.sound_offered = choice.sound_offered;
    video_.server = server_;
    video_.sdp = answer.body;
    if (choice.format == nullptr) {
        user_.on_described(video_);
        return end({.why = Ending::Why::NoVideo,
                    .detail = choice.others.empty() ? "the camera offers no video"
                                                    : "no video of a known kind: " + choice.others});
    }
    if (choice.media->direction == Direction::SendOnly || choice.media->direction == Direction::Inactive)
        quirk("Q49", "the only video is marked as a back channel");
    if (choice.sound_offered)
        user_.on_happening(StreamEvent::Kind::SoundIgnored, "sound is offered and is not asked for", {});
    const auto& control = choice.media->control;
    if (control.empty() || control.front() == '?' || control.find("://") != std::string::npos)
        quirk("Q15", "the control attribute is missing or unusual");
    track_ = join_control(base_, control, options_.follow_control_host);
    if (const Url all = join_control(base_, sdp.control, options_.follow_control_host); !sdp.control.empty())
        base_ = all;
    video_.format = *choice.format;
    video_.width = choice.media->width;
    video_.height = choice.media->height;
    user_.on_described(video_);
    if (state_ == State::Asking) setup();
}

void Conversation::setup() {
    std::string transport = "RTP/AVP/TCP;unicast;interleaved=0-1";
    if (lower_ == Transport::Udp) {
        auto pair = UdpPair::open(poller_, link_.local(), options_.receive_buffer, *this);
        if (!pair) {
            if (!other_transport(pair.error().detail))
                end({.why = Ending::Why::NoTransport, .detail = pair.error().detail});
            return;
        }
        udp_ = std::move(*pair);
        transport = "RTP/AVP;unicast;client_port=" + std::to_string(udp_->rtp_port()) + "-" +
                    std::to_string(udp_->rtp_port() + 1);
    }
    auto headers = session_header();
    headers.insert(headers.begin(), {"Transport", transport});
    request("SETUP", track_.text(), std::move(headers), [this](const Message& answer) { set_up(answer); });
}

// True when the other one is being asked for.
bool Conversation::other_transport(const std::string& why) {
    if (options_.transport != Transport::Auto || switched_ || url_.secure) return false;
    switched_ = true;
    lower_ = lower_ == Transport::Tcp ? Transport::Udp : Transport::Tcp;
    udp_.reset();
    user_.on_happening(StreamEvent::Kind::FellBack, (lower_ == Transport::Tcp ? "to TCP: " : "to UDP: ") + why, "Q52");
    setup();
    return true;
}

void Conversation::set_up(const Message& answer) {
    if (answer.status == 461 || answer.status == 406) {
        const std::string why = "the camera refuses the transport (" + std::to_string(answer.status) + ")";
        if (!other_transport(why)) end({.why = Ending::Why::NoTransport, .status = answer.status, .detail = why});
        return;
    }
    if (!succeeded(answer)) return refused(answer, "SETUP");
    const auto session = parse_session(answer.header("Session"));
    if (session_.id.empty()) {
        session_ = session;
    } else if (!session.id.empty() && session.id != session_.id) {
        quirk("Q18", "the session changes its name between two requests");
    }
    if (session.odd || session.id.empty())
        quirk("Q18", session.id.empty() ? "no Session header" : "a session time-out of nothing");
    if (!take_transport(answer)) return;
    user_.on_set_up(video_, lower_);
    play(true);
}

bool Conversation::take_transport(const Message& answer) {
    using Lower = TransportAnswer::Lower;
    transport_ = parse_transport(answer.header("Transport"));
    if (transport_.odd) quirk(transport_.lower == Lower::Udp ? "Q34" : "Q20", "the Transport answer is unusual");
    if (transport_.lower == Lower::Tcp && lower_ == Transport::Udp) {
        user_.on_happening(StreamEvent::Kind::FellBack, "to TCP: the camera answers with it", "Q52");
        lower_ = Transport::Tcp;
        udp_.reset();
    } else if (transport_.lower == Lower::Udp && lower_ == Transport::Tcp) {
        const std::string why = "the camera answers with UDP where TCP was asked for";
        if (!other_transport(why)) end({.why = Ending::Why::NoTransport, .detail = why});
        return false;
    }
    if (lower_ == Transport::Tcp) {
        if (!transport_.rtp_channel) transport_.rtp_channel = 0;
        if (!transport_.rtcp_channel) transport_.rtcp_channel = static_cast<std::uint8_t>(*transport_.rtp_channel + 1);
        if (*transport_.rtp_channel != 0 || *transport_.rtcp_channel != 1)
            quirk("Q21", "the camera chose its own channels");
        demux_.expect(*transport_.rtp_channel);
        demux_.expect(*transport_.rtcp_channel);
        return true;
    }
    if (transport_.rtp_port == 0) quirk("Q34", "no usable server_port");
    if (!transport_.source.empty()) source_ = literal_address(transport_.source, 0);
    punch_hole();
    return true;
}

void Conversation::play(bool with_range) {
    state_ = State::Starting;
    auto headers = session_header();
    if (with_range) headers.push_back({"Range", "npt=0.000-"});
    request("PLAY", base_.text(), std::move(headers), [this, with_range](const Message& answer) {
        // A live source has no position: some cameras say so.
        if (with_range && (answer.status == 457 || answer.status == 400 || answer.status == 456)) return play(false);
        if (!succeeded(answer)) return refused(answer, "PLAY");
        playing();
    });
}

std::vector<Header> Conversation::session_header() const {
    if (session_.id.empty()) return {};
    return {{"Session", session_.id}};
}

// ---- the end

void Conversation::end(Ending ending) {
    if (state_ == State::Closing || state_ == State::Closed) return;
    const bool has_session = link_.open() && !session_.id.empty();
    const bool played = state_ == State::Playing || state_ == State::Starting;
    ending_ = std::move(ending);
    ending_.stale_session = played && lower_ == Transport::Tcp && leaves_stale_sessions(server_);
    state_ = State::Closing;
    for (auto* id : {&answer_timer_, &alive_timer_, &report_timer_, &silence_timer_}) cancel(*id);
    errand_.reset();
    pending_.reset();
    if (!has_session) return finish();
    closing_timer_ = timer(options_.teardown_timeout, [this] {
        closing_timer_ = 0;
        user_.on_happening(StreamEvent::Kind::TeardownUnanswered, "no answer to TEARDOWN", "Q31");
        finish();
    });
    request("TEARDOWN", base_.text(), session_header(), [this](const Message& answer) {
        if (succeeded(answer)) ending_.stale_session = false;
        finish();
    });
}

void Conversation::finish() {
    if (state_ == State::Closed) return;
    state_ = State::Closed;
    for (auto* id : {&answer_timer_, &closing_timer_}) cancel(*id);
    demux_.stop();
    link_.close();
    udp_.reset();
    pending_.reset();
    user_.on_ended(ending_);
}

}  // namespace beffroi::rtsp
