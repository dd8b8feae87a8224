// All editions of the folder schemes/. A faulty file does not hide the others.
#pragma once

#include "aides/scheme/cases.hpp"
#include "aides/scheme/edition.hpp"

namespace beffroi::scheme {

struct LibraryEntry {
    std::filesystem::path file;
    EditionPtr edition;  // none when faulty
    std::vector<Fault> faults;
    Cases cases;  // empty when there is no file of cases
};

// Unchanging once loaded, safe to read from any thread; load another one to take changes.
class SchemeLibrary {
  public:
    [[nodiscard]] static base::Result<SchemeLibrary> load(const std::filesystem::path& folder);

    // "hdf-videoprotection/2022"; the error says which ones exist, and the closest.
    [[nodiscard]] base::Result<EditionPtr> find(std::string_view id) const;
    [[nodiscard]] const LibraryEntry* entry(std::string_view id) const;
    [[nodiscard]] const std::vector<LibraryEntry>& entries() const { return entries_; }  // by scheme, then edition
    [[nodiscard]] std::vector<EditionPtr> editions_of(std::string_view scheme) const;
    [[nodiscard]] base::Status publishable(std::string_view id) const;

  private:
    std::vector<LibraryEntry> entries_;
};

}  // namespace beffroi::scheme
