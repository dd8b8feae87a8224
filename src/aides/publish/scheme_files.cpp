#include "aides/publish/scheme_files.hpp"

#include <array>
#include <map>
#include <string_view>

#include "aides/publish/chart.hpp"
#include "aides/publish/json_out.hpp"
#include "aides/publish/utf8.hpp"
#include "documents/csv.hpp"

namespace beffroi::aides::publish {

namespace {

constexpr std::size_t kMaxPromise = 180;
constexpr std::size_t kMaxDescription = 5000;

constexpr std::array<std::string_view, 22> kColumns{
    "id",
    "titre",
    "promesse",
    "description",
    "eligibilite",
    "types_aides",
    "porteurs",
    "programmes_parents",
    "url_source",
    "cibles",
    "eligibilite_geographique",
    "eligibilite_geographique_exclusions",
    "date_ouverture",
    "date_cloture",
    "date_mise_a_jour",
    "type_structure_publique",
    "niveau_collectivite",
    "taille_population_minimum",
    "taille_population_maximum",
    "classement_zzus",
    "endettement_maximum",
    "criteres_sociaux",
};

std::string joined(std::span<const std::string> parts, std::string_view separator) {
    std::string out;
    for (const std::string& one : parts) {
        if (!out.empty()) out += separator;
        out += one;
    }
    return out;
}

std::string title_of(const PublishedScheme& scheme) {
    return std::string(origin_mark(scheme.provenance.origin)) + scheme.title +
           (scheme.edition.empty() ? "" : " " + scheme.edition);
}

std::string uuid_of(const PublishedScheme& scheme) {
    return scheme.uuid.empty() ? scheme_uuid(scheme.id + "/" + scheme.edition) : scheme.uuid;
}

// Plain text to HTML: paragraphs, or one list.
std::string paragraphs(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = text.find("\n\n");
        const std::string one = one_line(text.substr(0, end));
        if (!one.empty()) out += "<p>" + xml_escaped(one) + "</p>";
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
    }
    return out;
}

std::string list(std::span<const std::string> items) {
    if (items.empty()) return {};
    std::string out = "<ul>";
    for (const std::string& one : items) out += "<li>" + xml_escaped(one_line(one)) + "</li>";
    return out + "</ul>";
}

// The audiences that the Pays de la Loire importer knows.
std::string audience(const PublishedScheme& scheme) {
    bool institutions = false;
    bool lycees = false;
    for (const std::string& one : scheme.applicants) (one == "lycee" ? lycees : institutions) = true;
    std::string out;
    if (institutions || !lycees) out = "Collectivités - Institutions - GIP";
    if (lycees) out += std::string(out.empty() ? "" : ";") + "Lycées et centres de formation";
    return out;
}

std::string date_part(const std::optional<base::Timestamp>& at) {
    return at ? base::iso(base::paris_date(*at)) : std::string();
}

// Names of the Occitanie importer first: that feed is the only one whose themes hold security.
void territoires(JsonOut& json, const PublishedScheme& scheme) {
    json.begin_object();
    json.text("id_article", uuid_of(scheme)).text("titre", title_of(scheme));
    json.text("chapo", paragraphs(scheme.promise)).text("introduction", paragraphs(scheme.description));
    json.text("url", scheme.url);
    json.instant("date_publication", scheme.opens_at).instant("date_modification", scheme.updated_at);
    if (scheme.call_for_projects) json.text("aides_appels_a_projets", "Appels à projets");
    json.text("thematiques", "Sûreté - Sécurité");
    // What the Occitanie names lack, in those of Pays de la Loire.
    json.text("intervention_id", uuid_of(scheme)).text("aide_nom", title_of(scheme));
    json.text("aid_objet", paragraphs(scheme.description)).text("aidconditions", list(scheme.eligibility));
    json.text("date_de_debut", date_part(scheme.opens_at)).text("date_de_fin", date_part(scheme.closes_at));
    json.text("source_info", scheme.url).text("source_lien", scheme.application_url);
    json.text("aid_benef", audience(scheme)).text("type_de_subvention", "Subvention");
    json.text("temporalite", scheme.opens_at && scheme.closes_at ? "Temporaire" : "Permanent");
    json.text("direction", scheme.carrier_name).text("informations_contact", paragraphs(scheme.contact));
    // Ours, for whoever wants numbers.
    if (scheme.rate) json.fraction("taux_maximum", *scheme.rate);
    if (scheme.ceiling) json.euros("plafond_euros", *scheme.ceiling);
    json.texts("eligibilite_geographique", scheme.geography);
    json.text("provenance", origin_name(scheme.provenance.origin)).text("provenance_source", scheme.provenance.source);
    json.end_object();
}

std::string carriers(const PublishedScheme& scheme) {
    std::string out;
    JsonOut json(out);
    json.begin_array().begin_object().text("nom", scheme.carrier_name).text("siren", scheme.carrier_siren);
    json.begin_array("roles").item("financeur").item("instructeur").end_array();
    json.end_object().end_array();
    return out;
}

std::string bullet_points(std::span<const std::string> items) {
    std::string out;
    for (const std::string& one : items) out += (out.empty() ? "• " : "\n• ") + one_line(one);
    return out;
}

// The schema says "commune|intercommunalite|departement|region".
std::string levels(const PublishedScheme& scheme) {
    static const std::map<std::string, std::string, std::less<>> names{
        {"commune", "commune"}, {"epci", "intercommunalite"}, {"departement", "departement"}, {"region", "region"}};
    std::vector<std::string> out;
    for (const std::string& one : scheme.applicants)
        if (const auto found = names.find(one); found != names.end()) out.push_back(found->second);
    return joined(out, "|");
}

std::string instant_or_empty(const std::optional<base::Timestamp>& at) {
    return at ? short_instant(*at) : std::string();
}

}  // namespace

