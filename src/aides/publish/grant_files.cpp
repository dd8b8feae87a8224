#include "aides/publish/grant_files.hpp"

#include <algorithm>
#include <array>

#include "aides/publish/figures.hpp"
#include "aides/publish/json_out.hpp"
#include "aides/publish/utf8.hpp"
#include "base/text.hpp"
#include "documents/csv.hpp"

namespace beffroi::aides::publish {

namespace {

using documents::CsvWriter;

constexpr std::size_t kMaxObject = 256;
constexpr std::size_t kMaxTerms = 256;
constexpr std::size_t kMaxRae = 5;

constexpr std::array<std::string_view, 16> kScdl{
    "nomAttribuant",   "idAttribuant",   "dateConvention",        "referenceDecision",
    "nomBeneficiaire", "idBeneficiaire", "rnaBeneficiaire",       "objet",
    "montant",         "nature",         "conditionsVersement",   "datesPeriodeVersement",
    "idRAE",           "notificationUE", "pourcentageSubvention", "dispositifAide",
};

constexpr std::array<std::string_view, 14> kRegulatory{
    "nomAttribuant",
    "idAttribuant",
    "dateConvention",
    "referenceDecision",
    "nomBeneficiaire",
    "idBeneficiaire",
    "objet",
    "montant",
    "nature",
    "conditionsVersement",
    "datesPeriodeVersement",
    "idRAE",
    "notificationUE",
    "pourcentageSubvention",
};

constexpr std::array<std::string_view, 43> kRich{
    "identifiant",
    "dispositif",
    "edition",
    "dispositif_uuid",
    "dispositif_titre",
    "seance",
    "seance_libelle",
    "deliberation",
    "date_decision",
    "date_convention",
    "attribuant",
    "attribuant_siret",
    "beneficiaire",
    "beneficiaire_type",
    "beneficiaire_siren",
    "beneficiaire_siret",
    "beneficiaire_rna",
    "code_insee",
    "departement_code",
    "departement",
    "population",
    "population_figure",
    "population_annee",
    "objet",
    "nature_projet",
    "cameras",
    "montant_demande",
    "assiette_eligible",
    "taux_aide",
    "montant_accorde",
    "part_beneficiaire",
    "montant_beneficiaire",
    "nature_aide",
    "conditions_versement",
    "periode_debut",
    "periode_fin",
    "version_regle",
    "date_depot",
    "date_mise_a_jour",
    "provenance",
    "provenance_source",
    "url",
    "deliberation_url",
};

std::string_view nature_name(AidNature nature) {
    switch (nature) {
        case AidNature::Cash:
            return "aide en numéraire";
        case AidNature::InKind:
            return "aide en nature";
        case AidNature::CashAndInKind:
            return "aide en numéraire;aide en nature";
    }
    return "";
}

std::string terms_name(const PublishedGrant& grant) {
    switch (grant.terms) {
        case PaymentTerms::Single:
            return "unique";
        case PaymentTerms::Staged:
            return "échelonné";
        case PaymentTerms::Other:
            return shortened(one_line(grant.terms_text), kMaxTerms);
    }
    return "";
}

std::string period_text(const std::optional<Period>& period, char separator) {
    if (!period) return {};
    std::string out = base::iso(period->from);
    if (period->to) out += separator + base::iso(*period->to);
    return out;
}

std::string marked_object(const PublishedGrant& grant) {
    return shortened(std::string(origin_mark(grant.provenance.origin)) + one_line(grant.object), kMaxObject);
}

// An identifier keeps its digits whatever a spreadsheet would do; anything else than its closed alphabet is treated as
// text.
void code(CsvWriter& csv, std::string_view value) {
    const bool closed = std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '/' ||
               c == '_';
    });
    const bool starts_well = value.empty() || value.front() != '-';
    if (closed && starts_well) {
        csv.verbatim(value);
    } else {
        csv.text(one_line(value));
    }
}

void optional_date(CsvWriter& csv, const std::optional<base::Date>& date) {
    if (date) {
        csv.date(*date);
    } else {
        csv.verbatim({});
    }
}

