#include "video/archive/recovery.hpp"

#include <algorithm>

#include "media/mp4/memory.hpp"
#include "video/archive/names.hpp"

namespace beffroi::archive {

namespace {

using base::Code;

// How many of `fragments`, which lie one behind the other, are really there.
base::Result<std::size_t> whole_ones(mp4::ByteSource& source, const std::vector<mp4::StoredFragment>& fragments) {
    std::size_t count = fragments.size();
    // The last whole one says what was on the medium when it was written …
    while (count > 0 && !TRY(mp4::whole(source, fragments[count - 1]))) --count;
    if (count == 0) return count;
    std::uint64_t durable = fragments[count - 1].evidence.durable_bytes;
    // … and between that and itself each may be torn.
    for (std::size_t i = 0; i + 1 < count; ++i)
        if (fragments[i].offset >= durable && !TRY(mp4::whole(source, fragments[i]))) return i;
    return count;
}

FileRow new_row(const mp4::FileHeader& header, const std::string& disk_id, const std::string& path) {
    FileRow row;
    row.camera = header.origin.camera;
    row.disk = disk_id;
    row.path = path;
    row.from_us = row.to_us = row.kept_us = header.origin.created_us;
    row.bytes = header.bytes;
    row.format = std::make_shared<const codec::VideoFormat>(header.format);
    return row;
}

// Whether what follows the last fragment is only what preallocation leaves.
base::Result<std::uint64_t> written_behind(mp4::ByteSource& source, std::uint64_t end) {
    constexpr std::size_t kLook = 1 << 20U;
    auto tail = TRY(source.read_up_to(end, kLook));
    auto last = std::find_if(tail.rbegin(), tail.rend(), [](std::uint8_t byte) { return byte != 0; });
    return static_cast<std::uint64_t>(tail.rend() - last);
}

}  // namespace

void add_fragment(FileRow& row, const mp4::StoredFragment& fragment) {
    row.from_us = row.fragments == 0 ? fragment.evidence.from_us : std::min(row.from_us, fragment.evidence.from_us);
    row.to_us = row.fragments == 0 ? fragment.evidence.to_us : std::max(row.to_us, fragment.evidence.to_us);
    ++row.fragments;
    row.frames += fragment.samples.size();
    row.bytes = fragment.offset + fragment.bytes;
    row.last_sequence = fragment.evidence.sequence;
    row.last_hash = fragment.evidence.hash;
}

std::optional<RecoveredFile> describe_closed(mp4::ByteSource& source, const mp4::FileHeader& header,
                                             const std::string& disk_id, const std::string& path,
                                             std::int64_t last_to_us) {
    auto tables = mp4::read_closing_tables(source);
    if (!tables || tables->entries.empty()) return std::nullopt;
    const mp4::TableEntry& last_entry = tables->entries.back();
    auto last = mp4::read_fragment(source, last_entry.offset);
    if (!last || mp4::table_entry(*last) != last_entry || last_entry.offset + last_entry.bytes != tables->offset)
        return std::nullopt;
    auto there = mp4::whole(source, *last);
    if (!there || !*there) return std::nullopt;
    // What was not known to be on the medium when the last one was written may be torn, although it lies before.
    for (const mp4::TableEntry& entry : tables->entries) {
        if (entry.offset < last->evidence.durable_bytes || entry.offset == last_entry.offset) continue;
        auto fragment = mp4::read_fragment(source, entry.offset);
        if (!fragment) return std::nullopt;
        there = mp4::whole(source, *fragment);
        if (!there || !*there) return std::nullopt;
    }
    RecoveredFile result;
    FileRow row = new_row(header, disk_id, path);
    row.from_us = tables->entries.front().from_us;
    row.to_us = tables->entries.front().to_us;
    for (const mp4::TableEntry& entry : tables->entries) {
        if (entry.gap != mp4::GapReason::None && last_to_us != 0 && entry.from_us > last_to_us)
            result.gaps.push_back({row.camera, last_to_us, entry.from_us, std::string(reason_name(entry.gap))});
        last_to_us = entry.to_us;
        row.from_us = std::min(row.from_us, entry.from_us);
        row.to_us = std::max(row.to_us, entry.to_us);
        row.frames += entry.frames;
    }
    row.kept_us = row.from_us;
    row.fragments = tables->entries.size();
    row.bytes = source.size();
    row.last_sequence = last->evidence.sequence;
    row.last_hash = last->evidence.hash;
    result.row = std::move(row);
    result.tables = true;
    result.last_to_us = last_to_us;
    return result;
}

base::Result<RecoveredFile> recover_file(DiskIo& io, const std::filesystem::path& disk, const std::string& disk_id,
                                         const std::string& path, const std::optional<FileRow>& known,
                                         std::int64_t last_to_us) {
    RecoveredFile result;
    auto source = mp4::open_source(disk / path);
    if (!source && source.error().code == Code::NotFound) return result;
    if (!source) return std::unexpected(std::move(source.error()));
    auto header = mp4::read_file_header(**source);
    FileRow row = known ? *known : FileRow{};
    std::vector<mp4::StoredFragment> fragments;
    if (header && !known)
        if (auto closed = describe_closed(**source, *header, disk_id, path, last_to_us)) return std::move(*closed);
    if (header) {
        if (!known) row = new_row(*header, disk_id, path);
        TRY(mp4::walk(**source, row.bytes, [&](const mp4::StoredFragment& fragment) {
            fragments.push_back(fragment);
            return true;
        }));
    } else if (header.error().code != Code::Corrupt) {
        return std::unexpected(std::move(header.error()));
    } else if (TRY((*source)->read_up_to(0, 8)) != std::vector<std::uint8_t>(8, 0) && (*source)->size() > 0) {
        // Not zeros: the header is torn, or it is somebody else's file.
        auto start = TRY((*source)->read_up_to(4, 4));
        if (start != std::vector<std::uint8_t>{'f', 't', 'y', 'p'}) return std::unexpected(std::move(header.error()));
    }
    auto tables = mp4::read_closing_tables(**source);
    std::size_t count = TRY(whole_ones(**source, fragments));
    for (std::size_t i = 0; i < count; ++i) {
        const mp4::Evidence& evidence = fragments[i].evidence;
        if (evidence.gap != mp4::GapReason::None && last_to_us != 0 && evidence.from_us > last_to_us)
            result.gaps.push_back({row.camera, last_to_us, evidence.from_us, std::string(reason_name(evidence.gap))});
        last_to_us = evidence.to_us;
        add_fragment(row, fragments[i]);
    }
    result.last_to_us = last_to_us;
    if (row.fragments == 0) {
        source->reset();
        TRY(io.remove(disk / path));
        return result;
    }
    if (!known) row.kept_us = row.from_us;
    row.open = false;
    result.tables = tables && tables->offset == row.bytes;
    if (result.tables) {
        row.bytes = (*source)->size();
    } else if ((*source)->size() != row.bytes) {
        result.cut = TRY(written_behind(**source, row.bytes));
        auto file = TRY(io.reopen(disk / path));
        TRY(io.truncate(*file, row.bytes));
        DiskFile* dirty = file.get();
        TRY(io.flush(disk, {&dirty, 1}));
    }
    result.row = std::move(row);
    result.last_to_us = last_to_us;
    return result;
}

base::Status complete_file(DiskIo& io, const std::filesystem::path& path) {
    std::vector<mp4::TableEntry> entries;
    std::uint64_t end = 0;
    {
        auto source = TRY(mp4::open_source(path));
        auto header = TRY(mp4::read_file_header(*source));
        end = TRY(mp4::walk(*source, header.bytes, [&](const mp4::StoredFragment& fragment) {
            entries.push_back(mp4::table_entry(fragment));
            return true;
        }));
        // Not what recovery left: hands off.
        if (end != source->size() || entries.empty()) return {};
    }
    std::vector<std::uint8_t> tables = mp4::closing_tables(entries);
    mp4::AlignedBytes aligned = mp4::allocate_aligned(tables.size());
    std::copy(tables.begin(), tables.end(), aligned.get());
    auto file = TRY(io.reopen(path));
    return io.write(*file, end, {aligned.get(), tables.size()});
}

}  // namespace beffroi::archive
