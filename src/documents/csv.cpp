#include "documents/csv.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace beffroi::documents {

using base::Code;

// ---- writer --------------------------------------------------------------------------------------------------------

namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

// What Excel, LibreOffice and Google Sheets may evaluate (OWASP, CSV injection), also behind spaces that some of them
// trim, and the full-width signs that some locales read as the plain ones.
bool looks_like_formula(std::string_view value) {
    while (!value.empty()) {
        const char c = value.front();
        if (c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r' || c == '\n') return true;
        if (static_cast<unsigned char>(c) == 0xEF)
            for (const std::string_view wide : {"＝", "＋", "－", "＠"})
                if (value.starts_with(wide)) return true;
        if (c == ' ')
            value.remove_prefix(1);
        else if (value.starts_with("\u00A0"))
            value.remove_prefix(2);
        else
            return false;
    }
    return false;
}

void append_decimal(std::string& out, std::int64_t hundredths, char point, bool all_decimals) {
    const bool negative = hundredths < 0;
    const std::uint64_t magnitude =
        negative ? ~static_cast<std::uint64_t>(hundredths) + 1 : static_cast<std::uint64_t>(hundredths);
    std::array<char, 32> buffer{};
    char* at = buffer.data();
    if (negative) *at++ = '-';
    at = fmt::format_to(at, "{}", magnitude / 100);
    const auto cents = static_cast<unsigned>(magnitude % 100);
    if (all_decimals || cents != 0) {
        *at++ = point;
        *at++ = static_cast<char>('0' + cents / 10);
        if (all_decimals || cents % 10 != 0) *at++ = static_cast<char>('0' + cents % 10);
    }
    out.append(buffer.data(), at);
}

}  // namespace

CsvWriter::CsvWriter(std::string& out, CsvProfile profile) : out_(out), profile_(profile) {
    if (profile_ == CsvProfile::Spreadsheet) out_ += kBom;
}

void CsvWriter::separate() {
    if (column_++ > 0) out_ += profile_ == CsvProfile::Spreadsheet ? ';' : ',';
}

void CsvWriter::quoted(std::string_view value) {
    // A field that begins with a byte order mark would lose it as the first of a file.
    const bool needs = value.find_first_of(",;\"\r\n\t") != std::string_view::npos || value.starts_with(' ') ||
                       value.ends_with(' ') || value.starts_with(kBom);
    if (!needs) {
        out_ += value;
        return;
    }
    out_ += '"';
    for (std::size_t from = 0; from < value.size();) {
        const auto quote = value.find('"', from);
        if (quote == std::string_view::npos) {
            out_ += value.substr(from);
            break;
        }
        out_ += value.substr(from, quote - from + 1);
        out_ += '"';
        from = quote + 1;
    }
    out_ += '"';
}

void CsvWriter::header(std::span<const std::string_view> titles) {
    ASSERT(columns_ == 0 && rows_ == 0 && column_ == 0);
    for (const std::string_view title : titles) verbatim(title);
    columns_ = titles.size();
    out_ += "\r\n";
    column_ = 0;
}

CsvWriter& CsvWriter::text(std::string_view value) {
    separate();
    if (!looks_like_formula(value)) {
        quoted(value);
        return *this;
    }
    quoted("'" + std::string(value));
    return *this;
}

CsvWriter& CsvWriter::verbatim(std::string_view value) {
    separate();
    quoted(value);
    return *this;
}

CsvWriter& CsvWriter::number(std::int64_t value) {
    separate();
    fmt::format_to(std::back_inserter(out_), "{}", value);
    return *this;
}

CsvWriter& CsvWriter::money(base::Cents value) {
    separate();
    append_decimal(out_, value.value, profile_ == CsvProfile::Spreadsheet ? ',' : '.', true);
    return *this;
}

CsvWriter& CsvWriter::percent(base::Rate value) {
    separate();
    append_decimal(out_, value.per_10000, profile_ == CsvProfile::Spreadsheet ? ',' : '.', false);
    return *this;
}

