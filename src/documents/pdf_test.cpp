#include "documents/pdf.hpp"

#include <thread>

#include <doctest/doctest.h>

#include "documents/test_support.hpp"

using namespace beffroi;             // NOLINT(google-build-using-namespace)
using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)
using test::contains;

namespace {

Doc annex(int rows) {
    Doc doc;
    doc.title = "Annexe : subventions proposées";
    doc.author = "Région Hauts-de-France";
    doc.date = base::make_date(2022, 11, 22);
    doc.landscape = true;
    doc.header = "Commission permanente du 22 novembre 2022";
    doc.footer = "Région Hauts-de-France";
    doc.blocks.emplace_back(Heading{1, "Annexe : subventions proposées"});
    Table table;
    table.caption = "Par département";
    table.columns = {{"Commune", 3}, {"INSEE", 1}, {"Subvention", 2, Align::Right}};
    table.rows.push_back({{"Pas-de-Calais (62)"}, RowKind::Group});
    for (int i = 0; i < rows; ++i)
        table.rows.push_back(
            {{"Lestrem " + std::to_string(i), "62502", base::format_euros({1708830}, base::Language::Fr)}});
    table.rows.push_back({{"Total", "", base::format_euros({1708830 * rows}, base::Language::Fr)}, RowKind::Total});
    doc.blocks.emplace_back(table);
    return doc;
}

Doc letter(const std::string& commune) {
    Doc doc;
    doc.title = "Notification";
    doc.author = "Région Hauts-de-France";
    doc.date = base::make_date(2022, 11, 25);
    doc.letter = LetterHead{{"Région Hauts-de-France", "Direction de la sécurité"},
                            {"Madame la Maire", "Mairie", "62136 " + commune},
                            "Lille, le 25 novembre 2022",
                            {{"Dossier", "HDF-2022-0042"}},
                            "Subvention accordée",
                            "Madame la Maire,"};
    doc.blocks.emplace_back(Paragraph{parse_spans("Son efficacité : **17 088,30 €**, _hors taxes_.")});
    doc.blocks.emplace_back(Signature{"", "Le président du conseil régional", "Prénom NOM"});
    return doc;
}

std::string pdf_text(const test::Folder& folder, const std::string& bytes, const std::string& options = "-layout") {
    return test::output_of("pdftotext " + options + " " + folder.file("t.pdf", bytes).string() + " -");
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t n = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++n;
    return n;
}

}  // namespace

TEST_CASE("an annex can be read by a person, a screen reader and a program") {
    const test::Folder folder;
    PdfWriter writer;
    const auto pdf = writer.write(annex(120));
    REQUIRE_MESSAGE(pdf.has_value(), test::why(pdf));
    const std::string file = folder.file("annex.pdf", *pdf).string();
    const std::string info = test::output_of("pdfinfo " + file);
    CHECK(contains(info, "Tagged:          yes"));
    CHECK(contains(info, "Annexe : subventions proposées"));
    CHECK(contains(info, "Author:          Région Hauts-de-France"));
    const std::string text = pdf_text(folder, *pdf);
    CHECK(contains(text, "Lestrem 119"));
    // pdftotext writes every kind of space as a plain one.
    CHECK(contains(text, "17 088,30 €"));
    CHECK(contains(text, "page 2/"));
    const std::size_t pages = count(text, "\f");
    CHECK(pages > 2);
    CHECK(count(text, "INSEE") == pages);
    CHECK(count(text, "Pas-de-Calais (62) (suite)") == pages - 1);
    // The header row is one row of the table, however many pages repeat it.
    const std::string structure = test::output_of("pdfinfo -struct " + file);
    CHECK(count(structure, "TH:") == 4);
    CHECK(count(structure, "TR\n") == 123);
    CHECK(contains(structure, "H1 (block)"));
    CHECK(count(structure, "/Scope /Column") == 3);
}

