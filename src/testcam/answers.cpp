// The answers of a camera to RTSP requests, right or with its faults.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "testcam/auth.hpp"
#include "testcam/sdp.hpp"
#include "testcam/session.hpp"

namespace beffroi::testcam {

namespace {

const char* reason(int code) {
    static constexpr std::array<std::pair<int, const char*>, 9> kReasons = {{{200, "OK"},
                                                                             {302, "Moved Temporarily"},
                                                                             {401, "Unauthorized"},
                                                                             {404, "Not Found"},
                                                                             {453, "Not Enough Bandwidth"},
                                                                             {455, "Method Not Valid in This State"},
                                                                             {461, "Unsupported Transport"},
                                                                             {501, "Not Implemented"},
                                                                             {503, "Service Unavailable"}}};
    for (const auto& [known, text] : kReasons) {
        if (known == code) return text;
    }
    return "Error";
}

// The number behind the last "track…=", 0 when there is none.
int track_of(std::string_view url) {
    const std::size_t track = url.rfind("track");
    const std::size_t equals = track == std::string_view::npos ? track : url.find('=', track);
    int number = 0;
    if (equals != std::string_view::npos) std::from_chars(url.data() + equals + 1, url.data() + url.size(), number);
    return number;
}

bool port_pair(std::string_view text, std::uint16_t& first, std::uint16_t& second) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, first);
    if (parsed.ec != std::errc()) return false;
    second = static_cast<std::uint16_t>(first + 1);
    if (parsed.ptr != end && *parsed.ptr == '-') std::from_chars(parsed.ptr + 1, end, second);
    return true;
}

}  // namespace

Camera* Session::camera_named(World& world, std::string_view url) {
    std::string_view path = path_of(url);
    constexpr std::string_view kPrefix = "/cam";
    if (!path.starts_with(kPrefix)) return nullptr;
    path.remove_prefix(kPrefix.size());
    std::size_t number = 0;
    const auto parsed = std::from_chars(path.data(), path.data() + path.size(), number);
    if (parsed.ec != std::errc() || number >= world.cameras.size()) return nullptr;
    path = path.substr(static_cast<std::size_t>(parsed.ptr - path.data()));
    if (!path.empty() && path.front() != '/' && path.front() != '?') return nullptr;
    return world.cameras[number].get();
}

void Session::handle(const Request& request) {
    if (request.method.empty()) return;  // the answer to a request of ours
    const std::int64_t before = std::exchange(last_seen_us_, world_.now_us);
    constexpr std::size_t kRemembered = 1000;
    world_.requests.push_back(request.method + " " + request.url);
    if (world_.requests.size() > kRemembered) world_.requests.pop_front();
    if (camera_ == nullptr) camera_ = camera_named(world_, request.url);
    if (camera_ != nullptr && camera_->down()) {
        over_ = true;
        return;
    }
    const Answer answer = answer_to(request, before);
    if (answer.silent || over_) return;
    if (has(FaultKind::StaleData) && request.method == "OPTIONS" && !playing_) {
        PacketBatch stale;
        append_packet(stale, kVideoType, {}, noise(units_, 200));
        queue(stale.bytes);
    }
    write_answer(request, answer);
    if (request.method == "TEARDOWN") (void)flush();
}

// Why this request is not served, if so.
std::optional<Session::Answer> Session::refusal(const Request& request) {
    if (camera_ == nullptr) {
        if (request.method == "OPTIONS") return std::nullopt;
        return Answer{404, {}, {}, false};
    }
    if (has(FaultKind::Answer503)) return Answer{503, {{"Retry-After", "5"}}, {}, false};
    if (request.method == "OPTIONS") return std::nullopt;
    auto checked = check_authorization(request, camera_->settings(), nonce_);
    bool stale = false;
    if (has(FaultKind::NonceStale) && checked != Credentials::Right) stale = request.header("authorization").size() > 0;
    if (has(FaultKind::NonceStale)) nonce_ = std::to_string(world_.random());
    const bool never = has(FaultKind::Answer401);
    if (checked == Credentials::Right && !never) return std::nullopt;
    ++camera_->counters().unauthorized;
    Answer answer{401, {}, {}, false};
    const Authentication offered =
        camera_->settings().authentication == Authentication::None || camera_->settings().user.empty()
            ? Authentication::DigestMd5
            : camera_->settings().authentication;
    for (std::string& challenge : challenges(offered, nonce_, stale)) {
        answer.headers.emplace_back("WWW-Authenticate", std::move(challenge));
    }
    return answer;
}