CsvWriter& CsvWriter::date(base::Date value) {
    separate();
    out_ += profile_ == CsvProfile::Spreadsheet ? base::short_date(value) : base::iso(value);
    return *this;
}

CsvWriter& CsvWriter::empty() {
    separate();
    return *this;
}

CsvWriter& CsvWriter::cell(const Cell& value) {
    struct Visitor {
        CsvWriter& writer;
        void operator()(Empty /*unused*/) const { writer.empty(); }  // NOLINT(bugprone-standalone-empty): writes a cell
        void operator()(const std::string& text) const { writer.text(text); }
        void operator()(std::int64_t number) const { writer.number(number); }
        void operator()(base::Cents money) const { writer.money(money); }
        void operator()(base::Rate rate) const { writer.percent(rate); }
        void operator()(base::Date date) const { writer.date(date); }
    };
    std::visit(Visitor{*this}, value);
    return *this;
}

void CsvWriter::end_row() {
    if (columns_ == 0) columns_ = column_;
    ASSERT(column_ == columns_);
    // A lone empty field would be an empty line, which readers skip.
    if (columns_ == 1 && (out_.empty() || out_.back() == '\n')) out_ += "\"\"";
    out_ += "\r\n";
    column_ = 0;
    ++rows_;
}

std::string write_csv(const Sheet& sheet, CsvProfile profile) {
    std::string out;
    CsvWriter writer(out, profile);
    std::vector<std::string_view> titles;
    titles.reserve(sheet.columns.size());
    for (const SheetColumn& column : sheet.columns) titles.emplace_back(column.title);
    writer.header(titles);
    for (const SheetRow& row : sheet.rows) {
        // Sub-headers and totals are for the eye; a program that reads the file would add them up again.
        if (row.kind != SheetRowKind::Body) continue;
        for (std::size_t i = 0; i < sheet.columns.size(); ++i)
            writer.cell(i < row.cells.size() ? row.cells[i] : Cell{});
        writer.end_row();
    }
    return out;
}

// ---- reader --------------------------------------------------------------------------------------------------------

namespace {

std::unexpected<base::Error> wrong(std::size_t line, std::string_view what, std::string_view key) {
    const std::string number = std::to_string(line);
    return base::fail(Code::Invalid, "line " + number + ": " + std::string(what),
                      {std::string(key), {{"line", number}}});
}

std::unexpected<base::Error> too_large(std::string_view what) {
    return base::fail(Code::TooLarge, std::string(what), {"documents.csv.too_large", {}});
}

// The encoding is told apart, since the remedy differs.
base::Status check_encoding(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
        return base::fail(Code::Invalid, "the file is UTF-16", {"documents.csv.utf16", {}});
    if (base::valid_utf8(bytes)) return {};
    std::size_t line = 1;
    for (std::size_t from = 0;;) {
        const auto end = bytes.find('\n', from);
        if (!base::valid_utf8(bytes.substr(from, end == std::string_view::npos ? end : end - from)) ||
            end == std::string_view::npos)
            break;
        from = end + 1;
        ++line;
    }
    return wrong(line, "not UTF-8; perhaps Latin-1 (Windows-1252)", "documents.csv.latin1");
}

char find_separator(std::string_view bytes) {
    constexpr std::string_view kCandidates = ",;\t|";
    std::array<std::size_t, kCandidates.size()> counts{};
    bool quoted = false;
    for (const char c : bytes) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\n' || c == '\r') break;
        if (const auto i = kCandidates.find(c); i != std::string_view::npos) ++counts[i];
    }
    const auto best = std::max_element(counts.begin(), counts.end());
    return kCandidates[static_cast<std::size_t>(best - counts.begin())];
}

class Reader {
  public:
    Reader(std::string_view bytes, char separator, const CsvLimits& limits)
        : bytes_(bytes), separator_(separator), limits_(limits) {}

    [[nodiscard]] bool done() const { return at_ >= bytes_.size(); }