void optional_instant(CsvWriter& csv, const std::optional<base::Timestamp>& at) {
    if (at) {
        csv.verbatim(short_instant(*at));
    } else {
        csv.verbatim({});
    }
}

void words(CsvWriter& csv, std::string_view value) {
    csv.text(one_line(value));
}

}  // namespace

struct GrantFile::Parts {
    Parts(std::string& target, GrantFormat kind)
        : out(target), format(kind), csv(target, documents::CsvProfile::OpenData) {}

    void essential(const PublishedGrant& grant, bool scdl);
    void rich(const PublishedGrant& grant);
    void json(const PublishedGrant& grant);
    void note_gaps(const PublishedGrant& grant);

    std::string& out;
    GrantFormat format;
    CsvWriter csv;
    std::size_t rows = 0;
    bool finished = false;
    std::vector<Gap> gaps;
};

void GrantFile::Parts::note_gaps(const PublishedGrant& grant) {
    const auto gap = [&](std::string_view column, std::string_view key) {
        gaps.push_back({grant.id, grant.beneficiary_name, std::string(column), std::string(key)});
    };
    const bool scdl = format == GrantFormat::ScdlSubventions;
    if (grant.grantor_siret.empty()) gap("idAttribuant", "publish.gap.grantor_siret");
    if (grant.beneficiary_siret.empty() && (!scdl || grant.beneficiary_rna.empty()))
        gap("idBeneficiaire", "publish.gap.siret");
    if (one_line(grant.object).empty()) gap("objet", "publish.gap.object");
    if (!grant.payment_period) gap("datesPeriodeVersement", "publish.gap.period");
    if (grant.terms == PaymentTerms::Other && one_line(grant.terms_text).empty())
        gap("conditionsVersement", "publish.gap.terms");
    if (grant.share.per_10000 < 100 || grant.share.per_10000 > 10000) gap("pourcentageSubvention", "publish.gap.share");
}

// The two files that the law and SCDL define, which differ by two columns and the sign inside a period.
void GrantFile::Parts::essential(const PublishedGrant& grant, bool scdl) {
    words(csv, grant.grantor_name);
    code(csv, grant.grantor_siret);
    // A commune needs no agreement (loi 2000-321, article 10 concerns private bodies): the date of the decision stands
    // for it.
    csv.date(grant.agreement_date.value_or(grant.decision_date));
    words(csv, grant.resolution);
    words(csv, grant.beneficiary_name);
    code(csv, grant.beneficiary_siret);
    if (scdl) code(csv, grant.beneficiary_rna);
    csv.text(marked_object(grant));
    csv.money(grant.awarded);
    csv.verbatim(nature_name(grant.nature));
    csv.text(terms_name(grant));
    csv.verbatim(period_text(grant.payment_period, scdl ? '/' : '_'));
    code(csv, grant.rae_number.size() <= kMaxRae ? std::string_view(grant.rae_number) : std::string_view());
    csv.verbatim(grant.notified_to_eu ? "oui" : "non");
    csv.verbatim(decimal_fraction(grant.share));
    if (scdl) code(csv, grant.scheme_uuid);
    csv.end_row();
}

void GrantFile::Parts::rich(const PublishedGrant& grant) {
    code(csv, grant.id);
    code(csv, grant.scheme_id);
    code(csv, grant.edition);
    code(csv, grant.scheme_uuid);
    words(csv, grant.scheme_title);
    code(csv, grant.sitting_id);
    words(csv, grant.sitting_label);
    words(csv, grant.resolution);
    csv.date(grant.decision_date);
    optional_date(csv, grant.agreement_date);
    words(csv, grant.grantor_name);
    code(csv, grant.grantor_siret);
    words(csv, grant.beneficiary_name);
    words(csv, grant.beneficiary_kind);
    code(csv, grant.beneficiary_siren);
    code(csv, grant.beneficiary_siret);
    code(csv, grant.beneficiary_rna);
    code(csv, grant.insee_code);
    code(csv, grant.departement_code);
    words(csv, grant.departement_name);
    if (grant.population) {
        csv.number(grant.population->value);
        words(csv, grant.population->figure);
        csv.number(grant.population->year);
    } else {
        csv.verbatim({}).verbatim({}).verbatim({});
    }
    words(csv, grant.object);
    words(csv, grant.project_nature);
    if (grant.cameras) {
        csv.number(*grant.cameras);
    } else {
        csv.verbatim({});
    }
    csv.money(grant.asked);
    csv.money(grant.eligible_base);
    if (grant.rate) {
        csv.verbatim(decimal_fraction(*grant.rate));
    } else {
        csv.verbatim({});
    }
    csv.money(grant.awarded);
    csv.verbatim(decimal_fraction(grant.share));
    csv.money(awarded_to_beneficiary(grant));
    csv.verbatim(nature_name(grant.nature));
    csv.text(terms_name(grant));
    if (grant.payment_period) {
        csv.date(grant.payment_period->from);
        optional_date(csv, grant.payment_period->to);
    } else {
        csv.verbatim({}).verbatim({});
    }
    code(csv, grant.rule_version);
    optional_instant(csv, grant.filed_at);
    optional_instant(csv, grant.updated_at);
    csv.verbatim(origin_name(grant.provenance.origin));
    words(csv, grant.provenance.source);
    words(csv, grant.url);
    words(csv, grant.resolution_url);
    csv.end_row();
}

