#include "documents/pdf_join.hpp"

#include <memory>
#include <vector>

#include <qpdf/qpdf-c.h>

namespace beffroi::documents {

namespace {

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

  private:
    qpdf_data data_;
};

std::unexpected<base::Error> failure(qpdf_data pdf, base::Code code) {
    qpdf_error error = qpdf_has_error(pdf) != QPDF_FALSE ? qpdf_get_error(pdf) : nullptr;
    const char* text = error != nullptr ? qpdf_get_error_full_text(pdf, error) : "unknown";
    return base::fail(code, std::string("qpdf: ") + text);
}

}  // namespace

base::Result<std::string> join_pdfs(std::span<const std::string> files, std::string_view title) {
    if (files.empty()) return base::fail(base::Code::Invalid, "no file to join");
    // Sources live until the result is written: their pages are copied only then.
    std::vector<std::unique_ptr<Pdf>> sources;
    const Pdf joined;
    if ((qpdf_empty_pdf(joined) & QPDF_ERRORS) != 0) return failure(joined, base::Code::Internal);
    for (const std::string& file : files) {
        auto& source = *sources.emplace_back(std::make_unique<Pdf>());
        if ((qpdf_read_memory(source, "file", file.data(), file.size(), nullptr) & QPDF_ERRORS) != 0)
            return failure(source, base::Code::Corrupt);
        const int pages = qpdf_get_num_pages(source);
        if (pages < 0) return failure(source, base::Code::Corrupt);
        for (int i = 0; i < pages; ++i) {
            const qpdf_oh page = qpdf_get_page_n(source, static_cast<std::size_t>(i));
            qpdf_oh_remove_key(source, page, "/StructParents");
            if ((qpdf_add_page(joined, source, page, QPDF_FALSE) & QPDF_ERRORS) != 0)
                return failure(joined, base::Code::Internal);
        }
    }
    const qpdf_oh root = qpdf_get_root(joined);
    qpdf_oh_replace_key(joined, root, "/Lang", qpdf_oh_new_string(joined, "fr-FR"));
    qpdf_oh_replace_key(joined, root, "/ViewerPreferences", qpdf_oh_parse(joined, "<< /DisplayDocTitle true >>"));
    const qpdf_oh info = qpdf_oh_new_dictionary(joined);
    qpdf_oh_replace_key(joined, info, "/Title", qpdf_oh_new_unicode_string(joined, std::string(title).c_str()));
    const qpdf_oh trailer = qpdf_get_trailer(joined);
    qpdf_oh_replace_key(joined, trailer, "/Info", qpdf_make_indirect_object(joined, info));
    if (qpdf_has_error(joined) != QPDF_FALSE) return failure(joined, base::Code::Internal);
    qpdf_init_write_memory(joined);
    qpdf_set_object_stream_mode(joined, qpdf_o_generate);
    qpdf_set_stream_data_mode(joined, qpdf_s_preserve);
    qpdf_set_deterministic_ID(joined, QPDF_TRUE);
    if ((qpdf_write(joined) & QPDF_ERRORS) != 0) return failure(joined, base::Code::Internal);
    return std::string(reinterpret_cast<const char*>(qpdf_get_buffer(joined)), qpdf_get_buffer_length(joined));
}

}  // namespace beffroi::documents
