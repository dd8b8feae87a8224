// The faults of payloads, packets and the way between: what straight sending becomes when a camera has any.
#include <algorithm>
#include <utility>

#include "testcam/sdp.hpp"
#include "testcam/session.hpp"

namespace beffroi::testcam {

namespace {

constexpr std::uint8_t kMarker = 0x80;
constexpr std::uint8_t kStart = 0x80;
constexpr std::uint8_t kEnd = 0x40;
constexpr std::uint8_t kReserved = 0x20;

const Buffer kStartCode = {0, 0, 0, 1};

std::uint8_t* rtp(Outgoing& packet) {
    return packet.bytes.data() + kFraming;
}

// Writes the length of the framing anew.
void set_length(Outgoing& packet) {
    put16(packet.bytes.data() + 2, static_cast<std::uint32_t>(packet.bytes.size() - kFraming));
}

void insert(Outgoing& packet, std::size_t at, const Buffer& bytes) {
    packet.bytes.insert(packet.bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.begin(), bytes.end());
    set_length(packet);
}

// Where the header of a fragmentation unit lies behind framing and RTP header; none: not a fragment.
std::optional<std::size_t> fragment_header(const Outgoing& packet, VideoCodec codec) {
    constexpr std::size_t kPayload = kFraming + kRtpHeader;
    if (packet.bytes.size() < kPayload + 3) return std::nullopt;
    const std::uint8_t first = packet.bytes[kPayload];
    if (codec == VideoCodec::H264 && (first & 0x1FU) == 28) return kPayload + 1;
    if (codec == VideoCodec::H265 && ((first >> 1U) & 0x3FU) == 49) return kPayload + 2;
    return std::nullopt;
}

bool is_parameter_set(const Buffer& nal, VideoCodec codec) {
    if (codec == VideoCodec::H265) {
        const unsigned type = (nal[0] >> 1U) & 0x3FU;
        return type >= 32 && type <= 34;
    }
    const unsigned type = nal[0] & 0x1FU;
    return type == 7 || type == 8;
}

}  // namespace

// The NAL units as this camera would send them.
static std::vector<Buffer> bent_nals(const Camera& camera, const Unit& unit) {
    const VideoCodec codec = camera.settings().codec;
    std::vector<Buffer> nals = unit.picture->nals;
    if (camera.has(FaultKind::NoParameterSets)) {
        std::erase_if(nals, [codec](const Buffer& nal) { return is_parameter_set(nal, codec); });
    }
    if (camera.has(FaultKind::ParameterSetsEverywhere) && !unit.key) {
        const std::vector<Buffer> sets = camera.source().parameter_sets();
        nals.insert(nals.begin(), sets.begin(), sets.end());
    }
    if (camera.has(FaultKind::FuSeveralNals)) {
        Buffer all;
        for (const Buffer& nal : nals) {
            if (!all.empty()) all.insert(all.end(), kStartCode.begin(), kStartCode.end());
            all.insert(all.end(), nal.begin(), nal.end());
        }
        nals = {all};
    }
    return nals;
}

static bool fragments_asked(const Camera& camera) {
    for (FaultKind kind : {FaultKind::FuNoStart, FaultKind::FuNoEnd, FaultKind::FuEmpty, FaultKind::FuReservedBit,
                           FaultKind::FuTypeChanges, FaultKind::FuSeveralNals, FaultKind::Mode0}) {
        if (camera.has(kind)) return true;
    }
    return false;
}

static PacketOptions bent_options(const Camera& camera, const std::vector<Buffer>& nals) {
    PacketOptions options{camera.settings().payload_most, kVideoType};
    if (const Fault* oversize = camera.fault(FaultKind::Oversize)) {
        options.payload_most = std::clamp<std::size_t>(static_cast<std::size_t>(oversize->value), 100, 65'500);
    }
    // A fault of fragments needs some, however small the picture.
    constexpr std::size_t kSmall = 120;
    std::size_t largest = 0;
    for (const Buffer& nal : nals) largest = std::max(largest, nal.size());
    if (fragments_asked(camera) && largest <= options.payload_most) options.payload_most = kSmall;
    return options;
}

static void bend_fragments(const Camera& camera, std::vector<Outgoing>& packets) {
    const VideoCodec codec = camera.settings().codec;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const auto at = fragment_header(packets[i], codec);
        if (!at) continue;
        std::uint8_t& header = packets[i].bytes[*at];
        const bool first = (header & kStart) != 0;
        if (camera.has(FaultKind::FuTypeChanges) && (header & kEnd) != 0)
            header = static_cast<std::uint8_t>(header ^ 4U);
        if (camera.has(FaultKind::FuNoStart)) header = static_cast<std::uint8_t>(header & ~kStart);
        if (camera.has(FaultKind::FuNoEnd)) header = static_cast<std::uint8_t>(header & ~kEnd);
        if (camera.has(FaultKind::FuReservedBit) && codec == VideoCodec::H264) header |= kReserved;
        if (camera.has(FaultKind::FuEmpty) && first) {
            Outgoing empty = packets[i];
            empty.bytes.resize(*at + 1);
            empty.bytes[*at] = static_cast<std::uint8_t>(empty.bytes[*at] & ~(kStart | kEnd));
            set_length(empty);
            packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(++i), std::move(empty));
        }
    }
}

