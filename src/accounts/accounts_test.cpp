#include "accounts/accounts.hpp"

#include <algorithm>
#include <thread>

#include <doctest/doctest.h>

#include "base/catalogue.hpp"
#include "crypto/random.hpp"
#include "crypto/totp.hpp"
#include "db/test_support.hpp"
#include "journal/journal.hpp"

namespace beffroi::accounts {

namespace {

using base::Code;

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::string_view kDenain = "215901729";
constexpr std::string_view kLestrem = "216205021";
constexpr std::string_view kGood = "quatre mots sans rapport";
const Principal kProgram = Principal::the_program();

// A Region with its people; time stands still until a test moves it.
struct World {
    std::unique_ptr<db::Database> database = db::migrated_database();
    base::ManualClock clock{base::Timestamp{1'669'105'800'000}};
    base::Log log{stderr, clock, base::Level::Error};
    crypto::PasswordHasher hasher{crypto::cheap_for_tests()};
    Sessions sessions{*database, clock, Sessions::Options{}};
    Accounts accounts{*database, clock, log, hasher, sessions, Accounts::Options{}};

    void wait(std::int64_t ms) { clock.set({clock.now().ms + ms}); }

    PersonId add(std::string_view name, std::initializer_list<Role> roles = {}) {
        std::string email = std::string(name) + "@exemple.fr";
        PersonId id = accounts.create_person(kProgram, {email, std::string(name)}, kGood).value();
        for (Role role : roles) REQUIRE(accounts.grant_role(kProgram, id, role));
        return id;
    }
    PersonId member(std::string_view name, std::string_view siren, MembershipRole role = MembershipRole::Applicant) {
        PersonId id = add(name);
        REQUIRE(accounts.add_membership(kProgram, id, siren, role));
        return id;
    }
    base::Result<NewSession> sign_in(std::string_view name, std::string_view password = kGood,
                                     std::string_view replaced = {}) {
        return accounts.sign_in(std::string(name) + "@exemple.fr", password, replaced, "127.0.0.1");
    }
    Principal of(PersonId id) { return accounts.principal_of(id); }
    // As the page sees it.
    Principal seen_by(std::string_view token) {
        auto resolved = sessions.resolve(token);
        return resolved ? resolved->principal : Principal::nobody();
    }
    // Through the door with both factors: gives the token.
    std::string enrolled(std::string_view name, std::string& secret) {
        std::string token = sign_in(name).value().token;
        secret = crypto::from_base32(accounts.begin_enrolment(token).value().secret_base32).value();
        return accounts.confirm_enrolment(token, crypto::totp_code(secret, clock.now())).value().session.token;
    }
    std::vector<std::string> acts(PersonId person) {
        std::vector<std::string> kinds;
        for (const auto& record :
             database->read([&](db::Reader& reader) { return journal::history(reader, {"person", person.value}); }))
            kinds.push_back(record.entry.kind);
        return kinds;
    }
};

std::string key_of(const base::Error& error) {
    return error.message.key;
}

}  // namespace

TEST_CASE("whoever has the password comes in; anyone else hears the same sentence whatever was wrong") {
    World world;
    world.add("zoe");
    CHECK(world.sign_in("zoe"));
    CHECK(world.accounts.sign_in("  ZOE@Exemple.FR ", kGood, "", ""));
    std::string token = world.sign_in("zoe").value().token;
    CHECK(world.seen_by(token).name == "zoe");

    world.accounts.create_person(kProgram, {"invited@exemple.fr", "invited"}).value();
    PersonId left = world.add("left");
    CHECK(world.accounts.disable(kProgram, left));
    for (auto refused :
         {world.sign_in("zoe", "not the password"), world.sign_in("nobody"), world.sign_in("invited", ""),
          world.sign_in("left"), world.accounts.sign_in("not an address", kGood, "", ""),
          world.accounts.sign_in("", "", "", ""), world.sign_in("zoe", std::string(100'000, 'x'))}) {
        REQUIRE(!refused);
        CHECK(refused.error().code == Code::Refused);
        CHECK(key_of(refused.error()) == "accounts.sign_in.wrong");
    }
}

TEST_CASE("the door closes after five failures, longer each time, and opens again by itself or by a link") {
    World world;
    PersonId zoe = world.add("zoe");
    auto fail = [&] { return key_of(world.sign_in("zoe", "wrong").error()); };
    for (int i = 0; i < 5; ++i) CHECK(fail() == "accounts.sign_in.wrong");
    CHECK(fail() == "accounts.sign_in.locked");
    CHECK(key_of(world.sign_in("zoe").error()) == "accounts.sign_in.locked");  // the right password does not help
    world.wait(kMinute - 1);
    CHECK(!world.sign_in("zoe"));
    world.wait(1);
    CHECK(fail() == "accounts.sign_in.wrong");  // the sixth: two minutes now
    world.wait(kMinute);
    CHECK(fail() == "accounts.sign_in.locked");
    world.wait(kMinute);
    CHECK(world.sign_in("zoe"));
    for (int i = 0; i < 5; ++i) CHECK(fail() == "accounts.sign_in.wrong");  // all was forgotten at once

    // Never longer than an hour, however long someone goes on.
    for (int i = 0; i < 20; ++i) {
        world.wait(kHour);
        CHECK(fail() == "accounts.sign_in.wrong");
    }
    CHECK(fail() == "accounts.sign_in.locked");
    auto link = world.accounts.invite(kProgram, zoe).value();
    CHECK(world.accounts.activate(link.token, "une autre phrase de passe"));
    CHECK(world.sign_in("zoe", "une autre phrase de passe"));
}

TEST_CASE("the door of an account that does not exist closes in the same way") {
    World world;
    for (int i = 0; i < 5; ++i) CHECK(key_of(world.sign_in("nobody").error()) == "accounts.sign_in.wrong");
    auto locked = world.sign_in("nobody");
    CHECK(key_of(locked.error()) == "accounts.sign_in.locked");
    CHECK(locked.error().message.args[0].second == "1");
    world.wait(2 * kDay);
    CHECK(world.accounts.purge() >= 1);
    CHECK(key_of(world.sign_in("nobody").error()) == "accounts.sign_in.wrong");
}

TEST_CASE("many guesses at once do not pass together") {
    World world;
    world.add("zoe");
    std::vector<std::thread> crowd;
    std::atomic<int> judged = 0;
    for (int i = 0; i < 12; ++i)
        crowd.emplace_back([&] {
            if (key_of(world.sign_in("zoe", "wrong").error()) == "accounts.sign_in.wrong") ++judged;
        });
    for (auto& one : crowd) one.join();
    CHECK(judged == 5);
}

TEST_CASE("a session that was put into someone's browser beforehand is worth nothing after they sign in") {
    World world;
    world.add("mallory");
    world.add("zoe");
    std::string planted = world.sign_in("mallory").value().token;
    auto session = world.sign_in("zoe", kGood, planted).value();
    CHECK(session.token != planted);
    CHECK(world.sessions.resolve(planted) == nullptr);
    CHECK(world.seen_by(session.token).name == "zoe");
    // A made-up token never becomes a session either.
    std::string made_up(43, 'A');
    auto other = world.sign_in("zoe", kGood, made_up).value();
    CHECK(world.sessions.resolve(made_up) == nullptr);
    CHECK(world.sessions.resolve(other.token) != nullptr);
}

TEST_CASE("passwords are refused for what makes them weak, and for nothing else") {
    struct {
        std::string password;
        const char* key;
    } const kCases[] = {
        {"", "accounts.password.too_short"},
        {"onze signes", "accounts.password.too_short"},
        {"éèàçùéèàçù!", "accounts.password.too_short"},  // eleven characters in twenty-one bytes
        {std::string(201, 'a'), "accounts.password.too_long"},
        {std::string(5000, 'a'), "accounts.password.too_long"},
        {"quatre mots \xff sans", "accounts.password.too_long"},
        {"123456789012", "accounts.password.too_common"},
        {"Motdepasse2026!", "accounts.password.too_common"},
        {"!!Azerty1234567", "accounts.password.too_common"},
        {"administrateur", "accounts.password.too_common"},
        {"azertyuiopqs", "accounts.password.too_common"},
        {"abcdefghijklm", "accounts.password.too_common"},
        {"aaaaaaaaaaaaaaaa", "accounts.password.too_common"},
        {"abcdeabcdeabcde", "accounts.password.too_common"},
        {"jeanne.martin@denain.fr", "accounts.password.own_name"},
        {"Jeanne-Martin-1", "accounts.password.own_name"},
        {"jeanne.martin2026", "accounts.password.own_name"},
        {"quatre mots sans rapport", ""},
        {"œufs à la coque", ""},
        {"Tr0ub4dor&3xyz", ""},
        {"jeanne aime les beffrois", ""},
        {std::string(40, ' ') + "espaces permis 1", ""},
        {crypto::random_password(), ""},
    };
    for (const auto& one : kCases) {
        CAPTURE(one.password);
        auto checked = check_password(one.password, "jeanne.martin@denain.fr", "Jeanne Martin");
        CHECK((checked ? "" : key_of(checked.error())) == one.key);
    }
}

TEST_CASE("addresses are one account however they are typed, and what is no address is refused") {
    CHECK(email_key(" Maire@Denain.FR ").value() == "maire@denain.fr");
    CHECK(email_key("prénom@mairie-lens.fr"));
    for (const char* bad : {"", "@", "a@", "@b.fr", "a@b", "a b@c.fr", "a@b@c.fr", "a@.fr", "a@b..fr", "a@b.fr.",
                            "<a@b.fr>", "a@b.fr\n", "a@b.fr,c@d.fr", "a\"b@c.fr", "a:b@c.fr"}) {
        bool trimmed_ok = std::string_view(bad) == "a@b.fr\n";  // what is around is trimmed
        CHECK_MESSAGE(email_key(bad).has_value() == trimmed_ok, bad);
    }
    CHECK(!email_key("a@b.fr\r\nBcc: all@b.fr"));
    CHECK(!email_key(std::string(65, 'a') + "@b.fr"));
    CHECK(!email_key("a@" + std::string(250, 'b') + ".fr"));

    World world;
    world.add("zoe");
    auto again = world.accounts.create_person(kProgram, {"ZOE@exemple.fr", "Zoé"});
    CHECK(again.error().code == Code::Conflict);
    CHECK(key_of(again.error()) == "accounts.email.taken");
    CHECK(!world.accounts.create_person(kProgram, {"x@exemple.fr", " \t "}));
    CHECK(!world.accounts.create_person(kProgram, {"x@exemple.fr", "a\nb"}));
}

TEST_CASE("an installation starts with one administrator, who chooses a password by a link") {
    World world;
    Activation link = world.accounts.first_administrator({"admin@region.fr", "Première Administratrice"}).value();
    CHECK(world.of(link.person).has(Role::Admin));
    CHECK(!world.accounts.sign_in("admin@region.fr", "", "", ""));
    CHECK(!world.accounts.sign_in("admin@region.fr", "admin", "", ""));
    CHECK(world.accounts.activate(link.token, kGood));
    CHECK(world.accounts.sign_in("admin@region.fr", kGood, "", ""));
    CHECK(world.accounts.first_administrator({"other@region.fr", "Other"}).error().code == Code::Conflict);
    CHECK(world.acts(link.person) ==
          std::vector<std::string>{"person.created", "person.role_granted", "person.password_set"});
}

TEST_CASE("a link sets a password once, for a while, and a weak password does not use it up") {
    World world;
    PersonId zoe = world.accounts.create_person(kProgram, {"zoe@exemple.fr", "Zoé"}).value();
    Activation link = world.accounts.invite(kProgram, zoe).value();
    CHECK(link.email == "zoe@exemple.fr");
    CHECK(world.accounts.activation_of(link.token)->id == zoe);
    CHECK(key_of(world.accounts.activate(link.token, "court").error()) == "accounts.password.too_short");
    CHECK(world.accounts.activate(link.token, kGood).value() == zoe);
    CHECK(world.sign_in("zoe"));
    CHECK(key_of(world.accounts.activate(link.token, "une autre phrase de passe").error()) == "accounts.link.dead");
    CHECK(!world.accounts.activation_of(link.token));
    CHECK(world.sign_in("zoe"));

    // Expired.
    Activation late = world.accounts.forgot_password("zoe@exemple.fr").value().value();
    world.wait(kHour);
    CHECK(!world.accounts.activation_of(late.token));
    CHECK(key_of(world.accounts.activate(late.token, kGood).error()) == "accounts.link.dead");

    // A second invitation ends the first; using one ends all the others.
    Activation first = world.accounts.invite(kProgram, zoe).value();
    Activation second = world.accounts.invite(kProgram, zoe).value();
    CHECK(!world.accounts.activate(first.token, kGood));
    Activation asked = world.accounts.forgot_password("zoe@exemple.fr").value().value();
    CHECK(world.accounts.activate(second.token, kGood));
    CHECK(!world.accounts.activate(asked.token, kGood));

    for (const std::string& bad : {std::string(), std::string("x"), std::string(43, 'A'), link.token + "x"})
        CHECK(!world.accounts.activate(bad, kGood));
}

TEST_CASE("choosing a new password puts everyone else out") {
    World world;
    PersonId zoe = world.add("zoe");
    std::string stolen = world.sign_in("zoe").value().token;
    Activation link = world.accounts.forgot_password("zoe@exemple.fr").value().value();
    CHECK(world.sessions.resolve(stolen) != nullptr);
    CHECK(world.accounts.activate(link.token, "une autre phrase de passe"));
    CHECK(world.sessions.resolve(stolen) == nullptr);

    std::string here = world.sign_in("zoe", "une autre phrase de passe").value().token;
    std::string elsewhere = world.sign_in("zoe", "une autre phrase de passe").value().token;
    Principal by = world.of(zoe);
    CHECK(key_of(world.accounts.change_password(by, "wrong", kGood, here).error()) ==
          "accounts.password.wrong_current");
    CHECK(key_of(world.accounts.change_password(by, "une autre phrase de passe", "court", here).error()) ==
          "accounts.password.too_short");
    CHECK(world.accounts.change_password(by, "une autre phrase de passe", kGood, here));
    CHECK(world.sessions.resolve(here) != nullptr);
    CHECK(world.sessions.resolve(elsewhere) == nullptr);
    CHECK(world.sign_in("zoe"));
}

TEST_CASE("asking for a new password tells nothing, and cannot flood a mailbox") {
    World world;
    world.add("zoe");
    CHECK(world.accounts.forgot_password("nobody@exemple.fr").value() == std::nullopt);
    CHECK(!world.accounts.forgot_password("not an address"));
    int mails = 0;
    for (int i = 0; i < 20; ++i)
        if (world.accounts.forgot_password("zoe@exemple.fr").value()) ++mails;
    CHECK(mails == 4);
    world.wait(kHour);
    CHECK(world.accounts.forgot_password("zoe@exemple.fr").value());
}

TEST_CASE("a visitor who signs up chooses a password by the mail, and an address already known is not given away") {
    World world;
    auto link = world.accounts.sign_up({"marie@lestrem.fr", "Marie Dupont", base::Language::En}).value().value();
    CHECK(!world.accounts.sign_in("marie@lestrem.fr", "", "", ""));
    CHECK(world.accounts.activate(link.token, kGood));
    auto session = world.accounts.sign_in("marie@lestrem.fr", kGood, "", "").value();
    CHECK(world.seen_by(session.token).language == base::Language::En);
    auto again = world.accounts.sign_up({"Marie@Lestrem.fr", "Someone Else"}).value();
    REQUIRE(again);
    CHECK(again->person == link.person);
    CHECK(again->name == "Marie Dupont");
    CHECK(world.accounts.people("", 10, 0).size() == 1);
    CHECK(world.accounts.disable(kProgram, link.person));
    CHECK(world.accounts.sign_up({"marie@lestrem.fr", "Marie"}).value() == std::nullopt);
}

TEST_CASE("people of the Region enrol a second factor before they may do anything") {
    World world;
    world.add("officer", {Role::Officer});
    std::string token = world.sign_in("officer").value().token;
    auto resolved = world.sessions.resolve(token);
    CHECK(resolved->session.awaiting == Awaiting::Enrolment);
    CHECK(resolved->session.name == "officer");
    CHECK(resolved->principal.anonymous());

    Enrolment enrolment = world.accounts.begin_enrolment(token).value();
    CHECK(enrolment.uri.find("otpauth://totp/Beffroi:officer%40exemple.fr?secret=" + enrolment.secret_base32) == 0);
    CHECK(world.accounts.begin_enrolment(token).value().secret_base32 == enrolment.secret_base32);
    std::string secret = crypto::from_base32(enrolment.secret_base32).value();
    CHECK(key_of(world.accounts.confirm_enrolment(token, "000000").error()) == "accounts.code.wrong");
    CHECK(world.seen_by(token).anonymous());
    auto enrolled = world.accounts.confirm_enrolment(token, crypto::totp_code(secret, world.clock.now())).value();
    CHECK(world.sessions.resolve(token) == nullptr);  // a fresh session with the fresh rights
    CHECK(world.seen_by(enrolled.session.token).has(Role::Officer));
    CHECK(enrolled.recovery_codes.size() == 8);
    CHECK(!world.accounts.begin_enrolment(enrolled.session.token));
}

TEST_CASE("a code is asked for at each sign-in, taken once, and the door closes on guesses") {
    World world;
    world.add("officer", {Role::Officer});
    std::string secret;
    world.enrolled("officer", secret);

    std::string token = world.sign_in("officer").value().token;
    CHECK(world.sessions.resolve(token)->session.awaiting == Awaiting::Code);
    CHECK(world.seen_by(token).anonymous());
    // The code that enrolled is used up.
    CHECK(key_of(world.accounts.give_code(token, crypto::totp_code(secret, world.clock.now())).error()) ==
          "accounts.code.wrong");
    world.wait(30'000);
    std::string code = crypto::totp_code(secret, world.clock.now());
    auto session = world.accounts.give_code(token, code).value();
    CHECK(world.seen_by(session.token).has(Role::Officer));
    CHECK(world.sessions.resolve(token) == nullptr);

    // Someone who looked over the shoulder, in the same half minute.
    std::string second = world.sign_in("officer").value().token;
    CHECK(key_of(world.accounts.give_code(second, code).error()) == "accounts.code.wrong");
    for (int i = 0; i < 4; ++i)
        CHECK(key_of(world.accounts.give_code(second, "123456").error()) == "accounts.code.wrong");
    world.wait(30'000);
    CHECK(key_of(world.accounts.give_code(second, crypto::totp_code(secret, world.clock.now())).error()) ==
          "accounts.sign_in.locked");
    world.wait(kMinute);
    CHECK(world.accounts.give_code(second, crypto::totp_code(secret, world.clock.now())));
    // A session that awaits nothing has no use for a code.
    CHECK(key_of(world.accounts.give_code(session.token, "123456").error()) == "accounts.session.over");
}

TEST_CASE("a lost telephone: recovery codes work once each, and an administrator can start over") {
    World world;
    PersonId officer = world.add("officer", {Role::Officer});
    PersonId admin = world.add("admin", {Role::Admin});
    std::string token = world.sign_in("officer").value().token;
    std::string secret = crypto::from_base32(world.accounts.begin_enrolment(token).value().secret_base32).value();
    auto enrolled = world.accounts.confirm_enrolment(token, crypto::totp_code(secret, world.clock.now())).value();
    std::string recovery = enrolled.recovery_codes[3];
    std::ranges::transform(recovery, recovery.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });

    token = world.sign_in("officer").value().token;
    CHECK(world.accounts.give_code(token, recovery));
    token = world.sign_in("officer").value().token;
    CHECK(key_of(world.accounts.give_code(token, recovery).error()) == "accounts.code.wrong");

    CHECK(world.accounts.reset_second_factor(world.of(officer), officer).error().code == Code::Refused);
    CHECK(world.accounts.reset_second_factor(world.of(admin), officer));
    CHECK(world.sessions.resolve(enrolled.session.token) == nullptr);
    token = world.sign_in("officer").value().token;
    CHECK(world.sessions.resolve(token)->session.awaiting == Awaiting::Enrolment);
    CHECK(world.acts(officer).back() == "person.second_factor_reset");
}

TEST_CASE("a colleague joins a commune by the approval of its mayor") {
    World world;
    PersonId mayor = world.member("mayor", kDenain, MembershipRole::Cosigner);
    PersonId clerk = world.add("clerk");
    std::string token = world.sign_in("clerk").value().token;
    CHECK(!world.seen_by(token).acts_for(kDenain));

    MembershipId request =
        world.accounts.request_membership(world.of(clerk), kDenain, MembershipRole::Applicant).value();
    CHECK(!world.seen_by(token).acts_for(kDenain));  // asking is not having
    CHECK(world.accounts.request_membership(world.of(clerk), kDenain, MembershipRole::Cosigner).error().code ==
          Code::Conflict);
    CHECK(world.accounts.approve_membership(world.of(clerk), request).error().code == Code::Refused);

    REQUIRE(world.accounts.requests_for(world.of(mayor)).size() == 1);
    CHECK(world.accounts.requests_for(world.of(mayor))[0].person_name == "clerk");
    CHECK(world.accounts.approve_membership(world.of(mayor), request));
    CHECK(world.seen_by(token).acts_for(kDenain));  // in the session that was open already
    CHECK(world.seen_by(token).has(Role::Applicant));
    CHECK(!world.seen_by(token).cosigns_for(kDenain));
    CHECK(!world.seen_by(token).acts_for(kLestrem));
    CHECK(world.accounts.approve_membership(world.of(mayor), request).error().code == Code::Conflict);
    CHECK(world.acts(clerk) ==
          std::vector<std::string>{"person.created", "membership.requested", "membership.approved"});
}

TEST_CASE("who may let a colleague in, and who may not") {
    struct {
        const char* who;
        bool allowed;
    } const kCases[] = {
        {"mayor of the commune", true},  {"head of unit", true},      {"mayor of another commune", false},
        {"clerk of the commune", false}, {"case officer", false},     {"administrator", false},
        {"former mayor", false},         {"the one who asks", false}, {"nobody", false}};
    for (const auto& one : kCases) {
        CAPTURE(one.who);
        World world;
        PersonId asks = world.add("asks", {Role::Head});  // even with the right for others
        MembershipId request =
            world.accounts.request_membership(world.of(asks), kDenain, MembershipRole::Cosigner).value();
        std::string_view who = one.who;
        Principal by = Principal::nobody();
        if (who == "mayor of the commune") by = world.of(world.member("a", kDenain, MembershipRole::Cosigner));
        if (who == "head of unit") by = world.of(world.add("a", {Role::Head}));
        if (who == "mayor of another commune") by = world.of(world.member("a", kLestrem, MembershipRole::Cosigner));
        if (who == "clerk of the commune") by = world.of(world.member("a", kDenain));
        if (who == "case officer") by = world.of(world.add("a", {Role::Officer}));
        if (who == "administrator") by = world.of(world.add("a", {Role::Admin}));
        if (who == "the one who asks") by = world.of(asks);
        if (who == "former mayor") {
            PersonId former = world.member("a", kDenain, MembershipRole::Cosigner);
            CHECK(world.accounts.end_membership(kProgram, world.accounts.memberships_of(former)[0].id, "élections"));
            by = world.of(former);
        }
        CHECK(world.accounts.requests_for(by).size() == (one.allowed ? 1 : 0));
        CHECK(world.accounts.approve_membership(by, request).has_value() == one.allowed);
        CHECK(world.of(asks).cosigns_for(kDenain) == one.allowed);
        if (!one.allowed) CHECK(world.accounts.refuse_membership(by, request, "").error().code == Code::Refused);
        if (!one.allowed) CHECK(world.accounts.memberships_of(asks)[0].status == MembershipStatus::Requested);
    }
}

TEST_CASE("a leaver loses access at once, the membership remains as a fact, and may come back") {
    World world;
    PersonId mayor = world.member("mayor", kDenain, MembershipRole::Cosigner);
    PersonId clerk = world.member("clerk", kDenain);
    std::string token = world.sign_in("clerk").value().token;
    CHECK(world.seen_by(token).acts_for(kDenain));
    MembershipId membership = world.accounts.memberships_of(clerk)[0].id;
    PersonId stranger = world.member("stranger", kLestrem, MembershipRole::Cosigner);
    CHECK(world.accounts.end_membership(world.of(stranger), membership, "").error().code == Code::Refused);
    CHECK(world.accounts.end_membership(world.of(mayor), membership, "a quitté la commune"));
    CHECK(!world.seen_by(token).acts_for(kDenain));
    CHECK(!world.seen_by(token).anonymous());  // still a person, with an account of their own
    auto members = world.accounts.members_of(kDenain);
    REQUIRE(members.size() == 2);
    CHECK(members[1].status == MembershipStatus::Ended);
    CHECK(members[1].reason == "a quitté la commune");
    CHECK(members[1].ended.has_value());
    CHECK(world.accounts.end_membership(world.of(mayor), membership, "").error().code == Code::Conflict);
    CHECK(world.accounts.request_membership(world.of(clerk), kDenain, MembershipRole::Applicant));
    // Anyone may leave by themselves.
    CHECK(world.accounts.end_membership(world.of(mayor), members[0].id, ""));
    CHECK(!world.of(mayor).cosigns_for(kDenain));
}

TEST_CASE("a refused request says why and can be made again") {
    World world;
    PersonId head = world.add("head", {Role::Head});
    PersonId clerk = world.add("clerk");
    MembershipId request =
        world.accounts.request_membership(world.of(clerk), kDenain, MembershipRole::Applicant).value();
    CHECK(!world.accounts.refuse_membership(world.of(head), request, std::string(2000, 'x')));
    CHECK(world.accounts.refuse_membership(world.of(head), request, "  inconnu de la mairie "));
    CHECK(world.accounts.membership(request)->reason == "inconnu de la mairie");
    CHECK(world.accounts.request_membership(world.of(clerk), kDenain, MembershipRole::Applicant));
    for (const char* bad : {"", "215901728", "21590172", "2159017290", "21590172x"})
        CHECK_MESSAGE(world.accounts.request_membership(world.of(clerk), bad, MembershipRole::Applicant).error().code ==
                          Code::Invalid,
                      bad);
    CHECK(!world.accounts.request_membership(Principal::nobody(), kLestrem, MembershipRole::Applicant));
}

TEST_CASE("roles of the Region are given by an administrator, never to oneself, and end at once") {
    World world;
    PersonId admin = world.add("admin", {Role::Admin});
    PersonId officer = world.add("officer");
    Principal by = world.of(admin);
    CHECK(world.accounts.grant_role(by, admin, Role::Officer).error().code == Code::Refused);
    CHECK(world.accounts.grant_role(by, officer, Role::Applicant).error().code == Code::Invalid);
    CHECK(world.accounts.grant_role(by, PersonId{999}, Role::Officer).error().code == Code::NotFound);
    CHECK(world.accounts.grant_role(by, officer, Role::Officer));
    CHECK(world.accounts.grant_role(by, officer, Role::Officer).error().code == Code::Conflict);
    CHECK(world.accounts.grant_role(world.of(officer), officer, Role::Head).error().code == Code::Refused);
    CHECK(world.accounts.people_with(Role::Officer).size() == 1);

    std::string secret;
    std::string token = world.enrolled("officer", secret);
    CHECK(world.seen_by(token).has(Role::Officer));
    CHECK(world.accounts.end_role(by, officer, Role::Officer));
    CHECK(!world.seen_by(token).has(Role::Officer));
    CHECK(world.accounts.end_role(by, officer, Role::Officer).error().code == Code::NotFound);
    CHECK(world.accounts.grant_role(by, officer, Role::Officer));  // and back

    CHECK(key_of(world.accounts.end_role(by, admin, Role::Admin).error()) == "accounts.role.last_admin");
    world.add("second", {Role::Admin});
    CHECK(world.accounts.end_role(by, admin, Role::Admin));
    for (Role role : kAllRoles) CHECK(role_named(role_name(role)) == role);
    CHECK(!role_named("mayor"));
}

TEST_CASE("whoever leaves the service is out everywhere, and comes back with nothing") {
    World world;
    PersonId admin = world.add("admin", {Role::Admin});
    PersonId officer = world.add("officer", {Role::Officer});
    CHECK(world.accounts.add_membership(kProgram, officer, kDenain, MembershipRole::Applicant));
    std::string secret;
    std::string token = world.enrolled("officer", secret);
    Activation link = world.accounts.forgot_password("officer@exemple.fr").value().value();
    CHECK(world.accounts.disable(world.of(admin), admin).error().code == Code::Refused);
    CHECK(world.accounts.disable(world.of(admin), officer));
    CHECK(world.sessions.resolve(token) == nullptr);
    CHECK(!world.sign_in("officer"));
    CHECK(!world.accounts.activate(link.token, kGood));
    CHECK(world.accounts.forgot_password("officer@exemple.fr").value() == std::nullopt);
    CHECK(world.of(officer).anonymous());
    CHECK(world.accounts.people_with(Role::Officer).empty());
    CHECK(world.accounts.person(officer)->disabled);
    CHECK(world.accounts.enable(world.of(admin), officer));
    CHECK(world.of(officer).roles.empty());
    CHECK(world.of(officer).memberships.empty());
}

TEST_CASE("only an administrator or the program changes accounts") {
    World world;
    PersonId other = world.add("other");
    for (Role role : kAllRoles) {
        if (!is_region_role(role) || role == Role::Admin) continue;
        Principal by = world.of(world.add(role_name(role), {role}));
        CAPTURE(by.name);
        CHECK(world.accounts.create_person(by, {"new@exemple.fr", "new"}).error().code == Code::Refused);
        CHECK(world.accounts.create_person(by, {"new@exemple.fr", "new"}, kGood).error().code == Code::Refused);
        CHECK(world.accounts.invite(by, other).error().code == Code::Refused);
        CHECK(world.accounts.disable(by, other).error().code == Code::Refused);
        CHECK(world.accounts.enable(by, other).error().code == Code::Refused);
        CHECK(world.accounts.rename(by, other, "x", base::Language::Fr).error().code == Code::Refused);
        CHECK(world.accounts.grant_role(by, other, Role::Officer).error().code == Code::Refused);
        CHECK(world.accounts.end_role(by, other, Role::Officer).error().code == Code::Refused);
        CHECK(world.accounts.reset_second_factor(by, other).error().code == Code::Refused);
        if (role != Role::Head)
            CHECK(world.accounts.add_membership(by, other, kDenain, MembershipRole::Applicant).error().code ==
                  Code::Refused);
    }
    CHECK(world.accounts.rename(world.of(other), other, "Un autre nom", base::Language::En));
    CHECK(world.of(other).name == "Un autre nom");
}

TEST_CASE("people are found by a piece of their name or address, without their accents") {
    World world;
    CHECK(world.accounts.create_person(kProgram, {"helene@lens.fr", "Hélène Lefèvre-Dubois"}));
    CHECK(world.accounts.create_person(kProgram, {"paul_100@arras.fr", "Paul 100% Petit"}));
    auto found = [&](std::string_view search) { return world.accounts.people(search, 10, 0).size(); };
    CHECK(found("") == 2);
    CHECK(found("helene lefevre") == 1);
    CHECK(found("LEFÈVRE DUBOIS") == 1);
    CHECK(found("@ARRAS") == 1);
    CHECK(found("_100") == 1);
    CHECK(found("_") == 1);
    CHECK(found("nobody") == 0);
    CHECK(world.accounts.people("", 1, 1).size() == 1);
    CHECK(world.accounts.person_by_email("HELENE@lens.fr")->name == "Hélène Lefèvre-Dubois");
    CHECK(!world.accounts.person_by_email("helene"));
}

TEST_CASE("every change of an account is an act of the journal, and no secret is in it") {
    World world;
    PersonId admin = world.add("admin", {Role::Admin});
    Principal by = world.of(admin);
    PersonId zoe = world.accounts.create_person(by, {"zoe@exemple.fr", "Zoé"}).value();
    Activation link = world.accounts.invite(by, zoe).value();
    CHECK(world.accounts.activate(link.token, kGood));
    CHECK(world.accounts.grant_role(by, zoe, Role::Finance));
    std::string secret;
    std::string token = world.enrolled("zoe", secret);
    CHECK(world.accounts.end_role(by, zoe, Role::Finance));
    CHECK(world.accounts.disable(by, zoe));
    CHECK(world.acts(zoe) == std::vector<std::string>{"person.created", "person.invited", "person.password_set",
                                                      "person.role_granted", "person.second_factor_set",
                                                      "person.role_ended", "person.disabled"});
    world.database->read([&](db::Reader& reader) {
        CHECK(journal::verify(reader).value().whole());
        for (const auto& record : journal::browse(reader, {})) {
            for (std::string_view never :
                 {std::string_view(link.token), kGood, std::string_view(token), std::string_view(secret)})
                CHECK(record.entry.detail.find(never) == std::string::npos);
            if (record.entry.kind == "person.role_granted" && record.entry.subject.id == zoe.value) {
                CHECK(record.entry.actor == admin.value);
                CHECK(record.entry.role == "admin");
                CHECK(record.entry.detail == R"({"role":"finance"})");
            }
        }
    });
    // Nor in the tables: a stolen copy of the database opens no door.
    auto nowhere = [&](std::string_view sql, std::string_view value) {
        return world.database->read([&](db::Reader& reader) { return reader.number({"look", sql}, {value}); }) == 0;
    };
    CHECK(nowhere("SELECT count(*) FROM activation WHERE token_hash = $1", link.token));
    CHECK(nowhere("SELECT count(*) FROM session WHERE token_hash = $1", token));
}

TEST_CASE("every sentence that accounts can say is in the catalogues") {
    auto catalogue = base::Catalogue::load("locale");
    if (!catalogue) {
        MESSAGE(catalogue.error().detail);  // another area's catalogue is being written: its own test says so
        return;
    }
    for (const char* key :
         {"email.invalid",      "email.taken",         "name.invalid",         "password.too_short",
          "password.too_long",  "password.too_common", "password.own_name",    "password.wrong_current",
          "password.same",      "link.dead",           "sign_in.wrong",        "sign_in.locked",
          "code.wrong",         "code.enrolled",       "session.over",         "siren.invalid",
          "membership.exists",  "membership.decided",  "reason.invalid",       "role.held",
          "role.last_admin",    "self.refused",        "membership.requested", "membership.active",
          "membership.refused", "membership.ended"})
        CHECK_MESSAGE(catalogue->has(std::string("accounts.") + key), key);
    for (Role role : kAllRoles) CHECK(catalogue->has("accounts.role." + std::string(role_name(role))));
}

}  // namespace beffroi::accounts
