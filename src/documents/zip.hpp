// Inside this folder only: office packages written by libzip, the same input giving the same bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace beffroi::documents::detail {

struct ZipEntry {
    std::string name;
    std::string bytes;
    bool stored = false;  // not compressed: the "mimetype" of OpenDocument, which must come first
};

[[nodiscard]] base::Result<std::string> write_zip(const std::vector<ZipEntry>& entries);

// Text and attribute values of XML 1.0; what XML cannot hold becomes U+FFFD.
void append_xml(std::string& out, std::string_view text);
[[nodiscard]] std::string xml(std::string_view text);

// With META-INF/manifest.xml and mimetype, the same for ODT and ODS.
[[nodiscard]] base::Result<std::string> write_open_document(std::string_view mime, std::string content,
                                                            std::string styles, std::string meta,
                                                            std::string settings = {});
[[nodiscard]] std::string open_document_meta(std::string_view title, std::string_view subject, std::string_view author,
                                             std::string_view iso_date, std::string_view language);

}  // namespace beffroi::documents::detail
