#include "documents/office_check.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include <zip.h>

namespace beffroi::documents::detail {

namespace {

struct Discard {
    void operator()(zip_t* archive) const { zip_discard(archive); }
};

OfficeVerdict fault(OfficeFault what, std::string detail) {
    return {std::nullopt, what, std::move(detail)};
}

struct Known {
    std::string_view mime;
    FileType type;
};
constexpr std::array<Known, 2> kOpenDocument{Known{"application/vnd.oasis.opendocument.text", FileType::Odt},
                                             Known{"application/vnd.oasis.opendocument.spreadsheet", FileType::Ods}};
constexpr std::array<Known, 2> kOpenXml{
    Known{"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", FileType::Docx},
    Known{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", FileType::Xlsx}};

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool bad_name(std::string_view name) {
    return name.empty() || name.front() == '/' || name.find('\\') != std::string_view::npos || name == ".." ||
           name.starts_with("../") || name.find("/../") != std::string_view::npos || name.ends_with("/..") ||
           name.find(':') != std::string_view::npos;
}

bool macro_name(std::string_view name) {
    return name.starts_with("basic/") || name.starts_with("scripts/") ||
           name.find("vbaproject") != std::string_view::npos || name.find("vbadata") != std::string_view::npos ||
           name.find("macrosheets/") != std::string_view::npos;
}

class Check {
  public:
    Check(zip_t* archive, const InspectLimits& limits) : archive_(archive), limits_(limits) {}

    OfficeVerdict run(std::string_view zip) {
        const zip_int64_t count = zip_get_num_entries(archive_, 0);
        if (count <= 0) return fault(OfficeFault::Damaged, "no entries");
        if (static_cast<std::uint64_t>(count) > limits_.max_entries)
            return fault(OfficeFault::Bomb, "too many entries");
        std::uint64_t declared = 0;
        std::set<std::string> names;
        for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
            zip_stat_t status;
            zip_stat_init(&status);
            if (zip_stat_index(archive_, i, 0, &status) != 0 || status.name == nullptr)
                return fault(OfficeFault::Damaged, "unreadable entry");
            const std::string name = lower(status.name);
            if (bad_name(name) || !names.insert(name).second) return fault(OfficeFault::Damaged, "entry name");
            if (status.encryption_method != ZIP_EM_NONE) return fault(OfficeFault::Encrypted, "encrypted entry");
            if (macro_name(name)) return fault(OfficeFault::Macros, name);
            if (status.size > limits_.max_unpacked_bytes - declared) return fault(OfficeFault::Bomb, "declared sizes");
            declared += status.size;
        }
        for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i)
            if (auto wrong = unpack(i)) return *wrong;
        return type_of(zip);
    }

  private:
    std::optional<OfficeVerdict> unpack(zip_uint64_t index) {
        const std::string name = lower(zip_get_name(archive_, index, 0));
        std::string* keep = name == "mimetype"                ? &mimetype_
                            : name == "[content_types].xml"   ? &content_types_
                            : name == "meta-inf/manifest.xml" ? &manifest_
                                                              : nullptr;
        constexpr std::size_t kKeep = 1U << 20U;
        const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(archive_, index, 0), &zip_fclose);
        if (!file) return fault(OfficeFault::Damaged, name);
        std::array<char, 65536> buffer{};
        for (;;) {
            const zip_int64_t n = zip_fread(file.get(), buffer.data(), buffer.size());
            if (n < 0) return fault(OfficeFault::Damaged, name + ": does not unpack");
            if (n == 0) return std::nullopt;
            unpacked_ += static_cast<std::uint64_t>(n);
            if (unpacked_ > limits_.max_unpacked_bytes) return fault(OfficeFault::Bomb, "unpacked size");
            if (keep != nullptr && keep->size() < kKeep) keep->append(buffer.data(), static_cast<std::size_t>(n));
        }
    }

    OfficeVerdict type_of(std::string_view zip) const {
        if (!mimetype_.empty()) {
            if (manifest_.find("encryption-data") != std::string::npos)
                return fault(OfficeFault::Encrypted, "encrypted OpenDocument");
            // OpenDocument 1.3 part 2, 3.3: first entry, stored, so that it can be read at a fixed place.
            const bool in_place = zip.substr(30, 8) == "mimetype" && zip.substr(38, mimetype_.size()) == mimetype_;
            for (const Known& known : kOpenDocument)
                if (mimetype_ == known.mime && in_place) return {known.type, OfficeFault::Other, {}};
            return fault(OfficeFault::Other, mimetype_.substr(0, 80));
        }
        if (content_types_.empty()) return fault(OfficeFault::Other, "application/zip");
        if (lower(content_types_).find("macroenabled") != std::string::npos)
            return fault(OfficeFault::Macros, "macro-enabled type");
        for (const Known& known : kOpenXml)
            if (content_types_.find(known.mime) != std::string::npos) return {known.type, OfficeFault::Other, {}};
        return fault(OfficeFault::Other, "an office file of another kind");
    }

    zip_t* archive_;
    const InspectLimits& limits_;
    std::uint64_t unpacked_ = 0;
    std::string mimetype_, content_types_, manifest_;
};

}  // namespace

OfficeVerdict check_office(std::string_view zip, const InspectLimits& limits) {
    zip_error_t error{};
    zip_source_t* source = zip_source_buffer_create(zip.data(), zip.size(), 0, &error);
    if (source == nullptr) return fault(OfficeFault::Damaged, "no source");
    const std::unique_ptr<zip_t, Discard> archive(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
    if (!archive) {
        zip_source_free(source);
        return fault(OfficeFault::Damaged, "not a sound ZIP");
    }
    return Check(archive.get(), limits).run(zip);
}

}  // namespace beffroi::documents::detail
