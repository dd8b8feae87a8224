// One act on many files: each answers for itself, one that is refused does not stop the others.
#include <charconv>

#include "aides/pages/review/parts.hpp"

namespace beffroi::aides::pages::review {

namespace {

using application::Action;
using application::BulkLine;

// Acts that ask nothing but, at most, a reason.
bool in_bulk(Action action) {
    switch (action) {
        case Action::DeclareComplete:
        case Action::StartReview:
        case Action::ReceiveOpinions:
        case Action::Propose:
        case Action::PutOnWaitingList:
        case Action::CallFromWaitingList:
        case Action::SendBackToReview:
            return true;
        case Action::RequestSignature:
        case Action::TakeBack:
        case Action::File:
        case Action::AskPieces:
        case Action::AnswerPieces:
        case Action::AskOpinion:
        case Action::ProposeRefusal:
        case Action::PutOnAgenda:
        case Action::TakeOffAgenda:
        case Action::Grant:
        case Action::Refuse:
        case Action::Adjourn:
        case Action::Withdraw:
        case Action::Notify:
            return false;
    }
    return false;
}

std::vector<BulkLine> label_all(const Context& c, const std::vector<ApplicationId>& ids, std::string_view label) {
    std::vector<BulkLine> lines;
    for (const auto id : ids) {
        const auto done = application::add_label(c.desk(), id, label, c.principal());
        const auto file = c.db().read([&](db::Reader& reader) { return application::find(reader, id); });
        const bool seen = file && application::may_read(c.principal(), file->siren, file->state);
        lines.push_back({.id = id,
                         .number = seen ? file->number : std::string(),
                         .refusal = done ? std::nullopt : std::optional(done.error())});
    }
    return lines;
}

// Only back to our own pages.
std::string back_of(const Context& c) {
    const auto back = c.form("retour");
    const bool ours = back == "/instruction" || back.starts_with("/instruction?") || back.starts_with("/enveloppes/");
    return ours && html::safe_url(back) ? std::string(back) : std::string("/instruction");
}

http::Response explain(const Context& c, std::string_view key) {
    return c.error({base::Code::Invalid, "bulk form incomplete", {std::string(key), {}}});
}

http::Response bulk(Context& c) {
    const auto ids = ticked(c);
    const auto operation = c.form("operation");
    const auto back = back_of(c);
    if (ids.empty()) return explain(c, "review.bulk.error.none");
    auto give_to = [&](PersonId person) {
        return bulk_result(c, c.t("review.bulk.assigned"),
                           application::assign_all(c.desk(), ids, person, c.principal()), back);
    };
    if (operation == "prendre") return give_to(c.principal().id);
    if (operation == "liberer") return give_to(PersonId{});
    if (operation == "confier") {
        const auto text = c.form("personne");
        std::int64_t person = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), person);
        if (error != std::errc{} || end != text.data() + text.size() || person <= 0)
            return explain(c, "review.bulk.error.person");
        return give_to(PersonId{person});
    }
    if (operation == "etiqueter")
        return bulk_result(c, c.t("review.bulk.labelled"), label_all(c, ids, c.form("texte")), back);
    const auto action = application::parse_action(operation);
    if (!action || !in_bulk(*action)) return explain(c, "review.bulk.error.operation");
    application::Params params;
    params.reason = std::string(c.form("texte"));
    return bulk_result(c, word(c.t, "application.action", operation),
                       application::perform_all(c.desk(), ids, *action, c.principal(), params), back);
}

}  // namespace

void add_bulk(Routes& routes) {
    routes.post("/instruction/lot", kReviewers, [](Context& c) { return bulk(c); });
}

}  // namespace beffroi::aides::pages::review
