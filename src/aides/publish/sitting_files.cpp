#include "aides/publish/sitting_files.hpp"

#include <algorithm>
#include <array>

#include "aides/publish/utf8.hpp"
#include "documents/csv.hpp"

namespace beffroi::aides::publish {

namespace {

constexpr std::array<std::string_view, 17> kColumns{
    "COLL_NOM",    "COLL_SIRET",   "DELIB_ID",    "DELIB_DATE",      "DELIB_MATIERE_CODE", "DELIB_MATIERE_NOM",
    "DELIB_OBJET", "BUDGET_ANNEE", "BUDGET_NOM",  "PREF_ID",         "PREF_DATE",          "VOTE_EFFECTIF",
    "VOTE_REEL",   "VOTE_POUR",    "VOTE_CONTRE", "VOTE_ABSTENTION", "DELIB_URL",
};

void count(documents::CsvWriter& csv, const std::optional<int>& value) {
    if (value) {
        csv.number(*value);
    } else {
        csv.verbatim({});
    }
}

}  // namespace

std::string write_deliberations(std::span<const PublishedSitting> sittings) {
    std::string out;
    documents::CsvWriter csv(out, documents::CsvProfile::OpenData);
    csv.header(kColumns);
    for (const PublishedSitting& sitting : sittings) {
        csv.text(one_line(sitting.body_name)).text(one_line(sitting.body_siret)).text(one_line(sitting.id));
        csv.date(sitting.date).text(one_line(sitting.matter_code)).text(one_line(sitting.matter_name));
        csv.text(std::string(origin_mark(sitting.provenance.origin)) + one_line(sitting.object));
        csv.text(one_line(sitting.budget_year)).text(one_line(sitting.budget_name));
        csv.text(one_line(sitting.prefecture_id));
        if (sitting.prefecture_date) {
            csv.date(*sitting.prefecture_date);
        } else {
            csv.verbatim({});
        }
        count(csv, sitting.members);
        count(csv, sitting.voters);
        count(csv, sitting.votes_for);
        count(csv, sitting.votes_against);
        count(csv, sitting.abstentions);
        csv.text(one_line(sitting.url));
        csv.end_row();
    }
    return out;
}

}  // namespace beffroi::aides::publish
