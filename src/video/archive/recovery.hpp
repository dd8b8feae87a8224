// What a crash or a power cut left of a file: cut to its last whole fragment, and described for the index.
//
// Only fragments that were not known to be on the medium are read whole (each says how much of the file was, when it
// was written), so the time does not depend on the size of the archive.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "media/mp4/stored.hpp"
#include "video/archive/disk_io.hpp"
#include "video/archive/index.hpp"

namespace beffroi::archive {

struct RecoveredFile {
    std::optional<FileRow> row;   // none: nothing whole was in it, and it is gone
    std::vector<GapRow> gaps;     // that its fragments ended, from the checkpoint on
    std::uint64_t cut = 0;        // bytes that were cut off, unused preallocated ones left out
    bool tables = false;          // it has its closing tables
    std::int64_t last_to_us = 0;  // end of the camera's last fragment, this file included
};

// `known` is the row of the index, as it was at its last checkpoint: what lies before is taken as read. `last_to_us`:
// end of the camera's fragment before, 0 if there is none. The file must not be open for writing.
// Errors: of the disk; Corrupt: the file is not one of ours (it is left as it is).
[[nodiscard]] base::Result<RecoveredFile> recover_file(DiskIo& io, const std::filesystem::path& disk,
                                                       const std::string& disk_id, const std::string& path,
                                                       const std::optional<FileRow>& known, std::int64_t last_to_us);

// The same of a closed file, from its tables and its last fragment. None: it has no tables that hold.
[[nodiscard]] std::optional<RecoveredFile> describe_closed(mp4::ByteSource& source, const mp4::FileHeader& header,
                                                           const std::string& disk_id, const std::string& path,
                                                           std::int64_t last_to_us);

// Writes the closing tables of a recovered file, so that players and we find our way in it quickly.
[[nodiscard]] base::Status complete_file(DiskIo& io, const std::filesystem::path& path);

// Counts a fragment into the row of its file.
void add_fragment(FileRow& row, const mp4::StoredFragment& fragment);

}  // namespace beffroi::archive
