#include "documents/inspect.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <optional>

#include <magic.h>
#include <sys/mman.h>

#include "base/text.hpp"
#include "documents/files.hpp"
#include "documents/image_check.hpp"
#include "documents/office_check.hpp"
#include "documents/sandbox.hpp"

namespace beffroi::documents {

using base::Code;

namespace {

struct Kind {
    FileType type;
    std::string_view mime;
    std::array<std::string_view, 2> extensions;  // the usual one first
};

constexpr std::array<Kind, 8> kKinds{{
    {FileType::Pdf, "application/pdf", {"pdf", "pdf"}},
    {FileType::Odt, "application/vnd.oasis.opendocument.text", {"odt", "odt"}},
    {FileType::Ods, "application/vnd.oasis.opendocument.spreadsheet", {"ods", "ods"}},
    {FileType::Docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", {"docx", "docx"}},
    {FileType::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", {"xlsx", "xlsx"}},
    {FileType::Jpeg, "image/jpeg", {"jpg", "jpeg"}},
    {FileType::Png, "image/png", {"png", "png"}},
    {FileType::Tiff, "image/tiff", {"tiff", "tif"}},
}};

const Kind& kind_of(FileType type) {
    return *std::ranges::find(kKinds, type, &Kind::type);
}

std::string extension_of(std::string_view name) {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos) return {};
    std::string extension(name.substr(dot + 1));
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return extension;
}

// What is shown of a name that somebody sent.
std::string shown_name(std::string_view name) {
    if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
    std::string out;
    if (base::valid_utf8(name)) {
        for (const char c : name)
            if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F &&
                std::string_view("\"<>|*?:").find(c) == std::string_view::npos)
                out += c;
    } else {
        for (const char c : name)
            out += static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F ? c : '_';
    }
    return std::string(base::trim(out));
}

std::string cut(std::string text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
    text.resize(bytes);
    return text;
}

// An archive hung behind another file: readers of ZIP look from the end. The record must end exactly with the file, so
// chance is no matter.
bool ends_as_zip(std::string_view bytes) {
    const std::size_t from = bytes.size() > 65'557 ? bytes.size() - 65'557 : 0;
    for (auto at = bytes.find("PK\x05\x06", from); at != std::string_view::npos;
         at = bytes.find("PK\x05\x06", at + 1)) {
        if (bytes.size() - at < 22) return false;
        const std::size_t comment = static_cast<unsigned char>(bytes[at + 20]) |
                                    (static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + 21])) << 8U);
        if (at + 22 + comment == bytes.size()) return true;
    }
    return false;
}

// The bytes as a file that another process can read, without a name on any disk.
base::Result<detail::Fd> memory_file(std::string_view bytes) {
    detail::Fd fd(::memfd_create("inspected", MFD_CLOEXEC));
    if (!fd) return base::fail(Code::Unavailable, "memfd_create");
    TRY(detail::write_all(fd.get(), bytes, "memory"));
    return fd;
}

class Inspection {
  public:
    Inspection(std::string_view bytes, std::string_view name, const InspectLimits& limits)
        : bytes_(bytes), name_(cut(shown_name(name), 120)), limits_(limits) {}

    [[nodiscard]] std::unexpected<base::Error> refuse(
        std::string_view key, std::string_view detail, Code code = Code::Invalid,
        std::vector<std::pair<std::string, std::string>> more = {}) const {
        more.emplace_back("name", name_);
        return base::fail(code, "upload refused: " + std::string(detail), {std::string(key), std::move(more)});
    }

    // `found`: what libmagic calls it.
    base::Result<Inspected> run(std::string_view found) const {
        const auto wrong_type = [&](std::string_view what) {
            return refuse("documents.file.type", what, Code::Invalid, {{"found", std::string(what)}});
        };
        if (bytes_.starts_with("%PDF-")) return pdf();
        if (bytes_.starts_with("PK\x03\x04")) return office();
        if (bytes_.starts_with("\x89PNG\r\n\x1a\n")) return image(FileType::Png, detail::check_png(bytes_));
        if (bytes_.starts_with("\xFF\xD8\xFF")) return image(FileType::Jpeg, detail::check_jpeg(bytes_));
        if (bytes_.starts_with(std::string_view("II*\0", 4)) || bytes_.starts_with(std::string_view("MM\0*", 4)))
            return image(FileType::Tiff, detail::check_tiff(bytes_));
        // Old Office files, encrypted new ones too, are OLE containers.
        if (found == "application/encrypted" ||
            (found == "application/CDFV2" &&
             bytes_.find(std::string_view("E\0n\0c\0r\0y\0p\0t\0e\0d", 17)) != std::string_view::npos))
            return refuse("documents.file.encrypted", "encrypted office file");
        return wrong_type(found.empty() ? "application/octet-stream" : found);
    }

