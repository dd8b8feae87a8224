#include "documents/odt.hpp"

#include <numeric>

#include <fmt/format.h>

#include "documents/zip.hpp"

namespace beffroi::documents {

using detail::xml;

namespace {

constexpr std::string_view kMime = "application/vnd.oasis.opendocument.text";

constexpr std::string_view kNamespaces =
    R"( xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" office:version="1.3")";

// The looks of the PDF (pdf_flow.cpp), as named styles that people find in their own style list.
constexpr std::string_view kParagraphStyles = R"(
<style:style style:name="Standard" style:family="paragraph" style:class="text"/>
<style:style style:name="Text_20_body" style:display-name="Text body" style:family="paragraph" style:parent-style-name="Standard" style:class="text"><style:paragraph-properties fo:margin-bottom="0.28cm" fo:line-height="112%" fo:orphans="2" fo:widows="2"/></style:style>
<style:style style:name="Note" style:family="paragraph" style:parent-style-name="Text_20_body"><style:text-properties fo:font-size="9pt" fo:color="#596373"/></style:style>
<style:style style:name="Heading" style:family="paragraph" style:parent-style-name="Standard" style:next-style-name="Text_20_body" style:class="text"><style:paragraph-properties fo:keep-with-next="always"/></style:style>
<style:style style:name="Heading_20_1" style:display-name="Heading 1" style:family="paragraph" style:parent-style-name="Heading" style:next-style-name="Text_20_body" style:default-outline-level="1"><style:paragraph-properties fo:margin-bottom="0.5cm" fo:padding-bottom="0.15cm" fo:border-bottom="1pt solid #1c3a63"/><style:text-properties fo:font-size="20pt" fo:font-weight="bold" fo:color="#1c3a63"/></style:style>
<style:style style:name="Heading_20_2" style:display-name="Heading 2" style:family="paragraph" style:parent-style-name="Heading" style:next-style-name="Text_20_body" style:default-outline-level="2"><style:paragraph-properties fo:margin-top="0.55cm" fo:margin-bottom="0.2cm"/><style:text-properties fo:font-size="14pt" fo:font-weight="bold" fo:color="#1c3a63"/></style:style>
<style:style style:name="Heading_20_3" style:display-name="Heading 3" style:family="paragraph" style:parent-style-name="Heading" style:next-style-name="Text_20_body" style:default-outline-level="3"><style:paragraph-properties fo:margin-top="0.4cm" fo:margin-bottom="0.15cm"/><style:text-properties fo:font-size="11.5pt" fo:font-weight="bold"/></style:style>
<style:style style:name="Heading_20_4" style:display-name="Heading 4" style:family="paragraph" style:parent-style-name="Heading" style:next-style-name="Text_20_body" style:default-outline-level="4"><style:paragraph-properties fo:margin-top="0.3cm" fo:margin-bottom="0.1cm"/><style:text-properties fo:font-weight="bold" fo:color="#596373"/></style:style>
<style:style style:name="Cellule" style:family="paragraph" style:parent-style-name="Standard"><style:text-properties fo:font-size="9.5pt"/></style:style>
<style:style style:name="Cellule_20_petite" style:display-name="Cellule petite" style:family="paragraph" style:parent-style-name="Standard"><style:text-properties fo:font-size="8.5pt"/></style:style>
<style:style style:name="Institution" style:family="paragraph" style:parent-style-name="Standard"><style:paragraph-properties fo:padding-top="0.2cm"/><style:text-properties fo:font-size="14pt" fo:font-weight="bold" fo:color="#1c3a63"/></style:style>
<style:style style:name="Expediteur" style:family="paragraph" style:parent-style-name="Standard"><style:text-properties fo:font-size="9pt" fo:color="#596373"/></style:style>
<style:style style:name="Destinataire" style:family="paragraph" style:parent-style-name="Standard"><style:paragraph-properties fo:margin-left="8.8cm"/><style:text-properties fo:font-size="11pt"/></style:style>
<style:style style:name="Date" style:family="paragraph" style:parent-style-name="Standard"><style:paragraph-properties fo:margin-left="8.8cm" fo:margin-top="0.8cm" fo:margin-bottom="0.5cm"/></style:style>
<style:style style:name="Objet" style:family="paragraph" style:parent-style-name="Standard"><style:paragraph-properties fo:margin-bottom="0.5cm"/><style:text-properties fo:font-size="11pt"/></style:style>
<style:style style:name="Signature" style:family="paragraph" style:parent-style-name="Standard"><style:paragraph-properties fo:margin-left="8.3cm" fo:margin-top="0.35cm" fo:keep-with-next="always" fo:keep-together="always"/></style:style>
<style:style style:name="Nom_20_du_20_signataire" style:display-name="Nom du signataire" style:family="paragraph" style:parent-style-name="Signature"><style:paragraph-properties fo:margin-top="1.7cm" fo:margin-bottom="0.4cm" fo:keep-with-next="auto"/><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="Header" style:family="paragraph" style:parent-style-name="Standard"><style:text-properties fo:font-size="8.5pt" fo:color="#596373"/></style:style>
<style:style style:name="Footer" style:family="paragraph" style:parent-style-name="Standard"><style:paragraph-properties><style:tab-stops><style:tab-stop style:position="@WIDTH@cm" style:type="right"/></style:tab-stops></style:paragraph-properties><style:text-properties fo:font-size="8.5pt" fo:color="#596373"/></style:style>
<style:style style:name="Gras" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="Italique" style:family="text"><style:text-properties fo:font-style="italic"/></style:style>
<style:style style:name="Gras_20_italique" style:display-name="Gras italique" style:family="text"><style:text-properties fo:font-weight="bold" fo:font-style="italic"/></style:style>
<style:style style:name="Projet" style:family="text"><style:text-properties fo:font-weight="bold" fo:color="#a6331a"/></style:style>
<text:list-style style:name="Puces"><text:list-level-style-bullet text:level="1" text:bullet-char="•"><style:list-level-properties text:list-level-position-and-space-mode="label-alignment"><style:list-level-label-alignment text:label-followed-by="listtab" fo:text-indent="-0.5cm" fo:margin-left="0.6cm"/></style:list-level-properties></text:list-level-style-bullet></text:list-style>
<text:list-style style:name="Numeros"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."><style:list-level-properties text:list-level-position-and-space-mode="label-alignment"><style:list-level-label-alignment text:label-followed-by="listtab" fo:text-indent="-0.6cm" fo:margin-left="0.7cm"/></style:list-level-properties></text:list-level-style-number></text:list-style>
)";

