// The journal as an auditor reads it: what was done, by whom, in words; and whether the chain is whole.
#include "journal/journal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "aides/application/view.hpp"
#include "aides/pages/steer/parts.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::steer {

namespace {

constexpr int kPage = 50;
constexpr std::array<std::string_view, 6> kSubjects = {"application", "sitting", "envelope",
                                                       "edition",     "person",  "membership"};

std::int64_t number(std::string_view text) {
    std::int64_t value = 0;
    const auto trimmed = base::trim(text);
    const auto [end, error] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), value);
    return error == std::errc() && end == trimmed.data() + trimmed.size() && value > 0 ? value : 0;
}

std::string word(const base::Text& t, const std::string& key, std::string_view otherwise) {
    return t.catalogue().has(key) ? std::string(t(key)) : std::string(otherwise);
}

// "application.grant" in words; the name itself when the catalogue has none.
std::string kind_in_words(const base::Text& t, std::string_view kind) {
    const std::string own = "steer.kind." + std::string(kind);
    if (t.catalogue().has(own)) return std::string(t(own));
    constexpr std::string_view kApplication = "application.";
    if (kind.starts_with(kApplication))
        return word(t, "application.action." + std::string(kind.substr(kApplication.size())), kind);
    return std::string(kind);
}

std::string value_in_words(const base::Text& t, std::string_view key, const boost::json::value& value) {
    if (value.is_null()) return "–";
    if (value.is_bool()) return std::string(t(value.get_bool() ? "steer.yes" : "steer.no"));
    if (value.is_int64()) {
        if (key.ends_with("_cents")) return base::format_euros(base::Cents{value.get_int64()}, t.language());
        if (key == "at" || key.ends_with("_at"))
            return base::format_instant(base::Timestamp{value.get_int64()}, t.language());
        return fmt::to_string(value.get_int64());
    }
    if (value.is_string()) return std::string(value.get_string());
    return boost::json::serialize(value);
}

void detail(html::Writer& w, const Context& c, const std::string& json) {
    boost::system::error_code error;
    const auto parsed = boost::json::parse(json, error);
    if (error || !parsed.is_object()) {
        w("<code>{}</code>", json);
        return;
    }
    bool first = true;
    for (const auto& member : parsed.get_object()) {
        const std::string key(member.key());
        if (!first) w("<br>");
        first = false;
        w("<span class='hint'>{}</span> {}", word(c.t, "steer.fact." + key, key),
          value_in_words(c.t, key, member.value()));
    }
}

// Files that an auditor may open: a draft is its applicant's alone.
using Readable = std::set<std::int64_t>;

Readable readable(db::Reader& reader, const std::vector<journal::Record>& records) {
    std::set<std::int64_t> asked;
    for (const auto& record : records)
        if (record.entry.subject.kind == "application") asked.insert(record.entry.subject.id);
    Readable files;
    for (const auto id : asked)
        if (const auto file = application::find(reader, application::ApplicationId{id});
            file && application::visible_to_region(file->state))
            files.insert(id);
    return files;
}

void subject(html::Writer& w, const Context& c, const journal::Subject& of, const Readable& files) {
    const std::string label = word(c.t, "steer.subject." + of.kind, of.kind) + " " + fmt::to_string(of.id);
    if (of.kind == "application" && files.contains(of.id))
        w("{}", html::Link{html::url("/instruction/dossiers/{}", of.id), label});
    else if (of.kind == "sitting")
        w("{}", html::Link{html::url("/gestion/seances/{}", of.id), label});
    else if (of.kind == "envelope")
        w("{}", html::Link{html::url("/enveloppes/{}", of.id), label});
    else
        w("{}", label);
}

struct Asked {
    journal::Filter filter;
    std::string url;
    bool any = false;
    bool unknown_number = false;
};

