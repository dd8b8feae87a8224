#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "documents/sheet.hpp"
#include "documents/zip.hpp"

namespace beffroi::documents {

using detail::xml;

namespace {

constexpr std::string_view kMime = "application/vnd.oasis.opendocument.spreadsheet";

constexpr std::string_view kNamespaces =
    R"( xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" xmlns:config="urn:oasis:names:tc:opendocument:xmlns:config:1.0" office:version="1.3")";

// A: text, B: whole number, C: money, D: percent, E: date; then the kind of row: "", "G", "S", "T".
constexpr std::array<std::string_view, 4> kRowSuffix{"", "G", "S", "T"};

std::string_view row_look(SheetRowKind kind) {
    switch (kind) {
        case SheetRowKind::Body:
            return "";
        case SheetRowKind::Group:
            return R"( fo:font-weight="bold" fo:color="#1c3a63")";
        case SheetRowKind::Subtotal:
        case SheetRowKind::Total:
            return R"( fo:font-weight="bold")";
    }
    return "";
}

std::string number_styles(base::Language language) {
    const std::string_view locale = language == base::Language::Fr ? R"( number:language="fr" number:country="FR")"
                                                                   : R"( number:language="en" number:country="GB")";
    std::string out;
    out += fmt::format(
        R"(<number:number-style style:name="NB"{}><number:number number:decimal-places="0" number:min-integer-digits="1" number:grouping="true"/></number:number-style>)",
        locale);
    const std::string_view amount =
        R"(<number:number number:decimal-places="2" number:min-decimal-places="2" number:min-integer-digits="1" number:grouping="true"/>)";
    if (language == base::Language::Fr)
        out += fmt::format(
            R"(<number:currency-style style:name="NC"{}>{}<number:text> </number:text><number:currency-symbol>€</number:currency-symbol></number:currency-style>)",
            locale, amount);
    else
        out += fmt::format(
            R"(<number:currency-style style:name="NC"{}><number:currency-symbol>€</number:currency-symbol>{}</number:currency-style>)",
            locale, amount);
    out += fmt::format(
        R"(<number:percentage-style style:name="ND"{}><number:number number:decimal-places="2" number:min-decimal-places="0" number:min-integer-digits="1"/><number:text> %</number:text></number:percentage-style>)",
        locale);
    out += fmt::format(
        R"(<number:date-style style:name="NE"{}><number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>)",
        locale);
    return out;
}

std::string automatic_styles(const std::vector<Sheet>& sheets, base::Language language) {
    std::string out = "<office:automatic-styles>" + number_styles(language);
    for (const SheetRowKind kind :
         {SheetRowKind::Body, SheetRowKind::Group, SheetRowKind::Subtotal, SheetRowKind::Total}) {
        const auto index = static_cast<std::size_t>(kind);
        const std::string_view line = kind == SheetRowKind::Total
                                          ? R"( fo:border-top="0.9pt solid #1c3a63" fo:background-color="#edf2f9")"
                                      : kind == SheetRowKind::Subtotal ? R"( fo:border-top="0.5pt solid #1c3a63")"
                                                                       : "";
        for (const char type : {'A', 'B', 'C', 'D', 'E'}) {
            const std::string data = type == 'A' ? std::string() : fmt::format(R"( style:data-style-name="N{}")", type);
            const std::string_view align = type == 'A' || type == 'E' ? "start" : "end";
            out += fmt::format(
                R"(<style:style style:name="{}{}" style:family="table-cell" style:parent-style-name="Default"{}><style:table-cell-properties fo:padding="0.06cm"{}/><style:paragraph-properties fo:text-align="{}"/><style:text-properties{}/></style:style>)",
                type, kRowSuffix[index], data, line, align, row_look(kind));
        }
    }
    out +=
        R"(<style:style style:name="H" style:family="table-cell" style:parent-style-name="Default"><style:table-cell-properties fo:padding="0.06cm" fo:background-color="#edf2f9" fo:border-bottom="0.9pt solid #1c3a63" fo:wrap-option="wrap" style:vertical-align="bottom"/><style:text-properties fo:font-weight="bold" fo:color="#1c3a63"/></style:style>)";
    out +=
        R"(<style:style style:name="Titre" style:family="table-cell" style:parent-style-name="Default"><style:text-properties fo:font-weight="bold" fo:font-size="14pt" fo:color="#1c3a63"/></style:style>)";
    for (std::size_t s = 0; s < sheets.size(); ++s)
        for (std::size_t c = 0; c < sheets[s].columns.size(); ++c)
            out += fmt::format(
                R"(<style:style style:name="co{}-{}" style:family="table-column"><style:table-column-properties style:column-width="{:.2f}cm"/></style:style>)",
                s, c, sheets[s].columns[c].width_cm);
    out +=
        R"(<style:style style:name="ta" style:family="table" style:master-page-name="Default"><style:table-properties table:display="true"/></style:style>)";
    return out + "</office:automatic-styles>";
}

struct CellWriter {
    std::string& out;
    std::string_view suffix;
    const std::string& formula;  // attribute, or empty
    base::Language language;

