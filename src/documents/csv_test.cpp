#include "documents/csv.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "documents/test_support.hpp"

using namespace beffroi;             // NOLINT(google-build-using-namespace)
using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)

namespace {

std::string one_text(std::string_view value, CsvProfile profile = CsvProfile::OpenData) {
    std::string out;
    CsvWriter writer(out, profile);
    writer.text(value).number(1);
    writer.end_row();
    return out;
}

}  // namespace

TEST_CASE("text that a spreadsheet would compute is neutralised, numbers are not touched") {
    CHECK(one_text("=1+1") == "'=1+1,1\r\n");
    CHECK(one_text("+33 3 20") == "'+33 3 20,1\r\n");
    CHECK(one_text("-2") == "'-2,1\r\n");
    CHECK(one_text("@SUM(A1)") == "'@SUM(A1),1\r\n");
    CHECK(one_text("\t=1") == "\"'\t=1\",1\r\n");
    CHECK(one_text("  =1") == "'  =1,1\r\n");
    CHECK(one_text("＝1") == "'＝1,1\r\n");
    CHECK(one_text("Saint-Omer") == "Saint-Omer,1\r\n");
    CHECK(one_text("dit \"le Petit\"; Lille") == "\"dit \"\"le Petit\"\"; Lille\",1\r\n");
    std::string out;
    CsvWriter writer(out, CsvProfile::OpenData);
    writer.number(-5).money(base::Cents{-123456}).percent(base::Rate{3333}).date(base::make_date(2022, 11, 22)).empty();
    writer.end_row();
    CHECK(out == "-5,-1234.56,33.33,2022-11-22,\r\n");
}

TEST_CASE("a French spreadsheet opens the other profile") {
    Sheet sheet;
    sheet.columns = {{"Commune"}, {"Montant"}, {"Taux"}, {"Date"}};
    sheet.rows.push_back({{Cell{std::string("Nord")}, Cell{}, Cell{}, Cell{}}, SheetRowKind::Group});
    sheet.rows.push_back({{Cell{std::string("Denain")}, Cell{base::Cents{1708830}}, Cell{base::Rate{3000}},
                           Cell{base::make_date(2022, 1, 9)}}});
    sheet.rows.push_back(
        {{Cell{std::string("Total")}, Cell{base::Cents{1708830}}, Cell{}, Cell{}}, SheetRowKind::Total});
    CHECK(write_csv(sheet, CsvProfile::Spreadsheet) ==
          "\xEF\xBB\xBF"
          "Commune;Montant;Taux;Date\r\nDenain;17088,30;30;09/01/2022\r\n");
    CHECK(write_csv(sheet, CsvProfile::OpenData) == "Commune,Montant,Taux,Date\r\nDenain,17088.30,30,2022-01-09\r\n");
}

TEST_CASE("whatever is written is read back") {
    rc::check("round trip", [](const std::vector<std::vector<std::string>>& cells, bool spreadsheet) {
        std::string out;
        CsvWriter writer(out, spreadsheet ? CsvProfile::Spreadsheet : CsvProfile::OpenData);
        const std::vector<std::string_view> titles{"a", "b", "c"};
        writer.header(titles);
        std::vector<std::vector<std::string>> expected;
        for (const auto& row : cells) {
            std::vector<std::string> fields;
            for (std::size_t i = 0; i < 3; ++i) {
                std::string value = i < row.size() ? row[i] : "";
                for (char& c : value)
                    if (static_cast<unsigned char>(c) >= 0x80 || c == '\0') c = '"';
                writer.verbatim(value);
                fields.push_back(value);
            }
            writer.end_row();
            expected.push_back(fields);
        }
        CsvOptions options;
        const auto table = read_csv(out, options);
        RC_ASSERT(table.has_value());
        RC_ASSERT(table->rows.size() == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) RC_ASSERT(table->rows[i].fields == expected[i]);
    });
}

TEST_CASE("a wrong file says which line is wrong, and why") {
    struct Case {
        const char* what;
        std::string bytes;
        const char* line;
        const char* key;
    };
    const Case cases[] = {
        {"Latin-1", "nom,ville\nA,Lille\nB,B\xE9thune\n", "3", "documents.csv.latin1"},
        {"short row", "a,b\n1,2\n3\n", "3", "documents.csv.row_length"},
        {"long row", "a,b\n\n1,2,3\n", "3", "documents.csv.row_length"},
        {"stray quote", "a,b\n1,2\"3\n", "2", "documents.csv.stray_quote"},
        {"after the quote", "a,b\n\"1\"x,2\n", "2", "documents.csv.stray_quote"},
        {"never closed", "a,b\n1,2\n\"3,4\n5,6\n", "3", "documents.csv.open_quote"},
        {"NUL", std::string("a,b\n1,\0002\n", 9), "2", "documents.csv.nul"},
        {"lone CR", "a,b\r1,2\n", "1", "documents.csv.carriage_return"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        const auto table = read_csv(c.bytes);
        REQUIRE_FALSE(table.has_value());
        CHECK(table.error().code == base::Code::Invalid);
        CHECK(table.error().message.key == c.key);
        REQUIRE_FALSE(table.error().message.args.empty());
        CHECK(table.error().message.args[0].second == c.line);
    }
    CHECK(read_csv("\xFF\xFE"
                   "a")
              .error()
              .message.key == "documents.csv.utf16");
    CHECK(read_csv("").error().message.key == "documents.csv.empty");
}

TEST_CASE("separators, a BOM, both line ends and a missing last one are understood") {
    const auto table = read_csv("\xEF\xBB\xBFnom;\"montant; TTC\"\r\nLille;\"1\n2\"\r\nLens;3");
    REQUIRE(table.has_value());
    CHECK(table->separator == ';');
    CHECK(table->bom);
    CHECK(table->header == std::vector<std::string>{"nom", "montant; TTC"});
    REQUIRE(table->rows.size() == 2);
    CHECK(table->rows[0].fields[1] == "1\n2");
    CHECK(table->rows[1].line == 4);
    CsvOptions small;
    small.limits.max_rows = 1;
    CHECK(read_csv("a\n1\n2\n", small).error().code == base::Code::TooLarge);
}