namespace {

void organisation(JsonOut& json, std::string_view key, std::string_view name, std::string_view siren,
                  std::string_view siret) {
    json.begin_array(key).begin_object();
    // FR-INSEE is the code of the Sirene register in the list of registers that 360Giving refers to (org-id.guide).
    const std::string_view number = siret.empty() ? siren : siret;
    if (!number.empty()) json.text("id", "FR-INSEE-" + std::string(number));
    json.text("name", name).text("siren", siren).text("siret", siret);
    json.end_object().end_array();
}

void json_beneficiary(JsonOut& json, const PublishedGrant& grant) {
    organisation(json, "recipientOrganization", grant.beneficiary_name, grant.beneficiary_siren,
                 grant.beneficiary_siret);
    organisation(json, "fundingOrganization", grant.grantor_name,
                 std::string_view(grant.grantor_siret).substr(0, std::min<std::size_t>(9, grant.grantor_siret.size())),
                 grant.grantor_siret);
    if (!grant.insee_code.empty()) {
        json.begin_array("beneficiaryLocation").begin_object();
        json.text("name", grant.beneficiary_name).text("countryCode", "FR");
        json.text("geoCode", grant.insee_code).text("geoCodeType", "COM");
        json.end_object().end_array();
    }
}

// What 360Giving has no name for, kept apart so that its own names keep their meaning.
void json_extras(JsonOut& json, const PublishedGrant& grant) {
    json.begin_object("beffroi");
    json.text("beneficiaryKind", grant.beneficiary_kind).text("rna", grant.beneficiary_rna);
    json.text("departementCode", grant.departement_code).text("departement", grant.departement_name);
    if (grant.population) {
        json.begin_object("population");
        json.text("figure", grant.population->figure).number("year", grant.population->year);
        json.number("value", grant.population->value).end_object();
    }
    json.text("projectNature", grant.project_nature);
    if (grant.cameras) json.number("cameras", *grant.cameras);
    json.euros("eligibleBase", grant.eligible_base);
    if (grant.rate) json.fraction("rate", *grant.rate);
    json.fraction("share", grant.share).euros("amountToRecipient", awarded_to_beneficiary(grant));
    json.text("nature", nature_name(grant.nature)).text("paymentTerms", terms_name(grant));
    json.text("sitting", grant.sitting_id).text("sittingLabel", grant.sitting_label);
    json.text("resolution", grant.resolution).date("agreementDate", grant.agreement_date);
    json.text("schemeUuid", grant.scheme_uuid).text("edition", grant.edition).text("ruleVersion", grant.rule_version);
    json.boolean("notifiedToEu", grant.notified_to_eu);
    json.begin_object("provenance").text("origin", origin_name(grant.provenance.origin));
    json.text("source", grant.provenance.source).end_object();
    json.end_object();
}

}  // namespace

