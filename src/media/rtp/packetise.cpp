#include "media/rtp/packetise.hpp"

#include <algorithm>

#include "media/codec/nal.hpp"

namespace beffroi::rtp {

namespace {

constexpr std::uint8_t kStapA = 24, kFuA = 28, kAggregate = 48, kFragment = 49;

}  // namespace

void Packetiser::put_u16(std::size_t value) {
    put_u8(static_cast<std::uint32_t>(value >> 8U) & 0xFFU);
    put_u8(static_cast<std::uint32_t>(value) & 0xFFU);
}

void Packetiser::begin(std::uint32_t timestamp, bool marker) {
    packet_.clear();
    put_u8(0x80);
    put_u8((marker ? 0x80U : 0U) | options_.payload_type);
    put_u16(sequence_++);
    for (const std::uint32_t value : {timestamp, options_.ssrc}) {
        put_u16(value >> 16U);
        put_u16(value & 0xFFFFU);
    }
}

// How many NAL units fit into one aggregation packet; 0 or 1: none can be put together.
std::size_t Packetiser::fit(std::span<const Bytes> nals) const {
    if (!options_.aggregate) return 0;
    std::size_t count = 0;
    std::size_t size = codec::header_size(options_.codec);
    for (const Bytes nal : nals) {
        size += 4 + nal.size();  // length, and a decoding order number at most
        if (size > options_.most_payload || nal.size() > 0xFFFF) break;
        ++count;
    }
    return count;
}

void Packetiser::frame(std::span<const Bytes> nals, std::uint32_t timestamp, const Emit& emit) {
    while (!nals.empty()) {
        const std::size_t count = fit(nals);
        const std::size_t taken = std::max<std::size_t>(count, 1);
        const bool last = taken == nals.size();
        if (count > 1) {
            together(nals.first(count), timestamp, last, emit);
        } else if (nals[0].size() + 2 <= options_.most_payload) {
            single(nals[0], timestamp, last, emit);
        } else {
            fragments(nals[0], timestamp, last, emit);
        }
        nals = nals.subspan(taken);
    }
}

void Packetiser::single(Bytes nal, std::uint32_t timestamp, bool last, const Emit& emit) {
    begin(timestamp, last);
    if (options_.order_numbers && nal.size() >= 2) {
        put(nal.first(2));
        put_u16(order_++);
        put(nal.subspan(2));
    } else {
        put(nal);
    }
    emit(packet_);
}

void Packetiser::together(std::span<const Bytes> nals, std::uint32_t timestamp, bool last, const Emit& emit) {
    begin(timestamp, last);
    if (options_.codec == codec::Codec::H265) {
        // Of the units inside: the lowest layer and temporal id (RFC 7798 §4.4.2). Cameras have one layer.
        std::uint8_t temporal = 7;
        for (const Bytes nal : nals)
            if (nal.size() >= 2) temporal = std::min<std::uint8_t>(temporal, nal[1] & 7U);
        put_u8(kAggregate << 1U);
        put_u8(temporal);
    } else {
        std::uint8_t reference = 0;  // the highest nal_ref_idc inside (RFC 6184 §5.7)
        for (const Bytes nal : nals)
            if (!nal.empty()) reference = std::max<std::uint8_t>(reference, nal[0] & 0x60U);
        put_u8(static_cast<std::uint32_t>(reference | kStapA));
    }
    bool first = true;
    for (const Bytes nal : nals) {
        if (options_.order_numbers) {
            if (first) {
                put_u16(order_);
            } else {
                put_u8(0);  // one further
            }
            ++order_;
        }
        first = false;
        put_u16(nal.size());
        put(nal);
    }
    emit(packet_);
}

void Packetiser::fragments(Bytes nal, std::uint32_t timestamp, bool last, const Emit& emit) {
    const bool h265 = options_.codec == codec::Codec::H265;
    const std::size_t header = codec::header_size(options_.codec);
    const std::uint8_t type = codec::nal_type(options_.codec, nal[0]);
    const std::size_t room = options_.most_payload - header - 1 - (options_.order_numbers ? 2 : 0);
    Bytes left = nal.subspan(header);
    bool start = true;
    while (!left.empty()) {
        const Bytes piece = left.first(std::min(room, left.size()));
        left = left.subspan(piece.size());
        begin(timestamp, last && left.empty());
        if (h265) {
            put_u8((nal[0] & 0x81U) | (kFragment << 1U));
            put_u8(nal[1]);
        } else {
            put_u8((nal[0] & 0xE0U) | kFuA);
        }
        put_u8((start ? 0x80U : 0U) | (left.empty() ? 0x40U : 0U) | type);
        if (start && h265 && options_.order_numbers) put_u16(order_++);
        put(piece);
        emit(packet_);
        start = false;
    }
}

bool Packetiser::jpeg(Bytes file, std::uint32_t timestamp, const Emit& emit, std::uint8_t q) {
    const std::optional<codec::JpegHeader> header = codec::parse_jpeg(file);
    if (!header || header->scan == 0 || !header->baseline || header->components != 3) return false;
    if ((header->luma_sampling != 0x21 && header->luma_sampling != 0x22) || header->chroma_sampling != 0x11)
        return false;
    const bool in_band = q >= 128;
    if (in_band && header->tables.empty()) return false;
    Bytes scan = file.subspan(header->scan);
    if (scan.size() >= 2 && scan[scan.size() - 2] == 0xFF && scan.back() == 0xD9) scan = scan.first(scan.size() - 2);
    const bool restart = header->restart_interval != 0;
    std::size_t offset = 0;
    do {
        const std::size_t headers = 8 + (restart ? 4U : 0U) + (in_band && offset == 0 ? 4 + header->tables.size() : 0);
        const std::size_t room = std::max<std::size_t>(options_.most_payload, headers + 16) - headers;
        const Bytes piece = scan.subspan(offset, std::min(room, scan.size() - offset));
        begin(timestamp, offset + piece.size() == scan.size());
        put_u8(0);
        put_u8(static_cast<std::uint32_t>(offset >> 16U) & 0xFFU);
        put_u16(offset & 0xFFFFU);
        put_u8((header->luma_sampling == 0x22 ? 1U : 0U) + (restart ? 64U : 0U));
        put_u8(q);
        const bool large = header->width > 2040 || header->height > 2040;  // then the size is said elsewhere
        put_u8(large ? 0U : (header->width + 7U) / 8U);
        put_u8(large ? 0U : (header->height + 7U) / 8U);
        if (restart) {
            put_u16(header->restart_interval);
            put_u16(0xFFFF);  // whole intervals are not counted
        }
        if (in_band && offset == 0) {
            put_u16(0);  // eight bits a value
            put_u16(header->tables.size());
            put(header->tables);
        }
        put(piece);
        emit(packet_);
        offset += piece.size();
    } while (offset < scan.size());
    return true;
}

}  // namespace beffroi::rtp
