#include "media/mp4/virtual_file.hpp"

#include <algorithm>
#include <optional>

namespace beffroi::mp4 {

namespace {

using base::Code;

constexpr std::int64_t kMacEpochSeconds = 2'082'844'800;

// A frame on the one line of time of the result, ticks of 90 kHz since an arbitrary zero.
struct Entry {
    std::uint32_t part = 0;
    std::uint32_t size = 0;
    std::uint64_t offset = 0;  // in the part's file
    std::int64_t decode = 0;
    std::int64_t shown = 0;
    bool key = false;
};

std::int64_t ticks_of(std::int64_t us) {
    return us / 100 * 9 + us % 100 * 9 / 100;
}
std::int64_t us_of(std::int64_t ticks) {
    return ticks / 9 * 100 + ticks % 9 * 100 / 9;
}

// Whether a fragment goes on from the one before on the camera's own time line.
bool goes_on(const StoredFragment& before, const StoredFragment& next) {
    if (next.evidence.discontinuity) return false;
    std::int64_t rtp = next.samples.front().rtp_time - before.samples.back().rtp_time;
    std::int64_t wall = ticks_of(next.samples.front().arrival_us - before.samples.back().arrival_us);
    constexpr std::int64_t kSecond = 90'000;
    return rtp > -10 * kSecond && rtp < 10 * kSecond && wall > rtp - kSecond && wall < rtp + kSecond;
}

class Collector {
  public:
    explicit Collector(std::int64_t zero_us) : zero_us_(zero_us) {}

    void add(const StoredFragment& fragment, std::size_t part) {
        if (fragment.samples.empty()) return;
        // Where this fragment's decode times begin on the line of the result.
        std::int64_t first_decode = fragment.samples.front().decode_time;
        std::int64_t origin = ticks_of(fragment.evidence.from_us - zero_us_) - first_decode;
        if (before_ != nullptr && goes_on(*before_, fragment)) {
            const Sample& last = before_->samples.back();
            std::int64_t rtp = fragment.samples.front().rtp_time - last.rtp_time;
            // Showing times step as RTP does; decode times follow from the stored composition.
            origin = last_shown_ + rtp - fragment.samples.front().composition - first_decode;
        }
        for (const Sample& sample : fragment.samples) {
            Entry entry;
            entry.part = static_cast<std::uint32_t>(part);
            entry.size = sample.size;
            entry.offset = fragment.offset + sample.offset;
            entry.shown = origin + sample.decode_time + sample.composition;
            entry.decode = origin + sample.decode_time;
            // A wall clock that was set back must not turn decode times back.
            if (!entries.empty() && entry.decode <= entries.back().decode) {
                std::int64_t push = entries.back().decode + 1 - entry.decode;
                if (&sample == &fragment.samples.front()) {
                    origin += push;
                    entry.shown += push;
                }
                entry.decode += push;
            }
            entry.key = sample.key;
            entries.push_back(entry);
            last_duration = sample.duration;
            last_shown_ = entry.shown;
        }
        before_ = &fragment;
    }

    std::vector<Entry> entries;
    std::uint32_t last_duration = 0;

