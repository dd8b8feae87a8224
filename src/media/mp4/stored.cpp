#include "media/mp4/stored.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace beffroi::mp4 {

namespace {

using base::Code;

constexpr std::size_t kFirstRead = 4096;        // holds the head of nearly every fragment
constexpr std::size_t kLargestHead = 1 << 20U;  // 65 000 samples in one fragment: not ours
constexpr std::size_t kHeaderRead = 64 << 10U;

std::unexpected<base::Error> corrupt(std::uint64_t offset, const char* what) {
    return base::fail(Code::Corrupt, fmt::format("fragment at {}: {}", offset, what));
}

struct Run {
    std::uint32_t data_offset = 0;
    bool good = false;
};

// trun exactly as write_moof writes it; anything else is not ours.
Run parse_run(Bytes payload, StoredFragment& fragment) {
    FieldReader in(payload);
    std::uint32_t flags = in.u32();
    std::uint32_t count = in.u32();
    Run run;
    run.data_offset = in.u32();
    if (!in.good() || flags != 0x01000f01U || in.left() / 16 != count || count == 0) return run;
    fragment.samples.resize(count);
    for (Sample& sample : fragment.samples) {
        sample.duration = in.u32();
        sample.size = in.u32();
        sample.key = (in.u32() & 0x00010000U) == 0;
        sample.composition = static_cast<std::int32_t>(in.u32());
    }
    run.good = in.good();
    return run;
}

base::Result<std::uint32_t> parse_moof(Bytes moof, StoredFragment& fragment) {
    auto traf = find_box(moof, four("traf"));
    if (!traf) return corrupt(fragment.offset, "moof has no traf");
    auto tfdt = find_box(traf->payload, four("tfdt"));
    auto trun = find_box(traf->payload, four("trun"));
    if (!tfdt || !trun || tfdt->payload.size() != 12) return corrupt(fragment.offset, "traf has no tfdt or trun");
    FieldReader time(tfdt->payload.subspan(4));
    fragment.decode_time = time.i64();
    if (!sane_time(fragment.decode_time)) return corrupt(fragment.offset, "its decode time is none");
    Run run = parse_run(trun->payload, fragment);
    if (!run.good) return corrupt(fragment.offset, "trun can't be read");
    return run.data_offset;
}

// Offsets and decode times of the samples; whether they fill mdat exactly.
bool place_samples(StoredFragment& fragment) {
    std::uint64_t at = fragment.media_offset - fragment.offset;
    std::uint64_t end = at + fragment.media_bytes;
    std::int64_t decode = fragment.decode_time;
    for (Sample& sample : fragment.samples) {
        if (sample.size > end - at) return false;
        sample.offset = static_cast<std::uint32_t>(at);
        sample.decode_time = decode;
        at += sample.size;
        if (__builtin_add_overflow(decode, std::int64_t{sample.duration}, &decode)) return false;
    }
    return at == end;
}

bool parse_evidence(Bytes payload, StoredFragment& fragment) {
    FieldReader in(payload);
    Evidence& evidence = fragment.evidence;
    std::uint8_t version = in.u8();
    std::uint8_t flags = in.u8();
    std::uint8_t gap = in.u8();
    (void)in.u8();
    if (version != 1 || in.u32() != fragment.samples.size()) return false;
    evidence.gap = gap_reason(gap);
    evidence.discontinuity = (flags & kEvidenceDiscontinuity) != 0;
    evidence.chained = (flags & kEvidenceChained) != 0;
    evidence.sequence = in.u64();
    evidence.durable_bytes = in.u64();
    evidence.from_us = in.i64();
    evidence.to_us = in.i64();
    rtp::SenderReport report;
    report.ntp = in.u64();
    report.arrival_us = in.i64();
    report.rtp_time = in.u32();
    if ((flags & kEvidenceReport) != 0) evidence.report = report;
    evidence.lost_packets = in.u32();
    auto digest = [&in](crypto::Digest& into) {
        Bytes bytes = in.take(into.size());
        if (bytes.size() == into.size()) std::memcpy(into.data(), bytes.data(), into.size());
    };
    digest(evidence.header_hash);
    for (Sample& sample : fragment.samples) {
        sample.rtp_time = in.i64();
        sample.arrival_us = in.i64();
        sample.lost_packets = in.u32();
        sample.damaged = (in.u32() & kSampleDamaged) != 0;
    }
    digest(evidence.previous);
    digest(evidence.hash);
    const bool sane = sane_time(evidence.from_us) && sane_time(evidence.to_us) &&
                      std::all_of(fragment.samples.begin(), fragment.samples.end(), [](const Sample& sample) {
                          return sane_time(sample.rtp_time) && sane_time(sample.arrival_us);
                      });
    return in.good() && in.left() == 0 && sane;
}

struct Head {
    std::vector<std::uint8_t> bytes;
    std::uint64_t mdat_at = 0;  // of its header, from the fragment's offset
    std::uint64_t mdat_bytes = 0;
    std::uint32_t data_offset = 0;
    std::uint64_t moof_at = 0;
};

// prft, moof, free … up to the header of mdat.
base::Result<Head> read_head(ByteSource& source, StoredFragment& fragment) {
    Head head;
    head.bytes = TRY(source.read_up_to(fragment.offset, kFirstRead));
    auto first = box_header(head.bytes);
    if (!first || first->type != four("prft"))
        return base::fail(Code::NotFound, fmt::format("no fragment begins at {}", fragment.offset));
    std::uint64_t at = 0;
    while (true) {
        if (at + 16 > head.bytes.size() || at > kLargestHead) return corrupt(fragment.offset, "its head ends early");
        auto box = box_header(Bytes(head.bytes).subspan(static_cast<std::size_t>(at)));
        if (!box) return corrupt(fragment.offset, "its head can't be read");
        if (box->type == four("mdat")) {
            head.mdat_at = at;
            head.mdat_bytes = box->bytes;
            if (box->header != 8) return corrupt(fragment.offset, "mdat is not ours");
            break;
        }
        if (box->type != four("prft") && box->type != four("moof") && box->type != four("free"))
            return corrupt(fragment.offset, "its head holds a box that is not ours");
        if (at + box->bytes + 16 > head.bytes.size()) {
            if (at + box->bytes > kLargestHead) return corrupt(fragment.offset, "its head is too large");
            head.bytes =
                TRY(source.read_up_to(fragment.offset, static_cast<std::size_t>(at + box->bytes) + kFirstRead));
            if (at + box->bytes + 16 > head.bytes.size()) return corrupt(fragment.offset, "its head ends early");
        }
        if (box->type == four("moof")) {
            head.moof_at = at;
            head.data_offset = TRY(parse_moof(
                Bytes(head.bytes).subspan(static_cast<std::size_t>(at) + 8, static_cast<std::size_t>(box->bytes) - 8),
                fragment));
        }
        at += box->bytes;
    }
    return head;
}

// The uuid box, and the `free` box that fills up to 4 KiB and holds only zeros.
base::Status read_tail(ByteSource& source, StoredFragment& fragment) {
    std::uint64_t at = fragment.offset + fragment.media_segment_bytes;
    std::size_t size = evidence_bytes(fragment.samples.size());
    std::vector<std::uint8_t> tail = TRY(source.read_up_to(at, size + 2 * kAlignment));
    auto box = BoxReader(tail).next();
    if (!box || box->uuid != kEvidenceId || box->bytes != size) return corrupt(fragment.offset, "it has no evidence");
    if (!parse_evidence(box->payload, fragment)) return corrupt(fragment.offset, "its evidence can't be read");
    fragment.hash_at = at + size - fragment.evidence.hash.size();
    std::uint64_t end = at + size;
    if (end % kAlignment != 0) {
        auto free = BoxReader(Bytes(tail).subspan(size)).next();
        if (!free || free->type != four("free") || (end + free->bytes) % kAlignment != 0 ||
            free->bytes >= kAlignment + 8 ||
            std::any_of(free->payload.begin(), free->payload.end(), [](std::uint8_t byte) { return byte != 0; }))
            return corrupt(fragment.offset, "its padding is not whole");
        end += free->bytes;
    }
    fragment.bytes = end - fragment.offset;
    return {};
}

}  // namespace

