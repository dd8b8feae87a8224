// A picture of a stored file for the page, made in a separate process with little memory, little time and no network.
//
// PDF and images only; an office file has no preview (it is downloaded). What comes out is a PNG or a JPEG that our own
// process chain encoded again, never the bytes that were sent.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "documents/inspect.hpp"

namespace beffroi::documents {

struct PreviewOptions {
    std::uint32_t page = 1;         // counted from 1
    std::uint32_t max_side = 1200;  // pixels of the longer side
    std::chrono::milliseconds timeout{10'000};
    std::uint64_t max_memory = 512ULL << 20U;  // address space of the process, bytes
    std::uint64_t max_output = 16ULL << 20U;   // bytes of the picture
};

// PNG bytes. Invalid when the file has no preview or cannot be drawn, Unavailable when the tool is missing or took too
// long. Blocks; safe from any thread.
[[nodiscard]] base::Result<std::string> preview(const std::filesystem::path& file, FileType type,
                                                const PreviewOptions& options = {});

}  // namespace beffroi::documents
