// The tables behind the last fragment of a closed file.
#include <algorithm>

#include <fmt/format.h>

#include "media/mp4/stored.hpp"

namespace beffroi::mp4 {

namespace {

using base::Code;

constexpr BoxId kTableId{0x5d, 0xb0, 0x3e, 0x77, 0x14, 0xc9, 0x49, 0x86, 0xb2, 0x0f, 'b', 'e', 'f', 'f', 'r', '3'};
constexpr std::size_t kEntryBytes = 48;
constexpr std::uint64_t kLargest = 32ULL << 20U;
constexpr std::uint32_t kKey = 1;
constexpr std::uint32_t kDiscontinuity = 2;

void write_table(BoxWriter& out, std::span<const TableEntry> entries) {
    out.begin_uuid(kTableId);
    out.u32(1);
    out.u32(static_cast<std::uint32_t>(entries.size()));
    for (const TableEntry& entry : entries) {
        out.u64(entry.offset);
        out.u64(entry.bytes);
        out.i64(entry.from_us);
        out.i64(entry.to_us);
        out.i64(entry.decode_time);
        out.u32(entry.frames);
        out.u32((entry.key ? kKey : 0) | (entry.discontinuity ? kDiscontinuity : 0) |
                std::uint32_t{static_cast<std::uint8_t>(entry.gap)} << 8U);
    }
    out.end();
}

void write_mfra(BoxWriter& out, std::span<const TableEntry> entries) {
    std::size_t start = out.size();
    auto keys = static_cast<std::uint32_t>(
        std::count_if(entries.begin(), entries.end(), [](const TableEntry& entry) { return entry.key; }));
    out.begin(four("mfra"));
    out.begin_full(four("tfra"), 1, 0);
    out.u32(1);
    out.u32(0);  // traf, trun and sample numbers in one byte each
    out.u32(keys);
    for (const TableEntry& entry : entries) {
        if (!entry.key) continue;
        constexpr std::uint64_t kPrft = 32;
        out.i64(entry.decode_time);
        out.u64(entry.offset + kPrft);
        out.u8(1);
        out.u8(1);
        out.u8(1);
    }
    out.end();
    out.begin_full(four("mfro"), 0, 0);
    out.u32(static_cast<std::uint32_t>(out.size() - start + 4));
    out.end();
    out.end();
}

base::Result<std::vector<TableEntry>> parse_table(Bytes payload) {
    FieldReader in(payload);
    std::uint32_t version = in.u32();
    std::uint32_t count = in.u32();
    if (!in.good() || version != 1 || in.left() != std::uint64_t{count} * kEntryBytes)
        return base::fail(Code::Corrupt, "the table of the file can't be read");
    std::vector<TableEntry> entries(count);
    for (TableEntry& entry : entries) {
        entry.offset = in.u64();
        entry.bytes = in.u64();
        entry.from_us = in.i64();
        entry.to_us = in.i64();
        entry.decode_time = in.i64();
        entry.frames = in.u32();
        if (!sane_time(entry.from_us) || !sane_time(entry.to_us) || !sane_time(entry.decode_time))
            return base::fail(Code::Corrupt, "the table of the file holds times that are none");
        std::uint32_t flags = in.u32();
        entry.key = (flags & kKey) != 0;
        entry.discontinuity = (flags & kDiscontinuity) != 0;
        entry.gap = gap_reason(flags >> 8U);
    }
    return entries;
}

}  // namespace

TableEntry table_entry(const StoredFragment& fragment) {
    return {fragment.offset,
            fragment.bytes,
            fragment.evidence.from_us,
            fragment.evidence.to_us,
            fragment.decode_time,
            static_cast<std::uint32_t>(fragment.samples.size()),
            fragment.key(),
            fragment.evidence.discontinuity,
            fragment.evidence.gap};
}

TableEntry table_entry(const Fragment& fragment, std::uint64_t offset) {
    const Sample& first = fragment.samples().front();
    return {offset,
            fragment.bytes().size(),
            fragment.evidence().from_us,
            fragment.evidence().to_us,
            first.decode_time,
            static_cast<std::uint32_t>(fragment.samples().size()),
            first.key,
            fragment.evidence().discontinuity,
            fragment.evidence().gap};
}

std::vector<std::uint8_t> closing_tables(std::span<const TableEntry> entries) {
    BoxWriter tables;
    write_table(tables, entries);
    write_mfra(tables, entries);
    std::size_t whole = aligned_up(tables.size());
    if (whole != tables.size() && whole - tables.size() < 8) whole += kAlignment;
    BoxWriter out;
    out.free_box(whole - tables.size());
    out.bytes(tables.data());
    return out.take();
}

// mfro, the last four bytes, says how long mfra is; a second read gets the rest when the first was too short.
base::Result<ClosingTables> read_closing_tables(ByteSource& source) {
    const auto none = [] { return base::fail(Code::NotFound, "the file has no closing tables"); };
    std::uint64_t end = source.size();
    if (end % kAlignment != 0 || end < 2 * kAlignment) return none();
    for (std::uint64_t bytes = std::min<std::uint64_t>(end, 16 * kAlignment); bytes <= std::min(end, kLargest);
         bytes = std::min(end, bytes * 4)) {
        auto tail = TRY(source.read_up_to(end - bytes, static_cast<std::size_t>(bytes)));
        if (tail.size() != bytes) return none();
        FieldReader last(Bytes(tail).subspan(tail.size() - 16));
        if (last.u32() != 16 || last.u32() != four("mfro")) return none();
        // Boxes begin on some 4 KiB boundary of the tail: the one from which they run exactly to the end.
        for (std::size_t start = tail.size() - kAlignment;; start -= kAlignment) {
            Bytes from = Bytes(tail).subspan(start);
            BoxReader reader(from);
            auto box = reader.next();
            std::size_t seen = box ? box->bytes : 0;
            if (box && box->type == four("free") && seen < kAlignment + 8) {
                box = reader.next();
                seen += box ? box->bytes : 0;
            }
            if (box && box->uuid == kTableId) {
                auto mfra = reader.next();
                if (mfra && mfra->type == four("mfra") && seen + mfra->bytes == from.size())
                    return ClosingTables{TRY(parse_table(box->payload)), end - bytes + start};
            }
            if (start == 0) break;
        }
        if (bytes == end) break;
    }
    return none();
}

}  // namespace beffroi::mp4
