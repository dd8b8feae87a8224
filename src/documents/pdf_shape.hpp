// Inside this folder only: text shaped into lines by Pango.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "documents/doc.hpp"

using PangoLayout = struct _PangoLayout;    // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
using PangoContext = struct _PangoContext;  // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)
using PangoFontMap = struct _PangoFontMap;  // NOLINT(bugprone-reserved-identifier,readability-identifier-naming)

namespace beffroi::documents::detail {

struct Colour {
    double red = 0, green = 0, blue = 0;
};

inline constexpr Colour kInk{0.09, 0.11, 0.14};
inline constexpr Colour kAccent{0.11, 0.23, 0.39};
inline constexpr Colour kGrey{0.35, 0.39, 0.45};  // 6:1 on white
inline constexpr Colour kHairline{0.80, 0.83, 0.87};
inline constexpr Colour kTint{0.93, 0.95, 0.975};
inline constexpr Colour kAlert{0.65, 0.20, 0.10};

struct TextStyle {
    double size = 10.5;  // points
    bool bold = false;
    bool italic = false;
    Colour colour = kInk;
    Align align = Align::Left;
    double leading = 1.12;  // of the font's own line height
};

struct Line {
    double top = 0;  // from the top of the text, points
    double height = 0;
    double baseline = 0;  // from the top of the text
    double x = 0;         // offset for centred and right-aligned lines
};

// Text that is shaped and broken into lines, ready to be drawn.
class Shaped {
  public:
    Shaped() = default;
    [[nodiscard]] PangoLayout* layout() const { return layout_.get(); }
    [[nodiscard]] std::span<const Line> lines() const { return lines_; }
    [[nodiscard]] double height() const { return lines_.empty() ? 0 : lines_.back().top + lines_.back().height; }
    [[nodiscard]] Colour colour() const { return colour_; }

  private:
    friend class Shaper;
    struct Unref {
        void operator()(PangoLayout* layout) const;
    };
    std::unique_ptr<PangoLayout, Unref> layout_;
    std::vector<Line> lines_;
    Colour colour_;
};

// Fonts and shaping, warm. One thread at a time.
class Shaper {
  public:
    Shaper();
    // `width` in points. Texts are kept for the next time: letters of a batch, and tables, say the same things again
    // and again.
    [[nodiscard]] std::shared_ptr<const Shaped> shape(const Spans& spans, const TextStyle& style, double width);
    [[nodiscard]] std::shared_ptr<const Shaped> shape(std::string_view text, const TextStyle& style, double width);
    void language(base::Language language);

  private:
    struct Unref {
        void operator()(void* object) const;
    };
    [[nodiscard]] Shaped finish(PangoLayout* layout, const TextStyle& style, double width) const;
    [[nodiscard]] Shaped shape_anew(const Spans& spans, const TextStyle& style, double width) const;

    std::unique_ptr<PangoFontMap, Unref> fonts_;
    std::unique_ptr<PangoContext, Unref> context_;
    base::Language language_ = base::Language::Fr;
    std::string key_;  // scratch
    std::unordered_map<std::string, std::shared_ptr<const Shaped>> known_;
};

}  // namespace beffroi::documents::detail
