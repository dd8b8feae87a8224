#include "aides/publish/dcat.hpp"

#include "aides/publish/json_out.hpp"

namespace beffroi::aides::publish {

namespace {

std::string frequency_iri(Frequency frequency) {
    const auto name = [frequency]() -> std::string_view {
        switch (frequency) {
            case Frequency::Continuous:
                return "CONT";
            case Frequency::Daily:
                return "DAILY";
            case Frequency::Weekly:
                return "WEEKLY";
            case Frequency::Monthly:
                return "MONTHLY";
            case Frequency::Annual:
                return "ANNUAL";
            case Frequency::Irregular:
                return "IRREG";
        }
        return "UNKNOWN";
    };
    return "http://publications.europa.eu/resource/authority/frequency/" + std::string(name());
}

void reference(JsonOut& json, std::string_view key, std::string_view iri) {
    if (iri.empty()) return;
    json.begin_object(key).text("@id", iri).end_object();
}

void typed(JsonOut& json, std::string_view key, std::string_view value, std::string_view type) {
    if (value.empty()) return;
    json.begin_object(key).text("@value", value).text("@type", type).end_object();
}

void context(JsonOut& json) {
    json.begin_object("@context");
    json.text("dcat", "http://www.w3.org/ns/dcat#").text("dct", "http://purl.org/dc/terms/");
    json.text("foaf", "http://xmlns.com/foaf/0.1/").text("vcard", "http://www.w3.org/2006/vcard/ns#");
    json.text("locn", "http://www.w3.org/ns/locn#").text("org", "http://www.w3.org/ns/org#");
    json.text("xsd", "http://www.w3.org/2001/XMLSchema#");
    json.end_object();
}

void publisher(JsonOut& json, const DataCatalogue& catalogue) {
    json.begin_object("dct:publisher");
    json.text("@id", catalogue.publisher_url).text("@type", "foaf:Organization");
    json.text("foaf:name", catalogue.publisher_name).text("dct:identifier", catalogue.publisher_siret);
    json.end_object();
}

void contact(JsonOut& json, const DataCatalogue& catalogue) {
    if (catalogue.contact_mail.empty()) return;
    json.begin_object("dcat:contactPoint").text("@type", "vcard:Organization");
    json.text("vcard:fn", catalogue.publisher_name);
    reference(json, "vcard:hasEmail", "mailto:" + catalogue.contact_mail);
    json.end_object();
}

void distribution(JsonOut& json, const Distribution& made, const DataCatalogue& catalogue) {
    json.begin_object().text("@id", made.url).text("@type", "dcat:Distribution");
    json.text("dct:title", made.title).text("dct:description", made.description);
    reference(json, "dcat:accessURL", made.url);
    reference(json, "dcat:downloadURL", made.url);
    json.text("dcat:mediaType", made.media_type).text("dct:format", made.format);
    reference(json, "dct:conformsTo", made.conforms_to);
    reference(json, "dct:license", catalogue.licence);
    if (made.bytes) typed(json, "dcat:byteSize", std::to_string(*made.bytes), "xsd:decimal");
    typed(json, "dct:modified", short_instant(made.modified), "xsd:dateTime");
    json.end_object();
}

void dataset(JsonOut& json, const Dataset& made, const DataCatalogue& catalogue) {
    json.begin_object().text("@id", catalogue.url + "#" + made.id).text("@type", "dcat:Dataset");
    json.text("dct:identifier", made.id)
        .text("dct:title", std::string(origin_mark(made.provenance.origin)) + made.title);
    json.text("dct:description", made.description).texts("dcat:keyword", made.keywords);
    if (made.provenance.origin != Origin::Actual) {
        json.begin_object("dct:provenance").text("@type", "dct:ProvenanceStatement");
        json.text("dct:description", std::string(origin_name(made.provenance.origin)) +
                                         (made.provenance.source.empty() ? "" : ": " + made.provenance.source));
        json.end_object();
    }
    reference(json, "dcat:landingPage", made.landing_page);
    reference(json, "dct:license", catalogue.licence);
    typed(json, "dct:issued", short_instant(made.issued), "xsd:dateTime");
    typed(json, "dct:modified", short_instant(made.modified), "xsd:dateTime");
    if (made.covers_from && made.covers_to) {
        // As nodes for DCAT 2 and 3; data.gouv.fr reads both dates from them.
        json.begin_object("dct:temporal").text("@type", "dct:PeriodOfTime");
        typed(json, "dcat:startDate", base::iso(*made.covers_from), "xsd:date");
        typed(json, "dcat:endDate", base::iso(*made.covers_to), "xsd:date");
        json.end_object();
    }
    reference(json, "dct:accrualPeriodicity", frequency_iri(made.frequency));
    json.begin_object("dct:spatial");
    if (!made.area.empty()) json.text("@id", made.area);
    json.text("@type", "dct:Location");
    typed(json, "locn:geometry", made.area_geojson,
          "https://www.iana.org/assignments/media-types/application/vnd.geo+json");
    json.end_object();
    publisher(json, catalogue);
    contact(json, catalogue);
    json.text("dct:language", "fr");
    json.begin_array("dcat:distribution");
    for (const Distribution& one : made.distributions) distribution(json, one, catalogue);
    json.end_array().end_object();
}

}  // namespace

std::string write_dcat(const DataCatalogue& catalogue) {
    std::string out;
    JsonOut json(out);
    json.begin_object();
    context(json);
    json.text("@id", catalogue.url).text("@type", "dcat:Catalog");
    json.text("dct:title", catalogue.title).text("dct:description", catalogue.description).text("dct:language", "fr");
    reference(json, "foaf:homepage", catalogue.homepage);
    reference(json, "dct:license", catalogue.licence);
    typed(json, "dct:modified", short_instant(catalogue.modified), "xsd:dateTime");
    publisher(json, catalogue);
    json.begin_array("dcat:dataset");
    for (const Dataset& one : catalogue.datasets) dataset(json, one, catalogue);
    json.end_array().end_object();
    out += '\n';
    return out;
}

}  // namespace beffroi::aides::publish
