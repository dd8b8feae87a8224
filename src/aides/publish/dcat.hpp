// The catalogue of what is published, as DCAT in JSON-LD: data.gouv.fr harvests it
// (https://doc.data.gouv.fr/moissonnage/dcat/).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aides/publish/published.hpp"
#include "base/time.hpp"

namespace beffroi::aides::publish {

struct Distribution {
    std::string title;
    std::string description;
    std::string url;  // absolute; also its identifier
    std::string media_type;
    std::string format;                 // "CSV", "JSON", "XML"
    std::string conforms_to;            // address of the schema, may be empty
    std::optional<std::int64_t> bytes;  // size, when known
    base::Timestamp modified;
};

// http://publications.europa.eu/resource/authority/frequency
enum class Frequency { Continuous, Daily, Weekly, Monthly, Annual, Irregular };

struct Dataset {
    std::string id;  // last part of its address
    std::string title;
    std::string description;
    std::vector<std::string> keywords;
    std::string landing_page;
    base::Timestamp issued;
    base::Timestamp modified;
    std::optional<base::Date> covers_from;
    std::optional<base::Date> covers_to;
    Frequency frequency = Frequency::Irregular;
    // GeoJSON geometry of the area, as text; when empty only `area` is given.
    std::string area_geojson;
    std::string area = "http://publications.europa.eu/resource/authority/country/FRA";
    std::vector<Distribution> distributions;
    Provenance provenance;
};

struct DataCatalogue {
    std::string url;  // absolute address of the catalogue itself
    std::string title;
    std::string description;
    std::string homepage;
    std::string publisher_name;
    std::string publisher_siret;
    std::string publisher_url;
    std::string contact_mail;
    std::string licence = "https://www.etalab.gouv.fr/licence-ouverte-open-licence";
    base::Timestamp modified;
    std::vector<Dataset> datasets;
};

[[nodiscard]] std::string write_dcat(const DataCatalogue& catalogue);

}  // namespace beffroi::aides::publish