Asked asked_of(const Context& c) {
    Asked asked;
    asked.url = "/journal";
    asked.filter.limit = kPage + 1;
    auto keep = [&](std::string_view name) {
        const auto value = base::trim(c.query(name));
        if (!value.empty()) {
            asked.url = html::with_param(asked.url, name, value);
            asked.any = true;
        }
        return value;
    };
    const auto kind = keep("sujet");
    if (std::find(kSubjects.begin(), kSubjects.end(), kind) != kSubjects.end())
        asked.filter.subject_kind = std::string(kind);
    if (const auto id = keep("numero"); !id.empty()) {
        // A file by what people quote, VP-2022-00042; anything else by its number.
        auto file = c.db().read([&](db::Reader& reader) { return application::find_number(reader, id); });
        if (file) {
            asked.filter.subject_kind = "application";
            asked.filter.subject_id = file->value;
        } else if (asked.filter.subject_kind.empty() || number(id) == 0) {
            asked.unknown_number = true;
        } else {
            asked.filter.subject_id = number(id);
        }
    }
    if (const auto actor = keep("personne"); !actor.empty()) {
        if (actor == "0")
            asked.filter.actor = 0;
        else if (const auto id = number(actor); id > 0)
            asked.filter.actor = id;
    }
    asked.filter.kind = std::string(keep("acte"));
    asked.filter.before = number(c.query("avant"));
    return asked;
}

void filters(html::Writer& w, const Context& c, const Asked& asked) {
    html::filter_bar(w,
                     {.action = "/journal",
                      .label = c.t("steer.journal.filter"),
                      .reset = asked.any ? std::string_view("/journal") : std::string_view()},
                     [&] {
                         std::vector<html::Choice> subjects{{.value = "", .label = c.t("steer.journal.any")}};
                         for (std::string_view kind : kSubjects)
                             subjects.push_back({.value = kind,
                                                 .label = c.t("steer.subject." + std::string(kind)),
                                                 .checked = c.query("sujet") == kind});
                         html::select(w, {.name = "sujet", .label = c.t("steer.journal.subject")}, subjects);
                         html::text_field(w, {.name = "numero",
                                              .label = c.t("steer.journal.number"),
                                              .value = c.query("numero"),
                                              .error = asked.unknown_number ? c.t("steer.journal.number.unknown")
                                                                            : std::string_view(),
                                              .width = html::Width::Medium});
                         html::text_field(w, {.name = "personne",
                                              .label = c.t("steer.journal.person"),
                                              .value = c.query("personne"),
                                              .width = html::Width::Short});
                         html::text_field(w, {.name = "acte",
                                              .label = c.t("steer.journal.kind"),
                                              .hint = c.t("steer.journal.kind.hint"),
                                              .value = c.query("acte"),
                                              .width = html::Width::Medium});
                     });
}

void verify_form(html::Writer& w, const Context& c, const journal::Head& head, const html::Errors& errors) {
    html::heading(w, 2, c.t("steer.journal.verify"), "verifier");
    html::paragraph(w, c.t("steer.journal.verify.lead"));
    const std::string text = journal::to_text(head);
    html::text_area(w,
                    {.name = "head",
                     .label = c.t("steer.journal.head"),
                     .hint = c.t("steer.journal.head.hint"),
                     .value = std::string_view(text),
                     .readonly = true},
                    2);
    html::form(w, {.action = "/journal/verifier", .csrf = c.csrf()}, [&] {
        html::text_field(w, {.name = "expected",
                             .label = c.t("steer.journal.expected"),
                             .hint = c.t("steer.journal.expected.hint"),
                             .value = c.request.method == http::Method::Post ? c.form("expected") : std::string_view(),
                             .error = errors.of("expected"),
                             .need = html::Need::Optional});
        html::buttons(w, [&] { html::button(w, {.text = c.t("steer.journal.verify.button")}); });
    });
}

