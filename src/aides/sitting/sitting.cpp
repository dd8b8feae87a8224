#include "aides/sitting/sitting.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "aides/sitting/internal.hpp"

namespace beffroi::aides::sitting {

namespace {

constexpr db::Query kSitting{
    "sitting",
    "SELECT id, name, held_on, status, provenance, report_number, resolution_number, resolution_title, "
    "transmitted_ms, acknowledgement, published_ms FROM sitting WHERE id = $1"};
constexpr db::Query kSittings{"sittings",
                              "SELECT s.id, s.name, s.held_on, s.status, s.provenance, s.report_number, "
                              "s.resolution_number, s.resolution_title, s.transmitted_ms, "
                              "s.acknowledgement, s.published_ms, (SELECT COUNT(*) FROM sitting_item i WHERE "
                              "i.sitting_id = s.id AND i.state = 'listed'), "
                              "(SELECT COALESCE(SUM(CASE WHEN i.outcome IS NULL THEN CASE WHEN i.proposal = 'grant' "
                              "THEN COALESCE(i.decided_cents, i.proposed_cents) "
                              "ELSE 0 END WHEN i.outcome = 'granted' THEN i.decided_cents ELSE 0 END), 0) FROM "
                              "sitting_item i WHERE i.sitting_id = s.id AND i.state = "
                              "'listed') FROM sitting s ORDER BY s.held_on DESC, s.id DESC"};
#define BEFFROI_ITEM_COLUMNS                                                                                  \
    "SELECT i.id, i.application_id, i.position, a.number, a.applicant_name, a.siren, a.insee, a.department, " \
    "a.nature, a.title, "                                                                                     \
    "i.proposal, i.base_cents, i.rate, i.proposed_cents, i.state, i.amendment, i.outcome, i.decided_cents, "  \
    "i.vote_id, "                                                                                             \
    "a.provenance, i.sitting_id FROM sitting_item i JOIN application a ON a.id = i.application_id "
constexpr db::Query kItems{"sitting_items", BEFFROI_ITEM_COLUMNS "WHERE i.sitting_id = $1 ORDER BY i.position, i.id"};
constexpr db::Query kItem{"sitting_item", BEFFROI_ITEM_COLUMNS "WHERE i.id = $1"};
#undef BEFFROI_ITEM_COLUMNS
constexpr db::Query kRecusals{"sitting_recusals",
                              "SELECT item_id, member FROM recusal WHERE sitting_id = $1 ORDER BY id"};
constexpr db::Query kVotes{
    "sitting_votes",
    "SELECT id, position, title, members, voting, in_favour, against, abstaining FROM sitting_vote "
    "WHERE sitting_id = $1 AND superseded_by IS NULL ORDER BY position, id"};

std::string text_or_empty(const db::Row& row, int column) {
    return row.is_null(column) ? std::string() : row.string(column);
}

Status parse_status(std::string_view name) {
    if (name == "preparing") return Status::Preparing;
    if (name == "agenda") return Status::Agenda;
    if (name == "held") return Status::Held;
    return Status::Published;
}

std::optional<Outcome> parse_outcome(std::string_view text) {
    for (Outcome outcome : {Outcome::Granted, Outcome::Refused, Outcome::Adjourned, Outcome::Withdrawn})
        if (name(outcome) == text) return outcome;
    return std::nullopt;
}

Sitting read_sitting(const db::Row& row) {
    return {.id = row.id<SittingId>(0),
            .name = row.string(1),
            .held_on = row.date(2),
            .status = parse_status(row.text(3)),
            .provenance = row.string(4),
            .report_number = text_or_empty(row, 5),
            .resolution_number = text_or_empty(row, 6),
            .resolution_title = text_or_empty(row, 7),
            .transmitted = row.optional_timestamp(8),
            .acknowledgement = text_or_empty(row, 9),
            .published = row.optional_timestamp(10)};
}

Item read_item(const db::Row& row) {
    Item item;
    item.id = row.id<ItemId>(0);
    item.application = row.id<ApplicationId>(1);
    item.position = static_cast<int>(row.integer(2));
    item.number = row.string(3);
    item.applicant = row.string(4);
    item.siren = row.string(5);
    item.insee = text_or_empty(row, 6);
    item.department = row.string(7);
    item.nature = row.string(8);
    item.title = row.string(9);
    item.proposal = row.text(10) == "grant" ? Proposal::Grant : Proposal::Refusal;
    item.base = row.cents(11);
    item.rate = base::Rate{static_cast<std::int32_t>(row.integer(12))};
    item.proposed = row.cents(13);
    std::string_view state = row.text(14);
    item.state = state == "listed" ? ItemState::Listed : state == "removed" ? ItemState::Removed : ItemState::Pulled;
    item.amendment = text_or_empty(row, 15);
    if (!row.is_null(16)) item.outcome = parse_outcome(row.text(16));
    if (!row.is_null(17)) item.decided = row.cents(17);
    item.vote = VoteId{row.optional_integer(18).value_or(0)};
    item.provenance = row.string(19);
    return item;
}

}  // namespace

std::string_view name(Status status) {
    switch (status) {
        case Status::Preparing:
            return "preparing";
        case Status::Agenda:
            return "agenda";
        case Status::Held:
            return "held";
        case Status::Published:
            return "published";
    }
    return "";
}

std::string_view name(Outcome outcome) {
    switch (outcome) {
        case Outcome::Granted:
            return "granted";
        case Outcome::Refused:
            return "refused";
        case Outcome::Adjourned:
            return "adjourned";
        case Outcome::Withdrawn:
            return "withdrawn";
    }
    return "";
}

base::Cents amount_of(const Item& item) {
    if (item.outcome) return *item.outcome == Outcome::Granted ? item.decided.value_or(item.proposed) : base::Cents{};
    return item.proposal == Proposal::Grant ? item.decided.value_or(item.proposed) : base::Cents{};
}

std::optional<View> load(db::Reader& reader, SittingId id) {
    auto sitting = reader.first(kSitting, {id}, read_sitting);
    if (!sitting) return std::nullopt;
    View view{std::move(*sitting), {}, {}};
    std::unordered_map<std::int64_t, std::size_t> by_id;
    reader.query(kItems, {id}, [&](const db::Row& row) {
        by_id[row.integer(0)] = view.items.size();
        view.items.push_back(read_item(row));
    });
    reader.query(kRecusals, {id}, [&](const db::Row& row) {
        if (auto at = by_id.find(row.integer(0)); at != by_id.end())
            view.items[at->second].recusals.push_back(row.string(1));
    });
    reader.query(kVotes, {id}, [&](const db::Row& row) {
        auto number = [&](int column) { return static_cast<int>(row.integer(column)); };
        view.votes.push_back(
            {row.id<VoteId>(0), number(1), row.string(2), {number(3), number(4), number(5), number(6), number(7)}});
    });
    return view;
}

std::vector<Listed> list(db::Reader& reader) {
    std::vector<Listed> sittings;
    reader.query(kSittings, {}, [&](const db::Row& row) {
        sittings.push_back({read_sitting(row), static_cast<int>(row.integer(11)), row.cents(12)});
    });
    return sittings;
}

std::vector<DepartmentTotal> department_totals(const View& view) {
    std::map<std::string, DepartmentTotal> totals;
    for (const Item& item : view.items) {
        if (item.state != ItemState::Listed || (item.outcome && *item.outcome != Outcome::Granted)) continue;
        if (item.proposal != Proposal::Grant) continue;
        DepartmentTotal& total = totals[item.department];
        total.department = item.department;
        ++total.rows;
        total.amount += amount_of(item);
    }
    std::vector<DepartmentTotal> sorted;
    for (auto& [code, total] : totals) sorted.push_back(std::move(total));
    return sorted;
}

base::Cents total(const View& view) {
    base::Cents sum;
    for (const auto& department : department_totals(view)) sum += department.amount;
    return sum;
}

namespace internal {

base::Result<std::string_view> role_of(const application::Actor& actor) {
    if (actor.has(accounts::Role::Secretary)) return std::string_view("secretary");
    if (actor.has(accounts::Role::Head)) return std::string_view("head");
    return base::fail(base::Code::Refused, "neither secretary nor head of unit", {"sitting.refused.role", {}});
}

base::Result<Sitting> expect(db::Reader& reader, SittingId id, std::initializer_list<Status> statuses) {
    auto sitting = reader.first(kSitting, {id}, read_sitting);
    if (!sitting) return base::fail(base::Code::NotFound, "no such sitting");
    if (std::find(statuses.begin(), statuses.end(), sitting->status) == statuses.end())
        return base::fail(base::Code::Conflict, "the sitting is " + std::string(name(sitting->status)),
                          {"sitting.refused.status." + std::string(name(sitting->status)), {}});
    return std::move(*sitting);
}

base::Result<RowRef> expect_row(db::Reader& reader, ItemId id, std::initializer_list<Status> statuses) {
    SittingId sitting_id;
    auto item = reader.first(kItem, {id}, [&](const db::Row& row) {
        sitting_id = row.id<SittingId>(20);
        return read_item(row);
    });
    if (!item) return base::fail(base::Code::NotFound, "no such row");
    Sitting sitting = TRY(expect(reader, sitting_id, statuses));
    if (item->state != ItemState::Listed)
        return base::fail(base::Code::Conflict, "the row is not listed any more",
                          {"sitting.refused.row_gone", {{"number", item->number}}});
    return RowRef{std::move(*item), std::move(sitting)};
}

base::Status need_reason(std::string_view reason) {
    if (reason.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return base::fail(base::Code::Invalid, "a reason is needed", {"sitting.refused.reason", {}});
    return {};
}

void note(const application::Desk& desk, db::Writer& writer, const application::Actor& actor, std::string_view kind,
          SittingId sitting, std::initializer_list<journal::Fact> facts) {
    journal::append(writer, {.at = desk.clock.now(),
                             .actor = actor.id.value,
                             .actor_name = actor.name,
                             .role = std::string(role_of(actor).value_or("system")),
                             .kind = std::string(kind),
                             .subject = {"sitting", sitting.value},
                             .detail = journal::details(facts)});
}

}  // namespace internal

}  // namespace beffroi::aides::sitting
