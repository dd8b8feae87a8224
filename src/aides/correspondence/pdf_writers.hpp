// Writers of PDF that wait to be used again: fonts and shaping stay warm from one letter to the next, whichever thread
// draws it up. As many as were ever in use at the same time.
//
// Threads: safe from any.
#pragma once

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "documents/pdf.hpp"

namespace beffroi::aides::correspondence {

class PdfWriters {
  public:
    // Given back when it goes. Must not outlive the writers it came from.
    class Borrowed {
      public:
        Borrowed(PdfWriters& from, documents::PdfWriter writer) : from_(from), writer_(std::move(writer)) {}
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;
        ~Borrowed() { from_.give_back(std::move(writer_)); }
        documents::PdfWriter* operator->() { return &writer_; }

      private:
        PdfWriters& from_;
        documents::PdfWriter writer_;
    };

    [[nodiscard]] Borrowed borrow() {
        auto waiting = take();
        return {*this, waiting ? std::move(*waiting) : documents::PdfWriter()};
    }

  private:
    std::optional<documents::PdfWriter> take() {
        const std::lock_guard lock(mutex_);
        if (idle_.empty()) return std::nullopt;
        std::optional writer(std::move(idle_.back()));
        idle_.pop_back();
        return writer;
    }
    void give_back(documents::PdfWriter writer) {
        const std::lock_guard lock(mutex_);
        idle_.push_back(std::move(writer));
    }

    std::mutex mutex_;
    std::vector<documents::PdfWriter> idle_;
};

}  // namespace beffroi::aides::correspondence