TEST_CASE("language and title are set, in both ways of finishing the file") {
    const test::Folder folder;
    PdfWriter writer;
    for (const bool compact : {true, false}) {
        const std::string pdf = *writer.write(letter("LESTREM"), {compact});
        const std::string text = pdf_text(folder, pdf);
        CHECK(contains(text, "Madame la Maire,"));
        CHECK(contains(text, "Son efficacité"));
        CHECK(contains(text, "17 088,30 €"));
        if (!compact) {
            CHECK(contains(pdf, "/Lang (fr-FR)"));
            CHECK(contains(pdf, "/DisplayDocTitle true"));
        }
        const std::string info = test::output_of("pdfinfo " + folder.file("l.pdf", pdf).string());
        CHECK(contains(info, "Pages:           1"));
        CHECK_FALSE(contains(info, "rror"));
    }
}

TEST_CASE("the same document gives the same bytes, whoever writes it") {
    PdfWriter one;
    PdfWriter other;
    CHECK(*one.write(annex(30)) == *one.write(annex(30)));
    CHECK(*one.write(annex(30)) == *other.write(annex(30)));
    std::vector<std::string> made(4);
    std::vector<std::thread> workers;
    for (std::string& result : made)
        workers.emplace_back([&result] {
            PdfWriter mine;
            result = *mine.write(letter("LENS"));
        });
    for (auto& worker : workers) worker.join();
    for (const std::string& result : made) CHECK(result == made[0]);
}

TEST_CASE("letters together start each on its own page with its own numbers") {
    const test::Folder folder;
    PdfWriter writer;
    std::vector<Doc> letters;
    for (const char* name : {"ARRAS", "LENS", "CALAIS"}) letters.push_back(letter(name));
    for (int i = 0; i < 85; ++i)
        letters[1].blocks.insert(letters[1].blocks.begin(), Paragraph{plain("Une ligne de plus.")});
    const std::string text = pdf_text(folder, *writer.write_together(letters));
    CHECK(contains(text, "62136 ARRAS"));
    CHECK(contains(text, "62136 CALAIS"));
    CHECK(count(text, "Une ligne de plus.") == 85);
    CHECK(contains(text, "page 1/3"));
    CHECK(contains(text, "page 3/3"));
    CHECK(count(text, "\f") == 5);
}

// Window of a DL envelope: the block must lie right of 100 mm and between 45 and 85 mm from the top of the sheet.
TEST_CASE("the addressee stands in the window of the envelope") {
    const test::Folder folder;
    PdfWriter writer;
    const std::string pdf = *writer.write(letter("LESTREM"));
    const std::string file = folder.file("w.pdf", pdf).string();
    const std::string window = test::output_of("pdftotext -r 25.4 -x 105 -y 45 -W 90 -H 40 " + file + " -");
    CHECK(contains(window, "Madame la Maire"));
    CHECK(contains(window, "62136 LESTREM"));
    CHECK_FALSE(contains(window, "Dossier"));
    CHECK_FALSE(contains(window, "Lille"));
}

TEST_CASE("strange documents are written too") {
    PdfWriter writer;
    Doc doc;
    doc.title = "Étrange \"(titre)\" \\ <é>";
    doc.draft = true;
    doc.blocks.emplace_back(Table{});
    doc.blocks.emplace_back(KeyValues{});
    doc.blocks.emplace_back(BulletList{});
    doc.blocks.emplace_back(Paragraph{plain("\xFF\xFE invalid")});
    doc.blocks.emplace_back(Paragraph{});
    Table tall;
    tall.columns = {{"a"}, {"b"}};
    tall.rows.push_back({{"seul"}, RowKind::Group});
    tall.rows.push_back({{std::string(20'000, 'x'), "trop", "de", "cellules"}, RowKind::Body});
    tall.rows.push_back({{}, RowKind::Group});
    doc.blocks.emplace_back(tall);
    doc.blocks.emplace_back(PageBreak{});
    doc.blocks.emplace_back(Paragraph{plain(std::string(3000, ' ') + std::string(9000, 'y'))});
    CHECK(writer.write(doc).has_value());
    CHECK(writer.write(Doc{}).has_value());
    CHECK_FALSE(writer.write_together({}).has_value());
}

TEST_CASE("bold and italic") {
    CHECK(parse_spans("a **b** _c_ d") == Spans{{"a "}, {"b", true}, {" "}, {"c", false, true}, {" d"}});
    CHECK(parse_spans("snake_case_name 2 * 3 ** 4") == Spans{{"snake_case_name 2 * 3 ** 4"}});
    CHECK(parse_spans("\\*\\*a\\_") == Spans{{"**a_"}});
    CHECK(parse_spans("").empty());
}