// Whole units as one fragment that is first and last at once.
static void bend_single_fragments(const Camera& camera, std::vector<Outgoing>& packets) {
    constexpr std::size_t kPayload = kFraming + kRtpHeader;
    const bool h265 = camera.settings().codec == VideoCodec::H265;
    for (Outgoing& packet : packets) {
        if (fragment_header(packet, camera.settings().codec)) continue;
        const std::uint8_t first = packet.bytes[kPayload];
        if (h265) {
            const auto type = static_cast<std::uint8_t>((first >> 1U) & 0x3FU);
            packet.bytes[kPayload] = static_cast<std::uint8_t>((first & 0x81U) | (49U << 1U));
            insert(packet, kPayload + 2, {static_cast<std::uint8_t>(kStart | kEnd | type)});
        } else {
            const auto type = static_cast<std::uint8_t>(first & 0x1FU);
            packet.bytes[kPayload] = static_cast<std::uint8_t>((first & 0xE0U) | 28U);
            insert(packet, kPayload + 1, {static_cast<std::uint8_t>(kStart | kEnd | type)});
        }
    }
}

static void bend_markers(const Camera& camera, const Unit& unit, std::vector<Outgoing>& packets) {
    for (Outgoing& packet : packets) {
        std::uint8_t& second = rtp(packet)[1];
        if (camera.has(FaultKind::MarkerOnSei) && find_mark(packet.bytes)) second |= kMarker;
        if (camera.has(FaultKind::MarkerAlways)) second |= kMarker;
        if (camera.has(FaultKind::MarkerNever) || (camera.has(FaultKind::GopMisframed) && unit.last_of_group)) {
            second = static_cast<std::uint8_t>(second & ~kMarker);
        }
    }
}

static void bend_headers(const Camera& camera, std::vector<Outgoing>& packets) {
    constexpr std::size_t kBehindHeader = kFraming + kRtpHeader;
    for (Outgoing& packet : packets) {
        if (camera.has(FaultKind::HeaderExtension)) {
            rtp(packet)[0] |= 0x10U;
            insert(packet, kBehindHeader,
                   {0xAB, 0xAC, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8});  // as ONVIF's replay extension begins
        }
        if (camera.has(FaultKind::Csrc)) {
            rtp(packet)[0] |= 2U;
            insert(packet, kBehindHeader, {1, 2, 3, 4, 5, 6, 7, 8});
        }
        if (camera.has(FaultKind::Padding)) {
            rtp(packet)[0] |= 0x20U;
            insert(packet, packet.bytes.size(), {0, 0, 0, 0, 5});
        }
    }
}

