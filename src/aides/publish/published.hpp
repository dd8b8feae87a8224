// The rows that are made public: everything known of a granted sum, of the resolution that granted it and of its
// scheme.
//
// Plain values, filled by whoever reads the store, never changed here. Amounts are cents, dates are civil dates of
// Paris. Identifiers are text already checked at entry (INSEE code, SIREN, SIRET); an empty text means "not known" and
// stays empty in the files: nothing is ever guessed (the SIRET of a commune is not its SIREN followed by 00013).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "base/time.hpp"

namespace beffroi::aides::publish {

// Where a row comes from. Every file says it, row by row.
enum class Origin {
    Actual,         // an act of this region, voted through this software
    Reconstructed,  // beneficiary and amount come from a public source, the rest of the file is rebuilt around them
    Simulated,      // demonstration data
};

struct Provenance {
    Origin origin = Origin::Actual;
    std::string source;  // for Reconstructed: the address or the reference of the public source
};

// "actual", "reconstructed", "simulated".
[[nodiscard]] std::string_view origin_name(Origin origin);
// What is put in front of the object in files whose columns are closed: "" for Actual, "[Donnée simulée] "…
[[nodiscard]] std::string_view origin_mark(Origin origin);

// The population that the rule read.
struct PopulationUsed {
    std::string figure;  // "municipale" or "totale"
    int year = 0;        // the year in which that figure is in force
    std::int64_t value = 0;
};

enum class AidNature { Cash, InKind, CashAndInKind };

enum class PaymentTerms { Single, Staged, Other };

struct Period {
    base::Date from;
    std::optional<base::Date> to;  // none: one payment whose date is known
};

struct PublishedGrant {
    std::string id;  // stable, unique in the region: the application's public number
    std::string grantor_name;
    std::string grantor_siret;
    base::Date decision_date = base::make_date(1970, 1, 1);
    std::optional<base::Date> agreement_date;  // none: no agreement was signed (not required for a commune)
    std::string resolution;                    // number of the resolution
    std::string sitting_id;
    std::string sitting_label;  // "Commission permanente du 22 novembre 2022"

    std::string beneficiary_name;
    std::string beneficiary_kind;  // "commune", "epci", "syndicat", "lycee"…
    std::string beneficiary_siren;
    std::string beneficiary_siret;
    std::string beneficiary_rna;  // associations only
    std::string insee_code;       // of the commune, or of the seat of a grouping
    std::string departement_code;
    std::string departement_name;
    std::optional<PopulationUsed> population;

    std::string object;
    std::string project_nature;  // "installation", "extension", "renewal"
    std::optional<int> cameras;
    base::Cents asked;
    base::Cents eligible_base;
    base::Cents awarded;
    std::optional<base::Rate> rate;  // the rate of aid; never SCDL's pourcentageSubvention

    AidNature nature = AidNature::Cash;
    PaymentTerms terms = PaymentTerms::Staged;
    std::string terms_text;  // for PaymentTerms::Other
    std::optional<Period> payment_period;
    std::string rae_number;
    bool notified_to_eu = false;
    // Share of the grant that goes to this beneficiary, in ten-thousandths: 10000 for a single one. The amounts of the
    // row are those of the whole grant.
    base::Rate share{10000};

    std::string scheme_id;    // "hdf-videoprotection"
    std::string scheme_uuid;  // see scheme_uuid()
    std::string scheme_title;
    std::string edition;       // "2022"
    std::string rule_version;  // hash of the edition's file under which the amount was computed
    std::optional<base::Timestamp> filed_at;
    std::optional<base::Timestamp> updated_at;
    Provenance provenance;
    std::string url;             // page of the grant
    std::string resolution_url;  // document of the resolution
};

// One row per resolution voted in a sitting: SCDL délibérations.
struct PublishedSitting {
    std::string body_name;
    std::string body_siret;
    std::string id;
    std::string sitting_id;
    base::Date date = base::make_date(1970, 1, 1);
    std::string matter_code = "7.5";
    std::string matter_name = "finances locales/subventions";
    std::string object;
    std::string budget_year;  // "2022" or "2022/2023"
    std::string budget_name;
    std::string prefecture_id;  // "SGAR059"
    std::optional<base::Date> prefecture_date;
    std::optional<int> members;  // who could vote
    std::optional<int> voters;   // who did
    std::optional<int> votes_for;
    std::optional<int> votes_against;
    std::optional<int> abstentions;
    std::string url;
    Provenance provenance;
};

// An edition of a scheme, as it is announced.
struct PublishedScheme {
    std::string id;       // "hdf-videoprotection"
    std::string edition;  // "2022"
    std::string uuid;     // see scheme_uuid()
    std::string title;
    std::string promise;      // one sentence, at most 180 characters
    std::string description;  // plain text, paragraphs separated by an empty line
    std::vector<std::string> eligibility;
    std::string carrier_name;
    std::string carrier_siren;
    std::vector<std::string> parent_programmes;
    std::vector<std::string> geography;  // "REG-32", "DEP-59", "COM-59172"
    std::vector<std::string> geography_excluded;
    std::vector<std::string> applicants;  // "commune", "epci", "departement", "region", "etablissement_public"
    std::optional<std::int64_t> population_min;
    std::optional<std::int64_t> population_max;  // inclusive
    std::optional<base::Rate> rate;
    std::optional<base::Cents> ceiling;
    std::optional<base::Timestamp> opens_at;
    std::optional<base::Timestamp> closes_at;
    base::Timestamp updated_at;
    bool call_for_projects = false;
    bool recurring = true;
    std::string contact;
    std::string url;
    std::string application_url;
    Provenance provenance;
};

// A UUID that never changes for the same name ("hdf-videoprotection/2022"): version 8 of RFC 9562, from two 64-bit
// hashes.
[[nodiscard]] std::string scheme_uuid(std::string_view name);

}  // namespace beffroi::aides::publish
