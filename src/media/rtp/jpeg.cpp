#include "media/rtp/jpeg.hpp"

#include <algorithm>

#include "media/codec/format.hpp"
#include "media/codec/jpeg.hpp"
#include "media/rtp/jpeg_headers.hpp"

namespace beffroi::rtp {

namespace {
constexpr std::uint16_t kOnvifExtension = 0xFFD8;
constexpr std::uint8_t kTablesInBand = 128;
}  // namespace

void JpegDepacketiser::packet(const Packet& packet, const PacketTime& time) {
    Bytes data = packet.payload;
    if (data.size() < 8) return;
    Header header;
    header.offset = read_u32(data, 0) & 0xFFFFFFU;
    header.type = data[4];
    header.q = data[5];
    header.width = static_cast<std::uint16_t>(data[6] * 8);
    header.height = static_cast<std::uint16_t>(data[7] * 8);
    data = data.subspan(8);
    if (header.type >= 64 && header.type < 128) {
        if (data.size() < 4) return;
        header.restart_interval = read_u16(data, 0);
        data = data.subspan(4);
    }
    if (writer_.open() && (frame_.rtp_time != time.rtp_time || (header.offset == 0 && expected_ > 0))) finish();
    if (!writer_.open()) {
        if (header.offset != 0) {
            if (ended_ == time.rtp_time && !markers_lie_) {
                markers_lie_ = true;
                remarks_.quirk("Q38", "marker bits before the end of an image");
            }
            return;  // without its beginning an image is none
        }
        begin(header, packet, time, data);
    } else if (header.offset != expected_) {
        frame_.damaged = true;
        broken_ = broken_ || header.offset > expected_;
    } else if (!broken_) {
        writer_.buffer().append(data);
        expected_ += static_cast<std::uint32_t>(data.size());
    }
    if (writer_.size() > FrameWriter::kMostBytes) {
        remarks_.tell({Remark::Kind::Oversize, "", "an image of more than 32 MiB was thrown away", 0});
        writer_.drop();
    } else if (packet.marker && !markers_lie_) {
        ended_ = time.rtp_time;
        finish();
    }
}

// §3.1.8. With a length of 0 the tables sent before for that Q hold.
bool JpegDepacketiser::take_tables(std::uint8_t q, Bytes& data) {
    if (q < kTablesInBand) {
        const std::array<std::uint8_t, 128> computed = quantisation_tables(q);
        tables_.assign(computed.begin(), computed.end());
        tables_precision_ = 0;
        tables_q_ = q;
        return true;
    }
    if (data.size() < 4) return false;
    const std::size_t length = read_u16(data, 2);
    const std::uint8_t precision = data[1];
    data = data.subspan(4);
    if (length == 0) return tables_q_ == q && !tables_.empty();
    if (length > data.size()) return false;
    tables_.assign(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(length));
    tables_precision_ = precision;
    tables_q_ = q;
    data = data.subspan(length);
    return true;
}

void JpegDepacketiser::begin(Header header, const Packet& packet, const PacketTime& time, Bytes data) {
    frame_ = Frame{};
    frame_.rtp_time = time.rtp_time;
    frame_.arrival_us = time.arrival_us;
    frame_.key = true;
    broken_ = false;
    ended_.reset();
    if (!take_tables(header.q, data)) frame_.damaged = true;
    if (header.width == 0 || header.height == 0) {
        const std::optional<codec::JpegHeader> said =
            packet.extension_profile == kOnvifExtension ? codec::parse_jpeg(packet.extension) : std::nullopt;
        header.width = said ? said->width : described_width_;
        header.height = said ? said->height : described_height_;
        if (header.width == 0 || header.height == 0) {
            remarks_.quirk("Q40", "images beyond 2040 pixels that don't say their size");
            frame_.damaged = true;
        }
    }
    width_ = header.width;
    height_ = header.height;
    writer_.begin();
    whole_file_ = data.size() >= 2 && data[0] == 0xFF && data[1] == 0xD8;
    if (!whole_file_)
        append_jpeg_headers(writer_.buffer(),
                            {header.type, width_, height_, header.restart_interval, tables_, tables_precision_});
    writer_.buffer().append(data);
    expected_ = static_cast<std::uint32_t>(data.size());
}

void JpegDepacketiser::finish() {
    FrameBuffer& buffer = writer_.buffer();
    const Bytes all = Bytes(buffer.data(), buffer.size()).subspan(writer_.offset());
    if (whole_file_) {
        remarks_.quirk("Q40", "whole JPEG files instead of scans");
        if (const std::optional<codec::JpegHeader> said = codec::parse_jpeg(all)) {
            width_ = said->width;
            height_ = said->height;
        }
    }
    constexpr std::array<std::uint8_t, 2> kEnd{0xFF, 0xD9};
    if (all.size() < 2 || !std::ranges::equal(all.last(2), kEnd)) buffer.append(kEnd);
    if (format_ == nullptr || format_->width != width_ || format_->height != height_)
        format_ = codec::jpeg_format(width_, height_);
    writer_.end(frame_, format_);
}

void JpegDepacketiser::discontinuity() {
    flush();
    writer_.discontinuity();
}

void JpegDepacketiser::flush() {
    if (writer_.open()) finish();
    ended_.reset();
}

}  // namespace beffroi::rtp
