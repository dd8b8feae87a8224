// Envelopes and their ledgers; opened, topped up and reduced by finance or the head of unit.
#include <algorithm>
#include <charconv>
#include <map>

#include "aides/application/envelope_desk.hpp"
#include "aides/pages/review/parts.hpp"
#include "base/text.hpp"

namespace beffroi::aides::pages::review {

namespace {

using application::EnvelopeMove;
using envelope::EntryKind;
using envelope::EnvelopeId;

constexpr int kEntries = 100;

struct Listed {
    std::vector<envelope::Envelope> envelopes;
    std::vector<std::pair<application::EditionId, std::string>> without;  // editions that have none yet
};

Listed read_list(const Context& c) {
    return c.db().read([&](db::Reader& reader) {
        Listed listed{.envelopes = envelope::list(reader), .without = {}};
        for (const auto& row : application::editions(reader)) {
            const bool has = std::any_of(listed.envelopes.begin(), listed.envelopes.end(), [&](const auto& one) {
                return one.scheme == row.scheme && one.edition == row.edition;
            });
            if (!has && row.status != application::EditionStatus::Superseded)
                listed.without.emplace_back(row.id, edition_label(reader, c, row.id));
        }
        return listed;
    });
}

// Typed amount, act and reason; what is wrong goes beside the fields.
std::optional<EnvelopeMove> read_move(const Context& c, html::Errors& errors, bool may_be_zero) {
    EnvelopeMove move{.cents = {},
                      .act = std::string(base::trim(c.form("act"))),
                      .reason = std::string(base::trim(c.form("reason")))};
    const auto typed = base::trim(c.form("amount"));
    if (typed.empty() && may_be_zero) {
        move.cents = {};
    } else if (auto amount = base::parse_euros(typed)) {
        move.cents = *amount;
        if (move.cents < base::Cents{} || (move.cents == base::Cents{} && !may_be_zero))
            errors.add("amount", std::string(c.t("envelope.not_above_zero")));
    } else {
        errors.add("amount", c.t(amount.error()));
    }
    if (move.act.empty()) errors.add("act", std::string(c.t("review.envelope.act.missing")));
    if (move.reason.empty()) errors.add("reason", std::string(c.t("application.guard.reasoned")));
    if (!errors.empty()) return std::nullopt;
    return move;
}

void move_fields(html::Writer& w, const Context& c, const html::Errors& errors, bool typed) {
    auto value = [&](std::string_view name) { return typed ? c.form(name) : std::string_view(); };
    auto error = [&](std::string_view name) { return typed ? errors.of(name) : std::string_view(); };
    html::money_field(w, {.name = "amount",
                          .label = c.t("review.amount"),
                          .value = value("amount"),
                          .error = error("amount"),
                          .need = html::Need::Required,
                          .width = html::Width::Medium});
    html::text_field(w, {.name = "act",
                         .label = c.t("review.envelope.act"),
                         .hint = c.t("review.envelope.act.hint"),
                         .value = value("act"),
                         .error = error("act"),
                         .need = html::Need::Required,
                         .width = html::Width::Medium});
    html::text_area(w,
                    {.name = "reason",
                     .label = c.t("review.reason"),
                     .value = value("reason"),
                     .error = error("reason"),
                     .need = html::Need::Required},
                    2);
}

http::Response list_page(Context& c, const html::Errors& errors = {}, int status = 200) {
    const auto listed = read_list(c);
    const bool posted = c.request.method == http::Method::Post;
    return c.page(
        {.title = c.t("review.envelopes.title"),
         .errors = errors.empty() ? nullptr : &errors,
         .wide = true,
         .main =
             [&](html::Writer& w) {
                 html::lead(w, c.t("review.envelopes.lead"));
                 html::table(
                     w,
                     {.caption = c.t("review.envelopes.title"),
                      .columns = {{.label = c.t("review.envelope")},
                                  {.label = c.t("review.balance.authorised"), .kind = html::Column::Kind::Number},
                                  {.label = c.t("review.balance.reserved"), .kind = html::Column::Kind::Number},
                                  {.label = c.t("review.balance.committed"), .kind = html::Column::Kind::Number},
                                  {.label = c.t("review.balance.free"), .kind = html::Column::Kind::Number}},
                      .hide_caption = true,
                      .empty = c.t("review.envelopes.none")},
                     [&](html::Rows& rows) {
                         for (const auto& one : listed.envelopes)
                             rows.row()
                                 .cell([&] {
                                     w("{}<br>{}",
                                       html::Link{.href = html::url("/enveloppes/{}", one.id), .text = one.name},
                                       one.scheme + "/" + one.edition);
                                 })
                                 .cell(html::Money{one.balance.authorised})
                                 .cell(html::Money{one.balance.reserved})
                                 .cell(html::Money{one.balance.committed})
                                 .cell(html::Money{one.balance.free()});
                     });
                 if (!application::handles_envelopes(c.principal()) || listed.without.empty()) return;
                 html::heading(w, 2, c.t("review.envelope.open"), "ouvrir");
                 html::form(w, {.action = "/enveloppes", .csrf = c.csrf()}, [&] {
                     std::vector<html::Choice> editions;
                     for (const auto& [id, label] : listed.without) {
                         auto value = std::to_string(id.value);
                         const bool checked = posted && c.form("edition") == value;
                         editions.push_back(
                             {.value = std::move(value), .label = std::string(label), .checked = checked});
                     }
                     html::select(w, {.name = "edition", .label = c.t("review.edition")}, editions);
                     html::text_field(w, {.name = "name",
                                          .label = c.t("review.envelope.name"),
                                          .value = posted ? c.form("name") : std::string_view(),
                                          .error = errors.of("name"),
                                          .need = html::Need::Required,
                                          .width = html::Width::Long});
                     move_fields(w, c, errors, posted);
                     html::buttons(w, [&] { html::button(w, {.text = c.t("review.envelope.open")}); });
                 });
             }},
        status);
}

std::int64_t number_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value > 0 ? value : 0;
}

bool can_mend(const base::Error& error) {
    return error.code != base::Code::NotFound && error.message.key != "application.not_yours" &&
           error.code != base::Code::Unavailable && error.code != base::Code::Corrupt;
}

http::Response open(Context& c) {
    html::Errors errors;
    const auto move = read_move(c, errors, true);
    if (base::trim(c.form("name")).empty()) errors.add("name", std::string(c.t("review.envelope.name.missing")));
    if (!move || !errors.empty()) return list_page(c, errors, 422);
    auto done = application::open_envelope(c.desk(), application::EditionId{number_of(c.form("edition"))},
                                           std::string(c.form("name")), *move, c.principal());
    if (done) return c.see_other(html::url("/enveloppes/{}", *done), "review.notice.envelope_opened");
    if (!can_mend(done.error())) return c.error(done.error());
    errors.add_general(c.t(done.error()));
    return list_page(c, errors, 422);
}

// ---- one envelope

struct Book {
    envelope::Envelope envelope;
    std::vector<envelope::Entry> entries;
    std::vector<envelope::DepartmentTotal> departments;
    std::map<ApplicationId, application::Application> files;
};

Book read_book(const Context& c) {
    const auto before = c.request.method == http::Method::Get ? number_of(c.query("avant")) : 0;
    return c.db().read([&](db::Reader& reader) {
        auto found = envelope::find(reader, c.id<EnvelopeId>());
        if (!found) throw base::Failure({base::Code::NotFound, "no such envelope", {"envelope.none", {}}});
        Book book{.envelope = std::move(*found),
                  .entries = envelope::entries(reader, c.id<EnvelopeId>(), envelope::EntryId{before}, kEntries),
                  .departments = envelope::department_totals(reader, c.id<EnvelopeId>()),
                  .files = {}};
        for (const auto& entry : book.entries)
            if (entry.application && !book.files.contains(entry.application))
                if (auto file = application::find(reader, entry.application))
                    book.files.emplace(entry.application, std::move(*file));
        return book;
    });
}

bool takes(EntryKind kind) {
    return kind == EntryKind::Reduced || kind == EntryKind::Reserved || kind == EntryKind::Committed;
}

std::string reason_text(const Context& c, const envelope::Entry& entry) {
    // What files reserve carries the name of the act that did it.
    if (const auto action = application::parse_action(entry.reason))
        return std::string(word(c.t, "application.action", name(*action)));
    return entry.reason;
}

void ledger(html::Writer& w, const Context& c, const Book& book) {
    html::table(
        w,
        {.caption = c.t("review.ledger.caption"),
         .columns = {{.label = c.t("review.date")},
                     {.label = c.t("review.ledger.kind")},
                     {.label = c.t("review.amount"), .kind = html::Column::Kind::Number},
                     {.label = c.t("review.ledger.file")},
                     {.label = c.t("review.envelope.act")},
                     {.label = c.t("review.reason")},
                     {.label = c.t("review.ledger.who")}},
         .empty = c.t("review.ledger.none")},
        [&](html::Rows& rows) {
            for (const auto& entry : book.entries)
                rows.row()
                    .cell(html::Moment{entry.at})
                    .cell(word(c.t, "envelope.kind", name(entry.kind)))
                    .cell([&] { w("{}{}", takes(entry.kind) ? "− " : "+ ", html::Money{entry.cents}); })
                    .cell([&] {
                        const auto file = book.files.find(entry.application);
                        if (file == book.files.end()) return;
                        w("{}<br>{}, {}", html::Link{.href = file_url(entry.application), .text = file->second.number},
                          file->second.applicant_name, department_label(c.site, file->second.department));
                        if (auto tag = provenance_tag(c.t, file->second.provenance)) w(" {}", *tag);
                    })
                    .cell(entry.act)
                    .cell(reason_text(c, entry))
                    .cell(entry.actor ? person_name(c, entry.actor) : std::string(c.t("review.ledger.program")));
        });
    if (book.entries.size() == static_cast<std::size_t>(kEntries))
        w("<p>{}</p>", html::Link{.href = html::with_param(html::url("/enveloppes/{}", book.envelope.id), "avant",
                                                           std::to_string(book.entries.back().id.value)),
                                  .text = c.t("review.ledger.older")});
}

void departments(html::Writer& w, const Context& c, const Book& book) {
    if (book.departments.empty()) return;
    html::heading(w, 2, c.t("review.departments"));
    html::table(w,
                {.caption = c.t("review.departments"),
                 .columns = {{.label = c.t("review.department")},
                             {.label = c.t("review.departments.files"), .kind = html::Column::Kind::Number},
                             {.label = c.t("review.balance.reserved"), .kind = html::Column::Kind::Number},
                             {.label = c.t("review.balance.committed"), .kind = html::Column::Kind::Number}},
                 .hide_caption = true},
                [&](html::Rows& rows) {
                    envelope::DepartmentTotal all;
                    for (const auto& one : book.departments) {
                        all.files += one.files;
                        all.reserved += one.reserved;
                        all.committed += one.committed;
                        rows.row()
                            .cell(department_label(c.site, one.department))
                            .cell(base::format_count(one.files, c.language()))
                            .cell(html::Money{one.reserved})
                            .cell(html::Money{one.committed});
                    }
                    rows.row()
                        .total()
                        .cell(c.t("review.total"))
                        .cell(base::format_count(all.files, c.language()))
                        .cell(html::Money{all.reserved})
                        .cell(html::Money{all.committed});
                });
}

enum class Move { None, TopUp, Reduce };

http::Response book_page(Context& c, const html::Errors& errors = {}, Move posted = Move::None, int status = 200) {
    const auto book = read_book(c);
    const auto& one = book.envelope;
    return c.page(
        {.title = std::string_view(one.name),
         .breadcrumb = {{.href = "/enveloppes", .text = c.t("review.envelopes.title")}},
         .errors = errors.empty() ? nullptr : &errors,
         .caption = one.scheme + "/" + one.edition,
         .aside =
             [&](html::Writer& w) {
                 html::button_link(w, html::url("/enveloppes/{}/selection", one.id), c.t("review.envelope.selection"),
                                   html::Weight::Secondary);
             },
         .wide = true,
         .main =
             [&](html::Writer& w) {
                 balance_block(w, one.balance);
                 if (application::handles_envelopes(c.principal())) {
                     auto form = [&](Move move, std::string_view path, std::string_view key) {
                         html::details(
                             w, {.summary = c.t(key),
                                 .content = html::Slot([&, move, path, key] {
                                     html::form(
                                         w, {.action = html::url("/enveloppes/{}/{}", one.id, path), .csrf = c.csrf()},
                                         [&] {
                                             move_fields(w, c, errors, posted == move);
                                             html::button(w, {.text = c.t(key)});
                                         });
                                 }),
                                 .open = posted == move});
                     };
                     // Only one of the two has the fields that an error summary leads to: ids stay unique.
                     if (posted != Move::Reduce) form(Move::TopUp, "abondement", "review.envelope.top_up");
                     if (posted == Move::Reduce) form(Move::Reduce, "diminution", "review.envelope.reduce");
                     if (posted == Move::None)
                         w("<p>{}</p>", html::Link{.href = html::url("/enveloppes/{}/diminution", one.id),
                                                   .text = c.t("review.envelope.reduce")});
                 }
                 departments(w, c, book);
                 html::heading(w, 2, c.t("review.ledger"), "mouvements");
                 ledger(w, c, book);
             }},
        status);
}

http::Response move(Context& c, Move kind) {
    html::Errors errors;
    const auto read = read_move(c, errors, false);
    if (!read) return book_page(c, errors, kind, 422);
    const auto id = c.id<EnvelopeId>();
    auto done = kind == Move::TopUp ? application::top_up_envelope(c.desk(), id, *read, c.principal())
                                    : application::reduce_envelope(c.desk(), id, *read, c.principal());
    if (done)
        return c.see_other(html::url("/enveloppes/{}", id),
                           kind == Move::TopUp ? "review.notice.envelope_topped_up" : "review.notice.envelope_reduced");
    if (!can_mend(done.error())) return c.error(done.error());
    errors.add("amount", c.t(done.error()));
    return book_page(c, errors, kind, 422);
}

}  // namespace

