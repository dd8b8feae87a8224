// Inside this folder only: what Cairo 1.16 cannot write is added to its output: language, title in the window, scope of
// header cells.
#pragma once

#include <span>
#include <string>

#include "base/result.hpp"
#include "documents/pdf_flow.hpp"

namespace beffroi::documents::detail {

// `compact` rewrites the file with object streams. Otherwise, and when no header cell needs anything, an update of the
// catalogue is appended (ISO 32000-1 §7.5.6), which costs nothing.
[[nodiscard]] base::Result<std::string> finish_pdf(std::string bytes, base::Language language,
                                                   std::span<const HeaderCell> headers, bool compact);

}  // namespace beffroi::documents::detail