    base::Result<CsvRow> row() {
        CsvRow row{line_, {}};
        for (;;) {
            row.fields.push_back(TRY(field()));
            if (row.fields.size() > limits_.max_columns) return too_large("too many columns");
            if (done()) return row;
            const char c = bytes_[at_];
            if (c == separator_) {
                ++at_;
                continue;
            }
            TRY(line_end());
            return row;
        }
    }

    bool skip_empty_line() {
        if (done() || (bytes_[at_] != '\n' && !bytes_.substr(at_).starts_with("\r\n"))) return false;
        at_ += bytes_[at_] == '\n' ? 1U : 2U;
        ++line_;
        return true;
    }

  private:
    base::Status line_end() {
        if (bytes_[at_] == '\r') {
            if (at_ + 1 >= bytes_.size() || bytes_[at_ + 1] != '\n')
                return wrong(line_, "a carriage return alone", "documents.csv.carriage_return");
            ++at_;
        }
        ++at_;
        ++line_;
        return {};
    }

    base::Result<std::string> field() {
        if (!done() && bytes_[at_] == '"') return quoted_field();
        const std::size_t from = at_;
        while (!done() && bytes_[at_] != separator_ && bytes_[at_] != '\n' && bytes_[at_] != '\r') {
            if (bytes_[at_] == '"')
                return wrong(line_, "a quote inside a field that is not quoted", "documents.csv.stray_quote");
            if (bytes_[at_] == '\0') return wrong(line_, "a NUL", "documents.csv.nul");
            ++at_;
        }
        if (at_ - from > limits_.max_field_bytes) return too_large("a field is too long");
        return std::string(bytes_.substr(from, at_ - from));
    }

    base::Result<std::string> quoted_field() {
        const std::size_t opened = line_;
        std::string value;
        ++at_;
        for (;;) {
            if (done()) return wrong(opened, "a quote that is never closed", "documents.csv.open_quote");
            const char c = bytes_[at_++];
            if (c == '\0') return wrong(line_, "a NUL", "documents.csv.nul");
            if (c == '\n') ++line_;
            if (c == '"') {
                if (done() || bytes_[at_] != '"') break;
                ++at_;
            }
            value += c;
            if (value.size() > limits_.max_field_bytes) return too_large("a field is too long");
        }
        if (!done() && bytes_[at_] != separator_ && bytes_[at_] != '\n' && bytes_[at_] != '\r')
            return wrong(line_, "text after the closing quote of a field", "documents.csv.stray_quote");
        return value;
    }

    std::string_view bytes_;
    char separator_;
    const CsvLimits& limits_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

}  // namespace

base::Result<CsvTable> read_csv(std::string_view bytes, const CsvOptions& options) {
    if (bytes.size() > options.limits.max_bytes) return too_large("the file is too large");
    CsvTable table;
    if (bytes.starts_with(kBom)) {
        table.bom = true;
        bytes.remove_prefix(kBom.size());
    }
    TRY(check_encoding(bytes));
    table.separator = options.separator.value_or(find_separator(bytes));
    Reader reader(bytes, table.separator, options.limits);
    bool first = true;
    while (!reader.done()) {
        if (reader.skip_empty_line()) continue;
        CsvRow row = TRY(reader.row());
        if (first) {
            table.header = std::move(row.fields);
            first = false;
            continue;
        }
        if (options.same_length && row.fields.size() != table.header.size()) {
            const std::string line = std::to_string(row.line);
            const std::string found = std::to_string(row.fields.size());
            const std::string expected = std::to_string(table.header.size());
            return base::fail(Code::Invalid, fmt::format("line {}: {} fields, {} expected", line, found, expected),
                              {"documents.csv.row_length", {{"line", line}, {"found", found}, {"expected", expected}}});
        }
        if (table.rows.size() == options.limits.max_rows) return too_large("too many rows");
        table.rows.push_back(std::move(row));
    }
    if (first) return base::fail(Code::Invalid, "the file is empty", {"documents.csv.empty", {}});
    return table;
}

}  // namespace beffroi::documents
