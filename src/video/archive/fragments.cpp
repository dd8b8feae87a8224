#include "video/archive/fragments.hpp"

namespace beffroi::archive {

std::vector<FragmentInfo> fragments_of(std::span<const mp4::TableEntry> entries) {
    std::vector<FragmentInfo> out;
    out.reserve(entries.size());
    for (const mp4::TableEntry& entry : entries)
        out.push_back(
            {entry.offset, entry.bytes, entry.from_us, entry.to_us, entry.decode_time, entry.frames, entry.key});
    return out;
}

base::Result<std::vector<FragmentInfo>> stored_fragments(const std::filesystem::path& path) {
    auto source = TRY(mp4::open_source(path));
    if (auto tables = mp4::read_closing_tables(*source)) return fragments_of(tables->entries);
    // Being written, or cut off by a crash: its tables are not there yet.
    auto header = TRY(mp4::read_file_header(*source));
    std::vector<mp4::TableEntry> entries;
    TRY(mp4::walk(*source, header.bytes, [&](const mp4::StoredFragment& fragment) {
        entries.push_back(mp4::table_entry(fragment));
        return true;
    }));
    return fragments_of(entries);
}

}  // namespace beffroi::archive