  private:
    std::int64_t zero_us_;
    const StoredFragment* before_ = nullptr;
    std::int64_t last_shown_ = 0;
};

struct Chosen {
    std::size_t begin = 0;  // first stored frame, a key frame where there is one
    std::size_t end = 0;
    std::int64_t shown_from = 0;  // ticks
    std::int64_t shown_to = 0;
};

// From the key frame before the first frame shown in [from, to) up to the last one needed, in decode order.
std::optional<Chosen> choose(const std::vector<Entry>& entries, std::uint32_t last_duration, std::int64_t from,
                             std::int64_t to) {
    Chosen chosen;
    std::size_t first = entries.size();
    std::int64_t last_shown = INT64_MIN;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].shown < from || entries[i].shown >= to) continue;
        if (first == entries.size()) {
            first = i;
            chosen.shown_from = entries[i].shown;
        }
        chosen.shown_from = std::min(chosen.shown_from, entries[i].shown);
        last_shown = std::max(last_shown, entries[i].shown);
        chosen.end = i + 1;
    }
    if (first == entries.size()) return std::nullopt;
    chosen.begin = first;
    while (chosen.begin > 0 && !entries[chosen.begin].key) --chosen.begin;
    // Nothing to decode from before: begin with the first key frame inside, if there is one.
    if (!entries[chosen.begin].key) {
        std::size_t key = first;
        while (key < chosen.end && !entries[key].key) ++key;
        if (key < chosen.end) {
            chosen.begin = key;
            chosen.shown_from = entries[key].shown;
        }
    }
    // The end of the last picture shown: when the next one is shown.
    chosen.shown_to = to;
    std::int64_t next = INT64_MAX;
    for (std::size_t i = chosen.end; i < std::min(entries.size(), chosen.end + 32); ++i)
        if (entries[i].shown > last_shown) next = std::min(next, entries[i].shown);
    if (next == INT64_MAX) next = last_shown + last_duration;
    chosen.shown_to = std::min(chosen.shown_to, next);
    chosen.shown_to = std::max(chosen.shown_to, last_shown + 1);
    return chosen;
}

