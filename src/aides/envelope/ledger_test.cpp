#include "aides/envelope/ledger.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/money.hpp"
#include "db/test_support.hpp"

namespace beffroi::aides::envelope {
namespace {

using base::Cents;

// A database file of its own, with the real tables, gone at the end.
struct Desk {
    ApplicationId file(const std::string& number, const std::string& department = "59") {
        constexpr db::Query kEdition{"test_edition",
                                     "INSERT INTO edition (scheme, name, revision, source, sha256, status, "
                                     "published_ms, published_by) VALUES ('t', $1, 1, '', '', 'open', 0, 0) "
                                     "RETURNING id"};
        constexpr db::Query kFile{"test_file",
                                  "INSERT INTO application (number, edition_id, siren, applicant_name, department, "
                                  "state, provenance, created_ms, created_by, updated_ms) VALUES "
                                  "($1, $2, '215901729', 'Denain', $3, 'under_review', 'live', 0, 1, 0) RETURNING id"};
        return base::value_or_throw(db->write([&](db::Writer& w) -> base::Result<ApplicationId> {
            const auto edition = w.number(kEdition, {number});
            return w.insert<ApplicationId>(kFile, {number, edition, department});
        }));
    }

    template <typename Use>
    auto write(Use&& use) {
        return db->write(std::forward<Use>(use));
    }
    Balance now(EnvelopeId envelope) {
        return db->read([&](db::Reader& r) { return base::value_or_throw(balance(r, envelope)); });
    }
    std::size_t mismatches() {
        return db->read([&](db::Reader& r) { return verify(r).size(); });
    }