std::string write_aides_territoires(std::span<const PublishedScheme> schemes) {
    std::string out;
    JsonOut json(out);
    json.begin_array();
    for (const PublishedScheme& scheme : schemes) territoires(json, scheme);
    json.end_array();
    out += '\n';
    return out;
}

std::string write_scheme_csv(std::span<const PublishedScheme> schemes) {
    std::string out;
    documents::CsvWriter csv(out, documents::CsvProfile::OpenData);
    csv.header(kColumns);
    const auto number = [&csv](const std::optional<std::int64_t>& value) {
        if (value) {
            csv.number(*value);
        } else {
            csv.verbatim({});
        }
    };
    for (const PublishedScheme& scheme : schemes) {
        csv.verbatim(uuid_of(scheme)).text(one_line(title_of(scheme)));
        csv.text(shortened(one_line(scheme.promise), kMaxPromise));
        csv.text(shortened(one_line(scheme.description), kMaxDescription)).text(bullet_points(scheme.eligibility));
        csv.text("financement").text(carriers(scheme)).text(joined(scheme.parent_programmes, "|"));
        csv.text(one_line(scheme.url)).text("secteur public").text(joined(scheme.geography, "|"));
        csv.text(joined(scheme.geography_excluded, "|"));
        csv.verbatim(instant_or_empty(scheme.opens_at)).verbatim(instant_or_empty(scheme.closes_at));
        csv.verbatim(short_instant(scheme.updated_at));
        csv.text(joined(scheme.applicants, "|")).text(levels(scheme));
        number(scheme.population_min);
        number(scheme.population_max);
        csv.verbatim({}).verbatim({}).verbatim({});
        csv.end_row();
    }
    return out;
}

std::string write_scheme_json(std::span<const PublishedScheme> schemes) {
    std::string out;
    JsonOut json(out);
    json.begin_array();
    for (const PublishedScheme& scheme : schemes) {
        json.begin_object();
        json.text("id", uuid_of(scheme)).text("titre", title_of(scheme));
        json.text("promesse", shortened(scheme.promise, kMaxPromise));
        json.text("description", shortened(scheme.description, kMaxDescription));
        json.text("eligibilite", bullet_points(scheme.eligibility)).text("types_aides", "financement");
        json.raw("porteurs", carriers(scheme)).texts("programmes_parents", scheme.parent_programmes);
        json.text("url_source", scheme.url).text("cibles", "secteur public");
        json.texts("eligibilite_geographique", scheme.geography);
        json.texts("eligibilite_geographique_exclusions", scheme.geography_excluded);
        json.instant("date_ouverture", scheme.opens_at).instant("date_cloture", scheme.closes_at);
        json.instant("date_mise_a_jour", scheme.updated_at).texts("type_structure_publique", scheme.applicants);
        json.text("niveau_collectivite", levels(scheme)).number("taille_population_minimum", scheme.population_min);
        json.number("taille_population_maximum", scheme.population_max);
        json.text("provenance", origin_name(scheme.provenance.origin));
        json.end_object();
    }
    json.end_array();
    out += '\n';
    return out;
}

}  // namespace beffroi::aides::publish
