#include "aides/sitting/schemes_published.hpp"

#include <algorithm>
#include <set>

namespace beffroi::aides::sitting {

namespace {

using scheme::ApplicantKind;
using scheme::Model;

// The words of the State's "dispositifs d'aide" schema.
std::string_view applicant_word(ApplicantKind kind) {
    switch (kind) {
        case ApplicantKind::Commune:
            return "commune";
        case ApplicantKind::Grouping:
        case ApplicantKind::Ept:
        case ApplicantKind::PurchasingGroup:
            return "epci";
        case ApplicantKind::Department:
            return "departement";
        case ApplicantKind::Region:
            return "region";
        case ApplicantKind::School:
            return "lycee";
        case ApplicantKind::Syndicat:
        case ApplicantKind::Landlord:
        case ApplicantKind::Hospital:
        case ApplicantKind::Transport:
        case ApplicantKind::Association:
            return "etablissement_public";
    }
    return "";
}

template <typename T>
const T* known(const scheme::Value<T>& value, base::Date at) {
    const auto* setting = value.at(at);
    return setting != nullptr && setting->state != scheme::State::Unknown ? &setting->value : nullptr;
}

void add_who(const Model& model, base::Date at, const base::Text& t, publish::PublishedScheme& out) {
    std::set<std::string> places;
    std::set<std::string> kinds;
    for (const auto& allowed : model.applicants) {
        kinds.insert(std::string(applicant_word(allowed.kind)));
        std::string line(t("scheme.kind." + std::string(scheme::name_of(allowed.kind))));
        auto add = [&](const auto& codes, std::string_view prefix) {
            const auto* list = known(codes, at);
            if (list == nullptr) return;
            for (const auto& code : *list) places.insert(std::string(prefix) + code);
        };
        add(allowed.regions, "REG-");
        add(allowed.departments, "DEP-");
        add(allowed.codes, "COM-");
        out.eligibility.push_back(std::move(line));
    }
    out.geography.assign(places.begin(), places.end());
    out.applicants.assign(kinds.begin(), kinds.end());
}

void add_population(const Model& model, base::Date at, const base::Text& t, publish::PublishedScheme& out) {
    if (model.population_tests.empty()) return;
    const auto& test = model.population_tests.front();
    if (const auto* below = known(test.below, at)) out.population_max = *below - 1;
    if (const auto* most = known(test.at_most, at)) out.population_max = *most;
    if (const auto* least = known(test.at_least, at)) out.population_min = *least;
    if (const auto* above = known(test.above, at)) out.population_min = *above + 1;
    auto count = [](std::int64_t n) { return base::format_count(n, base::Language::Fr); };
    if (out.population_max && !out.population_min)
        out.eligibility.push_back(t("sitting.published.below", {{"n", count(*out.population_max + 1)}}));
    else if (out.population_min && !out.population_max)
        out.eligibility.push_back(t("sitting.published.at_least", {{"n", count(*out.population_min)}}));
    else if (out.population_min && out.population_max)
        out.eligibility.push_back(t("sitting.published.between",
                                    {{"low", count(*out.population_min)}, {"high", count(*out.population_max + 1)}}));
}

void add_money(const Model& model, base::Date at, publish::PublishedScheme& out) {
    for (const auto& row : model.rates) {
        const auto* rate = known(row.percent, at);
        if (rate == nullptr) rate = known(row.to, at);
        if (rate != nullptr && (!out.rate || *out.rate < *rate)) out.rate = *rate;
    }
    for (const auto& ceiling : model.ceilings) {
        const auto* amount = known(ceiling.amount, at);
        const bool whole =
            ceiling.group.empty() && ceiling.per.value_or(at, scheme::CeilingPer::File) == scheme::CeilingPer::File;
        if (amount != nullptr && whole && (!out.ceiling || *out.ceiling < *amount)) out.ceiling = *amount;
    }
}

std::string shortened(const std::string& text, std::size_t most) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
        if (++count < most) continue;
        std::size_t cut = text.rfind(' ', i);
        return text.substr(0, cut == std::string::npos ? i : cut) + "…";
    }
    return text;
}

}  // namespace

publish::PublishedScheme published_scheme(const scheme::Edition& edition, const application::EditionRow& row,
                                          const Publisher& publisher, std::string_view contact, bool demonstration,
                                          const base::Catalogue& catalogue) {
    const Model& model = edition.model();
    const base::Text t(catalogue, base::Language::Fr);
    const base::Date at = edition.judgement_date({});
    publish::PublishedScheme out;
    out.id = model.scheme;
    out.edition = model.edition;
    out.uuid = publish::scheme_uuid(model.id());
    out.title = model.title.fr;
    out.promise = shortened(model.summary.fr, 180);
    out.description = model.summary.fr;
    out.carrier_name = model.funder;
    out.carrier_siren = model.funder_siren;
    add_who(model, at, t, out);
    add_population(model, at, t, out);
    add_money(model, at, out);
    // From the first opening to the last closing that are known.
    for (const auto& window : model.windows) {
        if (const auto* opens = known(window.opens, at); opens != nullptr && (!out.opens_at || *opens < *out.opens_at))
            out.opens_at = *opens;
        if (const auto* closes = known(window.closes, at);
            closes != nullptr && (!out.closes_at || *closes > *out.closes_at))
            out.closes_at = *closes;
    }
    out.updated_at = row.published;
    out.call_for_projects = !model.windows.empty();
    out.contact = std::string(contact);
    out.url = publisher.base_url + "/dispositifs/" + model.id();
    out.application_url = publisher.base_url + "/dossiers/nouveau?edition=" + model.id();
    if (demonstration) out.provenance = {publish::Origin::Simulated, {}};
    return out;
}

}  // namespace beffroi::aides::sitting
