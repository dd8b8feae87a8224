#include "media/mp4/init.hpp"

#include <algorithm>

#include "media/mp4/memory.hpp"

namespace beffroi::mp4 {

namespace {

using base::Code;
using codec::Codec;
using codec::VideoFormat;

constexpr BoxId kOriginId{0x8f, 0x1e, 0x5a, 0x0c, 0x3b, 0x6d, 0x4e, 0x21, 0x9a, 0x70, 'b', 'e', 'f', 'f', 'r', '1'};
constexpr std::int64_t kMacEpochSeconds = 2'082'844'800;  // 1904 to 1970, §8.2.2.3

std::uint32_t entry_type(const VideoFormat& format) {
    switch (format.codec) {
        case Codec::H264:
            return format.configuration.empty() ? four("avc3") : four("avc1");
        case Codec::H265:
            return format.configuration.empty() ? four("hev1") : four("hvc1");
        case Codec::Jpeg:
            return four("mp4v");
    }
    return 0;
}

void write_configuration(BoxWriter& out, const VideoFormat& format) {
    switch (format.codec) {
        case Codec::H264:
        case Codec::H265: {
            bool avc = format.codec == Codec::H264;
            out.begin(avc ? four("avcC") : four("hvcC"));
            // A record that names no parameter set: lengths of four bytes, nothing else promised.
            constexpr std::array<std::uint8_t, 7> kBareAvc{1, 0x4d, 0, 0x28, 0xff, 0xe0, 0};
            constexpr std::array<std::uint8_t, 23> kBareHevc{1,    1,    0x60, 0,    0,    0,    0xb0, 0, 0, 0,    0, 0,
                                                             0x78, 0xf0, 0,    0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, 0};
            if (!format.configuration.empty())
                out.bytes(format.configuration);
            else if (avc)
                out.bytes(kBareAvc);
            else
                out.bytes(kBareHevc);
            out.end();
            return;
        }
        case Codec::Jpeg:
            out.begin_full(four("esds"), 0, 0);
            out.u8(3);  // ES_Descriptor, ISO/IEC 14496-1 §7.2.6.5
            out.u8(21);
            out.u16(1);
            out.u8(0);
            out.u8(4);  // DecoderConfigDescriptor: JPEG, visual stream
            out.u8(13);
            out.u8(0x6c);
            out.u8(0x11);
            out.zeros(11);
            out.u8(6);  // SLConfigDescriptor: MP4
            out.u8(1);
            out.u8(2);
            out.end();
            return;
    }
}

void write_movie_header(BoxWriter& out, std::int64_t created_us) {
    std::uint64_t created = created_us > 0 ? static_cast<std::uint64_t>(created_us / 1'000'000 + kMacEpochSeconds) : 0;
    out.begin_full(four("mvhd"), 1, 0);
    out.u64(created);
    out.u64(created);
    out.u32(kTimescale);
    out.u64(0);
    out.u32(0x00010000);
    out.u16(0x0100);
    out.zeros(10);
    write_matrix(out);
    out.zeros(24);
    out.u32(2);
    out.end();
}

void write_track(BoxWriter& out, const VideoFormat& format) {
    out.begin(four("trak"));
    out.begin_full(four("tkhd"), 1, 3);
    out.zeros(16);
    out.u32(1);
    out.zeros(4 + 8 + 8 + 2 + 2 + 2 + 2);
    write_matrix(out);
    out.u32(std::uint32_t{format.width} << 16U);
    out.u32(std::uint32_t{format.height} << 16U);
    out.end();
    out.begin(four("mdia"));
    out.begin_full(four("mdhd"), 1, 0);
    out.zeros(16);
    out.u32(kTimescale);
    out.u64(0);
    out.u16(0x55c4);  // "und"
    out.u16(0);
    out.end();
    write_data_information(out);
    out.begin(four("stbl"));
    out.begin_full(four("stsd"), 0, 0);
    out.u32(1);
    write_sample_entry(out, format);
    out.end();
    for (std::uint32_t type : {four("stts"), four("stsc"), four("stco")}) {
        out.begin_full(type, 0, 0);
        out.u32(0);
        out.end();
    }
    out.begin_full(four("stsz"), 0, 0);
    out.zeros(8);
    out.end();
    out.end();  // stbl
    out.end();  // minf
    out.end();  // mdia
    out.end();
}

void write_moov(BoxWriter& out, const VideoFormat& format, const Origin* origin) {
    out.begin(four("moov"));
    write_movie_header(out, origin != nullptr ? origin->created_us : 0);
    write_track(out, format);
    out.begin(four("mvex"));
    out.begin_full(four("trex"), 0, 0);
    out.u32(1);
    out.u32(1);
    out.zeros(12);
    out.end();
    out.end();
    if (origin != nullptr) {
        out.begin_uuid(kOriginId);
        out.u8(1);
        out.u8(format.reorder_frames);
        out.u8(format.reorder_known ? 1 : 0);
        out.u8(0);
        out.i64(origin->created_us);
        out.u32(static_cast<std::uint32_t>(format.declared_rate * 1000 + 0.5));
        out.u8(static_cast<std::uint8_t>(std::min<std::size_t>(origin->camera.size(), 255)));
        out.text(std::string_view(origin->camera).substr(0, 255));
        out.u8(static_cast<std::uint8_t>(std::min<std::size_t>(format.codec_string.size(), 255)));
        out.text(std::string_view(format.codec_string).substr(0, 255));
        out.end();
    }
    out.end();
}

std::string text_of(FieldReader& in) {
    Bytes bytes = in.take(in.u8());
    return {bytes.begin(), bytes.end()};
}

base::Status parse_origin(Bytes payload, FileHeader& header) {
    FieldReader in(payload);
    std::uint8_t version = in.u8();
    header.format.reorder_frames = in.u8();
    header.format.reorder_known = in.u8() != 0;
    (void)in.u8();
    header.origin.created_us = in.i64();
    header.format.declared_rate = in.u32() / 1000.0;
    header.origin.camera = text_of(in);
    header.format.codec_string = text_of(in);
    if (!in.good() || version != 1) return base::fail(Code::Corrupt, "the origin of the file can't be read");
    return {};
}

base::Status parse_sample_entry(Bytes moov, VideoFormat& format) {
    Bytes at = moov;
    for (std::uint32_t type : {four("trak"), four("mdia"), four("minf"), four("stbl"), four("stsd")}) {
        auto box = find_box(at, type);
        if (!box) return base::fail(Code::Corrupt, "moov has no sample description");
        at = box->payload;
    }
    if (at.size() < 8) return base::fail(Code::Corrupt, "stsd is too short");
    auto entry = BoxReader(at.subspan(8)).next();
    constexpr std::size_t kVisualEntry = 78;
    if (!entry || entry->payload.size() < kVisualEntry) return base::fail(Code::Corrupt, "stsd has no whole entry");
    switch (entry->type) {
        case four("avc1"):
        case four("avc3"):
            format.codec = Codec::H264;
            break;
        case four("hvc1"):
        case four("hev1"):
            format.codec = Codec::H265;
            break;
        case four("mp4v"):
            format.codec = Codec::Jpeg;
            break;
        // A number from a file, not an enumeration of ours.
        default:
            return base::fail(Code::Corrupt, "the sample entry is none that the archive writes");
    }
    FieldReader in(entry->payload.subspan(24));
    format.width = in.u16();
    format.height = in.u16();
    bool named = entry->type == four("avc1") || entry->type == four("hvc1");
    Bytes inside = entry->payload.subspan(kVisualEntry);
    if (auto record = find_box(inside, format.codec == Codec::H264 ? four("avcC") : four("hvcC")); record && named)
        format.configuration.assign(record->payload.begin(), record->payload.end());
    return {};
}

}  // namespace

void write_ftyp(BoxWriter& out) {
    out.begin(four("ftyp"));
    out.u32(four("iso6"));
    out.u32(0);
    for (std::uint32_t brand : {four("iso6"), four("isom"), four("mp41")}) out.u32(brand);
    out.end();
}

void write_matrix(BoxWriter& out) {
    for (std::uint32_t value : {0x10000U, 0U, 0U, 0U, 0x10000U, 0U, 0U, 0U, 0x40000000U}) out.u32(value);
}

// Leaves `minf` open: stbl follows.
void write_data_information(BoxWriter& out) {
    out.begin_full(four("hdlr"), 0, 0);
    out.u32(0);
    out.u32(four("vide"));
    out.zeros(12);
    out.u8(0);
    out.end();
    out.begin(four("minf"));
    out.begin_full(four("vmhd"), 0, 1);
    out.zeros(8);
    out.end();
    out.begin(four("dinf"));
    out.begin_full(four("dref"), 0, 0);
    out.u32(1);
    out.begin_full(four("url "), 0, 1);
    out.end();
    out.end();
    out.end();
}

void write_sample_entry(BoxWriter& out, const VideoFormat& format) {
    out.begin(entry_type(format));
    out.zeros(6);
    out.u16(1);  // data reference
    out.zeros(16);
    out.u16(format.width);
    out.u16(format.height);
    out.u32(0x00480000);
    out.u32(0x00480000);
    out.u32(0);
    out.u16(1);
    out.zeros(32);
    out.u16(24);
    out.u16(0xffff);
    write_configuration(out, format);
    out.end();
}

std::vector<std::uint8_t> init_segment(const VideoFormat& format) {
    BoxWriter out;
    write_ftyp(out);
    write_moov(out, format, nullptr);
    return out.take();
}

std::vector<std::uint8_t> file_header(const VideoFormat& format, const Origin& origin) {
    BoxWriter out;
    write_ftyp(out);
    write_moov(out, format, &origin);
    std::size_t end = aligned_up(out.size());
    if (end != out.size() && end - out.size() < 8) end += kAlignment;
    out.free_box(end - out.size());
    return out.take();
}

base::Result<FileHeader> parse_file_header(Bytes start) {
    FileHeader header;
    BoxReader reader(start);
    auto ftyp = reader.next();
    auto moov = reader.next();
    if (!ftyp || ftyp->type != four("ftyp") || !moov || moov->type != four("moov"))
        return base::fail(Code::Corrupt, "the file does not begin with ftyp and moov");
    header.moov_bytes = ftyp->bytes + moov->bytes;
    header.bytes = header.moov_bytes;
    if (header.bytes % kAlignment != 0) {
        auto free = reader.next();
        if (!free || free->type != four("free") || (header.bytes + free->bytes) % kAlignment != 0)
            return base::fail(Code::Corrupt, "the header of the file is not filled up to 4 KiB");
        header.bytes += free->bytes;
    }
    BoxReader inside(moov->payload);
    bool found = false;
    while (auto box = inside.next()) {
        if (box->uuid != kOriginId) continue;
        TRY(parse_origin(box->payload, header));
        found = true;
    }
    if (!found) return base::fail(Code::Corrupt, "the file does not say whose it is");
    TRY(parse_sample_entry(moov->payload, header.format));
    return header;
}

}  // namespace beffroi::mp4