void GrantFile::Parts::json(const PublishedGrant& grant) {
    if (rows > 0) out += ",\n";
    JsonOut json(out);
    json.begin_object();
    json.text("id", grant.id).text("title", grant.beneficiary_name + " – " + grant.scheme_title);
    json.text("description", grant.object).text("currency", "EUR");
    json.euros("amountAppliedFor", grant.asked).euros("amountAwarded", grant.awarded);
    json.date("awardDate", grant.decision_date);
    if (grant.payment_period) {
        json.begin_array("plannedDates").begin_object().date("startDate", grant.payment_period->from);
        json.date("endDate", grant.payment_period->to).end_object().end_array();
    }
    json_beneficiary(json, grant);
    json.begin_array("grantProgramme").begin_object();
    json.text("code", grant.scheme_id + "/" + grant.edition).text("title", grant.scheme_title);
    json.end_object().end_array();
    json.text("fromOpenCall", "Yes");
    if (!grant.resolution_url.empty()) {
        json.begin_array("relatedDocument").begin_object().text("title", grant.resolution);
        json.text("webAddress", grant.resolution_url).end_object().end_array();
    }
    json.text("dataSource", grant.url)
        .instant("dateSubmitted", grant.filed_at)
        .instant("dateModified", grant.updated_at);
    json_extras(json, grant);
    json.end_object();
}

GrantFile::GrantFile(std::string& out, GrantFormat format) : parts_(std::make_unique<Parts>(out, format)) {
    if (format == GrantFormat::RichJson) {
        out += "{\"version\":\"1.0\",\"pattern\":\"360Giving 1.4\",\"license\":\"Licence Ouverte 2.0\",\"grants\":[\n";
    } else {
        parts_->csv.header(columns(format));
    }
}

GrantFile::~GrantFile() = default;

void GrantFile::add(const PublishedGrant& grant) {
    ASSERT(!parts_->finished);
    switch (parts_->format) {
        case GrantFormat::ScdlSubventions:
            parts_->note_gaps(grant);
            parts_->essential(grant, true);
            break;
        case GrantFormat::Regulatory:
            parts_->note_gaps(grant);
            parts_->essential(grant, false);
            break;
        case GrantFormat::RichCsv:
            parts_->rich(grant);
            break;
        case GrantFormat::RichJson:
            parts_->json(grant);
            break;
    }
    ++parts_->rows;
}

void GrantFile::finish() {
    ASSERT(!parts_->finished);
    parts_->finished = true;
    if (parts_->format == GrantFormat::RichJson) parts_->out += "\n]}\n";
}

const std::vector<Gap>& GrantFile::gaps() const {
    return parts_->gaps;
}

std::size_t GrantFile::rows() const {
    return parts_->rows;
}

std::string write_grants(GrantFormat format, std::span<const PublishedGrant> grants) {
    std::string out;
    GrantFile file(out, format);
    for (const PublishedGrant& grant : grants) file.add(grant);
    file.finish();
    return out;
}

std::span<const std::string_view> columns(GrantFormat format) {
    switch (format) {
        case GrantFormat::ScdlSubventions:
            return kScdl;
        case GrantFormat::Regulatory:
            return kRegulatory;
        case GrantFormat::RichCsv:
            return kRich;
        case GrantFormat::RichJson:
            return {};
    }
    return {};
}

std::string_view media_type(GrantFormat format) {
    return format == GrantFormat::RichJson ? "application/json" : "text/csv; charset=utf-8";
}

std::string file_name(GrantFormat format, std::string_view scheme, std::string_view edition,
                      std::span<const PublishedGrant> grants) {
    const bool real = std::all_of(grants.begin(), grants.end(), [](const PublishedGrant& grant) {
        return grant.provenance.origin == Origin::Actual;
    });
    std::string_view kind;
    switch (format) {
        case GrantFormat::ScdlSubventions:
            kind = "-scdl";
            break;
        case GrantFormat::Regulatory:
            kind = "-reglementaire";
            break;
        case GrantFormat::RichCsv:
        case GrantFormat::RichJson:
            kind = "-complet";
            break;
    }
    std::string out = "subventions-" + base::slug(scheme);
    if (!edition.empty()) out += "-" + base::slug(edition);
    out += kind;
    if (!real) out += "-simulation";
    return out + (format == GrantFormat::RichJson ? ".json" : ".csv");
}

}  // namespace beffroi::aides::publish
