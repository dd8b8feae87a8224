// Who may open what: every route of the portal, asked as every role, against docs/rights.md.
//   REBASELINE=1 build/dev/bin/rights_test     writes docs/rights.md anew, to be read before it is committed
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "aides/pages/site/test_support.hpp"
#include "crypto/totp.hpp"
#include "pages.hpp"

using namespace beffroi;  // NOLINT(google-build-using-namespace): a test
using accounts::Role;
using aides::pages::Access;
using aides::pages::Answer;
using aides::pages::Someone;
using Row = aides::pages::Routes::Row;

namespace {

constexpr const char* kDocument = "docs/rights.md";
constexpr std::string_view kTitle = "Caméras de la gare";

struct Visitor {
    std::string name;
    Someone who;
    accounts::Principal principal;
};

std::string_view method_name(const Row& row) {
    return row.method == http::Method::Post ? "POST" : "GET";
}

struct Desk : aides::pages::SiteFixture {
    apps::Portal pages{site};
    // Those whom administrators' pages are tried on: what they do to them must not change who asks.
    Someone tried;
    aides::application::ApplicationId file;

    Desk() {
        pages.add(routes);
        file = proposed(kTitle);
        tried = add_person("Nina Essai");
    }

    std::string address(const Row& row) const {
        const std::map<std::string, std::string, std::less<>> values = {
            {"scheme", "hdf-videoprotection"},
            {"edition", "2022"},
            {"code", "59172"},
            {"siren", std::string(aides::pages::kDenainSiren)},
            {"kind", "quotes"},
            {"token", std::string(43, 'A')},
            {"number", "2022-0001"}};
        std::string out;
        std::string_view rest = row.pattern;
        for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
            std::size_t close = rest.find('}', open);
            out += rest.substr(0, open);
            auto value = values.find(rest.substr(open + 1, close - open - 1));
            if (value != values.end())
                out += value->second;
            else if (row.pattern.starts_with("/administration/personnes/"))
                out += std::to_string(tried.id.value);
            else if (row.pattern.starts_with("/rattachements/"))
                out += "999999";
            else
                out += "1";
            rest.remove_prefix(close + 1);
        }
        return out + std::string(rest);
    }

    // In a session of its own: signing out and changing a password end the one that asks.
    Visitor visitor(std::string name, const Someone& who) {
        return {.name = std::move(name), .who = who, .principal = principal(who)};
    }

    std::vector<Visitor> everyone() {
        return {visitor("applicant", applicant), visitor("cosigner", cosigner),
                visitor("officer", officer),     visitor("head", head),
                visitor("finance", finance),     visitor("secretary", secretary),
                visitor("elected", elected),     visitor("auditor", auditor),
                visitor("admin", admin),         visitor("person without role", newcomer)};
    }

    std::int64_t acts() {
        constexpr db::Query kActs{"acts", "SELECT count(*) FROM journal"};
        return db->read([&](db::Reader& reader) { return reader.number(kActs); });
    }

    // The password was right; the code of the telephone is still to come.
    Someone half_signed_in(const Someone& person) {
        const std::string token = sign_in_again(person).cookie.substr(std::string_view("beffroi=").size());
        const auto enrolment = base::value_or_throw(accounts.begin_enrolment(token));
        const std::string secret = base::value_or_throw(crypto::from_base32(enrolment.secret_base32));
        base::value_or_throw(accounts.confirm_enrolment(token, crypto::totp_code(secret, clock.now())));
        auto session = base::value_or_throw(sessions.start(person.id, accounts::SecondFactor::NotGiven, {}));
        return {.id = person.id, .cookie = "beffroi=" + session.token, .csrf = session.csrf_token};
    }

    Answer ask(const Row& row, const Someone& who, std::string_view headers = {}) {
        return row.method == http::Method::Post ? post(address(row), {}, who, headers)
                                                : get(address(row), who, headers);
    }
};

bool to_sign_in(const Answer& answer) {
    return answer.status == 303 && answer.location.starts_with("/connexion");
}

std::string who(const Access& access) {
    switch (access.who) {
        case Access::Who::Anyone:
            return "anyone";
        case Access::Who::SignedIn:
            return "anyone signed in, second factor or not";
        case Access::Who::Person:
            return "any account";
        case Access::Who::Roles:
            break;
    }
    std::string names;
    for (Role role : accounts::kAllRoles)
        if (access.roles.has(role)) names += (names.empty() ? "" : ", ") + std::string(accounts::role_name(role));
    return names;
}