    void operator()(Empty /*unused*/) const {
        out += fmt::format(R"(<table:table-cell table:style-name="A{}"/>)", suffix);
    }
    // Text is typed as text: whatever it starts with, no reader computes it.
    void operator()(const std::string& text) const {
        out += fmt::format(R"(<table:table-cell table:style-name="A{}" office:value-type="string">)", suffix);
        std::string_view rest = text;
        for (bool more = true; more;) {
            const auto end = rest.find('\n');
            more = end != std::string_view::npos;
            out += "<text:p>";
            out += xml(rest.substr(0, end));
            out += "</text:p>";
            if (more) rest.remove_prefix(end + 1);
        }
        out += "</table:table-cell>";
    }
    void operator()(std::int64_t number) const {
        out += fmt::format(
            R"(<table:table-cell table:style-name="B{}"{} office:value-type="float" office:value="{}"><text:p>{}</text:p></table:table-cell>)",
            suffix, formula, number, base::format_count(number, language));
    }
    void operator()(base::Cents money) const {
        out += fmt::format(
            R"(<table:table-cell table:style-name="C{}"{} office:value-type="currency" office:currency="EUR" office:value="{}"><text:p>{}</text:p></table:table-cell>)",
            suffix, formula, base::plain_euros(money), base::format_euros(money, language));
    }
    void operator()(base::Rate rate) const {
        const bool negative = rate.per_10000 < 0;
        const auto magnitude =
            static_cast<std::uint32_t>(negative ? -static_cast<std::int64_t>(rate.per_10000) : rate.per_10000);
        out += fmt::format(
            R"(<table:table-cell table:style-name="D{}" office:value-type="percentage" office:value="{}{}.{:04}"><text:p>{}</text:p></table:table-cell>)",
            suffix, negative ? "-" : "", magnitude / 10000, magnitude % 10000, base::format_percent(rate, language));
    }
    void operator()(base::Date date) const {
        out += fmt::format(
            R"(<table:table-cell table:style-name="E{}" office:value-type="date" office:date-value="{}"><text:p>{}</text:p></table:table-cell>)",
            suffix, base::iso(date), base::short_date(date));
    }
};

std::string column_name(std::size_t column) {
    std::string name;
    for (std::size_t n = column + 1; n > 0; n = (n - 1) / 26)
        name.insert(name.begin(), static_cast<char>('A' + (n - 1) % 26));
    return name;
}

std::string sheet_name(const std::string& wanted, std::set<std::string>& used) {
    std::string name;
    std::size_t characters = 0;
    for (const char c : wanted) {
        const bool continuation = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        if (!continuation && ++characters > 31) break;
        name += std::string_view("[]*?:/\\'").find(c) != std::string_view::npos ? ' ' : c;
    }
    if (name.empty()) name = "Feuille";
    std::string unique = name;
    for (int n = 2; !used.insert(unique).second; ++n) unique = name + " " + std::to_string(n);
    return unique;
}

void write_sheet(std::string& out, const Sheet& sheet, std::size_t index, const std::string& name,
                 base::Language language) {
    out += fmt::format(R"(<table:table table:name="{}" table:style-name="ta">)", xml(name));
    for (std::size_t c = 0; c < sheet.columns.size(); ++c)
        out += fmt::format(R"(<table:table-column table:style-name="co{}-{}" table:default-cell-style-name="A"/>)",
                           index, c);
    std::size_t row_number = 0;
    if (!sheet.title.empty()) {
        out += fmt::format(
            R"(<table:table-row><table:table-cell table:style-name="Titre" office:value-type="string"><text:p>{}</text:p></table:table-cell></table:table-row>)",
            xml(sheet.title));
        ++row_number;
    }
    out += "<table:table-header-rows><table:table-row>";
    for (const SheetColumn& column : sheet.columns)
        out += fmt::format(
            R"(<table:table-cell table:style-name="H" office:value-type="string"><text:p>{}</text:p></table:table-cell>)",
            xml(column.title));
    out += "</table:table-row></table:table-header-rows>";
    ++row_number;

    const std::size_t first_body = row_number + 1;  // as people count
    std::size_t first_of_group = first_body;
    for (const SheetRow& row : sheet.rows) {
        ++row_number;
        out += "<table:table-row>";
        const std::string_view suffix = kRowSuffix[static_cast<std::size_t>(row.kind)];
        const bool sums = row.kind == SheetRowKind::Subtotal || row.kind == SheetRowKind::Total;
        for (std::size_t c = 0; c < row.cells.size() && c < std::max<std::size_t>(sheet.columns.size(), 1); ++c) {
            std::string formula;
            const std::size_t from = row.kind == SheetRowKind::Total ? first_body : first_of_group;
            // SUBTOTAL leaves out other SUBTOTAL cells, so that a total over groups counts nothing twice.
            if (sums && row_number > from && std::ranges::find(sheet.summed_columns, c) != sheet.summed_columns.end())
                formula = fmt::format(R"X( table:formula="of:=SUBTOTAL(9;[.{0}{1}:.{0}{2}])")X", column_name(c), from,
                                      row_number - 1);
            std::visit(CellWriter{out, suffix, formula, language}, row.cells[c]);
        }
        out += "</table:table-row>";
        if (row.kind == SheetRowKind::Subtotal || row.kind == SheetRowKind::Group) first_of_group = row_number + 1;
    }
    out += "</table:table>";
}

std::string styles(base::Language language) {
    const bool fr = language == base::Language::Fr;
    return fmt::format(
        R"(<?xml version="1.0" encoding="UTF-8"?>
<office:document-styles{0}><office:styles><style:default-style style:family="table-cell"><style:text-properties fo:font-family="Carlito, Calibri" fo:font-size="10pt" fo:language="{1}" fo:country="{2}"/></style:default-style><style:style style:name="Default" style:family="table-cell"/></office:styles><office:automatic-styles><style:page-layout style:name="pm"><style:page-layout-properties fo:page-width="29.7cm" fo:page-height="21cm" style:print-orientation="landscape" fo:margin="1.5cm" style:scale-to-X="1"/></style:page-layout></office:automatic-styles><office:master-styles><style:master-page style:name="Default" style:page-layout-name="pm"><style:footer><text:p>page <text:page-number>1</text:page-number>/<text:page-count>1</text:page-count></text:p></style:footer></style:master-page></office:master-styles></office:document-styles>
)",
        kNamespaces, fr ? "fr" : "en", fr ? "FR" : "GB");
}