Session::Answer Session::answer_to(const Request& request, std::int64_t before) {
    if (auto refused = refusal(request)) return *refused;
    const std::string& method = request.method;
    if (method == "OPTIONS" || method == "GET_PARAMETER" || method == "SET_PARAMETER")
        return keep_alive(request, before);
    if (method == "DESCRIBE") return describe(request);
    if (method == "SETUP") return setup(request);
    if (method == "PLAY") return play(request);
    if (method == "PAUSE") {
        if (!playing_) return {455, {}, {}, false};
        ++camera_->counters().pauses;
        playing_ = false;
        camera_->detach(*this);
        return {200, {{"Session", session_header()}}, {}, false};
    }
    if (method == "TEARDOWN") {
        ++camera_->counters().teardowns;
        if (has(FaultKind::TeardownUnanswered)) return {200, {}, {}, true};
        torn_down_ = true;
        playing_ = false;
        camera_->detach(*this);
        video_.set_up = sound_.set_up = false;
        return {200, {{"Session", session_header()}}, {}, false};
    }
    return {501, {}, {}, false};
}

Session::Answer Session::keep_alive(const Request& request, std::int64_t before) {
    Answer answer;
    if (request.method == "OPTIONS") {
        answer.headers.emplace_back("Public",
                                    "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER");
    }
    if (!playing_) return answer;
    ++camera_->counters().keep_alives;
    answer.headers.emplace_back("Session", session_header());
    if (has(FaultKind::KeepAliveUnanswered)) answer.silent = true;
    if (request.method == "SET_PARAMETER" && has(FaultKind::SetParameterKills)) over_ = true;
    if (request.method == "GET_PARAMETER" && has(FaultKind::GetParameterRefused)) {
        answer.code = 501;
        last_seen_us_ = before;
    }
    return answer;
}

std::string Session::content_base(const Request& request) const {
    std::string base = request.url;
    // Whatever stands behind the camera's name is not ours.
    if (!base.ends_with('/')) base += '/';
    const std::size_t scheme = base.find("://");
    const std::string path(path_of(base));
    if (has(FaultKind::ContentBaseRelative)) return path;
    if (has(FaultKind::ContentBaseDoubled)) return "rtsp://" + base;
    if (has(FaultKind::ContentBaseOtherHost)) return fmt::format("rtsp://{}:554{}", kHostBehindNat, path);
    if (has(FaultKind::ContentBaseNoScheme) && scheme != std::string::npos) return base.substr(scheme + 3);
    return base;
}

Session::Answer Session::describe(const Request& request) {
    if (has(FaultKind::Answer404)) return {404, {}, {}, false};
    if (const Fault* redirect = camera_->fault(FaultKind::Redirect)) {
        return {302, {{"Location", redirect->text}}, {}, false};
    }
    Answer answer;
    SdpInput input;
    input.settings = &camera_->settings();
    input.parameter_sets = camera_->source().parameter_sets();
    input.address = world_.settings.address;
    input.base = request.url.ends_with('/') ? request.url : request.url + "/";
    input.has = [this](FaultKind kind) { return has(kind); };
    answer.body = testcam::describe(input);
    if (!has(FaultKind::ContentTypeMissing)) {
        answer.headers.emplace_back(
            "Content-Type", has(FaultKind::ContentTypeCharset) ? "application/sdp;charset=utf-8" : "application/sdp");
    }
    if (!has(FaultKind::ContentBaseMissing)) answer.headers.emplace_back("Content-Base", content_base(request));
    return answer;
}

std::string Session::session_header() {
    if (id_.empty() || has(FaultKind::SessionChanges)) id_ = fmt::format("{:08X}", world_.number());
    if (has(FaultKind::SessionSpaces))
        return fmt::format("  {} ; timeout = {} ", id_, world_.settings.session_timeout_s);
    if (has(FaultKind::SessionTimeoutZero)) return id_ + ";timeout=0";
    return fmt::format("{};timeout={}", id_, world_.settings.session_timeout_s);
}

std::string Session::transport_header(const Track& track, std::string_view asked) const {
    const std::string ssrc = has(FaultKind::TransportSsrcShort) ? "1A2"
                             : has(FaultKind::TransportSsrcOdd) ? "not-a-number"
                                                                : fmt::format("{:08X}", track.ssrc);
    const std::string space = has(FaultKind::TransportSpaces) ? "   " : "";
    std::string where;
    if (track.udp) {
        where = "RTP/AVP;unicast;client_port=" + std::string(parameter(asked, "client_port", ';'));
        if (has(FaultKind::ServerPortZero)) {
            where += ";server_port=0-0";
        } else if (!has(FaultKind::NoServerPort)) {
            where += fmt::format(";server_port={}-{}", world_.rtp_port, world_.rtcp_port);
        }
    } else {
        where = fmt::format("RTP/AVP/TCP;unicast;interleaved={}-{}", track.channel, track.channel + 1);
    }
    if (has(FaultKind::TransportSourceEmpty)) where += ";source=";
    if (has(FaultKind::TransportSsrcFirst)) return fmt::format("ssrc={};{}", ssrc, where);
    return fmt::format("{};{}ssrc={}", where, space, ssrc);
}