// Writes the header once the chunks are known; chunk offsets are patched when its own length is.
class HeaderWriter {
  public:
    HeaderWriter(const std::vector<Part>& parts, std::span<const Entry> entries, std::uint32_t last_duration)
        : parts_(parts), entries_(entries), last_duration_(last_duration) {
        std::size_t position = 0;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            bool follows = i > 0 && entries[i].part == entries[i - 1].part &&
                           entries[i].offset == entries[i - 1].offset + entries[i - 1].size;
            if (!follows) chunks_.push_back({i, 0, position, description(entries[i].part)});
            ++chunks_.back().count;
            position += entries[i].size;
        }
        media_bytes_ = position;
    }

    std::vector<std::uint8_t> write(const Chosen& chosen, std::int64_t from_us) {
        BoxWriter out;
        write_ftyp(out);
        std::int64_t media = entries_.back().decode + last_duration_ - entries_.front().decode;
        std::int64_t shown = chosen.shown_to - chosen.shown_from;
        out.begin(four("moov"));
        write_mvhd(out, shown, from_us);
        out.begin(four("trak"));
        write_tkhd(out, shown, from_us);
        out.begin(four("edts"));
        out.begin_full(four("elst"), 1, 0);
        out.u32(1);
        out.i64(shown);
        out.i64(chosen.shown_from - entries_.front().decode);
        out.u32(0x00010000);
        out.end();
        out.end();
        out.begin(four("mdia"));
        write_mdhd(out, media, from_us);
        write_data_information(out);
        out.begin(four("stbl"));
        write_tables(out);
        out.end();
        out.end();  // minf
        out.end();  // mdia
        out.end();  // trak
        out.end();  // moov
        out.u32(1);
        out.u32(four("mdat"));
        out.u64(media_bytes_ + 16);
        patch_offsets(out);
        return out.take();
    }

    struct Chunk {
        std::size_t first = 0;
        std::uint32_t count = 0;
        std::uint64_t position = 0;  // from the start of the media bytes
        std::uint32_t description = 0;
    };
    [[nodiscard]] const std::vector<Chunk>& chunks() const { return chunks_; }
    [[nodiscard]] std::uint64_t media_bytes() const { return media_bytes_; }

  private:
    std::uint32_t description(std::size_t part) {
        for (std::size_t i = 0; i < formats_.size(); ++i)
            if (*formats_[i] == *parts_[part].format) return static_cast<std::uint32_t>(i + 1);
        formats_.push_back(parts_[part].format);
        return static_cast<std::uint32_t>(formats_.size());
    }

    static std::uint64_t mac_time(std::int64_t us) {
        return us > 0 ? static_cast<std::uint64_t>(us / 1'000'000 + kMacEpochSeconds) : 0;
    }
    static void write_mvhd(BoxWriter& out, std::int64_t duration, std::int64_t from_us) {
        out.begin_full(four("mvhd"), 1, 0);
        out.u64(mac_time(from_us));
        out.u64(mac_time(from_us));
        out.u32(kTimescale);
        out.i64(duration);
        out.u32(0x00010000);
        out.u16(0x0100);
        out.zeros(10);
        write_matrix(out);
        out.zeros(24);
        out.u32(2);
        out.end();
    }
    void write_tkhd(BoxWriter& out, std::int64_t duration, std::int64_t from_us) const {
        std::uint16_t width = 0;
        std::uint16_t height = 0;
        for (const auto& format : formats_) {
            width = std::max(width, format->width);
            height = std::max(height, format->height);
        }
        out.begin_full(four("tkhd"), 1, 3);
        out.u64(mac_time(from_us));
        out.u64(mac_time(from_us));
        out.u32(1);
        out.u32(0);
        out.i64(duration);
        out.zeros(8 + 2 + 2 + 2 + 2);
        write_matrix(out);
        out.u32(std::uint32_t{width} << 16U);
        out.u32(std::uint32_t{height} << 16U);
        out.end();
    }
    static void write_mdhd(BoxWriter& out, std::int64_t duration, std::int64_t from_us) {
        out.begin_full(four("mdhd"), 1, 0);
        out.u64(mac_time(from_us));
        out.u64(mac_time(from_us));
        out.u32(kTimescale);
        out.i64(duration);
        out.u16(0x55c4);
        out.u16(0);
        out.end();
    }

    // A table of runs: (count, value), for stts and ctts.
    template <typename Value>
    void write_runs(BoxWriter& out, std::uint32_t type, std::uint8_t version, Value value_of) const {
        out.begin_full(type, version, 0);
        std::size_t count_at = out.size();
        out.u32(0);
        std::uint32_t runs = 0;
        for (std::size_t i = 0; i < entries_.size();) {
            std::uint32_t value = value_of(i);
            std::size_t end = i + 1;
            while (end < entries_.size() && value_of(end) == value) ++end;
            out.u32(static_cast<std::uint32_t>(end - i));
            out.u32(value);
            ++runs;
            i = end;
        }
        out.put_u32(count_at, runs);
        out.end();
    }

    void write_tables(BoxWriter& out) {
        out.begin_full(four("stsd"), 0, 0);
        out.u32(static_cast<std::uint32_t>(formats_.size()));
        for (const auto& format : formats_) write_sample_entry(out, *format);
        out.end();
        write_runs(out, four("stts"), 0, [this](std::size_t i) {
            if (i + 1 == entries_.size()) return last_duration_;
            return static_cast<std::uint32_t>(
                std::min<std::int64_t>(entries_[i + 1].decode - entries_[i].decode, INT32_MAX));
        });
        auto composition = [this](std::size_t i) {
            return static_cast<std::uint32_t>(static_cast<std::int32_t>(entries_[i].shown - entries_[i].decode));
        };
        bool reordered = false;
        for (std::size_t i = 0; i < entries_.size(); ++i) reordered = reordered || composition(i) != 0;
        if (reordered) write_runs(out, four("ctts"), 1, composition);
        write_stss(out);
        write_stsc(out);
        out.begin_full(four("stsz"), 0, 0);
        out.u32(0);
        out.u32(static_cast<std::uint32_t>(entries_.size()));
        for (const Entry& entry : entries_) out.u32(entry.size);
        out.end();
        out.begin_full(four("co64"), 0, 0);
        out.u32(static_cast<std::uint32_t>(chunks_.size()));
        offsets_at_ = out.size();
        out.zeros(chunks_.size() * 8);
        out.end();
    }
    void write_stss(BoxWriter& out) const {
        if (std::all_of(entries_.begin(), entries_.end(), [](const Entry& entry) { return entry.key; })) return;
        out.begin_full(four("stss"), 0, 0);
        std::size_t count_at = out.size();
        out.u32(0);
        std::uint32_t keys = 0;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (!entries_[i].key) continue;
            out.u32(static_cast<std::uint32_t>(i + 1));
            ++keys;
        }
        out.put_u32(count_at, keys);
        out.end();
    }
    void write_stsc(BoxWriter& out) const {
        out.begin_full(four("stsc"), 0, 0);
        std::size_t count_at = out.size();
        out.u32(0);
        std::uint32_t runs = 0;
        for (std::size_t i = 0; i < chunks_.size(); ++i) {
            if (i > 0 && chunks_[i].count == chunks_[i - 1].count &&
                chunks_[i].description == chunks_[i - 1].description)
                continue;
            out.u32(static_cast<std::uint32_t>(i + 1));
            out.u32(chunks_[i].count);
            out.u32(chunks_[i].description);
            ++runs;
        }
        out.put_u32(count_at, runs);
        out.end();
    }
    void patch_offsets(BoxWriter& out) const {
        for (std::size_t i = 0; i < chunks_.size(); ++i) {
            std::uint64_t at = out.size() + chunks_[i].position;
            out.put_u32(offsets_at_ + i * 8, static_cast<std::uint32_t>(at >> 32U));
            out.put_u32(offsets_at_ + i * 8 + 4, static_cast<std::uint32_t>(at));
        }
    }

    const std::vector<Part>& parts_;
    std::span<const Entry> entries_;
    std::uint32_t last_duration_;
    std::vector<Chunk> chunks_;
    std::vector<codec::FormatPtr> formats_;
    std::uint64_t media_bytes_ = 0;
    std::size_t offsets_at_ = 0;
};

}  // namespace

