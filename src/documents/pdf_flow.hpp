// Inside this folder only: a Doc broken into pages of drawing operations, before anything is drawn, so that "page 2/5"
// is known.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "documents/doc.hpp"
#include "documents/pdf_shape.hpp"

namespace beffroi::documents::detail {

inline constexpr double kMillimetre = 72.0 / 25.4;

enum class OpKind { Text, Fill, Begin, End, Outline };

struct Op {
    OpKind kind = OpKind::Text;
    double x = 0, y = 0, width = 0, height = 0;
    Colour colour;
    const Shaped* text = nullptr;
    std::size_t first = 0, last = 0;  // lines of the text
    const char* tag = nullptr;        // structure type, a literal
    std::string label;                // Outline: its words
    int level = 0;                    // Outline
};

struct Page {
    std::vector<Op> ops;
};

// What Cairo cannot write about a header cell and the last pass adds, in the order of the cells in the document.
struct HeaderCell {
    bool column = true;  // scope: column, or the rows of a group
    std::uint32_t span = 1;
};

struct Pages {
    double width = 0, height = 0;
    std::vector<Page> pages;
    std::vector<std::shared_ptr<const Shaped>> texts;  // what the operations point to
    std::vector<HeaderCell> headers;
};

[[nodiscard]] Pages flow(const Doc& doc, Shaper& shaper);

}  // namespace beffroi::documents::detail
