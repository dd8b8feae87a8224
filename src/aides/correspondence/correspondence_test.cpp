#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "aides/correspondence/acts.hpp"
#include "aides/correspondence/mail_queue.hpp"
#include "db/test_support.hpp"

namespace beffroi::aides::correspondence {
namespace {

using documents::LetterKind;

// Answers as it is told, and remembers what it took.
class ToldMailer final : public documents::Mailer {
  public:
    [[nodiscard]] base::Status send(const documents::MailMessage& message) override {
        ++asked;
        if (answer) return std::unexpected(*answer);
        taken.push_back(message);
        return {};
    }
    [[nodiscard]] std::string description() const override { return "test"; }

    std::optional<base::Error> answer;
    std::vector<documents::MailMessage> taken;
    int asked = 0;
};

struct Desk {
    db::ScratchFolder folder;
    std::unique_ptr<db::Database> db = db::migrated_database(folder.file("desk.db"));
    documents::LetterTemplates templates = base::value_or_throw(documents::LetterTemplates::load("templates/fr"));
    documents::BlobStore blobs = base::value_or_throw(documents::BlobStore::open(folder.path() / "blobs"));
    Office office{templates, blobs, {.lines = {"Région"}, .mail_name = "Région", .mail_address = "region@example.org"}};
    base::ManualClock clock{base::Timestamp{1'000'000'000'000}};

    SittingId sitting() {
        constexpr db::Query kSitting{"test_sitting",
                                     "INSERT INTO sitting (name, held_on, status, provenance, created_by, created_ms) "
                                     "VALUES ('CP', '2022-11-22', 'preparing', 'live', 0, 0) RETURNING id"};
        return base::value_or_throw(
            db->write([&](db::Writer& w) -> base::Result<SittingId> { return w.insert<SittingId>(kSitting, {}); }));
    }
    MailId mail(const std::string& to) {
        return base::value_or_throw(db->write([&](db::Writer& w) {
            return queue(w, {.application = {}, .act = {}, .recipient = to, .subject = "Objet", .body = "Corps"},
                         clock.now());
        }));
    }
    QueueState state() {
        return db->read([](db::Reader& r) { return queue_state(r); });
    }
};

documents::Tags tags_of(const std::string& amount) {
    documents::Tags tags;
    tags.set("montant", amount);
    tags.set("motifs", std::vector<std::string>{"un « motif »", "deux\nlignes"});
    return tags;
}

TEST_CASE("tags come back from the database as they were") {
    const auto tags = tags_of("17 088,30 €");
    const auto back = tags_from_json(to_json(tags));
    REQUIRE(back);
    CHECK(back->all() == tags.all());
    for (const char* bad : {"", "[]", "{\"a\":1}", "{\"a\":[1]}", "{"}) CHECK(!tags_from_json(bad));
}

TEST_CASE("an act is drafted, shown, issued once, and superseded by the next without being erased") {
    Desk desk;
    const auto sitting = desk.sitting();
    const auto draft = [&](const std::string& bytes, const std::string& amount) {
        return base::value_or_throw(desk.db->write([&](db::Writer& w) {
            return draft_document(w, desk.office,
                                  {.kind = "report",
                                   .number = "",
                                   .application = {},
                                   .sitting = sitting,
                                   .title = "Rapport",
                                   .tags = tags_of(amount)},
                                  bytes);
        }));
    };
    const auto issued = [&](ActId act, const std::string& amount) {
        return desk.db->write(
            [&](db::Writer& w) { return issue(w, act, tags_of(amount), PersonId{3}, desk.clock.now()); });
    };
    const auto first = draft("premier", "1");
    CHECK(draft("second", "2") == first);  // one draft at a time
    auto stale = issued(first, "1");
    REQUIRE(!stale);
    CHECK(stale.error().message.key == "correspondence.stale");
    CHECK(issued(first, "2"));
    CHECK(!issued(first, "2"));
    const auto next = draft("troisième", "3");
    CHECK(next != first);
    CHECK(issued(next, "3"));
    const auto acts = desk.db->read([&](db::Reader& r) { return acts_of(r, sitting); });
    REQUIRE(acts.size() == 2);
    CHECK(acts[1].status == ActStatus::Superseded);
    CHECK(acts[1].superseded_by == next);
    CHECK(*bytes(desk.office, acts[1]) == "second");
    CHECK(*bytes(desk.office, acts[0]) == "troisième");
}

TEST_CASE("a mail goes once; one that the server cannot take waits longer each time and is given up at last") {
    Desk desk;
    ToldMailer mailer;
    desk.mail("a@example.org");
    CHECK(!desk.db->write(
        [&](db::Writer& w) { return queue(w, {.recipient = "nobody", .subject = "", .body = ""}, {}); }));
    CHECK(deliver_due(*desk.db, mailer, desk.office, desk.clock).sent == 1);
    CHECK(deliver_due(*desk.db, mailer, desk.office, desk.clock).sent == 0);
    REQUIRE(mailer.taken.size() == 1);
    CHECK(mailer.taken[0].message_id == "mail-1");

    const auto id = desk.mail("b@example.org");
    mailer.answer = base::Error{base::Code::Unavailable, "server away", {}};
    for (const int minutes : kRetryMinutes) {
        CHECK(deliver_due(*desk.db, mailer, desk.office, desk.clock).later == 1);
        CHECK(deliver_due(*desk.db, mailer, desk.office, desk.clock).later == 0);  // not due yet
        desk.clock.set(base::Timestamp{desk.clock.now().ms + minutes * 60'000LL});
    }
    CHECK(deliver_due(*desk.db, mailer, desk.office, desk.clock).failed == 1);
    CHECK(desk.state().failed == 1);
    CHECK(desk.state().queued == 0);
    mailer.answer.reset();
    CHECK(desk.db->write([&](db::Writer& w) { return retry(w, id, desk.clock.now()); }));
    CHECK(deliver_due(*desk.db, mailer, desk.office, desk.clock).sent == 1);
    CHECK(!desk.db->write([&](db::Writer& w) { return retry(w, id, desk.clock.now()); }));
}

TEST_CASE("a mail that the server will never take is given up at once") {
    Desk desk;
    ToldMailer mailer;
    desk.mail("c@example.org");
    mailer.answer = base::Error{base::Code::Refused, "550 no such user", {}};
    CHECK(deliver_due(*desk.db, mailer, desk.office, desk.clock).failed == 1);
    CHECK(mailer.asked == 1);
    const auto all = desk.db->read([](db::Reader& r) { return failed(r); });
    REQUIRE(all.size() == 1);
    CHECK(all[0].last_error == "550 no such user");
}

}  // namespace
}  // namespace beffroi::aides::correspondence
