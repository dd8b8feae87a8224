#include "documents/pdf.hpp"

#include <vector>

#include <cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>

#include "documents/pdf_finish.hpp"
#include "documents/pdf_flow.hpp"

namespace beffroi::documents {

using base::Code;
using detail::Op;
using detail::OpKind;

namespace {

struct DestroySurface {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
struct DestroyCairo {
    void operator()(cairo_t* cr) const { cairo_destroy(cr); }
};

cairo_status_t append(void* closure, const unsigned char* data, unsigned int length) {
    static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
}

void paint_text(cairo_t* cr, const Op& op) {
    cairo_set_source_rgb(cr, op.colour.red, op.colour.green, op.colour.blue);
    const auto lines = op.text->lines();
    const double shift = op.y - lines[op.first].top;
    // Walking the list from its head once: asking for line n by its number would walk it each time.
    GSList* list = pango_layout_get_lines_readonly(op.text->layout());
    std::size_t i = 0;
    for (GSList* node = list; node != nullptr && i < op.last; node = node->next, ++i) {
        if (i < op.first) continue;
        cairo_move_to(cr, op.x + lines[i].x, shift + lines[i].baseline);
        pango_cairo_show_layout_line(cr, static_cast<PangoLayoutLine*>(node->data));
    }
}

// Outline entries of the file: parents by level.
class Outline {
  public:
    void add(cairo_surface_t* surface, const Op& op, int page) {
        while (!open_.empty() && open_.back().level >= op.level) open_.pop_back();
        const int parent = open_.empty() ? CAIRO_PDF_OUTLINE_ROOT : open_.back().id;
        const std::string where = fmt::format("page={} pos=[0 {:.2f}]", page, op.y > 12 ? op.y - 12 : 0.0);
        const int id = cairo_pdf_surface_add_outline(surface, parent, op.label.c_str(), where.c_str(),
                                                     CAIRO_PDF_OUTLINE_FLAG_OPEN);
        open_.push_back({op.level, id});
    }
    void restart() { open_.clear(); }

  private:
    struct Entry {
        int level;
        int id;
    };
    std::vector<Entry> open_;
};

void paint(cairo_t* cr, cairo_surface_t* surface, const detail::Pages& pages, Outline& outline, int& page_number) {
    outline.restart();
    cairo_pdf_surface_set_size(surface, pages.width, pages.height);
    for (const detail::Page& page : pages.pages) {
        ++page_number;
        for (const Op& op : page.ops) {
            switch (op.kind) {
                case OpKind::Text:
                    paint_text(cr, op);
                    break;
                case OpKind::Fill:
                    cairo_set_source_rgb(cr, op.colour.red, op.colour.green, op.colour.blue);
                    cairo_rectangle(cr, op.x, op.y, op.width, op.height);
                    cairo_fill(cr);
                    break;
                case OpKind::Begin:
                    cairo_tag_begin(cr, op.tag, nullptr);
                    break;
                case OpKind::End:
                    cairo_tag_end(cr, op.tag);
                    break;
                case OpKind::Outline:
                    outline.add(surface, op, page_number);
                    break;
            }
        }
        cairo_show_page(cr);
    }
}

void set_metadata(cairo_surface_t* surface, const Doc& doc) {
    const auto set = [&](cairo_pdf_metadata_t what, const std::string& value) {
        if (!value.empty()) cairo_pdf_surface_set_metadata(surface, what, value.c_str());
    };
    set(CAIRO_PDF_METADATA_TITLE, doc.title);
    set(CAIRO_PDF_METADATA_AUTHOR, doc.author);
    set(CAIRO_PDF_METADATA_SUBJECT, doc.subject);
    set(CAIRO_PDF_METADATA_CREATOR, "Beffroi");
    const std::string date = base::iso(doc.date) + "T00:00:00Z";
    set(CAIRO_PDF_METADATA_CREATE_DATE, date);
    set(CAIRO_PDF_METADATA_MOD_DATE, date);
}

}  // namespace

struct PdfWriter::State {
    detail::Shaper shaper;
};

PdfWriter::PdfWriter() : state_(std::make_unique<State>()) {}
PdfWriter::PdfWriter(PdfWriter&&) noexcept = default;
PdfWriter& PdfWriter::operator=(PdfWriter&&) noexcept = default;
PdfWriter::~PdfWriter() = default;

base::Result<std::string> PdfWriter::write(const Doc& doc, const PdfOptions& options) {
    return write_together(std::span(&doc, 1), options);
}

base::Result<std::string> PdfWriter::write_together(std::span<const Doc> docs, const PdfOptions& options) {
    if (docs.empty()) return base::fail(Code::Invalid, "no document to write");
    std::string bytes;
    std::vector<detail::HeaderCell> headers;
    {
        std::unique_ptr<cairo_surface_t, DestroySurface> surface(
            cairo_pdf_surface_create_for_stream(append, &bytes, 1, 1));
        cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_5);
        set_metadata(surface.get(), docs.front());
        std::unique_ptr<cairo_t, DestroyCairo> cr(cairo_create(surface.get()));
        Outline outline;
        int page_number = 0;
        for (const Doc& doc : docs) {
            const detail::Pages pages = detail::flow(doc, state_->shaper);
            headers.insert(headers.end(), pages.headers.begin(), pages.headers.end());
            paint(cr.get(), surface.get(), pages, outline, page_number);
        }
        const cairo_status_t drawn = cairo_status(cr.get());
        cr.reset();
        cairo_surface_finish(surface.get());
        const cairo_status_t written = cairo_surface_status(surface.get());
        for (const cairo_status_t status : {drawn, written})
            if (status != CAIRO_STATUS_SUCCESS)
                return base::fail(Code::Internal, std::string("cairo: ") + cairo_status_to_string(status));
    }
    return detail::finish_pdf(std::move(bytes), docs.front().language, headers, options.compact);
}

}  // namespace beffroi::documents
