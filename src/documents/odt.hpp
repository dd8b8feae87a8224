// Doc → ODT that people can edit (LibreOffice, Word): real styles, real headings, real tables with header rows.
#pragma once

#include <string>

#include "base/result.hpp"
#include "documents/doc.hpp"

namespace beffroi::documents {

// The same Doc gives the same bytes. Safe from any thread.
[[nodiscard]] base::Result<std::string> write_odt(const Doc& doc);

}  // namespace beffroi::documents
