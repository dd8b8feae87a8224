#include "aides/publish/atom.hpp"

#include <algorithm>

#include "aides/publish/chart.hpp"
#include "aides/publish/figures.hpp"
#include "aides/publish/json_out.hpp"

namespace beffroi::aides::publish {

namespace {

void element(std::string& out, std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out.append("<").append(name).append(">").append(xml_escaped(text)).append("</").append(name).append(">\n");
}

void link(std::string& out, std::string_view relation, std::string_view type, std::string_view url) {
    if (url.empty()) return;
    out.append("<link rel=\"").append(relation).append("\" type=\"").append(type).append("\" href=\"");
    out.append(xml_escaped(url)).append("\"/>\n");
}

// Not the address: several resolutions share the page of their sitting, and a site may move (RFC 4287 §4.2.6.1).
std::string lasting_id(const std::string& name) {
    return "urn:uuid:" + scheme_uuid(name);
}

base::Timestamp at_noon(base::Date date) {
    return base::from_paris(date, 12, 0);
}

void entry(std::string& out, const FeedEntry& made) {
    out += "<entry>\n";
    element(out, "id", made.id);
    // RFC 4287 §4.1.2 wants a title, even an empty one.
    out.append("<title>").append(xml_escaped(made.title)).append("</title>\n");
    element(out, "updated", short_instant(made.updated));
    if (made.published) element(out, "published", short_instant(*made.published));
    link(out, "alternate", "text/html", made.url);
    if (!made.category.empty()) out.append("<category term=\"").append(xml_escaped(made.category)).append("\"/>\n");
    out.append("<summary>").append(xml_escaped(made.summary)).append("</summary>\n");
    out += "</entry>\n";
}

}  // namespace

std::string write_atom(const Feed& feed) {
    base::Timestamp updated = feed.entries.empty() ? feed.updated : feed.entries.front().updated;
    for (const FeedEntry& one : feed.entries) updated = std::max(updated, one.updated);
    std::string out =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"";
    out += feed.language == base::Language::Fr ? "fr" : "en";
    out += "\">\n";
    element(out, "id", feed.id);
    out.append("<title>").append(xml_escaped(feed.title)).append("</title>\n");
    element(out, "subtitle", feed.subtitle);
    element(out, "updated", short_instant(updated));
    link(out, "self", "application/atom+xml", feed.self_url);
    link(out, "alternate", "text/html", feed.page_url);
    out.append("<author><name>").append(xml_escaped(feed.author)).append("</name></author>\n");
    out += "<rights>Licence Ouverte 2.0</rights>\n";
    for (const FeedEntry& one : feed.entries) entry(out, one);
    out += "</feed>\n";
    return out;
}

FeedEntry entry_of(const PublishedGrant& grant) {
    const std::string amount = base::format_euros(awarded_to_beneficiary(grant), base::Language::Fr);
    FeedEntry out;
    out.id = lasting_id("subvention/" + grant.grantor_siret + "/" + grant.id);
    out.title = std::string(origin_mark(grant.provenance.origin)) + grant.beneficiary_name + " : " + amount;
    out.url = grant.url;
    out.summary = grant.object;
    if (!grant.sitting_label.empty()) out.summary += " (" + grant.sitting_label + ")";
    out.category = "subvention";
    out.published = at_noon(grant.decision_date);
    out.updated = grant.updated_at.value_or(*out.published);
    return out;
}

FeedEntry entry_of(const PublishedSitting& sitting) {
    FeedEntry out;
    out.id = lasting_id("deliberation/" + sitting.body_siret + "/" + sitting.id);
    out.title = std::string(origin_mark(sitting.provenance.origin)) + sitting.id + " : " + sitting.object;
    out.url = sitting.url;
    out.summary = sitting.body_name + ", " + base::format_date(sitting.date, base::Language::Fr);
    if (sitting.votes_for) {
        out.summary += " – pour " + std::to_string(*sitting.votes_for) + ", contre " +
                       std::to_string(sitting.votes_against.value_or(0)) + ", abstention " +
                       std::to_string(sitting.abstentions.value_or(0));
    }
    out.category = "deliberation";
    out.updated = at_noon(sitting.date);
    out.published = out.updated;
    return out;
}

FeedEntry entry_of(const PublishedScheme& scheme) {
    FeedEntry out;
    out.id = lasting_id("dispositif/" + scheme.id + "/" + scheme.edition);
    out.title = std::string(origin_mark(scheme.provenance.origin)) + scheme.title + " " + scheme.edition;
    out.url = scheme.url;
    out.summary = scheme.promise.empty() ? scheme.description : scheme.promise;
    out.category = "appel";
    out.updated = scheme.updated_at;
    out.published = scheme.opens_at;
    return out;
}

}  // namespace beffroi::aides::publish