// Freezes the title and header rows.
std::string settings(const std::vector<Sheet>& sheets, const std::vector<std::string>& names) {
    std::string out = fmt::format(
        R"(<?xml version="1.0" encoding="UTF-8"?>
<office:document-settings{}><office:settings><config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views"><config:config-item-map-entry><config:config-item config:name="ViewId" config:type="string">view1</config:config-item><config:config-item-map-named config:name="Tables">)",
        kNamespaces);
    for (std::size_t i = 0; i < sheets.size(); ++i) {
        const int rows = sheets[i].title.empty() ? 1 : 2;
        out += fmt::format(
            R"(<config:config-item-map-entry config:name="{0}"><config:config-item config:name="VerticalSplitMode" config:type="short">2</config:config-item><config:config-item config:name="VerticalSplitPosition" config:type="int">{1}</config:config-item><config:config-item config:name="ActiveSplitRange" config:type="short">2</config:config-item><config:config-item config:name="PositionBottom" config:type="int">{1}</config:config-item></config:config-item-map-entry>)",
            xml(names[i]), rows);
    }
    return out +
           "</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed></"
           "config:config-item-set>"
           "</office:settings></office:document-settings>\n";
}

}  // namespace

base::Result<std::string> write_ods(const std::vector<Sheet>& sheets, base::Language language, std::string_view title,
                                    base::Date date) {
    std::set<std::string> used;
    std::vector<std::string> names;
    std::size_t cells = 0;
    for (const Sheet& sheet : sheets) {
        names.push_back(sheet_name(sheet.name, used));
        cells += sheet.rows.size() * sheet.columns.size();
    }
    std::string content =
        fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-content{}>", kNamespaces);
    content.reserve(4096 + cells * 140);
    content += automatic_styles(sheets, language);
    content += "<office:body><office:spreadsheet>";
    for (std::size_t i = 0; i < sheets.size(); ++i) write_sheet(content, sheets[i], i, names[i], language);
    content += "</office:spreadsheet></office:body></office:document-content>\n";
    const std::string_view tag = language == base::Language::Fr ? "fr-FR" : "en-GB";
    return detail::write_open_document(kMime, std::move(content), styles(language),
                                       detail::open_document_meta(title, "", "", base::iso(date), tag),
                                       settings(sheets, names));
}

}  // namespace beffroi::documents