base::Result<FileHeader> read_file_header(ByteSource& source) {
    return parse_file_header(TRY(source.read_up_to(0, kHeaderRead)));
}

base::Result<StoredFragment> read_fragment(ByteSource& source, std::uint64_t offset) {
    StoredFragment fragment;
    fragment.offset = offset;
    Head head = TRY(read_head(source, fragment));
    if (fragment.samples.empty()) return corrupt(offset, "it has no moof");
    fragment.media_offset = offset + head.mdat_at + 8;
    fragment.media_bytes = head.mdat_bytes - 8;
    fragment.media_segment_bytes = head.mdat_at + head.mdat_bytes;
    if (head.moof_at + head.data_offset != head.mdat_at + 8 || fragment.media_offset > source.size() ||
        fragment.media_bytes > source.size() - fragment.media_offset)
        return corrupt(offset, "mdat does not lie where moof says");
    if (!place_samples(fragment)) return corrupt(offset, "its samples do not fill mdat");
    TRY(read_tail(source, fragment));
    return fragment;
}

base::Result<crypto::Digest> hash_of(ByteSource& source, std::uint64_t offset, std::uint64_t bytes) {
    constexpr std::uint64_t kStep = 1 << 20U;
    crypto::Sha256 hash;
    while (bytes > 0) {
        auto part = TRY(source.read_up_to(offset, static_cast<std::size_t>(std::min(bytes, kStep))));
        if (part.empty()) return base::fail(Code::Corrupt, fmt::format("the file ends at {}", offset));
        hash.add(std::as_bytes(std::span(part)));
        offset += part.size();
        bytes -= part.size();
    }
    return hash.finish();
}

base::Result<bool> whole(ByteSource& source, const StoredFragment& fragment) {
    if (fragment.evidence.chained)
        return TRY(hash_of(source, fragment.offset, fragment.hash_at - fragment.offset)) == fragment.evidence.hash;
    auto media = TRY(source.read_up_to(fragment.media_offset, static_cast<std::size_t>(fragment.media_bytes)));
    if (media.size() != fragment.media_bytes) return false;
    constexpr std::size_t kSector = 512;
    std::size_t at = static_cast<std::size_t>((kSector - fragment.media_offset % kSector) % kSector);
    constexpr std::array<std::uint8_t, kSector> kZeros{};
    for (; at + kSector <= media.size(); at += kSector)
        if (std::memcmp(media.data() + at, kZeros.data(), kSector) == 0) return false;
    return true;
}

base::Result<std::uint64_t> walk(ByteSource& source, std::uint64_t offset,
                                 const std::function<bool(const StoredFragment&)>& each) {
    while (offset < source.size()) {
        auto fragment = read_fragment(source, offset);
        if (!fragment && fragment.error().code == Code::Unavailable)
            return std::unexpected(std::move(fragment.error()));
        if (!fragment) break;
        if (!each(*fragment)) break;
        offset += fragment->bytes;
    }
    return offset;
}

}  // namespace beffroi::mp4
