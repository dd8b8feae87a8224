// Who acts for which commune or grouping.
#include "accounts/rows.hpp"
#include "base/text.hpp"

namespace beffroi::accounts {

namespace {

using base::Code;

constexpr std::size_t kLongestReason = 1000;

constexpr std::string_view kSelect =
    "SELECT m.id, m.person_id, p.name, p.email, m.siren, m.role, m.status, m.requested_ms, m.decided_ms, m.ended_ms, "
    "m.reason "
    "FROM membership m JOIN person p ON p.id = m.person_id ";
constexpr db::Query kAdd{
    "membership_add",
    "INSERT INTO membership (person_id, siren, role, status, requested_ms, decided_by, decided_ms) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id"};
constexpr db::Query kDecide{
    "membership_decide",
    "UPDATE membership SET status = $2, decided_by = $3, decided_ms = $4, reason = $5 WHERE id = $1 AND status = "
    "'requested'"};
constexpr db::Query kEnd{
    "membership_end",
    "UPDATE membership SET status = 'ended', ended_ms = $2, reason = $3 WHERE id = $1 AND status IN ('requested', "
    "'active')"};

// The check digit of a SIREN (Luhn): https://www.sirene.fr/static-resources/documentation/v_sommaire_311.htm
bool valid_siren(std::string_view siren) {
    if (siren.size() != 9) return false;
    int sum = 0;
    for (std::size_t i = 0; i < 9; ++i) {
        if (siren[i] < '0' || siren[i] > '9') return false;
        int digit = siren[i] - '0';
        if (i % 2 == 1) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

base::Status wrong_siren() {
    return base::fail(Code::Invalid, "not a SIREN: nine digits with a right check digit",
                      {"accounts.siren.invalid", {}});
}

MembershipStatus status_named(std::string_view name) {
    if (name == "active") return MembershipStatus::Active;
    if (name == "refused") return MembershipStatus::Refused;
    if (name == "ended") return MembershipStatus::Ended;
    return MembershipStatus::Requested;
}

std::vector<Membership> find(db::Reader& reader, std::string_view name, std::string_view rest,
                             std::initializer_list<db::Param> params) {
    std::vector<Membership> found;
    std::string sql = std::string(kSelect) + std::string(rest);
    reader.query({name, sql}, params, [&](const db::Row& row) {
        found.push_back({.id = row.id<MembershipId>(0),
                         .person = row.id<PersonId>(1),
                         .person_name = row.string(2),
                         .person_email = row.string(3),
                         .siren = row.string(4),
                         .role = row.text(5) == "cosigner" ? MembershipRole::Cosigner : MembershipRole::Applicant,
                         .status = status_named(row.text(6)),
                         .requested = row.timestamp(7),
                         .decided = row.optional_timestamp(8),
                         .ended = row.optional_timestamp(9),
                         .reason = row.string(10)});
    });
    return found;
}

std::optional<Membership> find_one(db::Reader& reader, MembershipId id) {
    auto found = find(reader, "membership_show", "WHERE m.id = $1", {id});
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

// In which role `by` may decide who acts for that commune.
base::Result<std::string_view> as_decider(const Principal& by, std::string_view siren) {
    if (by.program) return "system";
    if (by.has(Role::Head)) return role_name(Role::Head);
    if (by.cosigns_for(siren)) return role_name(Role::Cosigner);
    return base::fail(Code::Refused, "decided by a co-signer of the commune or the head of unit");
}

std::string facts(const Membership& membership, std::string_view reason = {}) {
    return journal::details({{"membership", membership.id},
                             {"siren", membership.siren},
                             {"role", membership_role_name(membership.role)},
                             {"reason", reason}});
}

base::Result<std::string> checked_reason(std::string_view reason) {
    std::string trimmed(base::trim(reason));
    if (trimmed.size() > kLongestReason || !base::valid_utf8(trimmed))
        return base::fail(Code::Invalid, "reason: too long or not UTF-8", {"accounts.reason.invalid", {}});
    return trimmed;
}

// A request becomes active or refused, once.
base::Result<PersonId> decide(db::Database& database, base::Timestamp now, const Principal& by, MembershipId id,
                              MembershipStatus outcome, const std::string& reason) {
    return database.write([&](db::Writer& writer) -> base::Result<PersonId> {
        auto membership = find_one(writer, id);
        if (!membership) return base::fail(Code::NotFound, "no such membership");
        std::string_view role = TRY(as_decider(by, membership->siren));
        if (by.id == membership->person && !by.program)
            return base::fail(Code::Refused, "nobody approves the own request", {"accounts.self.refused", {}});
        if (writer.execute(kDecide, {id, status_name(outcome), by.id, now, reason}) == 0)
            return base::fail(Code::Conflict, "this request was decided already", {"accounts.membership.decided", {}});
        record(writer, now, by, role,
               outcome == MembershipStatus::Active ? "membership.approved" : "membership.refused", membership->person,
               facts(*membership, reason));
        return membership->person;
    });
}

}  // namespace

std::string_view status_name(MembershipStatus status) {
    switch (status) {
        case MembershipStatus::Requested:
            return "requested";
        case MembershipStatus::Active:
            return "active";
        case MembershipStatus::Refused:
            return "refused";
        case MembershipStatus::Ended:
            return "ended";
    }
    return "";
}

std::string_view membership_role_name(MembershipRole role) {
    return role == MembershipRole::Cosigner ? role_name(Role::Cosigner) : role_name(Role::Applicant);
}

base::Result<MembershipId> Accounts::request_membership(const Principal& by, std::string_view siren,
                                                        MembershipRole role) {
    if (!by.id) return base::fail(Code::Refused, "sign in to ask for a commune");
    if (!valid_siren(siren)) return std::unexpected(wrong_siren().error());
    base::Timestamp now = clock_.now();
    return database_.write([&](db::Writer& writer) -> base::Result<MembershipId> {
        auto id = writer.insert<MembershipId>(
            kAdd, {by.id, siren, membership_role_name(role), "requested", now, nullptr, nullptr});
        if (!id) return base::fail(Code::Conflict, "asked for or active already", {"accounts.membership.exists", {}});
        record(writer, now, by, "self", "membership.requested", by.id, facts(*find_one(writer, id)));
        return id;
    });
}

base::Status Accounts::approve_membership(const Principal& by, MembershipId membership) {
    PersonId person = TRY(decide(database_, clock_.now(), by, membership, MembershipStatus::Active, {}));
    sessions_.forget(person);
    return {};
}

base::Status Accounts::refuse_membership(const Principal& by, MembershipId membership, std::string_view reason) {
    std::string why = TRY(checked_reason(reason));
    TRY(decide(database_, clock_.now(), by, membership, MembershipStatus::Refused, why));
    return {};
}

base::Status Accounts::end_membership(const Principal& by, MembershipId membership, std::string_view reason) {
    std::string why = TRY(checked_reason(reason));
    base::Timestamp now = clock_.now();
    PersonId person = TRY(database_.write([&](db::Writer& writer) -> base::Result<PersonId> {
        auto known = find_one(writer, membership);
        if (!known) return base::fail(Code::NotFound, "no such membership");
        std::string_view role = "self";
        if (by.id != known->person) role = TRY(as_decider(by, known->siren));
        if (writer.execute(kEnd, {membership, now, why}) == 0)
            return base::fail(Code::Conflict, "this membership has ended already", {"accounts.membership.decided", {}});
        record(writer, now, by, role, "membership.ended", known->person, facts(*known, why));
        return known->person;
    }));
    sessions_.forget(person);
    return {};
}

base::Result<MembershipId> Accounts::add_membership(const Principal& by, PersonId person, std::string_view siren,
                                                    MembershipRole role) {
    if (!by.program && !by.has(Role::Head)) return base::fail(Code::Refused, "added by the head of unit");
    if (by.id == person)
        return base::fail(Code::Refused, "nobody approves the own request", {"accounts.self.refused", {}});
    if (!valid_siren(siren)) return std::unexpected(wrong_siren().error());
    base::Timestamp now = clock_.now();
    MembershipId id = TRY(database_.write([&](db::Writer& writer) -> base::Result<MembershipId> {
        auto row = person_row(writer, person);
        if (!row || row->disabled) return base::fail(Code::NotFound, "no such person");
        auto added =
            writer.insert<MembershipId>(kAdd, {person, siren, membership_role_name(role), "active", now, by.id, now});
        if (!added)
            return base::fail(Code::Conflict, "asked for or active already", {"accounts.membership.exists", {}});
        record(writer, now, by, by.program ? "system" : role_name(Role::Head), "membership.added", person,
               facts(*find_one(writer, added)));
        return added;
    }));
    sessions_.forget(person);
    return id;
}

std::optional<Membership> Accounts::membership(MembershipId id) {
    return database_.read([&](db::Reader& reader) { return find_one(reader, id); });
}

std::vector<Membership> Accounts::memberships_of(PersonId person) {
    return database_.read([&](db::Reader& reader) {
        return find(reader, "membership_of_person", "WHERE m.person_id = $1 ORDER BY m.id", {person});
    });
}

std::vector<Membership> Accounts::members_of(std::string_view siren) {
    return database_.read([&](db::Reader& reader) {
        return find(reader, "membership_of_siren", "WHERE m.siren = $1 ORDER BY m.id", {siren});
    });
}

std::vector<Membership> Accounts::requests_for(const Principal& by) {
    return database_.read([&](db::Reader& reader) {
        std::vector<Membership> found;
        if (by.program || by.has(Role::Head)) {
            found = find(reader, "membership_requests", "WHERE m.status = 'requested' ORDER BY m.id", {});
        } else {
            for (const ActingFor& one : by.memberships) {
                if (one.role != MembershipRole::Cosigner) continue;
                auto more = find(reader, "membership_requests_siren",
                                 "WHERE m.status = 'requested' AND m.siren = $1 ORDER BY m.id", {one.siren});
                found.insert(found.end(), more.begin(), more.end());
            }
        }
        std::erase_if(found, [&](const Membership& one) { return one.person == by.id; });
        return found;
    });
}

}  // namespace beffroi::accounts
