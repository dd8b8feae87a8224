#include "media/codec/format.hpp"

#include <algorithm>

#include "media/codec/nal.hpp"

namespace beffroi::codec {

namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::size_t kMostOfAKind = 31;  // numOfSequenceParameterSets has five bits

std::uint8_t sps_type(Codec codec) {
    return codec == Codec::H265 ? h265::kSps : h264::kSps;
}
std::uint8_t pps_type(Codec codec) {
    return codec == Codec::H265 ? h265::kPps : h264::kPps;
}

std::optional<std::uint32_t> id_of(Codec codec, std::uint8_t type, Bytes nal) {
    if (type == pps_type(codec)) {
        const std::optional<PpsIds> ids = parse_pps_ids(codec, nal);
        return ids ? std::optional(ids->id) : std::nullopt;
    }
    if (codec == Codec::H265 && type == h265::kVps)
        return nal.size() > 2 ? std::optional<std::uint32_t>(nal[2] >> 4U) : std::nullopt;
    if (codec == Codec::H265) {
        const std::optional<H265Sps> sps = parse_h265_sps(nal);
        return sps ? std::optional(sps->id) : std::nullopt;
    }
    const std::optional<H264Sps> sps = parse_h264_sps(nal);
    return sps ? std::optional(sps->id) : std::nullopt;
}

class Record {
  public:
    void u8(std::uint32_t value) { bytes_.push_back(static_cast<std::uint8_t>(value)); }
    void u16(std::size_t value) {
        u8(static_cast<std::uint32_t>(value >> 8U));
        u8(static_cast<std::uint32_t>(value & 0xFFU));
    }
    void put(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
    std::vector<std::uint8_t> take() { return std::move(bytes_); }

  private:
    std::vector<std::uint8_t> bytes_;
};

void append_hex(std::string& out, std::uint32_t value, bool two_digits) {
    constexpr const char* kDigits = "0123456789ABCDEF";
    int digits = two_digits ? 2 : 1;
    while (digits < 8 && (value >> (4 * static_cast<unsigned>(digits))) != 0) ++digits;
    for (int i = digits - 1; i >= 0; --i) out += kDigits[(value >> (4 * static_cast<unsigned>(i))) & 0xFU];
}

std::uint16_t narrow(std::uint32_t value) {
    return static_cast<std::uint16_t>(std::min(value, 65'535U));
}

}  // namespace

std::string codec_string(const H264Sps& sps) {
    std::string out = "avc1.";
    for (const std::uint8_t byte : {sps.profile, sps.constraints, sps.level}) append_hex(out, byte, true);
    return out;
}

std::string codec_string(const H265Sps& sps) {
    std::string out = "hvc1.";
    if (sps.profile_space != 0) out += static_cast<char>('A' + sps.profile_space - 1);
    out += std::to_string(sps.profile) + '.';
    std::uint32_t reversed = 0;
    for (unsigned bit = 0; bit < 32; ++bit) reversed |= ((sps.compatibility >> bit) & 1U) << (31 - bit);
    append_hex(out, reversed, false);
    out += sps.tier != 0 ? ".H" : ".L";
    out += std::to_string(sps.level);
    std::size_t last = sps.constraints.size();
    while (last > 0 && sps.constraints.at(last - 1) == 0) --last;
    for (std::size_t i = 0; i < last; ++i) {
        out += '.';
        append_hex(out, sps.constraints.at(i), true);
    }
    return out;
}

bool ParameterSets::add(Bytes nal, Source source) {
    if (!find_start_code(nal)) return add_one(nal, source);
    bool changed = false;
    for_each_annex_b(nal, [&](Bytes one) { changed = add_one(one, source) || changed; });
    return changed;
}

bool ParameterSets::add_one(Bytes nal, Source source) {
    while (!nal.empty() && nal.back() == 0) nal = nal.first(nal.size() - 1);  // a set ends with its stop bit
    if (nal.size() <= header_size(codec_)) return false;
    const std::uint8_t type = nal_type(codec_, nal[0]);
    if (role_of(codec_, type) != NalRole::Parameters) return false;
    // The common case, at each key frame: the same again. Found without parsing.
    for (Set& set : sets_) {
        if (set.type != type || !std::ranges::equal(set.bytes, nal)) continue;
        if (set.source == Source::Stream || source == Source::Description) return false;
        set.source = Source::Stream;
        return forget_described(type);
    }
    const std::optional<std::uint32_t> id = id_of(codec_, type, nal);
    if (!id) return false;
    if (source == Source::Stream) forget_described(type);
    auto at = std::ranges::find_if(sets_, [&](const Set& set) { return set.type == type && set.id == *id; });
    const std::size_t freed = at == sets_.end() ? 0 : at->bytes.size();
    if (bytes_ - freed + nal.size() > kMostBytes) return false;
    if (at == sets_.end()) {
        if (of(type).size() >= kMostOfAKind) return false;
        at = sets_.insert(sets_.end(), Set{source, type, *id, {}});
    }
    at->source = source;
    at->bytes.assign(nal.begin(), nal.end());
    bytes_ += nal.size() - freed;
    if (type == sps_type(codec_)) last_sps_ = *id;
    if (type == pps_type(codec_))
        if (const std::optional<PpsIds> ids = parse_pps_ids(codec_, nal)) wanted_sps_ = ids->sps_id;
    choose();
    return true;
}

bool ParameterSets::forget_described(std::uint8_t type) {
    const auto removed = std::erase_if(sets_, [&](const Set& set) {
        const bool old = set.type == type && set.source == Source::Description;
        if (old) bytes_ -= set.bytes.size();
        return old;
    });
    if (removed > 0) choose();
    return removed > 0;
}

void ParameterSets::clear() {
    sets_.clear();
    bytes_ = 0;
    wanted_sps_.reset();
    active_h264_.reset();
}

void ParameterSets::choose() {
    if (codec_ != Codec::H264) return;
    const Set* sps = active_sps();
    active_h264_ = sps == nullptr ? std::nullopt : parse_h264_sps(sps->bytes);
}

const ParameterSets::Set* ParameterSets::active_sps() const {
    const Set* best = nullptr;
    for (const Set& set : sets_) {
        if (set.type != sps_type(codec_)) continue;
        if (set.id == wanted_sps_) return &set;
        if (best == nullptr || set.id == last_sps_) best = &set;
    }
    return best;
}

std::vector<const ParameterSets::Set*> ParameterSets::of(std::uint8_t type, const Set* first) const {
    std::vector<const Set*> found;
    for (const Set& set : sets_)
        if (set.type == type) found.push_back(&set);
    std::ranges::sort(found, {}, &Set::id);
    if (const auto at = std::ranges::find(found, first); at != found.end()) std::rotate(found.begin(), at, at + 1);
    return found;
}

bool ParameterSets::complete() const {
    const auto has = [&](std::uint8_t type) { return std::ranges::find(sets_, type, &Set::type) != sets_.end(); };
    return has(sps_type(codec_)) && has(pps_type(codec_));
}

FormatPtr ParameterSets::format() const {
    const Set* sps = active_sps();
    if (sps == nullptr) return nullptr;
    return std::make_shared<const VideoFormat>(codec_ == Codec::H265 ? format_h265(*sps) : format_h264(*sps));
}

VideoFormat ParameterSets::format_h264(const Set& active) const {
    const H264Sps sps = parse_h264_sps(active.bytes).value_or(H264Sps{});
    VideoFormat format;
    format.codec = Codec::H264;
    format.width = narrow(sps.width);
    format.height = narrow(sps.height);
    format.codec_string = codec_string(sps);
    format.declared_rate = sps.rate;
    format.reorder_known = sps.reorder_frames.has_value();
    format.reorder_frames = static_cast<std::uint8_t>(sps.reorder_frames.value_or(0));

    const std::vector<const Set*> all = of(h264::kSps, &active);
    const std::vector<const Set*> pictures = of(h264::kPps);
    Record record;
    record.u8(1);
    record.u8(sps.profile);
    record.u8(sps.constraints);
    record.u8(sps.level);
    record.u8(0xFC | 3U);  // lengths of four bytes
    record.u8(static_cast<std::uint32_t>(0xE0 | all.size()));
    for (const Set* set : all) {
        record.u16(set->bytes.size());
        record.put(set->bytes);
    }
    record.u8(static_cast<std::uint32_t>(pictures.size()));
    for (const Set* set : pictures) {
        record.u16(set->bytes.size());
        record.put(set->bytes);
    }
    if (sps.profile != 66 && sps.profile != 77 && sps.profile != 88) {
        record.u8(0xFCU | (sps.chroma_format & 3U));
        record.u8(0xF8U | ((sps.bit_depth_luma - 8) & 7U));
        record.u8(0xF8U | ((sps.bit_depth_chroma - 8) & 7U));
        record.u8(0);  // no SPS extension
    }
    format.configuration = record.take();
    return format;
}

VideoFormat ParameterSets::format_h265(const Set& active) const {
    const H265Sps sps = parse_h265_sps(active.bytes).value_or(H265Sps{});
    VideoFormat format;
    format.codec = Codec::H265;
    format.width = narrow(sps.width);
    format.height = narrow(sps.height);
    format.codec_string = codec_string(sps);
    format.reorder_known = sps.reorder_known;
    format.reorder_frames = static_cast<std::uint8_t>(sps.reorder_frames);
    const std::vector<const Set*> video = of(h265::kVps);
    format.declared_rate = sps.rate;
    if (format.declared_rate == 0 && !video.empty()) format.declared_rate = parse_h265_vps_rate(video.front()->bytes);

    Record record;
    record.u8(1);
    record.u8((static_cast<std::uint32_t>(sps.profile_space) << 6U) | (static_cast<std::uint32_t>(sps.tier) << 5U) |
              sps.profile);
    record.u16(sps.compatibility >> 16U);
    record.u16(sps.compatibility & 0xFFFFU);
    record.put(sps.constraints);
    record.u8(sps.level);
    record.u16(0xF000U | sps.min_spatial_segmentation);
    record.u8(0xFC);  // parallelism: unknown
    record.u8(0xFCU | (sps.chroma_format & 3U));
    record.u8(0xF8U | ((sps.bit_depth_luma - 8) & 7U));
    record.u8(0xF8U | ((sps.bit_depth_chroma - 8) & 7U));
    record.u16(0);  // average rate: not said
    record.u8((static_cast<std::uint32_t>(sps.sub_layers) << 3U) | (sps.temporal_nesting ? 4U : 0U) | 3U);
    std::uint32_t arrays = 0;
    for (const std::uint8_t type : {h265::kVps, h265::kSps, h265::kPps}) arrays += of(type).empty() ? 0U : 1U;
    record.u8(arrays);
    for (const std::uint8_t type : {h265::kVps, h265::kSps, h265::kPps}) {
        const std::vector<const Set*> all = of(type, &active);
        if (all.empty()) continue;
        record.u8(0x80U | type);
        record.u16(all.size());
        for (const Set* set : all) {
            record.u16(set->bytes.size());
            record.put(set->bytes);
        }
    }
    format.configuration = record.take();
    return format;
}

FormatPtr jpeg_format(std::uint16_t width, std::uint16_t height) {
    VideoFormat format;
    format.codec = Codec::Jpeg;
    format.width = width;
    format.height = height;
    format.codec_string = "jpeg";
    format.reorder_known = true;
    return std::make_shared<const VideoFormat>(std::move(format));
}

}  // namespace beffroi::codec
