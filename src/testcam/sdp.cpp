#include "testcam/sdp.hpp"

#include <fmt/format.h>

namespace beffroi::testcam {

namespace {

std::string sprop(const SdpInput& input, Buffer nal, bool sequence) {
    if (input.has(FaultKind::SdpSpropEmpty)) return "";
    if (input.has(FaultKind::SdpSpropGarbage)) return "!!" + std::to_string(nal.size()) + "??";
    if (input.has(FaultKind::SdpSpropTrailing) && sequence) nal.insert(nal.end(), {0x00, 0x00, 0x00, 0x00, 0x55});
    if (input.has(FaultKind::SdpSpropAnnexB)) nal.insert(nal.begin(), {0, 0, 0, 1});
    return base64(nal);
}

// The format parameters behind the payload type.
std::string fmtp(const SdpInput& input) {
    const CameraSettings& settings = *input.settings;
    if (input.has(FaultKind::SdpFmtpEmpty)) return "";
    const bool without = input.has(FaultKind::SdpSpropMissing);
    const bool partial = input.has(FaultKind::SdpSpropPartial);
    const auto& sets = input.parameter_sets;
    if (settings.codec == VideoCodec::H264) {
        std::string text = fmt::format("packetization-mode={}", input.has(FaultKind::Mode0) ? 0 : 1);
        if (sets.size() < 2) return text;
        text += fmt::format(";profile-level-id={:02X}{:02X}{:02X}", sets[0][1], sets[0][2], sets[0][3]);
        if (without) return text;
        text += ";sprop-parameter-sets=" + sprop(input, sets[0], true);
        if (!partial) text += "," + sprop(input, sets[1], false);
        return text;
    }
    if (settings.codec == VideoCodec::Jpeg || sets.size() < 3 || without) return "";
    std::string text = "sprop-vps=" + sprop(input, sets[0], false) + ";sprop-sps=" + sprop(input, sets[1], true);
    if (!partial) text += ";sprop-pps=" + sprop(input, sets[2], false);
    return text;
}

std::string control(const SdpInput& input, int track) {
    if (input.has(FaultKind::SdpControlMissing)) return "";
    if (input.has(FaultKind::SdpControlAbsolute)) return fmt::format("a=control:{}trackID={}\n", input.base, track);
    if (input.has(FaultKind::SdpControlQuery)) return fmt::format("a=control:?track={}\n", track);
    if (input.has(FaultKind::SdpControlOtherHost)) {
        const std::size_t path = input.base.find('/', input.base.find("://") + 3);
        return fmt::format("a=control:rtsp://{}:554{}trackID={}\n", kHostBehindNat, input.base.substr(path), track);
    }
    return fmt::format("a=control:trackID={}\n", track);
}

std::string video(const SdpInput& input) {
    const CameraSettings& settings = *input.settings;
    const bool jpeg = settings.codec == VideoCodec::Jpeg;
    const int type = jpeg ? kJpegType : kVideoType;
    const char* name = jpeg ? "JPEG" : settings.codec == VideoCodec::H265 ? "H265" : "H264";
    const std::string map =
        fmt::format("a=rtpmap:{} {}/{}{}\n", type, name, input.has(FaultKind::SdpClockZero) ? 0 : 90'000,
                    input.has(FaultKind::SdpRtpmapSpace) ? " " : "");
    const std::string parameters = fmtp(input);
    std::string format;
    if (!jpeg && !input.has(FaultKind::SdpFmtpMisplaced)) {
        format =
            parameters.empty() ? fmt::format("a=fmtp:{}\n", type) : fmt::format("a=fmtp:{} {}\n", type, parameters);
    }
    std::string text = fmt::format("m=video 0 RTP/AVP {}\n", type);
    if (input.has(FaultKind::SdpDisorder)) {
        text += control(input, 0) + "\n" + format + fmt::format("a=framerate:{}\n", settings.rate) + map;
    } else {
        text += map + format + fmt::format("a=framerate:{}\n", settings.rate) + control(input, 0);
    }
    return text + "a=recvonly\n";
}

std::string sound(const SdpInput& input) {
    std::string text;
    if (input.settings->sound || input.has(FaultKind::SdpBackChannel)) {
        text += fmt::format("m=audio 0 RTP/AVP {}\na=rtpmap:{} PCMA/8000\n", kSoundType, kSoundType);
        if (input.has(FaultKind::SdpFmtpMisplaced)) text += fmt::format("a=fmtp:{} {}\n", kVideoType, fmtp(input));
        text += control(input, 1);
        text += input.has(FaultKind::SdpBackChannel) ? "a=sendonly\n" : "a=recvonly\n";
    }
    if (input.has(FaultKind::SdpBackChannel)) {
        text += fmt::format("m=audio 0 RTP/AVP 0\na=rtpmap:0 PCMU/8000\n{}a=sendonly\n", control(input, 2));
    }
    return text;
}

}  // namespace

std::string describe(const SdpInput& input) {
    const auto has = [&input](FaultKind kind) { return input.has(kind); };
    std::string text = "v=0\n";
    if (has(FaultKind::SdpBadOrigin)) {
        text += "o=- 0x1F 1E IP IP4 nowhere\n";
    } else if (!has(FaultKind::SdpNoOrigin)) {
        text += fmt::format("o=- 1 1 IN IP4 {}\n", input.address);
    }
    if (!has(FaultKind::SdpNoSessionName)) text += "s=Beffroi test camera\n";
    if (has(FaultKind::SdpDisorder)) text += "\na=tool:testcam\ns=again\n\n";
    text += has(FaultKind::SdpBadConnection) ? "c=IN \n" : "c=IN IP4 0.0.0.0\n";
    if (!has(FaultKind::SdpNoSessionName)) text += "t=0 0\n";
    if (!has(FaultKind::SdpControlMissing)) text += "a=control:*\n";
    if (has(FaultKind::SdpUnknownMedia)) {
        text += "m=application/tp-link 0 RTP/AVP smart/1/90000\na=rtpmap:95 tp-link/90000\nm=meta\n";
        text += "m=application 0 RTP/AVP 107\na=rtpmap:107 vnd.onvif.metadata/90000\na=control:trackID=9\n";
    }
    text += has(FaultKind::SdpSoundFirst) ? sound(input) + video(input) : video(input) + sound(input);
    if (has(FaultKind::SdpLfOnly)) return text;
    std::string out;
    for (char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

}  // namespace beffroi::testcam
