// multipart/form-data (RFC 7578) read as it arrives: text fields in memory, files on disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/fields.hpp"

namespace beffroi::http {

// What a route takes; the page announces the same numbers before the upload.
struct UploadLimits {
    std::size_t files = 10;
    std::uint64_t file_bytes = 20U << 20U;    // each
    std::uint64_t total_bytes = 100U << 20U;  // the whole body
    FieldLimits fields{.count = 1000, .name_bytes = 256, .value_bytes = std::size_t{1} << 20U};
};

// One uploaded file, on disk. Everything said about it comes from outside: the name is only for display, the type only
// a hint. Deleted with the request unless taken.
struct UploadedFile {
    std::string field;
    std::string filename;      // last part only, valid UTF-8, no control characters; empty when none was chosen
    std::string content_type;  // as the browser says
    std::filesystem::path path;
    std::uint64_t size = 0;

    UploadedFile() = default;
    UploadedFile(UploadedFile&& other) noexcept;
    UploadedFile& operator=(UploadedFile&& other) noexcept;
    UploadedFile(const UploadedFile&) = delete;
    UploadedFile& operator=(const UploadedFile&) = delete;
    ~UploadedFile();
};

struct Multipart {
    Fields fields;
    std::vector<UploadedFile> files;  // in order; a file box left empty is not among them

    // The first file of that box, or none.
    [[nodiscard]] const UploadedFile* file(std::string_view field) const;
};

// The boundary of a Content-Type value; empty when it is not multipart/form-data with a valid one.
[[nodiscard]] std::string multipart_boundary(std::string_view content_type);

// Incremental reader. One thread at a time.
class MultipartReader {
  public:
    // Files go to `folder`, which must exist, under names of our own, mode 0600.
    MultipartReader(std::string boundary, UploadLimits limits, std::filesystem::path folder);
    ~MultipartReader();
    MultipartReader(const MultipartReader&) = delete;
    MultipartReader& operator=(const MultipartReader&) = delete;

    // Errors: Invalid (broken structure, text that is not UTF-8), TooLarge (a limit), Unavailable (disk). After one,
    // only destroy.
    [[nodiscard]] base::Status write(std::string_view bytes);
    // The end of the body. Invalid when the closing boundary has not come.
    [[nodiscard]] base::Result<Multipart> finish();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace beffroi::http