const Piece& VirtualFile::piece_at(std::uint64_t position) const {
    ASSERT(position >= header.size() && position < bytes);
    auto found = std::upper_bound(pieces.begin(), pieces.end(), position,
                                  [](std::uint64_t at, const Piece& piece) { return at < piece.position; });
    return *std::prev(found);
}

base::Result<VirtualFile> plan_virtual_file(const std::vector<Part>& parts, std::int64_t from_us, std::int64_t to_us) {
    constexpr std::int64_t kMost = (std::int64_t{1} << 56U) - 1;  // see sane_time
    from_us = std::clamp(from_us, -kMost, kMost);
    to_us = std::clamp(to_us, -kMost, kMost);
    Collector collector(from_us);
    for (std::size_t i = 0; i < parts.size(); ++i)
        for (const StoredFragment& fragment : parts[i].fragments) collector.add(fragment, i);
    auto chosen = choose(collector.entries, collector.last_duration, 0, ticks_of(to_us - from_us));
    if (!chosen) return base::fail(Code::NotFound, "nothing is recorded in that interval");

    std::span<const Entry> entries(collector.entries);
    entries = entries.subspan(chosen->begin, chosen->end - chosen->begin);
    std::uint32_t last_duration = collector.last_duration;
    if (chosen->end < collector.entries.size())
        last_duration = static_cast<std::uint32_t>(std::min<std::int64_t>(
            collector.entries[chosen->end].decode - entries.back().decode, std::int64_t{10} * kTimescale));
    HeaderWriter writer(parts, entries, last_duration);

    VirtualFile file;
    file.from_us = from_us + us_of(chosen->shown_from);
    file.to_us = from_us + us_of(chosen->shown_to);
    file.frames = entries.size();
    file.lead_in = static_cast<std::uint64_t>(std::count_if(
        entries.begin(), entries.end(), [&](const Entry& entry) { return entry.shown < chosen->shown_from; }));
    file.begins_at_key = entries.front().key;
    file.header = writer.write(*chosen, file.from_us);
    file.bytes = file.header.size() + writer.media_bytes();
    for (const Part& part : parts) file.paths.push_back(part.path);
    for (const auto& chunk : writer.chunks()) {
        const Entry& first = entries[chunk.first];
        const Entry& last = entries[chunk.first + chunk.count - 1];
        file.pieces.push_back(
            {file.header.size() + chunk.position, first.part, first.offset, last.offset + last.size - first.offset});
    }
    return file;
}

}  // namespace beffroi::mp4
