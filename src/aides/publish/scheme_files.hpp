// Schemes for those who list aids: Aides-territoires, and the State's "dispositifs d'aide" schema.
#pragma once

#include <span>
#include <string>

#include "aides/publish/published.hpp"

namespace beffroi::aides::publish {

// A JSON array, one object per scheme, in the names that the importers of Aides-territoires already read: those of its
// Occitanie feed (titre, chapo, introduction, url, thematiques…) and, for what that one lacks, of its Pays de la Loire
// feed (aidconditions, date_de_debut, date_de_fin, aid_benef, type_de_subvention, temporalite…). Text is given as HTML,
// escaped. Source: MTES-MCT/aides-territoires-symfony, src/Command/ImportFlux.
[[nodiscard]] std::string write_aides_territoires(std::span<const PublishedScheme> schemes);

// etalab/schema-dispositif-aide v0.1.0, variant "secteur public": the 15 common columns and the 7 of that variant.
[[nodiscard]] std::string write_scheme_csv(std::span<const PublishedScheme> schemes);
// The same names in a JSON array; `porteurs` is an array of objects.
[[nodiscard]] std::string write_scheme_json(std::span<const PublishedScheme> schemes);

}  // namespace beffroi::aides::publish
