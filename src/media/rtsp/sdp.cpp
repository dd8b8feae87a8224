#include "media/rtsp/sdp.hpp"

#include <algorithm>

#include "media/rtsp/text.hpp"

namespace beffroi::rtsp {

namespace {

constexpr std::size_t kMostMedia = 32;
constexpr std::size_t kMostFormats = 64;
constexpr std::size_t kMostParameters = 64 * 1024;

struct Fmtp {
    std::size_t media = 0;  // index of the media it stood under; npos: none yet
    int payload_type = 0;
    std::string parameters;
};

std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

std::string lowered(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), lower);
    return out;
}

void read_size(std::string_view width, std::string_view height, SdpMedia& media) {
    media.width = leading_number<std::uint16_t>(trimmed(width)).value_or(0);
    media.height = leading_number<std::uint16_t>(trimmed(height)).value_or(0);
}

class Reader {
  public:
    Sdp read(std::string_view text);

  private:
    void line(char type, std::string_view value, std::string_view raw);
    void media(std::string_view value);
    void attribute(std::string_view value, std::string_view raw);
    void rtpmap(std::string_view value, std::string_view raw);
    void fmtp(std::string_view value);
    void attach_parameters();
    void quirk(const char* id) {
        if (std::ranges::find(sdp_.quirks, id) == sdp_.quirks.end()) sdp_.quirks.emplace_back(id);
    }
    [[nodiscard]] SdpMedia* current() { return sdp_.media.empty() || skipping_ ? nullptr : &sdp_.media.back(); }

    Sdp sdp_;
    std::vector<Fmtp> fmtps_;
    bool skipping_ = false;  // inside a media section that can't be read
    bool origin_ = false, time_ = false;
    int names_ = 0;
};

