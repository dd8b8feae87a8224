// Doc → PDF: tagged (headings, paragraphs, lists, tables with scoped headers), language and title set, fonts embedded.
//
// The claim is "tagged, language set", not PDF/UA: no validator for it was available. The same Doc gives the same
// bytes.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "documents/doc.hpp"

namespace beffroi::documents {

struct PdfOptions {
    // Packs objects (a letter is a quarter smaller, a long table more than half) at some cost of time. Off for letters:
    // hundreds are drawn up while somebody waits.
    bool compact = true;
};

// Keeps fonts and shaping state warm between documents. One per thread: not shared, but movable to another thread.
class PdfWriter {
  public:
    PdfWriter();
    PdfWriter(PdfWriter&&) noexcept;
    PdfWriter& operator=(PdfWriter&&) noexcept;
    ~PdfWriter();

    // Internal only when a library fails; a Doc cannot be wrong.
    [[nodiscard]] base::Result<std::string> write(const Doc& doc, const PdfOptions& options = {});
    // Several documents in one file, each starting on a new page with its own page numbers: letters to be printed
    // together. Title, author and date come from the first.
    [[nodiscard]] base::Result<std::string> write_together(std::span<const Doc> docs, const PdfOptions& options = {});

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace beffroi::documents
