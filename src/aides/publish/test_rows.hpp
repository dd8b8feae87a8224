// Rows for the tests of this folder.
#pragma once

#include "aides/publish/published.hpp"

namespace beffroi::aides::publish::test {

// A real award (Lestrem, scheme.md §1.3: 17 088,30 € for 47 cameras), the rest of the row rebuilt around it.
inline PublishedGrant lestrem() {
    PublishedGrant grant;
    grant.id = "VP-2022-0042";
    grant.grantor_name = "Région Hauts-de-France";
    grant.grantor_siret = "20005374200017";
    grant.decision_date = base::make_date(2022, 11, 22);
    grant.resolution = "2022-CP-0123";
    grant.sitting_id = "cp-2022-11-22";
    grant.sitting_label = "Commission permanente du 22 novembre 2022";
    grant.beneficiary_name = "Commune de Lestrem";
    grant.beneficiary_kind = "commune";
    grant.beneficiary_siren = "216205021";
    grant.insee_code = "62502";
    grant.departement_code = "62";
    grant.departement_name = "Pas-de-Calais";
    grant.population = PopulationUsed{"municipale", 2022, 4552};
    grant.object = "Vidéoprotection : 47 caméras";
    grant.project_nature = "extension";
    grant.cameras = 47;
    grant.asked = {1708830};
    grant.eligible_base = {5696100};
    grant.awarded = {1708830};
    grant.rate = base::Rate{3000};
    grant.payment_period = Period{base::make_date(2022, 12, 1), base::make_date(2024, 11, 22)};
    grant.scheme_id = "hdf-videoprotection";
    grant.scheme_uuid = scheme_uuid("hdf-videoprotection/2022");
    grant.scheme_title = "Vidéoprotection des communes";
    grant.edition = "2022";
    grant.rule_version = "sha256-0f3a";
    grant.updated_at = base::Timestamp{1669104000000};
    grant.provenance = {Origin::Reconstructed, "https://horizonactu.fr/actualite-29895"};
    grant.url = "https://aides.example.fr/subventions/VP-2022-0042";
    return grant;
}

inline PublishedGrant simulated(std::string id, std::string insee, std::string departement, std::int64_t cents) {
    PublishedGrant grant = lestrem();
    grant.id = std::move(id);
    grant.insee_code = std::move(insee);
    grant.beneficiary_siren.clear();
    grant.departement_code = std::move(departement);
    grant.departement_name.clear();
    grant.awarded = {cents};
    grant.provenance = {Origin::Simulated, ""};
    return grant;
}

inline PublishedSitting sitting() {
    PublishedSitting row;
    row.body_name = "Région Hauts-de-France";
    row.body_siret = "20005374200017";
    row.id = "2022-CP-0123";
    row.sitting_id = "cp-2022-11-22";
    row.date = base::make_date(2022, 11, 22);
    row.object = "Aide à la vidéoprotection : 56 communes";
    row.budget_year = "2022";
    row.prefecture_id = "SGAR059";
    row.prefecture_date = base::make_date(2022, 11, 25);
    row.members = 57;
    row.voters = 50;
    row.votes_for = 45;
    row.votes_against = 3;
    row.abstentions = 2;
    row.url = "https://aides.example.fr/seances/cp-2022-11-22";
    return row;
}

inline PublishedScheme scheme() {
    PublishedScheme row;
    row.id = "hdf-videoprotection";
    row.edition = "2022";
    row.title = "Vidéoprotection des communes";
    row.promise = "Équipez votre commune de caméras avec l’aide de la Région";
    row.description = "La Région paie 30 % des dépenses.\n\nPlafond : 30 000 € <par commune>.";
    row.eligibility = {"Moins de 20 000 habitants", "Communes des Hauts-de-France"};
    row.carrier_name = "Région Hauts-de-France";
    row.carrier_siren = "200053742";
    row.geography = {"REG-32"};
    row.applicants = {"commune", "epci"};
    row.population_max = 19999;
    row.rate = base::Rate{3000};
    row.ceiling = base::Cents{3000000};
    row.opens_at = base::from_paris(base::make_date(2022, 2, 3), 0, 0);
    row.closes_at = base::from_paris(base::make_date(2022, 12, 31), 18, 0);
    row.updated_at = base::Timestamp{1643875200000};
    row.contact = "videoprotection@example.fr";
    row.url = "https://aides.example.fr/dispositifs/hdf-videoprotection/2022";
    row.application_url = "https://aides.example.fr/demande/hdf-videoprotection/2022";
    return row;
}

}  // namespace beffroi::aides::publish::test