void balance_block(html::Writer& w, const envelope::Balance& balance) {
    auto money = [&w](base::Cents cents) { return html::Slot([&w, cents] { w.put(html::Money{cents}); }); };
    html::figures(w, {{.label = w.t("review.balance.authorised"), .value = money(balance.authorised)},
                      {.label = w.t("review.balance.reserved"), .value = money(balance.reserved)},
                      {.label = w.t("review.balance.committed"), .value = money(balance.committed)},
                      {.label = w.t("review.balance.free"), .value = money(balance.free()), .strong = true}});
    if (balance.authorised <= base::Cents{}) return;
    const auto used = balance.reserved + balance.committed;
    const auto share = static_cast<int>(static_cast<__int128>(used.value) * 10'000 / balance.authorised.value);
    html::gauge(
        w, {.label = w.t("review.balance.used"),
            .value = share,
            .text = w.t("review.balance.used.text", {{"share", base::format_percent(base::Rate{share}, w.language())}}),
            .tone = share >= 9500 ? html::Tone::Warning : html::Tone::Info});
}

void add_envelopes(Routes& routes) {
    routes.get("/enveloppes", kReaders, [](Context& c) { return list_page(c); });
    routes.post("/enveloppes", kFinance, [](Context& c) { return open(c); });
    routes.get("/enveloppes/{id}", kReaders, [](Context& c) { return book_page(c); }, {.where = http::Where::Worker});
    routes.get("/enveloppes/{id}/diminution", kFinance, [](Context& c) { return book_page(c, {}, Move::Reduce); },
               {.where = http::Where::Worker});
    routes.post("/enveloppes/{id}/abondement", kFinance, [](Context& c) { return move(c, Move::TopUp); });
    routes.post("/enveloppes/{id}/diminution", kFinance, [](Context& c) { return move(c, Move::Reduce); });
}

}  // namespace beffroi::aides::pages::review