http::Response journal_page(Context& c, const html::Errors& errors = {}, const html::Slot& verdict = {},
                            int status = 200) {
    Asked asked = asked_of(c);
    std::vector<journal::Record> records;
    Readable files;
    journal::Head head;
    c.db().read([&](db::Reader& reader) {
        if (!asked.unknown_number) records = journal::browse(reader, asked.filter);
        files = readable(reader, records);
        head = journal::head(reader);
    });
    const bool more = records.size() > static_cast<std::size_t>(kPage);
    if (more) records.pop_back();
    return c.page(
        {.title = c.t("steer.journal.title"),
         .errors = errors.empty() ? nullptr : &errors,
         .wide = true,
         .main =
             [&](html::Writer& w) {
                 w("{}", verdict);
                 html::lead(w, c.t("steer.journal.lead"));
                 filters(w, c, asked);
                 html::table(w,
                             {.caption = c.t("steer.journal.title"),
                              .columns = {{.label = c.t("steer.journal.seq")},
                                          {.label = c.t("steer.journal.at")},
                                          {.label = c.t("steer.journal.who")},
                                          {.label = c.t("steer.journal.what")},
                                          {.label = c.t("steer.journal.subject")},
                                          {.label = c.t("steer.journal.detail")}},
                              .hide_caption = true,
                              .empty = c.t("steer.journal.none")},
                             [&](html::Rows& rows) {
                                 for (const auto& record : records)
                                     rows.row()
                                         .cell(record.seq)
                                         .cell(html::Moment{record.entry.at})
                                         .cell([&] {
                                             w("{}<br>{}", record.entry.actor_name,
                                               word(c.t, "steer.role." + record.entry.role, record.entry.role));
                                         })
                                         .cell([&] {
                                             w("{}<br><code>{}</code>", kind_in_words(c.t, record.entry.kind),
                                               record.entry.kind);
                                         })
                                         .cell([&] { subject(w, c, record.entry.subject, files); })
                                         .cell([&] { detail(w, c, record.entry.detail); });
                             });
                 html::paragraph(w, [&] {
                     if (asked.filter.before > 0) w("{} ", html::Link{asked.url, c.t("steer.journal.newest")});
                     if (more)
                         w("{}", html::Link{html::with_param(asked.url, "avant", fmt::to_string(records.back().seq)),
                                            c.t("steer.journal.older")});
                 });
                 verify_form(w, c, head, errors);
             }},
        status);
}

http::Response verify(Context& c) {
    std::optional<journal::Head> expected;
    if (const auto text = base::trim(c.form("expected")); !text.empty()) {
        auto parsed = journal::parse_head(text);
        if (!parsed) {
            html::Errors errors;
            errors.add("expected", std::string(c.t("steer.journal.error.head")));
            return journal_page(c, errors, {}, 422);
        }
        expected = *parsed;
    }
    const auto report =
        base::value_or_throw(c.db().read([&](db::Reader& reader) { return journal::verify(reader, expected); }));
    const std::string entries = base::format_count(report.entries, c.language());
    html::Notice notice{.live = true};
    if (report.whole()) {
        notice.tone = html::Tone::Good;
        notice.title = c.t("steer.journal.whole", {{"n", entries}});
        notice.content = c.t(expected ? "steer.journal.whole.expected" : "steer.journal.whole.alone");
    } else {
        notice.tone = html::Tone::Bad;
        notice.title = c.t("steer.journal.broken", {{"seq", fmt::to_string(report.first_break->seq)}});
        std::string fault(journal::fault_name(report.first_break->fault));
        std::replace(fault.begin(), fault.end(), ' ', '_');
        notice.content = c.t("steer.journal.fault." + fault);
    }
    return journal_page(c, {}, [&](html::Writer& w) { html::notice(w, notice); });
}

}  // namespace

void add_journal(Routes& routes) {
    routes.get("/journal", kAuditors, [](Context& c) { return journal_page(c); }, {.where = http::Where::Worker});
    routes.post("/journal/verifier", kAuditors, [](Context& c) { return verify(c); });
}

}  // namespace beffroi::aides::pages::steer