void Reader::media(std::string_view value) {
    // m=<type> <port> <protocol> <formats>
    skipping_ = true;
    const auto type = take_until(value, ' ');
    if (type.empty() || sdp_.media.size() >= kMostMedia) return quirk("Q06");
    SdpMedia media;
    media.type = lowered(type);
    value = trimmed(value);
    (void)take_until(value, ' ');  // port: 0 in nearly all cameras
    value = trimmed(value);
    (void)take_until(value, ' ');  // protocol: RTP/AVP, or whatever; SETUP decides
    while (!trimmed(value).empty() && media.formats.size() < kMostFormats) {
        value = trimmed(value);
        const auto number = leading_number<int>(take_until(value, ' '));
        if (number && *number >= 0 && *number <= 127)
            media.formats.push_back({.payload_type = *number, .encoding = {}, .clock_rate = 90'000, .parameters = {}});
    }
    if (media.type != "video" && media.type != "audio" && media.type != "application") quirk("Q06");
    skipping_ = false;
    sdp_.media.push_back(std::move(media));
}

void Reader::rtpmap(std::string_view value, std::string_view raw) {
    // rtpmap:<payload type> <encoding>/<clock rate>[/<channels>]
    auto* media = current();
    const auto number = leading_number<int>(trimmed(value));
    if (media == nullptr || !number || *number < 0 || *number > 127) return;
    value = trimmed(value);
    (void)take_until(value, ' ');
    value = trimmed(value);
    auto found = std::ranges::find(media->formats, *number, &SdpFormat::payload_type);
    if (found == media->formats.end()) {
        if (media->formats.size() >= kMostFormats) return;
        media->formats.push_back({.payload_type = *number, .encoding = {}, .clock_rate = 90'000, .parameters = {}});
        found = std::prev(media->formats.end());
    }
    found->encoding = upper(trimmed(take_until(value, '/')));
    if (raw.ends_with(' ')) quirk("Q09");
    if (media->type != "video") return;
    // Every payload of video that we take runs at 90 kHz (RFC 6184, 7798, 2435); anything out of reason is a slip of
    // the camera.
    const auto rate = leading_number(trimmed(value));
    const bool sane = rate && *rate >= 1'000 && *rate <= 1'000'000;
    if (!sane) quirk("Q09");
    found->clock_rate = sane ? *rate : 90'000;
}

void Reader::fmtp(std::string_view value) {
    value = trimmed(value);
    const auto number = leading_number<int>(value);
    if (!number || *number < 0 || *number > 127 || fmtps_.size() >= kMostFormats || value.size() > kMostParameters)
        return;
    const auto blank = value.find_first_of(" \t;");
    const auto parameters = blank == std::string_view::npos ? std::string_view{} : trimmed(value.substr(blank + 1));
    if (parameters.empty()) quirk("Q07");
    fmtps_.push_back({sdp_.media.size() - 1, *number, std::string(parameters)});
}

void Reader::attribute(std::string_view value, std::string_view raw) {
    const auto name = trimmed(take_until(value, ':'));
    auto* media = current();
    const auto direction = [&](Direction d) {
        if (media != nullptr) media->direction = d;
    };
    if (same_text(name, "control")) {
        (media != nullptr ? media->control : sdp_.control) = trimmed(value);
        if (skipping_) sdp_.control.clear();
    } else if (same_text(name, "rtpmap")) {
        rtpmap(value, raw);
    } else if (same_text(name, "fmtp")) {
        fmtp(value);
    } else if (same_text(name, "x-dimensions") && media != nullptr) {
        read_size(take_until(value, ','), value, *media);
    } else if (same_text(name, "framesize") && media != nullptr) {
        value = trimmed(value);
        (void)take_until(value, ' ');  // payload type
        read_size(take_until(value, '-'), value, *media);
    } else if (same_text(name, "sendrecv")) {
        direction(Direction::SendReceive);
    } else if (same_text(name, "recvonly")) {
        direction(Direction::ReceiveOnly);
    } else if (same_text(name, "sendonly")) {
        direction(Direction::SendOnly);
    } else if (same_text(name, "inactive")) {
        direction(Direction::Inactive);
    }
}

void Reader::line(char type, std::string_view value, std::string_view raw) {
    switch (type) {
        case 'm':
            return media(trimmed(value));
        case 'a':
            return attribute(value, raw);
        case 'o':
            origin_ = true;
            // o=<user> <id> <version> IN IP4 <address>: never used, only noted when it is odd.
            if (value.find(" IN ") == std::string_view::npos) quirk("Q03");
            return;
        case 's':
            if (++names_ > 1) quirk("Q05");
            return;
        case 't':
            time_ = true;
            return;
        case 'c':
            if (trimmed(value).size() < std::string_view("IN IP4 0").size()) quirk("Q04");
            return;
        default:
            return;
    }
}

// By payload type: under its own media first, else wherever it stands, unless that media has such a payload type
// itself.
void Reader::attach_parameters() {
    for (std::size_t m = 0; m < sdp_.media.size(); ++m) {
        for (auto& format : sdp_.media[m].formats) {
            const Fmtp* found = nullptr;
            for (const auto& candidate : fmtps_) {
                if (candidate.payload_type != format.payload_type) continue;
                if (candidate.media == m) {
                    found = &candidate;
                    break;
                }
                const bool at_home = candidate.media < sdp_.media.size() &&
                                     std::ranges::count(sdp_.media[candidate.media].formats, candidate.payload_type,
                                                        &SdpFormat::payload_type) > 0;
                if (!at_home && found == nullptr) found = &candidate;
            }
            if (found == nullptr) continue;
            if (found->media != m) quirk("Q08");
            format.parameters = found->parameters;
        }
    }
}

Sdp Reader::read(std::string_view text) {
    while (!text.empty()) {
        auto raw = take_until(text, '\n');
        while (raw.ends_with('\r')) raw.remove_suffix(1);
        const auto trimmed_line = trimmed(raw);
        if (trimmed_line.size() < 2 || trimmed_line[1] != '=') {
            if (trimmed_line.empty() && !text.empty()) quirk("Q05");
            continue;
        }
        line(lower(trimmed_line[0]), trimmed_line.substr(2), raw);
    }
    attach_parameters();
    if (!origin_) quirk("Q01");
    if (names_ == 0 || !time_) quirk("Q02");
    return std::move(sdp_);
}

bool ours(const SdpFormat& format) {
    return format.encoding == "H264" || format.encoding == "H265" || format.encoding == "HEVC" ||
           format.encoding == "JPEG";
}

// Static payload types of RFC 3551, and encodings that a camera forgot to name but whose parameters give them away.
std::string guessed_encoding(const SdpFormat& format) {
    if (format.payload_type == 26) return "JPEG";
    if (format.parameters.find("sprop-vps") != std::string::npos) return "H265";
    if (format.parameters.find("sprop-parameter-sets") != std::string::npos ||
        format.parameters.find("packetization-mode") != std::string::npos)
        return "H264";
    return {};
}

}  // namespace

Sdp parse_sdp(std::string_view text) {
    Sdp sdp = Reader().read(text);
    for (auto& media : sdp.media) {
        if (media.type != "video") continue;
        for (auto& format : media.formats)
            if (format.encoding.empty()) format.encoding = guessed_encoding(format);
    }
    return sdp;
}

VideoChoice choose_video(const Sdp& sdp) {
    VideoChoice choice;
    const auto back_channel = [](const SdpMedia& media) {
        return media.direction == Direction::SendOnly || media.direction == Direction::Inactive;
    };
    for (const auto& media : sdp.media) {
        if (media.type == "audio") choice.sound_offered = true;
        if (media.type != "video") continue;
        const auto format = std::ranges::find_if(media.formats, ours);
        if (format == media.formats.end()) {
            for (const auto& other : media.formats)
                choice.others += (choice.others.empty() ? "" : ", ") + other.encoding;
            continue;
        }
        // "sendonly" is what the server does in some firmwares and what the client should do in others: only a second
        // choice.
        if (choice.media != nullptr && !(back_channel(*choice.media) && !back_channel(media))) continue;
        choice.media = &media;
        choice.format = &*format;
    }
    return choice;
}

}  // namespace beffroi::rtsp
