// What an uploaded file really is, by its content, and whether we take it.
//
// Uploads are hostile. Taken: PDF, ODT, ODS, DOCX, XLSX, JPEG, PNG, TIFF. Refused with a sentence for the person: any
// other type, macros, encrypted, empty or cut-off files, archives that would unpack to more than the limits, files that
// are two things at once.
//
// Errors: Invalid (the file), TooLarge (a limit of InspectLimits, which the page announces beforehand), Unavailable
// (cannot be read).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace beffroi::documents {

enum class FileType { Pdf, Odt, Ods, Docx, Xlsx, Jpeg, Png, Tiff };

[[nodiscard]] std::string_view mime_type(FileType type);        // "application/pdf"
[[nodiscard]] std::string_view usual_extension(FileType type);  // "pdf", without the dot

struct InspectLimits {
    std::uint64_t max_bytes = 20ULL << 20U;
    std::uint64_t max_unpacked_bytes = 200ULL << 20U;  // all entries of an office file together
    std::uint32_t max_entries = 2000;                  // entries of an office file
    std::uint32_t max_pixels = 100'000'000;            // of an image
    std::uint32_t max_pages = 2000;                    // of a PDF
};

struct Inspected {
    FileType type = FileType::Pdf;
    bool name_agrees = true;  // the extension of the name is one of that type: when not, tell the person what was found
    std::uint32_t pages = 0;  // PDF only
    std::uint32_t width = 0;  // images only, pixels
    std::uint32_t height = 0;
};

// Safe from any thread. Building one loads libmagic's table (a few milliseconds): keep it.
class Inspector {
  public:
    explicit Inspector(InspectLimits limits = {});
    Inspector(Inspector&&) noexcept;
    Inspector& operator=(Inspector&&) noexcept;
    ~Inspector();

    // `file_name` as the browser sent it: used for its extension and in sentences only.
    [[nodiscard]] base::Result<Inspected> inspect(std::string_view bytes, std::string_view file_name) const;
    [[nodiscard]] base::Result<Inspected> inspect_file(const std::filesystem::path& file,
                                                       std::string_view file_name) const;
    [[nodiscard]] const InspectLimits& limits() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// A name that can be shown, stored and put in a header: last component only, no control character, at most 120 bytes of
// valid UTF-8, the extension replaced by the usual one when it does not agree.
[[nodiscard]] std::string safe_file_name(std::string_view file_name, FileType type);

}  // namespace beffroi::documents