// Repeated spaces collapse in ODF, and line breaks are elements.
std::string inline_text(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n')
            out += "<text:line-break/>";
        else if (text[i] == '\t')
            out += "<text:tab/>";
        else if (text[i] == ' ' && (i == 0 || text[i - 1] == ' ' || i + 1 == text.size()))
            out += "<text:s/>";
        else {
            const auto end = text.find_first_of("\n\t ", i + 1);
            out += xml(text.substr(i, end == std::string_view::npos ? end : end - i));
            if (end == std::string_view::npos) break;
            i = end - 1;
        }
    }
    return out;
}

std::string inline_spans(const Spans& spans) {
    std::string out;
    for (const Span& span : spans) {
        const std::string_view style = span.bold && span.italic ? "Gras_20_italique"
                                       : span.bold              ? "Gras"
                                       : span.italic            ? "Italique"
                                                                : "";
        if (style.empty())
            out += inline_text(span.text);
        else
            out += fmt::format(R"(<text:span text:style-name="{}">{}</text:span>)", style, inline_text(span.text));
    }
    return out;
}

std::string_view align_name(Align align) {
    switch (align) {
        case Align::Left:
            return "start";
        case Align::Center:
            return "center";
        case Align::Right:
            return "end";
    }
    return "start";
}

class Odt {
  public:
    explicit Odt(const Doc& doc) : doc_(doc), width_cm_(doc.landscape ? 25.3 : 16.6) {}

