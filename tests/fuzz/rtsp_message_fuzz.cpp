// Any bytes as an RTSP message, and its headers as what steers a session: what is read ends within the bytes, and reads
// the same again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "media/rtsp/auth.hpp"
#include "media/rtsp/headers.hpp"
#include "media/rtsp/message.hpp"
#include "media/rtsp/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace beffroi::rtsp;  // NOLINT(google-build-using-namespace)
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    // Learnt from us, perhaps with signs between its letters that an address leaves out.
    std::string letters(bytes);
    std::erase_if(letters, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; });
    if (letters.find("never-to-be-seen") != std::string::npos) return 0;
    (void)message_start(bytes);
    const auto parsed = parse_message(bytes);
    if (parsed.state != ParsedMessage::State::Done) return 0;
    if (parsed.used > size || parsed.message.headers.size() > kMostHeaders) std::abort();
    const auto again = parse_message(bytes.substr(0, parsed.used));
    if (again.state != ParsedMessage::State::Done || again.used != parsed.used ||
        again.message.body != parsed.message.body)
        std::abort();
    const auto& message = parsed.message;
    (void)message.cseq();
    const auto transport = parse_transport(message.header("Transport"));
    if (transport.rtp_channel && transport.rtcp_channel && *transport.rtp_channel == *transport.rtcp_channel)
        std::abort();
    if (parse_session(message.header("Session")).timeout.count() <= 0) std::abort();
    (void)leaves_stale_sessions(message.header("Server"));
    (void)lists_method(message.header("Public"), "GET_PARAMETER");
    const auto challenges = parse_challenges(message.headers_named("WWW-Authenticate"));
    Authenticator auth("user", "never-to-be-seen");
    if (auth.take(challenges) && auth.authorize("PLAY", "rtsp://h/").find("never-to-be-seen") != std::string::npos)
        std::abort();
    const auto base = parse_url("rtsp://user:never-to-be-seen@192.0.2.1/live").value();
    const auto repaired = repair_base(base, message.header("Content-Base"), false);
    if (repaired.host != base.host || repaired.text().find("never-to-be-seen") != std::string::npos) std::abort();
    if (const auto url = parse_url(message.uri)) {
        const auto same = parse_url(url->text());
        if (!same || same->host != url->host || same->port != url->port) std::abort();
    }
    if (const auto moved = follow_redirect(base, message.header("Location"));
        moved && moved->text().find_first_of("\r\n ") != std::string::npos)
        std::abort();
    return 0;
}
