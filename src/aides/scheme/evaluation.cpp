#include "aides/scheme/evaluation.hpp"

#include <chrono>

#include <fmt/format.h>

#include "aides/scheme/edition.hpp"

namespace beffroi::scheme {

namespace {

std::string amount(std::int64_t value, bool euros, base::Language language) {
    return euros ? base::format_euros(base::Cents{value}, language) : base::format_count(value, language);
}

std::string range_text(const Figure& figure, const base::Text& text) {
    bool euros = figure.text == "euros";
    base::Language language = text.language();
    bool low = figure.value > kNoLow;
    bool high = figure.high < kNoHigh;
    // Bounds are included here; people say "moins de 20 000", not "au plus 19 999".
    std::string top = high ? amount(figure.high + 1, euros, language) : std::string();
    std::string bottom = amount(figure.value, euros, language);
    if (low && high) return text("scheme.range.between", {{"low", bottom}, {"high", top}});
    if (high) return text("scheme.range.below", {{"high", top}});
    if (low) return text("scheme.range.from", {{"low", bottom}});
    return std::string(text("scheme.range.any"));
}

std::string shown(const Figure& figure, const base::Text& text) {
    base::Language language = text.language();
    switch (figure.kind) {
        case Figure::Kind::Count:
            return base::format_count(figure.value, language);
        case Figure::Kind::Euros:
            return base::format_euros(base::Cents{figure.value}, language);
        case Figure::Kind::Percent:
            return base::format_percent(base::Rate{static_cast<std::int32_t>(figure.value)}, language);
        case Figure::Kind::Date: {
            base::Date date{std::chrono::sys_days{std::chrono::days{figure.value}}};
            return base::format_date(date, language);
        }
        case Figure::Kind::Year:
            return fmt::format("{}", figure.value);
        case Figure::Kind::Text:
            return figure.text;
        case Figure::Kind::Label:
            return figure.label.in(language);
        case Figure::Kind::Key:
            return std::string(text(figure.text));
        case Figure::Kind::Range:
            return range_text(figure, text);
    }
    return {};
}

std::string filled(const std::string& key, const std::vector<Figure>& figures, const base::Text& text) {
    base::Message message{key, {}};
    for (const auto& figure : figures) message.args.emplace_back(figure.name, shown(figure, text));
    return text(message);
}

}  // namespace

std::string sentence(const Node& node, const base::Text& text) {
    std::string out = filled(node.sentence, node.figures, text);
    base::Language language = text.language();
    for (const auto& question : node.questions)
        out += " " + text("scheme.note.question", {{"text", question.in(language)}});
    for (const auto& reason : node.assumptions)
        out += " " + text("scheme.note.assumed", {{"text", reason.in(language)}});
    return out;
}

std::string sentence(const LineResult& line, const base::Text& text) {
    return line.sentence.empty() ? std::string() : filled(line.sentence, line.figures, text);
}

std::string reference(const Refs& refs, const Edition& edition, const base::Text& text) {
    std::string out;
    for (const auto& id : refs) {
        const Source* source = edition.model().source(id);
        if (!source) continue;
        if (!out.empty()) out += " ; ";
        out += source->title;
        if (source->mark != Mark::Read)
            out += " " + std::string(text("scheme.mark." + std::string(name_of(source->mark))));
        if (!source->url.empty()) out += " <" + source->url + ">";
    }
    return out;
}

}  // namespace beffroi::scheme
