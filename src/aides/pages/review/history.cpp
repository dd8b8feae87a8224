// All that happened to a file, from the journal, in plain words.
#include <algorithm>

#include <boost/json.hpp>

#include "aides/pages/review/parts.hpp"
#include "journal/journal.hpp"

namespace beffroi::aides::pages::review {

namespace {

// The facts of one entry.
class Facts {
  public:
    explicit Facts(std::string_view json) {
        boost::system::error_code error;
        auto value = boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
        if (!error && value.is_object()) object_ = std::move(value.get_object());
    }
    [[nodiscard]] std::string text(std::string_view name) const {
        const auto* found = object_.if_contains(boost::json::string_view(name.data(), name.size()));
        if (found == nullptr) return {};
        if (found->is_string()) return std::string(found->get_string().begin(), found->get_string().end());
        if (found->is_int64()) return std::to_string(found->get_int64());
        return {};
    }
    [[nodiscard]] std::int64_t number(std::string_view name) const {
        const auto* found = object_.if_contains(boost::json::string_view(name.data(), name.size()));
        return found != nullptr && found->is_int64() ? found->get_int64() : 0;
    }

  private:
    boost::json::object object_;
};

std::string title_of(const Context& c, std::string_view kind) {
    constexpr std::string_view kArea = "application.";
    const auto name = kind.starts_with(kArea) ? kind.substr(kArea.size()) : kind;
    const auto key = "review.journal." + std::string(name);
    if (c.site.desk.catalogue.has(key)) return std::string(c.t(key));
    const auto action = "application.action." + std::string(name);
    if (c.site.desk.catalogue.has(action)) return std::string(c.t(action));
    return std::string(kind);
}

std::string label_name(const ApplicationView& view, const std::vector<application::Label>& all, const Facts& facts) {
    const auto text = facts.text("label");
    for (const auto& label : all)
        if (std::to_string(label.id.value) == text) return label.name;
    (void)view;
    return text;
}

std::vector<std::string> lines_of(const Context& c, const ApplicationView& view,
                                  const std::vector<application::Label>& all_labels, std::string_view kind,
                                  const Facts& facts) {
    std::vector<std::string> lines;
    const auto to = application::parse_state(facts.text("to"));
    const auto from = application::parse_state(facts.text("from"));
    if (to && from && *to != *from)
        lines.push_back(c.t("review.journal.moved", {{"from", word(c.t, "application.state", name(*from))},
                                                     {"to", word(c.t, "application.state", name(*to))}}));
    if (const auto amount = facts.number("amount_cents"); amount > 0)
        lines.push_back(
            c.t("review.journal.amount", {{"amount", base::format_euros(base::Cents{amount}, c.language())}}));
    if (const auto amount = facts.number("retained_cents"); amount > 0)
        lines.push_back(
            c.t("review.journal.retained", {{"amount", base::format_euros(base::Cents{amount}, c.language())}}));
    if (kind == "application.assigned")
        lines.push_back(c.t("review.journal.to", {{"name", person_name(c, PersonId{facts.number("officer")})}}));
    if (kind == "application.priority") lines.push_back(c.t("review.journal.rank", {{"n", facts.text("priority")}}));
    if (kind.starts_with("application.label_")) lines.push_back(label_name(view, all_labels, facts));
    if (kind == "application.message")
        if (const auto side = facts.text("side"); !side.empty()) lines.emplace_back(word(c.t, "review.side", side));
    if (const auto opinion = application::parse_opinion_answer(facts.text("answer")))
        lines.emplace_back(word(c.t, "application.opinion", name(*opinion)));
    if (const auto name = facts.text("name"); !name.empty()) lines.push_back(name);
    if (const auto reason = facts.text("reason"); !reason.empty())
        lines.push_back(c.t("review.journal.reason", {{"reason", reason}}));
    return lines;
}

std::string who_of(const Context& c, const journal::Entry& entry) {
    const auto key = "accounts.role." + entry.role;
    if (c.site.desk.catalogue.has(key))
        return c.t("review.journal.who", {{"name", entry.actor_name}, {"role", c.t(key)}});
    return entry.actor_name;
}

http::Response history_page(Context& c) {
    const auto view = load_file(c);
    auto [records, all_labels] = c.db().read([&](db::Reader& reader) {
        return std::pair(journal::history(reader, {.kind = "application", .id = view.application.id.value}),
                         application::labels(reader));
    });
    std::reverse(records.begin(), records.end());
    return file_page(c, view, Tab::History, html::Slot([&](html::Writer& w) {
                         html::heading(w, 2, c.t("review.history"));
                         html::paragraph(w, c.t("review.history.how"));
                         std::vector<html::Event> events;
                         for (const auto& record : records) {
                             const auto& entry = record.entry;
                             auto lines = lines_of(c, view, all_labels, entry.kind, Facts(entry.detail));
                             html::Slot content;
                             if (!lines.empty())
                                 content = html::Slot([&w, lines = std::move(lines)] {
                                     w("<ul>{}</ul>", [&] {
                                         for (const auto& line : lines) w("<li>{}</li>", line);
                                     });
                                 });
                             events.push_back({.when = base::format_instant(entry.at, c.language()),
                                               .machine = base::iso(entry.at),
                                               .title = title_of(c, entry.kind),
                                               .who = who_of(c, entry),
                                               .content = std::move(content)});
                         }
                         html::timeline(w, events);
                     }));
}

}  // namespace

void add_history(Routes& routes) {
    routes.get("/instruction/dossiers/{id}/historique", kReaders, [](Context& c) { return history_page(c); },
               {.where = http::Where::Worker});
}

}  // namespace beffroi::aides::pages::review
