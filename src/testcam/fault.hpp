// What can go wrong with a camera, each with the quirk of a real one that it plays.
#pragma once

#include <bitset>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace beffroi::testcam {

enum class FaultKind : std::uint8_t {
    // The way between
    Loss,
    Reorder,
    Duplicate,
    Stall,
    Backlog,
    Disconnect,
    Reboot,
    UdpRefused,
    TcpRefused,
    UdpSilent,
    OtherSource,
    Silent,
    // Clocks
    ClockDrift,
    TimestampJump,
    TimestampWrap,
    TimestampFrozen,
    TimestampBackwards,
    NoSenderReports,
    SenderReportsLate,
    SenderReportsOff,
    RtcpUnknownSource,
    RtcpGarbage,
    // RTP
    SequenceGap,
    SequenceRestart,
    SsrcChange,
    SsrcUnannounced,
    Garbage,
    RtspInMiddle,
    FrameCut,
    UnknownChannel,
    PayloadType50,
    HeaderExtension,
    Padding,
    Csrc,
    Oversize,
    MarkerOnSei,
    MarkerAlways,
    MarkerNever,
    GopMisframed,
    // Payload
    FuStartAndEnd,
    FuNoStart,
    FuNoEnd,
    FuEmpty,
    FuReservedBit,
    FuTypeChanges,
    FuSeveralNals,
    AnnexBInRtp,
    Mode0,
    NoParameterSets,
    ParameterSetsChange,
    ParameterSetsEverywhere,
    // The stream
    Prebuffer,
    LongGop,
    SmartCodec,
    NoKeyFrame,
    StartsMidGop,
    GopRepeated,
    GopCut,
    // RTSP answers
    WrongCSeq,
    CSeqSpace,
    SessionSpaces,
    SessionTimeoutZero,
    SessionMissing,
    SessionChanges,
    TransportSpaces,
    TransportSsrcShort,
    TransportSsrcOdd,
    TransportSsrcFirst,
    TransportSourceEmpty,
    NoServerPort,
    ServerPortZero,
    InterleavedChanged,
    DataBeforePlay,
    RtpInfoMissing,
    RtpInfoOdd,
    ContentTypeMissing,
    ContentTypeCharset,
    ContentBaseMissing,
    ContentBaseRelative,
    ContentBaseDoubled,
    ContentBaseOtherHost,
    ContentBaseNoScheme,
    Answer401,
    Answer404,
    Answer453,
    Answer503,
    SessionLimit,
    Redirect,
    NonceStale,
    TeardownUnanswered,
    KeepAliveUnanswered,
    GetParameterRefused,
    SetParameterKills,
    NeedsReceiverReports,
    ServerRequests,
    StaleData,
    // SDP
    SdpNoOrigin,
    SdpNoSessionName,
    SdpBadOrigin,
    SdpBadConnection,
    SdpDisorder,
    SdpLfOnly,
    SdpUnknownMedia,
    SdpFmtpEmpty,
    SdpFmtpMisplaced,
    SdpRtpmapSpace,
    SdpClockZero,
    SdpSpropMissing,
    SdpSpropEmpty,
    SdpSpropGarbage,
    SdpSpropAnnexB,
    SdpSpropTrailing,
    SdpSpropPartial,
    SdpControlMissing,
    SdpControlAbsolute,
    SdpControlQuery,
    SdpControlOtherHost,
    SdpBackChannel,
    SdpSoundFirst,
};

struct FaultInfo {
    FaultKind kind;
    std::string_view name;   // as scripts write it: "timestamp-jump"
    std::string_view quirk;  // its line in the table of quirks of real cameras, "Q28"
    std::string_view unit;   // of the value; empty: none; "once": happens once
    std::string_view sentence;
};

// Every fault, in the order of the enumeration.
[[nodiscard]] std::span<const FaultInfo> fault_table();
[[nodiscard]] const FaultInfo& info_of(FaultKind kind);
[[nodiscard]] std::optional<FaultKind> fault_named(std::string_view name);

inline constexpr std::int32_t kAllCameras = -1;

struct Fault {
    FaultKind kind = FaultKind::Loss;
    double value = 0;    // in the unit of its kind
    std::string text;    // for those that take one
    double after_s = 0;  // seconds since the server started (in a script), else at once
    double for_s = 0;    // seconds; 0: until it is cleared
    std::int32_t camera = kAllCameras;
};

// "loss=5", "stall@10+3" (after 10 s, for 3 s), "redirect=rtsp://…", "loss=5@2#3" (camera 3). Invalid says what was
// expected.
[[nodiscard]] base::Result<Fault> parse_fault(std::string_view text);

}  // namespace beffroi::testcam