Session::Answer Session::setup(const Request& request) {
    if (has(FaultKind::Answer453)) return {453, {}, {}, false};
    if (const Fault* limit = camera_->fault(FaultKind::SessionLimit)) {
        if (static_cast<double>(camera_->places_taken()) >= limit->value) return {453, {}, {}, false};
    }
    const int number = track_of(path_of(request.url));
    if (number > 1) return {404, {}, {}, false};
    const std::string_view asked = request.header("transport");
    Track& track = number == 1 ? sound_ : video_;
    track = {};
    track.udp = asked.find("RTP/AVP/TCP") == std::string_view::npos;
    if (has(track.udp ? FaultKind::UdpRefused : FaultKind::TcpRefused)) return {461, {}, {}, false};
    std::uint16_t first = 0;
    std::uint16_t second = 0;
    if (track.udp) {
        if (!port_pair(parameter(asked, "client_port", ';'), first, second)) return {461, {}, {}, false};
        track.rtp = track.rtcp = peer_;
        track.rtp.sin_port = htons(first);
        track.rtcp.sin_port = htons(second);
    } else {
        if (!port_pair(parameter(asked, "interleaved", ';'), first, second))
            first = static_cast<std::uint16_t>(number * 2);
        if (has(FaultKind::InterleavedChanged)) first = static_cast<std::uint16_t>(first + 4);
        track.channel = static_cast<std::uint8_t>(first);
    }
    track.set_up = true;
    track.ssrc = world_.number();
    track.sequence = static_cast<std::uint16_t>(world_.number());
    ++(number == 1 ? camera_->counters().sound_setups : camera_->counters().video_setups);
    Answer answer;
    answer.headers.emplace_back("Transport", transport_header(track, asked));
    const std::string session = session_header();
    if (!has(FaultKind::SessionMissing)) answer.headers.emplace_back("Session", session);
    if (has(FaultKind::SsrcUnannounced)) track.ssrc = world_.number();
    return answer;
}

Session::Answer Session::play(const Request& request) {
    if (!video_.set_up && !sound_.set_up) return {455, {}, {}, false};
    Answer answer;
    const std::string session = session_header();
    if (!has(FaultKind::SessionMissing)) answer.headers.emplace_back("Session", session);
    if (!playing_ && video_.set_up) {
        playing_ = true;
        wait_key_ = !has(FaultKind::StartsMidGop) && !has(FaultKind::NoKeyFrame);
        play_us_ = world_.now_us;
        next_report_us_ = world_.now_us;
        sound_sent_ = 0;
        camera_->attach(*this);
    }
    answer.headers.emplace_back("Range", "npt=now-");
    if (has(FaultKind::RtpInfoOdd)) {
        answer.headers.emplace_back("RTP-Info", "url=trackID=77;seq=0;rtptime=-12x4,;");
    } else if (!has(FaultKind::RtpInfoMissing)) {
        const std::string base = request.url.ends_with('/') ? request.url : request.url + "/";
        answer.headers.emplace_back("RTP-Info", fmt::format("url={}trackID=0;seq={};rtptime={}", base, video_.sequence,
                                                            camera_->rtp_time_now()));
    }
    return answer;
}

void Session::write_answer(const Request& request, const Answer& answer) {
    std::string text = fmt::format("RTSP/1.0 {} {}\r\n", answer.code, reason(answer.code));
    std::string cseq(request.header("cseq"));
    if (has(FaultKind::WrongCSeq)) {
        int number = 0;
        std::from_chars(cseq.data(), cseq.data() + cseq.size(), number);
        cseq = std::to_string(number + 7);
    }
    if (has(FaultKind::CSeqSpace)) cseq += "  ";
    text += "CSeq: " + cseq + "\r\nServer: Beffroi-Testcam\r\n";
    for (const auto& [name, value] : answer.headers) text += name + ": " + value + "\r\n";
    if (!answer.body.empty()) text += fmt::format("Content-Length: {}\r\n", answer.body.size());
    text += "\r\n" + answer.body;
    if (request.method == "PLAY" && answer.code == 200 && has(FaultKind::DataBeforePlay)) {
        late_answer_ = std::move(text);
        return;
    }
    queue({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace beffroi::testcam
