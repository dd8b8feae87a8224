#include "documents/pdf_finish.hpp"

#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <qpdf/qpdf-c.h>

namespace beffroi::documents::detail {

using base::Code;

namespace {

std::string_view language_tag(base::Language language) {
    return language == base::Language::Fr ? "fr-FR" : "en-GB";
}

// qpdf by its C interface: its C++ headers do not compile as C++23 (JSON.hh has a vector of an incomplete type).
class Pdf {
  public:
    Pdf() : data_(qpdf_init()) {
        qpdf_silence_errors(data_);
        qpdf_set_suppress_warnings(data_, QPDF_TRUE);
    }
    Pdf(const Pdf&) = delete;
    Pdf& operator=(const Pdf&) = delete;
    ~Pdf() { qpdf_cleanup(&data_); }
    operator qpdf_data() const { return data_; }

    [[nodiscard]] std::unexpected<base::Error> failure() const {
        qpdf_error error = qpdf_get_error(data_);
        const char* text = error != nullptr ? qpdf_get_error_full_text(data_, error) : "unknown";
        return base::fail(Code::Internal, std::string("qpdf: ") + text);
    }

  private:
    qpdf_data data_;
};

// Header cells in the order of the document, which is the order they were drawn in.
void scope_headers(const Pdf& pdf, qpdf_oh node, std::span<const HeaderCell> headers, std::size_t& next) {
    if (qpdf_oh_is_array(pdf, node) != QPDF_FALSE) {
        const int count = qpdf_oh_get_array_n_items(pdf, node);
        for (int i = 0; i < count; ++i) {
            const qpdf_oh item = qpdf_oh_get_array_item(pdf, node, i);
            scope_headers(pdf, item, headers, next);
            qpdf_oh_release(pdf, item);
        }
        return;
    }
    if (qpdf_oh_is_dictionary(pdf, node) == QPDF_FALSE) return;
    const qpdf_oh kind = qpdf_oh_get_key(pdf, node, "/S");
    const bool header =
        qpdf_oh_is_name(pdf, kind) != QPDF_FALSE && std::string_view(qpdf_oh_get_name(pdf, kind)) == "/TH";
    qpdf_oh_release(pdf, kind);
    if (header && next < headers.size()) {
        const HeaderCell& cell = headers[next++];
        const std::string span = cell.span > 1 ? fmt::format(" /ColSpan {}", cell.span) : std::string();
        const std::string attributes =
            fmt::format("<< /O /Table /Scope {}{} >>", cell.column ? "/Column" : "/Row", span);
        qpdf_oh_replace_key(pdf, node, "/A", qpdf_oh_parse(pdf, attributes.c_str()));
    }
    const qpdf_oh kids = qpdf_oh_get_key(pdf, node, "/K");
    scope_headers(pdf, kids, headers, next);
    qpdf_oh_release(pdf, kids);
}

base::Result<std::string> rewrite(std::string_view bytes, base::Language language, std::span<const HeaderCell> headers,
                                  bool compact) {
    const Pdf pdf;
    if ((qpdf_read_memory(pdf, "document", bytes.data(), bytes.size(), nullptr) & QPDF_ERRORS) != 0)
        return pdf.failure();
    const qpdf_oh root = qpdf_get_root(pdf);
    qpdf_oh_replace_key(pdf, root, "/Lang", qpdf_oh_new_string(pdf, std::string(language_tag(language)).c_str()));
    qpdf_oh_replace_key(pdf, root, "/ViewerPreferences", qpdf_oh_parse(pdf, "<< /DisplayDocTitle true >>"));
    if (!headers.empty()) {
        std::size_t next = 0;
        const qpdf_oh tree = qpdf_oh_get_key(pdf, root, "/StructTreeRoot");
        scope_headers(pdf, qpdf_oh_get_key(pdf, tree, "/K"), headers, next);
    }
    if (qpdf_has_error(pdf) != QPDF_FALSE) return pdf.failure();
    qpdf_init_write_memory(pdf);
    qpdf_set_object_stream_mode(pdf, compact ? qpdf_o_generate : qpdf_o_disable);
    qpdf_set_stream_data_mode(pdf, qpdf_s_preserve);
    qpdf_set_deterministic_ID(pdf, QPDF_TRUE);
    if ((qpdf_write(pdf) & QPDF_ERRORS) != 0) return pdf.failure();
    return std::string(reinterpret_cast<const char*>(qpdf_get_buffer(pdf)), qpdf_get_buffer_length(pdf));
}

std::optional<std::size_t> number_after(std::string_view bytes, std::string_view word, std::size_t from) {
    const auto at = bytes.find(word, from);
    if (at == std::string_view::npos) return std::nullopt;
    const char* first = bytes.data() + at + word.size();
    const char* last = bytes.data() + bytes.size();
    while (first != last && (*first == ' ' || *first == '\n' || *first == '\r')) ++first;
    std::size_t value = 0;
    if (std::from_chars(first, last, value).ec != std::errc()) return std::nullopt;
    return value;
}

// Cairo's own layout is known (classic table of offsets, the catalogue as a plain object); anything else is left to
// qpdf.
bool append_update(std::string& bytes, base::Language language) {
    const std::string_view view = bytes;
    const auto trailer = view.rfind("trailer");
    if (trailer == std::string_view::npos) return false;
    const auto root = number_after(view, "/Root", trailer);
    const auto size = number_after(view, "/Size", trailer);
    const auto info = number_after(view, "/Info", trailer);
    const auto previous = number_after(view, "startxref", trailer);
    if (!root || !size || !info || !previous) return false;
    const std::string opening = fmt::format("\n{} 0 obj\n", *root);
    const auto object = view.rfind(opening, trailer);
    if (object == std::string_view::npos) return false;
    const auto first = object + opening.size();
    const auto end = view.find("endobj", first);
    const auto close = view.rfind(">>", end);
    if (end == std::string_view::npos || close == std::string_view::npos || close < first) return false;
    const std::string body(view.substr(first, close - first));

    const std::size_t offset = bytes.size();
    bytes += fmt::format("{} 0 obj\n{}   /Lang ({})\n   /ViewerPreferences << /DisplayDocTitle true >>\n>>\nendobj\n",
                         *root, body, language_tag(language));
    const std::size_t table = bytes.size();
    bytes += fmt::format("xref\n{} 1\n{:010} 00000 n \ntrailer\n<< /Size {} /Root {} 0 R /Info {} 0 R /Prev {} >>\n",
                         *root, offset, *size, *root, *info, *previous);
    bytes += fmt::format("startxref\n{}\n%%EOF\n", table);
    return true;
}

}  // namespace

base::Result<std::string> finish_pdf(std::string bytes, base::Language language, std::span<const HeaderCell> headers,
                                     bool compact) {
    if (!compact && headers.empty() && append_update(bytes, language)) return bytes;
    return rewrite(bytes, language, headers, compact);
}

}  // namespace beffroi::documents::detail
