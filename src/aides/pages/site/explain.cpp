#include "aides/pages/site/explain.hpp"

namespace beffroi::aides::pages {

namespace {

using Holds = html::Reason::Holds;

Holds holds_of(const scheme::Node& node) {
    switch (node.holds) {
        case scheme::Tri::False:
            return Holds::No;
        case scheme::Tri::Unknown:
            return Holds::Unknown;
        case scheme::Tri::True:
            break;
    }
    // "30 % de 56 961 €, soit…" is no question that has an answer.
    return node.sentence.ends_with(".holds") ? Holds::Yes : Holds::Neutral;
}

// Titles only: the address is the link.
std::string titles(const scheme::Refs& refs, const scheme::Model& model, const base::Text& t) {
    std::string text;
    for (const std::string& ref : refs) {
        const scheme::Source* source = model.source(ref);
        if (source == nullptr) continue;
        if (!text.empty()) text += " ; ";
        text += source->title;
        if (source->mark != scheme::Mark::Read) {
            text += ' ';
            text += t("scheme.mark." + std::string(scheme::name_of(source->mark)));
        }
    }
    return text;
}

std::string address(const scheme::Refs& refs, const scheme::Model& model) {
    for (const std::string& ref : refs)
        if (const scheme::Source* source = model.source(ref); source != nullptr && !source->url.empty())
            return source->url;
    return {};
}

}  // namespace

std::vector<html::Reason> reasons_of(const std::vector<scheme::Node>& nodes, const scheme::Edition& edition,
                                     const base::Text& t) {
    std::vector<html::Reason> reasons;
    for (const scheme::Node& node : nodes) {
        // The notes stand under it, so they are not said in its sentence as well.
        scheme::Node bare{.rule = {}, .sentence = node.sentence, .figures = node.figures};
        html::Reason reason{.text = scheme::sentence(bare, t),
                            .holds = holds_of(node),
                            .reference = titles(node.refs, edition.model(), t),
                            .reference_href = address(node.refs, edition.model()),
                            .under = reasons_of(node.children, edition, t)};
        for (const scheme::Bilingual& text : node.assumptions)
            reason.under.push_back({.text = t("scheme.note.assumed", {{"text", text.in(t.language())}})});
        for (const scheme::Bilingual& text : node.questions)
            reason.under.push_back(
                {.text = t("scheme.note.question", {{"text", text.in(t.language())}}), .holds = Holds::Unknown});
        reasons.push_back(std::move(reason));
    }
    return reasons;
}

html::Tag provenance_tag(application::Provenance provenance, const base::Text& t) {
    switch (provenance) {
        case application::Provenance::Real:
            return {t("site.provenance.real"), html::Tone::Good};
        case application::Provenance::Simulated:
            return {t("site.provenance.simulated"), html::Tone::Warning};
        case application::Provenance::Live:
            break;
    }
    return {t("site.provenance.live"), html::Tone::Neutral};
}

std::string place_label(const Site& site, std::string_view siren, std::string_view otherwise) {
    if (auto parsed = territory::Siren::parse(siren)) {
        if (auto commune = site.desk.territory.commune(*parsed)) return commune->label();
        if (auto grouping = site.desk.territory.grouping(*parsed)) return grouping->label();
    }
    return std::string(otherwise.empty() ? siren : otherwise);
}

}  // namespace beffroi::aides::pages
