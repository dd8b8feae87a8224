#include "aides/sitting/agenda.hpp"

#include <algorithm>
#include <tuple>

#include "aides/application/view.hpp"
#include "aides/sitting/internal.hpp"
#include "aides/sitting/papers.hpp"
#include "base/text.hpp"

namespace beffroi::aides::sitting {

namespace {

constexpr db::Query kInsertSitting{"sitting_insert",
                                   "INSERT INTO sitting (name, held_on, status, provenance, created_by, created_ms) "
                                   "VALUES ($1, $2, 'preparing', $3, $4, $5) RETURNING id"};
constexpr db::Query kInsertItem{
    "sitting_item_insert",
    "INSERT INTO sitting_item (sitting_id, application_id, position, proposal, base_cents, rate, "
    "proposed_cents, state) SELECT $1, $2, COALESCE(MAX(position), 0) + 1, $3, $4, $5, $6, 'listed' "
    "FROM sitting_item WHERE sitting_id = $1 RETURNING id"};
constexpr db::Query kRemoveItem{"sitting_item_remove",
                                "UPDATE sitting_item SET state = 'removed', amendment = $2 WHERE id = $1"};
constexpr db::Query kSetPosition{"sitting_item_position", "UPDATE sitting_item SET position = $2 WHERE id = $1"};
constexpr db::Query kCloseAgenda{"sitting_close",
                                 "UPDATE sitting SET status = 'agenda', report_number = $2 WHERE id = $1"};
constexpr db::Query kReopenAgenda{"sitting_reopen", "UPDATE sitting SET status = 'preparing' WHERE id = $1"};
constexpr db::Query kHasVotes{"sitting_has_votes",
                              "SELECT COUNT(*) FROM sitting_vote WHERE sitting_id = $1 AND superseded_by IS NULL"};

// Departments by code, then names as people sort them; refusals after grants.
void put_in_order(db::Writer& writer, View& view) {
    std::sort(view.items.begin(), view.items.end(), [](const Item& a, const Item& b) {
        auto key = [](const Item& item) {
            return std::tuple(item.proposal, item.department, base::fold(item.applicant), item.number);
        };
        return key(a) < key(b);
    });
    int position = 0;
    for (Item& item : view.items) {
        item.position = ++position;
        writer.execute(kSetPosition, {item.id, position});
    }
}

base::Result<ItemId> put_row(const Desk& desk, db::Writer& writer, SittingId sitting, ApplicationId application,
                             const Actor& actor) {
    TRY(internal::role_of(actor));
    TRY(internal::expect(writer, sitting, {Status::Preparing}));
    application::Params params;
    params.sitting = sitting;
    application::Done done =
        TRY(application::perform(desk, writer, application, application::Action::PutOnAgenda, actor, params));
    auto file = application::find(writer, application);
    ASSERT(file.has_value());
    bool grant = done.from == application::State::Proposed;
    return writer.insert<ItemId>(kInsertItem, {sitting, application, grant ? "grant" : "refusal", file->base,
                                               file->rate.per_10000, grant ? file->proposed : base::Cents{}});
}

}  // namespace

base::Result<SittingId> create(const Desk& desk, const NewSitting& sitting, const Actor& actor) {
    TRY(internal::role_of(actor));
    if (base::trim(sitting.name).empty())
        return base::fail(base::Code::Invalid, "a name is needed", {"sitting.refused.name", {}});
    return desk.db.write([&](db::Writer& writer) -> base::Result<SittingId> {
        auto id = writer.insert<SittingId>(kInsertSitting, {base::trim(sitting.name), base::iso(sitting.held_on),
                                                            sitting.provenance, actor.id, desk.clock.now()});
        internal::note(desk, writer, actor, "sitting.created", id,
                       {{"name", sitting.name}, {"held_on", sitting.held_on}});
        return id;
    });
}

base::Result<ItemId> put_on_agenda(const Desk& desk, SittingId sitting, ApplicationId application, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) { return put_row(desk, writer, sitting, application, actor); });
}

std::vector<application::BulkLine> put_all_on_agenda(const Desk& desk, SittingId sitting,
                                                     const std::vector<ApplicationId>& applications,
                                                     const Actor& actor) {
    std::vector<application::BulkLine> lines;
    for (ApplicationId id : applications) {
        auto file = desk.db.read([&](db::Reader& reader) { return application::find(reader, id); });
        auto result = put_on_agenda(desk, sitting, id, actor);
        lines.push_back(
            {id, file ? file->number : std::string(), result ? std::nullopt : std::optional(result.error())});
    }
    return lines;
}

base::Status take_off_agenda(const Desk& desk, ItemId item, std::string_view reason, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        TRY(internal::role_of(actor));
        TRY(internal::need_reason(reason));
        internal::RowRef row = TRY(internal::expect_row(writer, item, {Status::Preparing}));
        application::Params params;
        params.reason = std::string(reason);
        TRY(application::perform(desk, writer, row.item.application, application::Action::TakeOffAgenda, actor,
                                 params));
        writer.execute(kRemoveItem, {item, reason});
        return {};
    });
}

base::Status close_agenda(const Desk& desk, SittingId sitting, std::string_view report_number, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        TRY(internal::role_of(actor));
        TRY(internal::expect(writer, sitting, {Status::Preparing}));
        if (base::trim(report_number).empty())
            return base::fail(base::Code::Invalid, "a report number is needed", {"sitting.refused.report_number", {}});
        std::optional<View> view = load(writer, sitting);
        std::erase_if(view->items, [](const Item& item) { return item.state != ItemState::Listed; });
        if (view->items.empty())
            return base::fail(base::Code::Refused, "no row is listed", {"sitting.refused.empty", {}});
        put_in_order(writer, *view);
        writer.execute(kCloseAgenda, {sitting, base::trim(report_number)});
        view->sitting.status = Status::Agenda;
        view->sitting.report_number = std::string(base::trim(report_number));
        TRY(issue_agenda_papers(desk, writer, *view, actor));
        internal::note(desk, writer, actor, "sitting.agenda_closed", sitting,
                       {{"report", report_number},
                        {"rows", static_cast<std::int64_t>(view->items.size())},
                        {"total_cents", total(*view)}});
        return {};
    });
}

base::Status reopen_agenda(const Desk& desk, SittingId sitting, std::string_view reason, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        TRY(internal::role_of(actor));
        TRY(internal::need_reason(reason));
        TRY(internal::expect(writer, sitting, {Status::Agenda}));
        if (writer.number(kHasVotes, {sitting}) != 0)
            return base::fail(base::Code::Refused, "votes are recorded", {"sitting.refused.voted", {}});
        writer.execute(kReopenAgenda, {sitting});
        internal::note(desk, writer, actor, "sitting.agenda_reopened", sitting, {{"reason", reason}});
        return {};
    });
}

}  // namespace beffroi::aides::sitting
