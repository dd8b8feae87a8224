// Letters to be printed together are one file with all their pages, the same each time.
#include "documents/pdf_join.hpp"

#include <doctest/doctest.h>

#include "documents/pdf.hpp"

namespace beffroi::documents {

namespace {

std::string letter(const std::string& text) {
    Doc doc;
    doc.title = text;
    doc.blocks.emplace_back(Paragraph{.spans = plain(text)});
    return base::value_or_throw(PdfWriter().write(doc));
}

}  // namespace

TEST_CASE("two letters become one file, and the same file again") {
    const std::string files[] = {letter("Première"), letter("Deuxième")};
    auto joined = join_pdfs(files, "Lettres — séance");
    REQUIRE(joined.has_value());
    CHECK(joined->starts_with("%PDF-"));
    CHECK(*joined == *join_pdfs(files, "Lettres — séance"));
    const std::string thrice[] = {*joined, files[0]};
    CHECK(join_pdfs(thrice, "Trois").has_value());
}

TEST_CASE("what is no PDF, or nothing at all, is refused") {
    const std::string files[] = {"pas un PDF"};
    CHECK(join_pdfs(files, "x").error().code == base::Code::Corrupt);
    CHECK(join_pdfs({}, "x").error().code == base::Code::Invalid);
}

}  // namespace beffroi::documents