std::string as_document(std::vector<Row> rows) {
    std::ranges::sort(rows, {},
                      [](const Row& row) { return std::pair(row.pattern, row.method == http::Method::Post); });
    std::string text =
        "# Who may open what\n\n"
        "Every route of the portal and the roles it answers. Written from the program by "
        "tests/functional/rights_test.cpp\n"
        "(`REBASELINE=1 build/dev/bin/rights_test`), which also asks every route as every role; a change here is a "
        "change\n"
        "of rights, to be read as such.\n\n"
        "Nobody signed in is sent to sign in; a role that is not named gets 403. Which files a person sees within a "
        "route\n"
        "is decided file by file (membership of the applicant, state of the file): the others are not found. Every "
        "POST of\n"
        "someone signed in carries the token of the session, and none comes from another site.\n\n"
        "| Method | Route | Who |\n|---|---|---|\n";
    for (const Row& row : rows)
        text += fmt::format("| {} | `{}` | {} |\n", method_name(row), row.pattern, who(row.access));
    return text;
}

}  // namespace

TEST_CASE("Rights are those that docs/rights.md tells") {
    Desk desk;
    std::string table = as_document(desk.routes.table());
    if (std::getenv("REBASELINE") != nullptr) {  // NOLINT(concurrency-mt-unsafe): no other thread yet
        std::ofstream(kDocument, std::ios::binary) << table;
        return;
    }
    std::ifstream file(kDocument, std::ios::binary);
    std::ostringstream written;
    written << file.rdbuf();
    auto lines_of = [](const std::string& text) {
        std::istringstream in(text);
        std::set<std::string> lines;
        for (std::string line; std::getline(in, line);) lines.insert(line);
        return lines;
    };
    const auto before = lines_of(written.str());
    const auto now = lines_of(table);
    for (const std::string& line : now) CHECK_MESSAGE(before.contains(line), "not in docs/rights.md: " << line);
    for (const std::string& line : before) CHECK_MESSAGE(now.contains(line), "no longer true: " << line);
}

TEST_CASE("Nobody signed in is sent to sign in, and comes back to the page") {
    Desk desk;
    for (const Row& row : desk.routes.table()) {
        Answer answer = desk.ask(row, Desk::nobody());
        INFO(method_name(row) << " " << desk.address(row) << ": " << answer.status << " " << answer.location);
        if (row.access.who == Access::Who::Anyone) {
            CHECK(answer.status != 403);
            CHECK(answer.status < 500);
            continue;
        }
        // A form filled in while the session ended may come back to its writer: 403, and the sign-in beside it.
        CHECK((to_sign_in(answer) || (row.method == http::Method::Post && answer.status == 403)));
        CHECK_FALSE(answer.has(kTitle));
        if (row.method == http::Method::Get) CHECK(answer.location.starts_with("/connexion?suite="));
    }
}

TEST_CASE("Every role opens what it may, and nothing else") {
    Desk desk;
    for (const Visitor& visitor : desk.everyone())
        for (const Row& row : desk.routes.table()) {
            Answer answer = desk.ask(row, desk.sign_in_again(visitor.who));
            INFO(visitor.name << " " << method_name(row) << " " << desk.address(row) << ": " << answer.status << " "
                              << answer.location << " " << answer.body.substr(0, 300));
            if (row.access.allows(visitor.principal)) {
                CHECK(answer.status != 401);
                CHECK(answer.status != 403);
                CHECK(answer.status < 500);
                CHECK_FALSE((to_sign_in(answer) && !row.pattern.starts_with("/connexion")));
            } else {
                CHECK(answer.status == 403);
                CHECK_FALSE(answer.has(kTitle));
            }
        }
}

TEST_CASE("A password alone opens nothing until the second factor is given") {
    Desk desk;
    const Someone half = desk.half_signed_in(desk.head);
    for (const Row& row : desk.routes.table()) {
        if (row.pattern == "/deconnexion") continue;  // ends the session that asks
        Answer answer = desk.ask(row, half);
        INFO(method_name(row) << " " << desk.address(row) << ": " << answer.status << " " << answer.location);
        if (row.access.who == Access::Who::Person || row.access.who == Access::Who::Roles) {
            CHECK(answer.status == 303);
            CHECK(answer.location == "/connexion/code");
        } else if (row.pattern == "/connexion/second-facteur") {
            CHECK(answer.status == 403);  // a password alone must not enrol another telephone
        } else {
            CHECK(answer.status != 403);
            CHECK(answer.status < 500);
        }
        CHECK_FALSE(answer.has(kTitle));
    }
    CHECK(desk.ask({http::Method::Post, "/deconnexion", aides::pages::kAnyone}, half).status == 303);
}

