// Several finished PDF files as one, for the printer: the pages are those of the files, in their order.
//
// The structure tree (tags) of the files is not carried over: hand out the files themselves to be read.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace beffroi::documents {

// The same files give the same bytes. Invalid when there is none, Corrupt when one is no PDF.
[[nodiscard]] base::Result<std::string> join_pdfs(std::span<const std::string> files, std::string_view title);

}  // namespace beffroi::documents
