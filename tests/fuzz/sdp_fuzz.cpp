// Any bytes as a session description: read without harm; what is chosen is a video of a kind we know.
#include "media/rtsp/sdp.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "media/rtsp/fmtp.hpp"
#include "media/rtsp/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace beffroi::rtsp;  // NOLINT(google-build-using-namespace)
    const auto sdp = parse_sdp({reinterpret_cast<const char*>(data), size});
    const auto choice = choose_video(sdp);
    if ((choice.media == nullptr) != (choice.format == nullptr)) std::abort();
    if (choice.media == nullptr) return 0;
    if (choice.media->type != "video" || choice.format->clock_rate == 0 || choice.format->payload_type > 127)
        std::abort();
    const auto options = receiver_options(*choice.format);
    if (options.clock_rate == 0) std::abort();
    const auto base = parse_url("rtsp://192.0.2.1/live").value();
    const auto track = join_control(join_control(base, sdp.control, false), choice.media->control, false);
    if (track.host != base.host || track.text().find_first_of("\r\n ") != std::string::npos) std::abort();
    return 0;
}