std::vector<Outgoing> Session::bend(const Unit& unit) {
    std::vector<Outgoing> packets;
    if (camera_->settings().codec == VideoCodec::Jpeg) {
        for (const PacketPlace& place : unit.batch->packets) {
            const Bytes bytes = Bytes(unit.batch->bytes).subspan(place.at, place.size);
            packets.push_back({{bytes.begin(), bytes.end()}, false});
        }
    } else {
        std::vector<Buffer> nals = bent_nals(*camera_, unit);
        PacketBatch batch;
        packetise(batch, camera_->settings().codec, nals, bent_options(*camera_, nals));
        for (const PacketPlace& place : batch.packets) {
            const Bytes bytes = Bytes(batch.bytes).subspan(place.at, place.size);
            packets.push_back({{bytes.begin(), bytes.end()}, false});
        }
        bend_fragments(*camera_, packets);
        if (has(FaultKind::FuStartAndEnd)) bend_single_fragments(*camera_, packets);
        if (has(FaultKind::AnnexBInRtp)) {
            for (Outgoing& packet : packets) {
                if (!fragment_header(packet, camera_->settings().codec))
                    insert(packet, kFraming + kRtpHeader, kStartCode);
            }
        }
    }
    bend_markers(*camera_, unit, packets);
    const bool misframed = has(FaultKind::GopMisframed) && unit.last_of_group;
    const std::uint32_t time = misframed ? unit.next_key_time : unit.rtp_time;
    std::vector<Outgoing> out;
    for (Outgoing& packet : packets) {
        stamp(packet.bytes.data(), {video_.channel, video_.sequence++, time, video_.ssrc});
        if (has(FaultKind::PayloadType50)) {
            Outgoing foreign = packet;
            rtp(foreign)[1] = 50;
            put16(rtp(foreign) + 2, video_.sequence++);
            out.push_back(std::move(packet));
            out.push_back(std::move(foreign));
        } else {
            out.push_back(std::move(packet));
        }
    }
    bend_headers(*camera_, out);
    return out;
}

// What happens on the way: losses, disorder, bytes that belong to nothing.
void Session::bend_link(std::vector<Outgoing>& packets) {
    const auto percent = [this](FaultKind kind) {
        const Fault* fault = camera_->fault(kind);
        return fault != nullptr ? fault->value : 0;
    };
    const double loss = percent(FaultKind::Loss);
    const double duplicate = percent(FaultKind::Duplicate);
    const double reorder = percent(FaultKind::Reorder);
    std::vector<Outgoing> out;
    for (Outgoing& packet : packets) {
        if (loss > 0 && world_.chance() < loss) continue;
        if (duplicate > 0 && world_.chance() < duplicate) out.push_back(packet);
        if (late_) {
            out.push_back(std::move(packet));
            out.push_back(std::move(*late_));
            late_.reset();
        } else if (reorder > 0 && world_.chance() < reorder) {
            late_ = std::move(packet);
        } else {
            out.push_back(std::move(packet));
        }
    }
    packets = std::move(out);
    if (packets.empty()) return;
    const auto middle = packets.begin() + static_cast<std::ptrdiff_t>(packets.size() / 2);
    if (has(FaultKind::FrameCut) && units_ % 10 == 0 && middle->bytes.size() > kFraming + kRtpHeader + 20) {
        middle->bytes.resize(middle->bytes.size() - 10);  // the length still says more
    }
    if (has(FaultKind::UnknownChannel)) {
        Outgoing stranger = packets.front();
        stranger.bytes[1] = static_cast<std::uint8_t>(video_.channel + 10);
        stranger.raw = true;
        packets.push_back(std::move(stranger));
    }
    if (has(FaultKind::RtspInMiddle)) {
        const std::string text = "RTSP/1.0 200 OK\r\nCSeq: 4711\r\nSession: 0\r\n\r\n";
        packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(packets.size() / 2),
                       {{text.begin(), text.end()}, true});
    }
    if (const Fault* garbage = camera_->fault(FaultKind::Garbage)) {
        const auto size = std::min<std::size_t>(static_cast<std::size_t>(garbage->value), kNoiseMost);
        const Bytes bytes = noise(static_cast<std::size_t>(units_), size);
        packets.insert(packets.begin(), {{bytes.begin(), bytes.end()}, true});
    }
}

void Session::deliver(std::vector<Outgoing> packets) {
    Counters& counters = camera_->counters();
    for (const Outgoing& packet : packets) {
        if (!packet.raw) {
            ++counters.packets;
            ++video_.packets;
            video_.bytes += static_cast<std::uint32_t>(packet.bytes.size());
            counters.bytes += packet.bytes.size();
        }
        if (!video_.udp) {
            queue(packet.bytes);
        } else if (!packet.raw && !has(FaultKind::UdpSilent)) {
            send_udp(video_, Bytes(packet.bytes).subspan(kFraming), false);
        }
    }
}

void Session::send_bent(const Unit& unit) {
    std::vector<Outgoing> packets = bend(unit);
    bend_link(packets);
    deliver(std::move(packets));
}

}  // namespace beffroi::testcam
