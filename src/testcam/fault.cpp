#include "testcam/fault.hpp"

#include <array>
#include <charconv>

namespace beffroi::testcam {

namespace {

constexpr auto kTable = std::to_array<FaultInfo>({
    {FaultKind::Loss, "loss", "Q28", "percent", "drops packets at random after they got their sequence number"},
    {FaultKind::Reorder, "reorder", "Q28", "percent", "swaps a packet with the next one"},
    {FaultKind::Duplicate, "duplicate", "Q28", "percent", "sends a packet twice"},
    {FaultKind::Stall, "stall", "Q52", "", "sends nothing, then goes on with the current picture"},
    {FaultKind::Backlog, "backlog", "Q54", "", "sends nothing, then everything that was held back at once"},
    {FaultKind::Disconnect, "disconnect", "Q44", "once", "closes the connections of the camera without a word"},
    {FaultKind::Reboot, "reboot", "Q44", "seconds",
     "closes, refuses connections for so long, comes back with another SSRC, sequence and clock; text WIDTHxHEIGHT: "
     "and another size"},
    {FaultKind::UdpRefused, "udp-refused", "Q52", "", "answers 461 to SETUP over UDP"},
    {FaultKind::TcpRefused, "tcp-refused", "Q52", "", "answers 461 to SETUP over TCP"},
    {FaultKind::UdpSilent, "udp-silent", "Q52", "", "accepts UDP and sends nothing over it"},
    {FaultKind::OtherSource, "other-source", "Q34", "", "sends UDP from another port than it announced"},
    {FaultKind::Silent, "silent", "Q52", "", "answers PLAY and sends nothing"},
    {FaultKind::ClockDrift, "clock-drift", "Q26", "ppm",
     "the camera's clock runs fast (slow when negative) by so many millionths"},
    {FaultKind::TimestampJump, "timestamp-jump", "Q27", "seconds", "once: RTP time jumps forward (back when negative)"},
    {FaultKind::TimestampWrap, "timestamp-wrap", "Q27", "seconds",
     "once: RTP time is set so that it wraps after so long"},
    {FaultKind::TimestampFrozen, "timestamp-frozen", "Q27", "", "RTP time stands still"},
    {FaultKind::TimestampBackwards, "timestamp-backwards", "Q27", "",
     "every tenth picture carries a time before its predecessor's"},
    {FaultKind::NoSenderReports, "no-sender-reports", "Q26", "", "sends no RTCP"},
    {FaultKind::SenderReportsLate, "sender-reports-late", "Q26", "seconds", "first sender report only after so long"},
    {FaultKind::SenderReportsOff, "sender-reports-off", "Q26", "years",
     "the clock in sender reports is wrong by so many years"},
    {FaultKind::RtcpUnknownSource, "rtcp-unknown-source", "Q25", "",
     "sender reports carry an SSRC that nobody announced"},
    {FaultKind::RtcpGarbage, "rtcp-garbage", "Q25", "", "RTCP that can't be parsed, or is padded beyond its end"},
    {FaultKind::SequenceGap, "sequence-gap", "Q28", "packets", "once: so many sequence numbers are left out"},
    {FaultKind::SequenceRestart, "sequence-restart", "Q28", "once", "sequence numbers begin again somewhere else"},
    {FaultKind::SsrcChange, "ssrc-change", "Q24", "once", "another SSRC in mid-stream"},
    {FaultKind::SsrcUnannounced, "ssrc-unannounced", "Q24", "", "the SSRC is not the one of the Transport answer"},
    {FaultKind::Garbage, "garbage", "Q29", "bytes",
     "so many bytes that are neither RTSP nor RTP before each picture (TCP)"},
    {FaultKind::RtspInMiddle, "rtsp-in-middle", "Q29", "",
     "an RTSP answer that belongs to nothing in the middle of a picture (TCP)"},
    {FaultKind::FrameCut, "frame-cut", "Q29", "",
     "every tenth picture: an interleaved packet ends short and the next one follows (TCP)"},
    {FaultKind::UnknownChannel, "unknown-channel", "Q21", "", "packets on a channel that was never set up (TCP)"},
    {FaultKind::PayloadType50, "payload-type-50", "Q50", "", "packets of payload type 50 between the others"},
    {FaultKind::HeaderExtension, "header-extension", "Q51", "", "RTP header extensions"},
    {FaultKind::Padding, "padding", "Q51", "", "RTP padding"},
    {FaultKind::Csrc, "csrc", "Q51", "", "RTP contributing sources"},
    {FaultKind::Oversize, "oversize", "Q35", "bytes", "RTP packets of up to so many bytes (10000, 65000)"},
    {FaultKind::MarkerOnSei, "marker-on-sei", "Q38", "", "the marker also on the packet of the SEI message"},
    {FaultKind::MarkerAlways, "marker-always", "Q38", "", "the marker on every packet"},
    {FaultKind::MarkerNever, "marker-never", "Q38", "", "no marker at all"},
    {FaultKind::GopMisframed, "gop-misframed", "Q39", "",
     "the last picture before a key picture has no marker and the key picture's RTP time"},
    {FaultKind::FuStartAndEnd, "fu-start-and-end", "Q36", "",
     "pictures that fit one packet come as one fragment with S and E"},
    {FaultKind::FuNoStart, "fu-no-start", "Q36", "", "fragments without S"},
    {FaultKind::FuNoEnd, "fu-no-end", "Q36", "", "fragments without E"},
    {FaultKind::FuEmpty, "fu-empty", "Q36", "", "an empty fragment in the middle"},
    {FaultKind::FuReservedBit, "fu-reserved-bit", "Q36", "", "fragments with the reserved bit set (H.264)"},
    {FaultKind::FuTypeChanges, "fu-type-changes", "Q36", "", "the NAL type differs in the last fragment"},
    {FaultKind::FuSeveralNals, "fu-several-nals", "Q37", "",
     "parameter sets and picture in one fragmented unit, with start codes between"},
    {FaultKind::AnnexBInRtp, "annex-b-in-rtp", "Q37", "", "start codes in front of NAL units in RTP payloads"},
    {FaultKind::Mode0, "mode-0", "Q41", "", "announces packetization-mode 0 and sends fragments all the same"},
    {FaultKind::NoParameterSets, "no-parameter-sets", "Q10", "", "no parameter sets in band"},
    {FaultKind::ParameterSetsChange, "parameter-sets-change", "Q40", "once",
     "another size from the next key picture on: text WIDTHxHEIGHT"},
    {FaultKind::ParameterSetsEverywhere, "parameter-sets-everywhere", "Q40", "",
     "parameter sets before every picture, key or not"},
    {FaultKind::Prebuffer, "prebuffer", "Q46", "seconds", "PLAY begins with so much of the past, at once"},
    {FaultKind::LongGop, "long-gop", "Q43", "pictures", "so many pictures from key picture to key picture"},
    {FaultKind::SmartCodec, "smart-codec", "Q43", "",
     "intra pictures that are no key pictures, and a rate that changes with the hour: one picture in three is left "
     "out"},
    {FaultKind::NoKeyFrame, "no-key-frame", "Q45", "", "no key picture comes"},
    {FaultKind::StartsMidGop, "starts-mid-gop", "Q45", "",
     "PLAY begins with the picture of the moment, not a key picture"},
    {FaultKind::GopRepeated, "gop-repeated", "Q44", "once", "the key picture and what followed is sent once more"},
    {FaultKind::GopCut, "gop-cut", "Q44", "once", "a key picture comes long before it was due"},
    {FaultKind::WrongCSeq, "wrong-c-seq", "Q19", "", "CSeq is 7 more than asked"},
    {FaultKind::CSeqSpace, "c-seq-space", "Q19", "", "CSeq has a space at its end"},
    {FaultKind::SessionSpaces, "session-spaces", "Q18", "", "Session: ' 1234 ; timeout = 60 '"},
    {FaultKind::SessionTimeoutZero, "session-timeout-zero", "Q18", "", "Session says timeout=0"},
    {FaultKind::SessionMissing, "session-missing", "Q18", "", "SETUP is answered without Session"},
    {FaultKind::SessionChanges, "session-changes", "Q18", "", "each SETUP and PLAY is answered with another session"},
    {FaultKind::TransportSpaces, "transport-spaces", "Q20", "", "Transport with spaces in front of ssrc"},
    {FaultKind::TransportSsrcShort, "transport-ssrc-short", "Q20", "", "Transport with an ssrc of three digits"},
    {FaultKind::TransportSsrcOdd, "transport-ssrc-odd", "Q20", "", "Transport with an ssrc that is not a number"},
    {FaultKind::TransportSsrcFirst, "transport-ssrc-first", "Q20", "", "Transport begins with the ssrc"},
    {FaultKind::TransportSourceEmpty, "transport-source-empty", "Q20", "", "Transport with source= and nothing behind"},
    {FaultKind::NoServerPort, "no-server-port", "Q34", "", "Transport without server_port"},
    {FaultKind::ServerPortZero, "server-port-zero", "Q34", "", "Transport with server_port=0-0"},
    {FaultKind::InterleavedChanged, "interleaved-changed", "Q21", "", "other interleaved channels than asked for"},
    {FaultKind::DataBeforePlay, "data-before-play", "Q22", "", "packets before the answer to PLAY"},
    {FaultKind::RtpInfoMissing, "rtp-info-missing", "Q23", "", "PLAY without RTP-Info"},
    {FaultKind::RtpInfoOdd, "rtp-info-odd", "Q23", "",
     "RTP-Info with an unknown url, seq=0, an rtptime that is no number, and a ';' at its end"},
    {FaultKind::ContentTypeMissing, "content-type-missing", "Q13", "", "DESCRIBE without Content-Type"},
    {FaultKind::ContentTypeCharset, "content-type-charset", "Q13", "", "Content-Type: application/sdp;charset=utf-8"},
    {FaultKind::ContentBaseMissing, "content-base-missing", "Q14", "", "DESCRIBE without Content-Base"},
    {FaultKind::ContentBaseRelative, "content-base-relative", "Q14", "", "Content-Base: /camN/"},
    {FaultKind::ContentBaseDoubled, "content-base-doubled", "Q14", "", "Content-Base: rtsp://rtsp://…"},
    {FaultKind::ContentBaseOtherHost, "content-base-other-host", "Q14", "",
     "Content-Base with the address behind the NAT"},
    {FaultKind::ContentBaseNoScheme, "content-base-no-scheme", "Q14", "", "Content-Base: host:port/camN/"},
    {FaultKind::Answer401, "answer-401", "Q16", "", "401 whatever the password"},
    {FaultKind::Answer404, "answer-404", "Q31", "", "DESCRIBE is answered with 404"},
    {FaultKind::Answer453, "answer-453", "Q31", "", "SETUP is answered with 453 Not Enough Bandwidth"},
    {FaultKind::Answer503, "answer-503", "Q31", "", "503 Service Unavailable"},
    {FaultKind::SessionLimit, "session-limit", "Q31", "sessions",
     "at most so many sessions; those that were not torn down count until they time out"},
    {FaultKind::Redirect, "redirect", "Q33", "", "DESCRIBE is answered with 302: text is the new address"},
    {FaultKind::NonceStale, "nonce-stale", "Q16", "", "the nonce changes with every request, with stale=true"},
    {FaultKind::TeardownUnanswered, "teardown-unanswered", "Q31", "",
     "TEARDOWN has no answer and leaves the connection open"},
    {FaultKind::KeepAliveUnanswered, "keep-alive-unanswered", "Q32", "",
     "GET_PARAMETER, SET_PARAMETER and OPTIONS have no answer while playing"},
    {FaultKind::GetParameterRefused, "get-parameter-refused", "Q32", "",
     "GET_PARAMETER is answered with 501 and does not keep the session"},
    {FaultKind::SetParameterKills, "set-parameter-kills", "Q32", "", "SET_PARAMETER ends the connection"},
    {FaultKind::NeedsReceiverReports, "needs-receiver-reports", "Q32", "seconds",
     "closes when no receiver report came for so long"},
    {FaultKind::ServerRequests, "server-requests", "Q53", "",
     "the camera sends OPTIONS and GET_PARAMETER to its client"},
    {FaultKind::StaleData, "stale-data", "Q30", "",
     "packets of the former session come in front of the answers of the new connection"},
    {FaultKind::SdpNoOrigin, "sdp-no-origin", "Q01", "", "no o= line"},
    {FaultKind::SdpNoSessionName, "sdp-no-session-name", "Q02", "", "neither s= nor t="},
    {FaultKind::SdpBadOrigin, "sdp-bad-origin", "Q03", "", "o=- 0x1F 1E IP IP4 nowhere"},
    {FaultKind::SdpBadConnection, "sdp-bad-connection", "Q04", "", "c=IN and nothing behind"},
    {FaultKind::SdpDisorder, "sdp-disorder", "Q05", "", "several s= lines, attributes in any order, blank lines"},
    {FaultKind::SdpLfOnly, "sdp-lf-only", "Q05", "", "lines end with LF"},
    {FaultKind::SdpUnknownMedia, "sdp-unknown-media", "Q06", "",
     "m=tp-link, m=meta and a line that is no media in front of the video"},
    {FaultKind::SdpFmtpEmpty, "sdp-fmtp-empty", "Q07", "", "fmtp with the payload type and nothing else"},
    {FaultKind::SdpFmtpMisplaced, "sdp-fmtp-misplaced", "Q08", "", "the fmtp of the video stands in the sound"},
    {FaultKind::SdpRtpmapSpace, "sdp-rtpmap-space", "Q09", "", "rtpmap with a space at its end"},
    {FaultKind::SdpClockZero, "sdp-clock-zero", "Q09", "", "rtpmap with a clock rate of 0"},
    {FaultKind::SdpSpropMissing, "sdp-sprop-missing", "Q10", "", "no sprop parameters"},
    {FaultKind::SdpSpropEmpty, "sdp-sprop-empty", "Q10", "", "empty sprop parameters"},
    {FaultKind::SdpSpropGarbage, "sdp-sprop-garbage", "Q10", "", "sprop parameters that are no base64"},
    {FaultKind::SdpSpropAnnexB, "sdp-sprop-annex-b", "Q11", "", "sprop parameters with start codes"},
    {FaultKind::SdpSpropTrailing, "sdp-sprop-trailing", "Q11", "", "bytes behind the SPS of sprop"},
    {FaultKind::SdpSpropPartial, "sdp-sprop-partial", "Q12", "", "one of the parameter sets missing in sprop"},
    {FaultKind::SdpControlMissing, "sdp-control-missing", "Q15", "", "no a=control"},
    {FaultKind::SdpControlAbsolute, "sdp-control-absolute", "Q15", "", "a=control with the whole address"},
    {FaultKind::SdpControlQuery, "sdp-control-query", "Q15", "", "a=control:?track=0"},
    {FaultKind::SdpControlOtherHost, "sdp-control-other-host", "Q15", "", "a=control with the address behind the NAT"},
    {FaultKind::SdpBackChannel, "sdp-back-channel", "Q49", "", "sound marked sendonly, and a talk-back channel"},
    {FaultKind::SdpSoundFirst, "sdp-sound-first", "Q06", "", "the sound stands in front of the video"},
});

constexpr bool in_order() {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
        if (static_cast<std::size_t>(kTable[i].kind) != i) return false;
    }
    return true;
}
static_assert(in_order());

std::optional<double> number(std::string_view text) {
    double value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return value;
}

// Cuts "…@10" into what stands before the sign and the number behind; false: no number there.
bool cut(std::string_view& text, char sign, double& value) {
    const std::size_t at = text.rfind(sign);
    if (at == std::string_view::npos) return true;
    const auto read = number(text.substr(at + 1));
    if (!read) return sign == '#';  // a '#' may belong to an address
    value = *read;
    text = text.substr(0, at);
    return true;
}

}  // namespace