TEST_CASE("A form without the token of the session, or with another's, changes nothing") {
    Desk desk;
    const auto before = desk.acts();
    for (const Visitor& visitor : desk.everyone())
        for (const Row& row : desk.routes.table()) {
            if (row.method != http::Method::Post) continue;
            const Someone& own = visitor.who;
            for (const std::string& token : {std::string(), desk.neighbour.csrf}) {
                Answer answer = desk.ask(row, {.id = own.id, .cookie = own.cookie, .csrf = token});
                INFO(visitor.name << " " << desk.address(row) << ": " << answer.status << " " << answer.location);
                CHECK(answer.status == 403);
            }
        }
    CHECK(desk.acts() == before);
}

TEST_CASE("A form sent from another site changes nothing, for whoever could have sent it here") {
    Desk desk;
    const auto before = desk.acts();
    for (const Visitor& visitor : desk.everyone())
        for (const Row& row : desk.routes.table()) {
            if (row.method != http::Method::Post || !row.access.allows(visitor.principal)) continue;
            for (std::string_view header : {"Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
                                            "Origin: https://example.org\r\n", "Origin: null\r\n"}) {
                Answer answer = desk.ask(row, visitor.who, header);
                INFO(visitor.name << " " << desk.address(row) << " " << header << answer.status << " "
                                  << answer.location);
                CHECK(answer.status == 403);
            }
        }
    for (const Row& row : desk.routes.table()) {
        if (row.method != http::Method::Post || row.access.who != Access::Who::Anyone) continue;
        INFO("nobody " << desk.address(row));
        CHECK(desk.ask(row, Desk::nobody(), "Sec-Fetch-Site: cross-site\r\n").status == 403);
    }
    CHECK(desk.acts() == before);
}

TEST_CASE("The administrator runs the accounts and reads no file") {
    Desk desk;
    constexpr std::string_view kOfFiles[] = {"/dossiers/",     "/documents/", "/actes/",       "/instruction",
                                             "/mes-dossiers/", "/gestion/",   "/enveloppes",   "/journal",
                                             "/simulation",    "/editions",   "/organisations"};
    int refused = 0;
    for (const Row& row : desk.routes.table()) {
        if (std::ranges::none_of(kOfFiles, [&](std::string_view start) { return row.pattern.starts_with(start); }))
            continue;
        INFO(method_name(row) << " " << desk.address(row));
        CHECK(desk.ask(row, desk.admin).status == 403);
        ++refused;
    }
    CHECK(refused > 80);
    for (const Row& row : desk.routes.table()) {
        if (row.method != http::Method::Get) continue;
        INFO(desk.address(row));
        CHECK_FALSE(desk.get(desk.address(row), desk.admin).has(kTitle));
    }
}

TEST_CASE("A commune's file is not found by the staff of another, who cannot act on it either") {
    Desk desk;
    const auto before = desk.acts();
    int tried = 0;
    for (const Row& row : desk.routes.table()) {
        const bool of_one_file = row.pattern.find("{id}") != std::string::npos &&
                                 (row.pattern.starts_with("/dossiers/") || row.pattern.starts_with("/documents/") ||
                                  row.pattern.starts_with("/actes/"));
        if (!of_one_file) continue;
        Answer answer = desk.ask(row, desk.neighbour);
        INFO(method_name(row) << " " << desk.address(row) << ": " << answer.status << " " << answer.location);
        CHECK(answer.status == 404);
        CHECK_FALSE(answer.has(kTitle));
        if (row.method == http::Method::Get && row.pattern == "/dossiers/{id}")
            CHECK(desk.ask(row, desk.colleague).has(kTitle));
        ++tried;
    }
    CHECK(tried > 25);
    CHECK(desk.acts() == before);
}

TEST_CASE("The Region does not read what a commune has not filed") {
    Desk desk;
    const auto draft = desk.draft(desk.colleague);
    desk.type(draft, Desk::complete_form("Projet secret"), desk.colleague);
    const std::string id = std::to_string(draft.value);
    for (const Visitor& visitor : desk.everyone()) {
        if (!visitor.principal.of_region()) continue;
        for (const Row& row : desk.routes.table()) {
            if (!row.pattern.starts_with("/instruction/dossiers/{id}")) continue;
            std::string target = desk.address(row);
            target.replace(target.find("/1"), 2, "/" + id);
            Answer answer =
                row.method == http::Method::Post ? desk.post(target, {}, visitor.who) : desk.get(target, visitor.who);
            INFO(visitor.name << " " << method_name(row) << " " << target << ": " << answer.status);
            CHECK(answer.status == (row.access.allows(visitor.principal) ? 404 : 403));
            CHECK_FALSE(answer.has("Projet secret"));
        }
        for (std::string_view list : {"/instruction", "/instruction/export.csv", "/enveloppes/1/selection"})
            CHECK_FALSE(desk.get(list, visitor.who).has("Projet secret"));
    }
}
