#include <doctest/doctest.h>
#include <pugixml.hpp>

#include "documents/inspect.hpp"
#include "documents/odt.hpp"
#include "documents/sheet.hpp"
#include "documents/test_support.hpp"

using namespace beffroi;             // NOLINT(google-build-using-namespace)
using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)
using test::contains;

namespace {

std::string part(const test::Folder& folder, const std::string& package, const std::string& name) {
    return test::output_of("unzip -p " + folder.file("p.zip", package).string() + " " + name);
}

bool well_formed(const std::string& xml) {
    pugi::xml_document document;
    return static_cast<bool>(document.load_buffer(xml.data(), xml.size()));
}

Sheet sample() {
    Sheet sheet;
    sheet.name = "Annexe [1]";
    sheet.title = "Subventions & <aides>";
    sheet.columns = {{"Commune", 5}, {"Habitants"}, {"Montant"}, {"Taux"}, {"Date"}};
    sheet.summed_columns = {2};
    const auto body = [](std::string name, std::int64_t cents) {
        return SheetRow{{Cell{std::move(name)}, Cell{std::int64_t{19877}}, Cell{base::Cents{cents}},
                         Cell{base::Rate{3333}}, Cell{base::make_date(2022, 11, 22)}}};
    };
    sheet.rows.push_back({{Cell{std::string("Nord")}}, SheetRowKind::Group});
    sheet.rows.push_back(body("=HYPERLINK(\"http://x\")", 1708830));
    sheet.rows.push_back(body("Denain", 5));
    sheet.rows.push_back(
        {{Cell{std::string("Sous-total")}, Cell{}, Cell{base::Cents{1708835}}}, SheetRowKind::Subtotal});
    sheet.rows.push_back({{Cell{std::string("Total")}, Cell{}, Cell{base::Cents{1708835}}}, SheetRowKind::Total});
    return sheet;
}

}  // namespace

TEST_CASE("a spreadsheet holds typed values, exact money and French formats") {
    const test::Folder folder;
    const std::string ods =
        *write_ods({sample(), sample()}, base::Language::Fr, "Annexe", base::make_date(2022, 11, 22));
    CHECK(ods.substr(30, 8) == "mimetype");
    CHECK(Inspector().inspect(ods, "annexe.ods")->type == FileType::Ods);
    for (const char* name : {"content.xml", "styles.xml", "meta.xml", "settings.xml", "META-INF/manifest.xml"})
        CHECK(well_formed(part(folder, ods, name)));
    const std::string content = part(folder, ods, "content.xml");
    CHECK(
        contains(content, R"(office:value-type="currency" office:currency="EUR" office:value="17088.30"><text:p>17)"));
    CHECK(contains(content, "17\u202F088,30\u00A0€</text:p>"));
    CHECK(contains(content, R"(office:value-type="percentage" office:value="0.3333")"));
    CHECK(contains(content, R"(office:date-value="2022-11-22"><text:p>22/11/2022)"));
    CHECK(contains(content, R"X(table:formula="of:=SUBTOTAL(9;[.C4:.C5])")X"));
    CHECK(contains(content, R"X(table:formula="of:=SUBTOTAL(9;[.C3:.C6])")X"));
    CHECK(contains(content, R"(table:name="Annexe  1 ")"));
    CHECK(contains(content, R"(table:name="Annexe  1  2")"));
    // Text that looks like a formula is a string, whatever it says.
    CHECK(contains(content, R"(office:value-type="string"><text:p>=HYPERLINK(&quot;http://x&quot;)</text:p>)"));
    CHECK(ods == *write_ods({sample(), sample()}, base::Language::Fr, "Annexe", base::make_date(2022, 11, 22)));
}

TEST_CASE("the editable document has real headings, lists and tables") {
    const test::Folder folder;
    Doc doc;
    doc.title = "Rapport <1> & suite";
    doc.draft = true;
    doc.letter = LetterHead{{"Région"}, {"Madame la Maire"}, "Lille", {{"Dossier", "1"}}, "Objet", "Madame,"};
    doc.blocks.emplace_back(Heading{2, "Contexte & enjeux"});
    doc.blocks.emplace_back(Paragraph{parse_spans("a  b **gras** _it_ <x>\nligne"), Align::Center, true});
    doc.blocks.emplace_back(BulletList{{plain("un"), plain("deux")}, true});
    doc.blocks.emplace_back(KeyValues{{{"Montant", "1 €"}}});
    doc.blocks.emplace_back(PageBreak{});
    doc.blocks.emplace_back(Table{"Titre",
                                  {{"A", 2}, {"B", 1, Align::Right}},
                                  {{{"Nord"}, RowKind::Group}, {{"x", "1"}}, {{"Total", "1"}, RowKind::Total}},
                                  true});
    doc.blocks.emplace_back(Signature{"Fait à Lille", "Le président", "NOM"});
    const std::string odt = *write_odt(doc);
    CHECK(Inspector().inspect(odt, "rapport.odt")->type == FileType::Odt);
    for (const char* name : {"content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"})
        CHECK(well_formed(part(folder, odt, name)));
    const std::string content = part(folder, odt, "content.xml");
    CHECK(contains(content,
                   R"(<text:h text:style-name="Heading_20_2" text:outline-level="2">Contexte &amp; enjeux</text:h>)"));
    CHECK(contains(content, R"(<text:span text:style-name="Gras">gras</text:span>)"));
    CHECK(contains(content, "a <text:s/>b"));
    CHECK(contains(content, "&lt;x&gt;<text:line-break/>ligne"));
    CHECK(contains(content, "<table:table-header-rows>"));
    CHECK(contains(content, R"(table:number-columns-spanned="2")"));
    CHECK(contains(content, R"(fo:break-before="page")"));
    CHECK(odt == *write_odt(doc));
}