std::span<const FaultInfo> fault_table() {
    return kTable;
}

const FaultInfo& info_of(FaultKind kind) {
    return kTable[static_cast<std::size_t>(kind)];
}

std::optional<FaultKind> fault_named(std::string_view name) {
    for (const FaultInfo& info : kTable) {
        if (info.name == name) return info.kind;
    }
    return std::nullopt;
}

base::Result<Fault> parse_fault(std::string_view text) {
    const std::string whole(text);
    const auto wrong = [&whole](const std::string& why) {
        return base::fail(base::Code::Invalid, whole + ": " + why + "; expected NAME[=VALUE][@AFTER][+FOR][#CAMERA]");
    };
    Fault fault;
    const std::size_t equals = text.find('=');
    const std::size_t name_end = std::min(text.find_first_of("=@+#"), text.size());
    const auto kind = fault_named(text.substr(0, name_end));
    if (!kind) return wrong("no such fault");
    fault.kind = *kind;
    const bool takes_text = *kind == FaultKind::Redirect;
    std::string_view rest = text.substr(name_end);
    double camera = kAllCameras;
    if (!cut(rest, '#', camera)) return wrong("camera is not a number");
    fault.camera = static_cast<std::int32_t>(camera);
    if (!takes_text) {
        if (!cut(rest, '+', fault.for_s)) return wrong("duration is not a number");
        if (!cut(rest, '@', fault.after_s)) return wrong("start is not a number");
    }
    if (equals != std::string_view::npos && !rest.empty()) {
        const std::string_view value = rest.substr(1);
        if (const auto read = number(value)) {
            fault.value = *read;
        } else {
            // "reboot=2,1920x1080"
            const std::size_t comma = value.find(',');
            const auto before = comma == std::string_view::npos ? std::nullopt : number(value.substr(0, comma));
            if (before && !takes_text) fault.value = *before;
            fault.text = before && !takes_text ? value.substr(comma + 1) : value;
        }
    }
    return fault;
}

}  // namespace beffroi::testcam