    base::Result<std::string> write() {
        if (doc_.letter) letter(*doc_.letter);
        for (const Block& block : doc_.blocks) std::visit([this](const auto& b) { add(b); }, block);
        std::string content = fmt::format(
            R"(<?xml version="1.0" encoding="UTF-8"?>
<office:document-content{}><office:automatic-styles>{}</office:automatic-styles><office:body><office:text>{}</office:text></office:body></office:document-content>
)",
            kNamespaces, styles_, body_);
        return detail::write_open_document(kMime, std::move(content), page_styles(),
                                           detail::open_document_meta(doc_.title, doc_.subject, doc_.author,
                                                                      base::iso(doc_.date), fr() ? "fr-FR" : "en-GB"));
    }

  private:
    [[nodiscard]] bool fr() const { return doc_.language == base::Language::Fr; }

    void paragraph(std::string_view style, std::string_view inner) {
        body_ += fmt::format(R"(<text:p text:style-name="{}">{}</text:p>)", style, inner);
    }

    // The page break of a PageBreak belongs to the paragraph that follows: an automatic style.
    std::string broken(std::string_view style) {
        if (!break_) return std::string(style);
        break_ = false;
        const std::string name = fmt::format("PB{}", ++automatic_);
        styles_ += fmt::format(
            R"(<style:style style:name="{}" style:family="paragraph" style:parent-style-name="{}"><style:paragraph-properties fo:break-before="page"/></style:style>)",
            name, style);
        return name;
    }

    void add(const Heading& heading) {
        const int level = heading.level < 1 ? 1 : heading.level > 4 ? 4 : heading.level;
        body_ += fmt::format(R"(<text:h text:style-name="{}" text:outline-level="{}">{}</text:h>)",
                             broken(fmt::format("Heading_20_{}", level)), level, inline_text(heading.text));
    }

    void add(const Paragraph& p) {
        std::string style = broken(p.small ? "Note" : "Text_20_body");
        if (p.align != Align::Left) {
            const std::string name = fmt::format("PA{}", ++automatic_);
            styles_ += fmt::format(
                R"(<style:style style:name="{}" style:family="paragraph" style:parent-style-name="{}"><style:paragraph-properties fo:text-align="{}"/></style:style>)",
                name, style, align_name(p.align));
            style = name;
        }
        paragraph(style, inline_spans(p.spans));
    }

    void add(const BulletList& list) {
        if (break_) paragraph(broken("Standard"), "");
        body_ += fmt::format(R"(<text:list text:style-name="{}">)", list.numbered ? "Numeros" : "Puces");
        for (const Spans& item : list.items)
            body_ +=
                fmt::format(R"(<text:list-item><text:p text:style-name="Text_20_body">{}</text:p></text:list-item>)",
                            inline_spans(item));
        body_ += "</text:list>";
    }

    void add(const PageBreak& /*unused*/) { break_ = true; }

    void add(const Signature& s) {
        if (!s.place_and_date.empty()) paragraph(broken("Signature"), inline_text(s.place_and_date));
        if (!s.function.empty()) paragraph(broken("Signature"), inline_text(s.function));
        paragraph(broken("Nom_20_du_20_signataire"), inline_text(s.name));
    }

    std::string table_start(const std::vector<double>& widths, std::string_view name) {
        if (break_) paragraph(broken("Standard"), "");
        const int id = ++automatic_;
        styles_ += fmt::format(
            R"(<style:style style:name="T{}" style:family="table"><style:table-properties style:width="{:.2f}cm" table:align="left" fo:margin-bottom="0.4cm"/></style:style>)",
            id, width_cm_);
        const double total = std::accumulate(widths.begin(), widths.end(), 0.0);
        std::string columns;
        for (std::size_t c = 0; c < widths.size(); ++c) {
            styles_ += fmt::format(
                R"(<style:style style:name="T{}.{}" style:family="table-column"><style:table-column-properties style:column-width="{:.3f}cm"/></style:style>)",
                id, c, width_cm_ * widths[c] / total);
            columns += fmt::format(R"(<table:table-column table:style-name="T{}.{}"/>)", id, c);
        }
        body_ += fmt::format(R"(<table:table table:name="{} {}" table:style-name="T{}">{})", name, id, id, columns);
        return fmt::format("T{}", id);
    }

    void cell_styles() {
        if (cell_styles_written_) return;
        cell_styles_written_ = true;
        const auto cell = [&](std::string_view name, std::string_view look) {
            styles_ += fmt::format(
                R"(<style:style style:name="{}" style:family="table-cell"><style:table-cell-properties fo:padding="0.1cm"{}/></style:style>)",
                name, look);
        };
        cell("CB", R"( fo:border-bottom="0.5pt solid #ccd3de")");
        cell("CH",
             R"( fo:background-color="#edf2f9" fo:border-bottom="0.9pt solid #1c3a63" style:vertical-align="bottom")");
        cell("CG", R"( fo:border-bottom="0.7pt solid #1c3a63" fo:padding-top="0.25cm")");
        cell("CS", R"( fo:border-top="0.7pt solid #1c3a63" fo:border-bottom="0.5pt solid #ccd3de")");
        cell("CT", R"( fo:background-color="#edf2f9" fo:border-top="0.9pt solid #1c3a63")");
        styles_ +=
            R"(<style:style style:name="RK" style:family="table-row"><style:table-row-properties fo:keep-together="always"/></style:style>)";
        for (const std::string_view base : {"Cellule", "Cellule_20_petite"})
            for (const Align align : {Align::Left, Align::Center, Align::Right})
                for (const bool bold : {false, true})
                    styles_ += fmt::format(
                        R"(<style:style style:name="{}" style:family="paragraph" style:parent-style-name="{}"><style:paragraph-properties fo:text-align="{}"/>{}</style:style>)",
                        cell_text(base, align, bold), base, align_name(align),
                        bold ? R"(<style:text-properties fo:font-weight="bold"/>)" : "");
    }

    static std::string cell_text(std::string_view base, Align align, bool bold) {
        return fmt::format("{}-{}{}", base, align_name(align), bold ? "-b" : "");
    }

    void add(const KeyValues& list) {
        if (list.rows.empty()) return;
        cell_styles();
        table_start({0.32, 0.68}, "Liste");
        for (const auto& [key, value] : list.rows)
            body_ += fmt::format(
                R"(<table:table-row table:style-name="RK"><table:table-cell table:style-name="CB" office:value-type="string"><text:p text:style-name="Expediteur">{}</text:p></table:table-cell><table:table-cell table:style-name="CB" office:value-type="string"><text:p text:style-name="Standard">{}</text:p></table:table-cell></table:table-row>)",
                inline_text(key), inline_spans(value));
        body_ += "</table:table>";
        paragraph("Cellule_20_petite", "");
    }

    void add(const Table& table) {
        if (table.columns.empty()) return;
        cell_styles();
        if (!table.caption.empty()) paragraph(broken("Note"), inline_text(table.caption));
        std::vector<double> widths;
        widths.reserve(table.columns.size());
        for (const Column& column : table.columns) widths.push_back(column.width);
        table_start(widths, "Tableau");
        const std::string_view base = table.small ? "Cellule_20_petite" : "Cellule";
        body_ += "<table:table-header-rows><table:table-row>";
        for (const Column& column : table.columns)
            body_ += fmt::format(
                R"(<table:table-cell table:style-name="CH" office:value-type="string"><text:p text:style-name="{}">{}</text:p></table:table-cell>)",
                cell_text(base, column.align, true), inline_text(column.title));
        body_ += "</table:table-row></table:table-header-rows>";
        for (const TableRow& row : table.rows) table_row(table, row, base);
        body_ += "</table:table>";
        paragraph("Cellule_20_petite", "");
    }

    void table_row(const Table& table, const TableRow& row, std::string_view base) {
        body_ += R"(<table:table-row table:style-name="RK">)";
        if (row.kind == RowKind::Group) {
            body_ += fmt::format(
                R"(<table:table-cell table:style-name="CG" table:number-columns-spanned="{}" office:value-type="string"><text:p text:style-name="{}">{}</text:p></table:table-cell>)",
                table.columns.size(), cell_text(base, Align::Left, true),
                inline_text(row.cells.empty() ? std::string() : row.cells[0]));
            for (std::size_t i = 1; i < table.columns.size(); ++i) body_ += "<table:covered-table-cell/>";
        } else {
            const bool bold = row.kind != RowKind::Body;
            const std::string_view look = row.kind == RowKind::Body       ? "CB"
                                          : row.kind == RowKind::Subtotal ? "CS"
                                                                          : "CT";
            for (std::size_t i = 0; i < table.columns.size(); ++i)
                body_ += fmt::format(
                    R"(<table:table-cell table:style-name="{}" office:value-type="string"><text:p text:style-name="{}">{}</text:p></table:table-cell>)",
                    look, cell_text(base, table.columns[i].align, bold),
                    i < row.cells.size() ? inline_text(row.cells[i]) : std::string());
        }
        body_ += "</table:table-row>";
    }

    void letter(const LetterHead& head) {
        for (std::size_t i = 0; i < head.sender.size(); ++i)
            paragraph(i == 0 ? "Institution" : "Expediteur", inline_text(head.sender[i]));
        for (const auto& [name, value] : head.references)
            paragraph("Expediteur", inline_spans({Span{name + " : "}, Span{value, true}}));
        for (const std::string& line : head.addressee) paragraph("Destinataire", inline_text(line));
        if (!head.place_and_date.empty()) paragraph("Date", inline_text(head.place_and_date));
        if (!head.subject.empty())
            paragraph("Objet", inline_spans({Span{fr() ? "Objet : " : "Subject: "}, Span{head.subject, true}}));
        if (!head.salutation.empty()) paragraph("Text_20_body", inline_text(head.salutation));
    }

    std::string page_styles() const {
        std::string styles(kParagraphStyles);
        styles.replace(styles.find("@WIDTH@"), 7, fmt::format("{:.1f}", width_cm_));
        const std::string draft = doc_.draft ? fmt::format(R"(<text:span text:style-name="Projet">{}</text:span> )",
                                                           fr() ? "PROJET" : "DRAFT")
                                             : std::string();
        const std::string header =
            doc_.header.empty() && draft.empty()
                ? std::string()
                : fmt::format(R"(<style:header><text:p text:style-name="Header">{}{}</text:p></style:header>)", draft,
                              inline_text(doc_.header));
        return fmt::format(
            R"(<?xml version="1.0" encoding="UTF-8"?>
<office:document-styles{0}><office:styles><style:default-style style:family="paragraph"><style:text-properties fo:font-family="Carlito, Calibri" fo:font-size="10.5pt" fo:color="#171c24" fo:language="{1}" fo:country="{2}"/></style:default-style>{3}</office:styles><office:automatic-styles><style:page-layout style:name="pm"><style:page-layout-properties fo:page-width="{4}" fo:page-height="{5}" style:print-orientation="{6}" fo:margin-top="1.5cm" fo:margin-bottom="1.2cm" fo:margin-left="2.2cm" fo:margin-right="2.2cm"/><style:header-style><style:header-footer-properties fo:margin-bottom="0.5cm" fo:min-height="0.5cm"/></style:header-style><style:footer-style><style:header-footer-properties fo:margin-top="0.5cm" fo:min-height="0.5cm"/></style:footer-style></style:page-layout></office:automatic-styles><office:master-styles><style:master-page style:name="Standard" style:page-layout-name="pm">{7}<style:footer><text:p text:style-name="Footer">{8}<text:tab/>page <text:page-number text:select-page="current">1</text:page-number>/<text:page-count>1</text:page-count></text:p></style:footer></style:master-page></office:master-styles></office:document-styles>
)",
            kNamespaces, fr() ? "fr" : "en", fr() ? "FR" : "GB", styles, doc_.landscape ? "29.7cm" : "21cm",
            doc_.landscape ? "21cm" : "29.7cm", doc_.landscape ? "landscape" : "portrait", header,
            inline_text(doc_.footer));
    }

    const Doc& doc_;
    double width_cm_;
    std::string styles_;
    std::string body_;
    int automatic_ = 0;
    bool break_ = false;
    bool cell_styles_written_ = false;
};

}  // namespace

base::Result<std::string> write_odt(const Doc& doc) {
    return Odt(doc).write();
}

}  // namespace beffroi::documents
