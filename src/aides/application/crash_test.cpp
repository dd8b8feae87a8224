// The program killed in the middle of acts: what was acknowledged is there, and no act is half done.
#include <csignal>
#include <string>

#include <doctest/doctest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aides/application/test_support.hpp"
#include "journal/journal.hpp"

namespace beffroi::aides::application::testing {
namespace {

// Proposes and sends back, for ever, and writes a byte for each act that was acknowledged.
[[noreturn]] void act_until_killed(const World& world, ApplicationId id, int acknowledged) {
    auto db = base::value_or_throw(db::Database::open({.path = world.folder.file("desk.db"), .durable = false}));
    Editions editions;
    const Desk desk{*db,           *world.directory, editions,   world.office, world.inspector,
                    world.scanner, world.catalogue,  world.clock};
    for (;;) {
        for (const auto action : {Action::Propose, Action::SendBackToReview}) {
            if (!perform(desk, id, action, world.officer, {.reason = "essai"})) ::_exit(1);
            if (::write(acknowledged, "x", 1) != 1) ::_exit(1);
        }
    }
}

TEST_CASE("a program that is killed leaves no act half done, and loses none that it acknowledged") {
    World world;
    const auto id = world.reviewed();
    const auto acts = [&] {
        std::int64_t count = 0;
        world.db->read([&](db::Reader& r) {
            for (const auto& record : journal::history(r, {.kind = "application", .id = id.value})) {
                const auto& kind = record.entry.kind;
                count += kind == "application.propose" || kind == "application.send_back_to_review" ? 1 : 0;
            }
        });
        return count;
    };
    for (const int after : {1, 2, 5, 9, 14}) {
        CAPTURE(after);
        int pipe[2] = {};
        REQUIRE(::pipe(pipe) == 0);
        if (world.row(id).state == State::Proposed)
            REQUIRE(perform(world.desk, id, Action::SendBackToReview, world.officer, {.reason = "essai"}));
        const auto before = acts();
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) act_until_killed(world, id, pipe[1]);
        ::close(pipe[1]);
        char byte = 0;
        for (int i = 0; i < after; ++i) REQUIRE(::read(pipe[0], &byte, 1) == 1);
        ::kill(child, SIGKILL);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        REQUIRE(WIFSIGNALED(status));
        std::int64_t told = after;
        while (::read(pipe[0], &byte, 1) == 1) ++told;
        ::close(pipe[0]);

        CHECK(acts() - before >= told);
        CHECK(acts() - before <= told + 1);  // the one that was done and not told yet
        const auto file = world.row(id);
        const bool proposed = file.state == State::Proposed;
        CHECK((proposed || file.state == State::UnderReview));
        CHECK((file.proposed > base::Cents{}) == proposed);
        CHECK(world.balance().reserved == (proposed ? base::Cents{1'708'830} : base::Cents{}));
        world.db->read([&](db::Reader& r) {
            CHECK(envelope::verify(r).empty());
            CHECK(journal::verify(r)->whole());
            const auto history = journal::history(r, {.kind = "application", .id = id.value});
            CHECK((history.back().entry.kind == "application.propose") == proposed);
        });
    }
}

}  // namespace
}  // namespace beffroi::aides::application::testing
