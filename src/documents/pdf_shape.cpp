#include "documents/pdf_shape.hpp"

#include <array>
#include <string>

#include <pango/pangocairo.h>

namespace beffroi::documents::detail {

namespace {

// Carlito has the widths of Calibri, which most offices have: the ODT breaks its lines where the PDF does.
constexpr const char* kFamily = "Carlito, Lato, Liberation Sans, DejaVu Sans";

double points(int pango_units) {
    return static_cast<double>(pango_units) / PANGO_SCALE;
}

// What cannot be drawn must not be dropped with the rest of the text: invalid bytes are replaced, line breaks are
// spaces unless asked.
std::string drawable(std::string_view text) {
    if (g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr) != FALSE) return std::string(text);
    gchar* fixed = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
    std::string result(fixed);
    g_free(fixed);
    return result;
}

}  // namespace

void Shaped::Unref::operator()(PangoLayout* layout) const {
    g_object_unref(layout);
}
void Shaper::Unref::operator()(void* object) const {
    g_object_unref(object);
}

Shaper::Shaper() : fonts_(pango_cairo_font_map_new()), context_(pango_font_map_create_context(fonts_.get())) {
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts_.get()), 72.0);
    pango_cairo_context_set_resolution(context_.get(), 72.0);
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context_.get(), options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context_.get(), FALSE);
    language(base::Language::Fr);
}

void Shaper::language(base::Language language) {
    if (language != language_) known_.clear();
    language_ = language;
    pango_context_set_language(context_.get(),
                               pango_language_from_string(language == base::Language::Fr ? "fr" : "en"));
}

Shaped Shaper::finish(PangoLayout* layout, const TextStyle& style, double width) const {
    Shaped shaped;
    shaped.layout_.reset(layout);
    shaped.colour_ = style.colour;
    pango_layout_set_width(layout, static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    const auto align = style.align == Align::Left     ? PANGO_ALIGN_LEFT
                       : style.align == Align::Center ? PANGO_ALIGN_CENTER
                                                      : PANGO_ALIGN_RIGHT;
    pango_layout_set_alignment(layout, align);
    PangoFontDescription* font = pango_font_description_new();
    pango_font_description_set_family_static(font, kFamily);
    pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
    pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_style(font, style.italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);

    PangoLayoutIter* iter = pango_layout_get_iter(layout);
    double top = 0;
    do {
        PangoRectangle logical{};
        pango_layout_iter_get_line_extents(iter, nullptr, &logical);
        const double natural = points(logical.height);
        const double height = natural * style.leading;
        const double ascent = points(pango_layout_iter_get_baseline(iter) - logical.y);
        shaped.lines_.push_back({top, height, top + (height - natural) / 2 + ascent, points(logical.x)});
        top += height;
    } while (pango_layout_iter_next_line(iter) != FALSE);
    pango_layout_iter_free(iter);
    return shaped;
}

std::shared_ptr<const Shaped> Shaper::shape(std::string_view text, const TextStyle& style, double width) {
    return shape(Spans{Span{std::string(text)}}, style, width);
}

std::shared_ptr<const Shaped> Shaper::shape(const Spans& spans, const TextStyle& style, double width) {
    key_.clear();
    const auto add = [this](const auto& value) { key_.append(reinterpret_cast<const char*>(&value), sizeof value); };
    for (const double number :
         {style.size, style.leading, style.colour.red, style.colour.green, style.colour.blue, width})
        add(number);
    add(static_cast<char>(static_cast<int>(style.align) * 4 + (style.bold ? 2 : 0) + (style.italic ? 1 : 0)));
    for (const Span& span : spans) {
        add(span.text.size());
        add(static_cast<char>((span.bold ? 2 : 0) + (span.italic ? 1 : 0)));
        key_ += span.text;
    }
    if (const auto found = known_.find(key_); found != known_.end()) return found->second;
    // Dropped whole when full: no bookkeeping, and what is repeated comes back at once.
    constexpr std::size_t kMost = 4096;
    if (known_.size() >= kMost) known_.clear();
    auto shaped = std::make_shared<const Shaped>(shape_anew(spans, style, width));
    known_.emplace(key_, shaped);
    return shaped;
}

Shaped Shaper::shape_anew(const Spans& spans, const TextStyle& style, double width) const {
    PangoLayout* layout = pango_layout_new(context_.get());
    PangoAttrList* attributes = pango_attr_list_new();
    std::string text;
    const auto cover = [&](PangoAttribute* attribute, std::size_t from) {
        attribute->start_index = static_cast<guint>(from);
        attribute->end_index = static_cast<guint>(text.size());
        pango_attr_list_insert(attributes, attribute);
    };
    for (const Span& span : spans) {
        const std::size_t from = text.size();
        text += drawable(span.text);
        if (span.bold) cover(pango_attr_weight_new(PANGO_WEIGHT_BOLD), from);
        if (span.italic) cover(pango_attr_style_new(PANGO_STYLE_ITALIC), from);
    }
    pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    return finish(layout, style, width);
}

}  // namespace beffroi::documents::detail
