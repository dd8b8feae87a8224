// Files of grants: SCDL subventions, the regulatory file, a rich CSV and a rich JSON. docs/formats/opendata.md gives
// the columns.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aides/publish/published.hpp"

namespace beffroi::aides::publish {

enum class GrantFormat {
    ScdlSubventions,  // SCDL subventions 2.1.1: 16 columns, periods written a/b
    Regulatory,       // arrêté of 17 November 2017, etalab/format-subventions 1.1.1: 14 columns, periods written a_b
    RichCsv,   // on the 360Giving pattern: asked, eligible, awarded, INSEE code, sitting, rule version, provenance
    RichJson,  // the same, nested; the exact text of each value, never neutralised
};

// Something that a closed file should hold and that is not known. The cell stays empty; the row stays in the file.
struct Gap {
    std::string grant_id;
    std::string beneficiary;
    std::string column;
    std::string key;  // message catalogue, without placeholders
    auto operator<=>(const Gap&) const = default;
};

// Appends to `out`, which the caller may empty (send, write) between two calls. One thread at a time.
//
// Text cells that a spreadsheet would run as a formula get an apostrophe in front, in all CSV files: the object is
// typed by applicants and the files are opened by double click. Identifiers, dates and amounts are never touched.
class GrantFile {
  public:
    GrantFile(std::string& out, GrantFormat format);
    GrantFile(const GrantFile&) = delete;
    GrantFile& operator=(const GrantFile&) = delete;
    ~GrantFile();

    void add(const PublishedGrant& grant);
    // Writes what closes the file. Nothing may be added after it.
    void finish();
    [[nodiscard]] const std::vector<Gap>& gaps() const;
    [[nodiscard]] std::size_t rows() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

[[nodiscard]] std::string write_grants(GrantFormat format, std::span<const PublishedGrant> grants);

[[nodiscard]] std::span<const std::string_view> columns(GrantFormat format);  // empty for RichJson
[[nodiscard]] std::string_view media_type(GrantFormat format);

// "subventions-hdf-videoprotection-2022-scdl.csv", with "-simulation" before the extension as soon as one row is not
// Actual.
[[nodiscard]] std::string file_name(GrantFormat format, std::string_view scheme, std::string_view edition,
                                    std::span<const PublishedGrant> grants);

}  // namespace beffroi::aides::publish