    db::ScratchFolder folder;
    std::unique_ptr<db::Database> db = db::migrated_database(folder.file("desk.db"));
};

Stamp stamp(const std::string& act = "2022.00123") {
    return {.actor = PersonId{7}, .at = base::Timestamp{1000}, .act = act, .reason = "vote"};
}

EnvelopeId opened(Desk& desk, std::int64_t cents) {
    return base::value_or_throw(desk.write(
        [&](db::Writer& w) { return open(w, "hdf", "2022", "Vidéoprotection 2022", Cents{cents}, stamp()); }));
}

TEST_CASE("an envelope of 2 M€ is topped up by 2.5 M€, reserved, voted and released, to the cent") {
    Desk desk;
    const auto envelope = opened(desk, 200'000'000);
    const auto lestrem = desk.file("VP-2022-00001", "62");
    CHECK(desk.write([&](db::Writer& w) { return top_up(w, envelope, Cents{250'000'000}, stamp()); }));
    CHECK(desk.write([&](db::Writer& w) { return reserve(w, envelope, lestrem, Cents{1'708'830}, stamp()); }));
    CHECK(desk.now(envelope) == Balance{Cents{450'000'000}, Cents{1'708'830}, Cents{}});
    // The sitting votes less than was proposed: what it did not vote is free again.
    CHECK(desk.write([&](db::Writer& w) { return commit(w, lestrem, Cents{1'700'000}, stamp()); }));
    CHECK(desk.now(envelope) == Balance{Cents{450'000'000}, Cents{}, Cents{1'700'000}});
    CHECK(desk.write([&](db::Writer& w) { return release(w, lestrem, Cents{700'000}, stamp()); }));
    CHECK(desk.now(envelope).free() == Cents{449'000'000});
    desk.db->read([&](db::Reader& r) {
        const auto held = holding(r, lestrem);
        CHECK(held.envelope == envelope);
        CHECK(held.reserved == Cents{});
        CHECK(held.committed == Cents{1'000'000});
        const auto all = entries(r, envelope);
        REQUIRE(all.size() == 6);
        CHECK(all.front().kind == EntryKind::Released);
        CHECK(all.back().kind == EntryKind::Opened);
        CHECK(entries(r, envelope, all[3].id, 10).size() == 2);
        const auto totals = department_totals(r, envelope);
        REQUIRE(totals.size() == 1);
        CHECK(totals[0].department == "62");
        CHECK(totals[0].files == 1);
        CHECK(totals[0].committed == Cents{1'000'000});
    });
    CHECK(desk.mismatches() == 0);
}

TEST_CASE("nobody can reserve, vote, take away or give back more than there is") {
    Desk desk;
    const auto envelope = opened(desk, 1000);
    const auto file = desk.file("VP-2022-00001");
    auto refused = desk.write([&](db::Writer& w) { return reserve(w, envelope, file, Cents{1001}, stamp()); });
    REQUIRE(!refused);
    CHECK(refused.error().code == base::Code::Refused);
    CHECK(refused.error().message.key == "envelope.short");
    CHECK(!desk.write([&](db::Writer& w) { return commit(w, file, Cents{1}, stamp()); }));
    CHECK(!desk.write([&](db::Writer& w) { return release(w, file, Cents{1}, stamp()); }));
    CHECK(!desk.write([&](db::Writer& w) { return reserve(w, envelope, file, Cents{0}, stamp()); }));
    CHECK(!desk.write([&](db::Writer& w) { return top_up(w, envelope, Cents{-5}, stamp()); }));
    CHECK(!desk.write([&](db::Writer& w) { return top_up(w, EnvelopeId{99}, Cents{5}, stamp()); }));
    CHECK(desk.write([&](db::Writer& w) { return reserve(w, envelope, file, Cents{600}, stamp()); }));
    CHECK(!desk.write([&](db::Writer& w) { return reduce(w, envelope, Cents{401}, stamp()); }));
    CHECK(desk.write([&](db::Writer& w) { return reduce(w, envelope, Cents{400}, stamp()); }));
    CHECK(desk.now(envelope) == Balance{Cents{600}, Cents{600}, Cents{}});
    CHECK(!desk.write([&](db::Writer& w) { return open(w, "hdf", "2022", "again", Cents{1}, stamp()); }));
    CHECK(desk.mismatches() == 0);
}

TEST_CASE("the database itself refuses a balance above the envelope, and entries cannot be changed or removed") {
    Desk desk;
    const auto envelope = opened(desk, 1000);
    for (const char* sql : {"UPDATE envelope SET committed_cents = 1001", "UPDATE envelope_entry SET cents = 1",
                            "DELETE FROM envelope_entry"}) {
        CAPTURE(sql);
        CHECK_THROWS_AS((void)desk.write([&](db::Writer& w) -> base::Status {
            w.execute({"test_tamper", sql});
            return {};
        }),
                        base::Failure);
    }
    CHECK(desk.now(envelope) == Balance{Cents{1000}, Cents{}, Cents{}});
}

TEST_CASE("a balance that was changed by hand is found") {
    Desk desk;
    opened(desk, 1000);
    CHECK(desk.mismatches() == 0);
    CHECK(desk.write([&](db::Writer& w) -> base::Status {
        w.execute({"test_forge", "UPDATE envelope SET authorised_cents = 999999"});
        return {};
    }));
    CHECK(desk.mismatches() == 1);
}

TEST_CASE("eight people who reserve at once never go above the envelope, and the money that fits is all given") {
    Desk desk;
    const auto envelope = opened(desk, 100'000);
    std::vector<ApplicationId> files;
    for (int i = 0; i < 8; ++i) files.push_back(desk.file("VP-2022-" + std::to_string(i)));
    std::atomic<int> accepted = 0;
    {
        std::vector<std::jthread> people;
        for (const auto file : files) {
            people.emplace_back([&desk, &accepted, envelope, file] {
                for (int round = 0; round < 20; ++round) {
                    auto done =
                        desk.db->write([&](db::Writer& w) { return reserve(w, envelope, file, Cents{997}, stamp()); });
                    if (done)
                        ++accepted;
                    else
                        CHECK(done.error().message.key == "envelope.short");
                }
            });
        }
    }
    CHECK(accepted == 100);  // 100 × 997 = 99 700; the 101st does not fit
    CHECK(desk.now(envelope).reserved == Cents{99'700});
    CHECK(desk.mismatches() == 0);
}

// The ledger against a model in memory, act by act, refusals included.
struct Model {
    Balance balance;
    std::map<std::int64_t, Holding> files;
};

TEST_CASE("whatever the acts, the ledger and its model agree and the balance never goes below zero") {
    Desk desk;
    std::vector<ApplicationId> files;
    for (int i = 0; i < 4; ++i) files.push_back(desk.file("VP-2022-" + std::to_string(i)));
    int round = 0;
    CHECK(rc::check([&] {
        const auto start = *rc::gen::inRange<std::int64_t>(0, 5000);
        const auto envelope = base::value_or_throw(desk.write(
            [&](db::Writer& w) { return open(w, "model", std::to_string(++round), "model", Cents{start}, stamp()); }));
        Model model{.balance = {.authorised = Cents{start}, .reserved = {}, .committed = {}}, .files = {}};
        const auto acts = *rc::gen::container<std::vector<std::tuple<int, int, std::int64_t>>>(
            rc::gen::tuple(rc::gen::inRange(0, 6), rc::gen::inRange(0, 4), rc::gen::inRange<std::int64_t>(-10, 3000)));
        auto outcome = desk.write([&](db::Writer& w) -> base::Status {
            for (const auto& [what, who, amount] : acts) {
                const Cents cents{amount};
                const auto file = files[static_cast<std::size_t>(who)];
                auto& held = model.files[file.value];
                auto& sums = model.balance;
                bool expected = amount > 0;
                bool done = false;
                switch (what) {
                    case 0:
                        done = top_up(w, envelope, cents, stamp()).has_value();
                        if (expected) sums.authorised += cents;
                        break;
                    case 1:
                        expected = expected && cents <= sums.free();
                        done = reduce(w, envelope, cents, stamp()).has_value();
                        if (expected) sums.authorised -= cents;
                        break;
                    case 2:
                        expected = expected && cents <= sums.free();
                        done = reserve(w, envelope, file, cents, stamp()).has_value();
                        if (expected) sums.reserved += cents, held.reserved += cents;
                        break;
                    case 3: {
                        expected = true;
                        const auto freed = unreserve(w, file, stamp());
                        done = freed.has_value() && *freed == held.reserved;
                        sums.reserved -= held.reserved;
                        held.reserved = {};
                        break;
                    }
                    case 4:
                        expected = expected && cents <= held.reserved;
                        done = commit(w, file, cents, stamp()).has_value();
                        if (expected) {
                            sums.reserved -= held.reserved;
                            sums.committed += cents;
                            held.committed += cents;
                            held.reserved = {};
                        }
                        break;
                    default:
                        expected = expected && cents <= held.committed;
                        done = release(w, file, cents, stamp()).has_value();
                        if (expected) sums.committed -= cents, held.committed -= cents;
                        break;
                }
                RC_ASSERT(done == expected);
                RC_ASSERT(base::value_or_throw(balance(w, envelope)) == sums);
                RC_ASSERT(sums.free() >= Cents{});
            }
            // The next round starts with files that hold nothing.
            for (const auto file : files) {
                TRY(unreserve(w, file, stamp()));
                const auto rest = holding(w, file).committed;
                if (rest > Cents{}) TRY(release(w, file, rest, stamp()));
            }
            return {};
        });
        RC_ASSERT(outcome.has_value());
        RC_ASSERT(desk.mismatches() == 0u);
    }));
}

}  // namespace
}  // namespace beffroi::aides::envelope