  private:
    base::Result<Inspected> pdf() const {
        constexpr std::size_t kTail = 2048;
        const auto end = bytes_.rfind("%%EOF");
        if (end == std::string_view::npos || bytes_.size() - end > kTail)
            return refuse("documents.file.damaged", "PDF without an end");
        if (ends_as_zip(bytes_)) return refuse("documents.file.polyglot", "PDF and ZIP at once");
        const detail::Fd file = TRY(memory_file(bytes_));
        // Another process reads it: a PDF can hold a bomb as well as an office file.
        const auto outcome = TRY(detail::run_limited("/usr/bin/pdfinfo", {"-"}, file.get(), {}));
        if (!outcome.started) return base::fail(Code::Unavailable, "pdfinfo (poppler-utils) is not installed");
        if (outcome.errors.find("Incorrect password") != std::string::npos)
            return refuse("documents.file.encrypted", "PDF with a password");
        const auto at = outcome.output.find("Pages:");
        std::uint32_t pages = 0;
        if (at != std::string::npos) {
            const std::string_view number = base::trim(std::string_view(outcome.output).substr(at + 6, 30));
            std::from_chars(number.data(), number.data() + number.size(), pages);
        }
        if (outcome.status != 0 || pages == 0) return refuse("documents.file.damaged", "PDF that does not open");
        if (pages > limits_.max_pages)
            return refuse("documents.file.too_many_pages", "PDF of " + std::to_string(pages) + " pages", Code::TooLarge,
                          {{"limit", std::to_string(limits_.max_pages)}});
        return Inspected{.type = FileType::Pdf, .pages = pages};
    }

    base::Result<Inspected> office() const {
        const detail::OfficeVerdict verdict = detail::check_office(bytes_, limits_);
        if (verdict.type) return Inspected{.type = *verdict.type};
        switch (verdict.fault) {
            case detail::OfficeFault::Damaged:
                return refuse("documents.file.damaged", verdict.detail);
            case detail::OfficeFault::Encrypted:
                return refuse("documents.file.encrypted", verdict.detail);
            case detail::OfficeFault::Macros:
                return refuse("documents.file.macros", verdict.detail);
            case detail::OfficeFault::Bomb:
                return refuse("documents.file.bomb", verdict.detail, Code::TooLarge);
            case detail::OfficeFault::Other:
                break;
        }
        return refuse("documents.file.type", verdict.detail, Code::Invalid, {{"found", verdict.detail}});
    }

    base::Result<Inspected> image(FileType type, std::optional<detail::ImageSize> size) const {
        if (!size) return refuse("documents.file.damaged", "image cut off or damaged");
        if (ends_as_zip(bytes_)) return refuse("documents.file.polyglot", "image and ZIP at once");
        if (std::uint64_t{size->width} * size->height > limits_.max_pixels)
            return refuse("documents.file.too_many_pixels", "too many pixels", Code::TooLarge,
                          {{"limit", std::to_string(limits_.max_pixels / 1'000'000)}});
        return Inspected{.type = type, .width = size->width, .height = size->height};
    }

    std::string_view bytes_;
    std::string name_;
    const InspectLimits& limits_;
};

struct CloseMagic {
    void operator()(magic_t cookie) const { magic_close(cookie); }
};

}  // namespace

struct Inspector::State {
    InspectLimits limits;
    std::mutex mutex;  // of the cookie
    std::unique_ptr<magic_set, CloseMagic> cookie;

    std::string found(std::string_view bytes) {
        const std::lock_guard lock(mutex);
        if (!cookie) return {};
        const char* mime = magic_buffer(cookie.get(), bytes.data(), std::min<std::size_t>(bytes.size(), 65536));
        return mime == nullptr ? std::string() : std::string(mime);
    }
};

Inspector::Inspector(InspectLimits limits) : state_(std::make_unique<State>()) {
    state_->limits = limits;
    state_->cookie.reset(magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR));
    if (state_->cookie && magic_load(state_->cookie.get(), nullptr) != 0) state_->cookie.reset();
}
Inspector::Inspector(Inspector&&) noexcept = default;
Inspector& Inspector::operator=(Inspector&&) noexcept = default;
Inspector::~Inspector() = default;

const InspectLimits& Inspector::limits() const {
    return state_->limits;
}

base::Result<Inspected> Inspector::inspect(std::string_view bytes, std::string_view file_name) const {
    const Inspection inspection(bytes, file_name, state_->limits);
    if (bytes.empty()) return inspection.refuse("documents.file.empty", "empty");
    if (bytes.size() > state_->limits.max_bytes)
        return inspection.refuse("documents.file.too_large", "too large", Code::TooLarge,
                                 {{"limit", std::to_string(state_->limits.max_bytes >> 20U)}});
    Inspected inspected = TRY(inspection.run(state_->found(bytes)));
    const std::string extension = extension_of(file_name);
    inspected.name_agrees =
        std::ranges::find(kind_of(inspected.type).extensions, extension) != kind_of(inspected.type).extensions.end();
    return inspected;
}

base::Result<Inspected> Inspector::inspect_file(const std::filesystem::path& file, std::string_view file_name) const {
    auto bytes = detail::read_file(file, state_->limits.max_bytes);
    if (!bytes && bytes.error().code == Code::TooLarge)
        return Inspection({}, file_name, state_->limits)
            .refuse("documents.file.too_large", "too large", Code::TooLarge,
                    {{"limit", std::to_string(state_->limits.max_bytes >> 20U)}});
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    return inspect(*bytes, file_name);
}

std::string_view mime_type(FileType type) {
    return kind_of(type).mime;
}
std::string_view usual_extension(FileType type) {
    return kind_of(type).extensions[0];
}

std::string safe_file_name(std::string_view file_name, FileType type) {
    std::string name = shown_name(file_name);
    const std::string extension = extension_of(name);
    const Kind& kind = kind_of(type);
    const bool agrees = std::ranges::find(kind.extensions, extension) != kind.extensions.end();
    const std::string kept = agrees ? extension : std::string(kind.extensions[0]);
    if (agrees) name.resize(name.size() - extension.size() - 1);
    while (name.starts_with('.')) name.erase(0, 1);
    name = std::string(base::trim(cut(std::move(name), 119 - kept.size())));
    if (name.empty()) name = "document";
    return name + "." + kept;
}

}  // namespace beffroi::documents
