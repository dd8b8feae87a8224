// What keeps the data: journal, backup, restore, verification, accounts made from the command line.
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "aides/envelope/ledger.hpp"
#include "app.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "journal/journal.hpp"

namespace beffroi::apps {

namespace {

namespace fs = std::filesystem;
using base::Code;

void print(const std::string& text) {
    std::cout << text << "\n";
}

// The folder of a backup: the database, the documents, and where the journal stood.
constexpr std::string_view kDatabaseName = "beffroi.db";
constexpr std::string_view kDocumentsName = "documents";
constexpr std::string_view kHeadName = "journal-head.txt";

base::Status write_file(const fs::path& file, std::string_view text) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << text;
    if (!out.flush()) return base::fail(Code::Unavailable, fmt::format("{}: cannot be written", file.string()));
    return {};
}

base::Result<std::string> make_backup(App& app, const fs::path& to) {
    std::error_code error;
    fs::create_directories(to, error);
    if (error) return base::fail(Code::Unavailable, fmt::format("{}: {}", to.string(), error.message()));
    // The documents after the database: every document that the copied rows name is then in the copy too.
    fs::path fresh = to / "beffroi.db.new";
    fs::remove(fresh, error);
    TRY(app.db->backup(fresh.string()));
    auto copied = TRY(app.blobs.copy_to(to / kDocumentsName, [](std::uint64_t done, std::uint64_t total) {
        if (done % 500 == 0) std::cerr << fmt::format("        documents {}/{}\n", done, total);
        return true;
    }));
    auto database = TRY(db::Database::open({.path = fresh.string()}));
    journal::Head head = database->read([](db::Reader& reader) { return journal::head(reader); });
    database.reset();
    fs::rename(fresh, to / kDatabaseName, error);
    if (error) return base::fail(Code::Unavailable, fmt::format("{}: {}", to.string(), error.message()));
    TRY(write_file(to / kHeadName, journal::to_text(head) + "\n"));
    return fmt::format(
        R"({{"folder":{},"journal_head":"{}","documents_copied":{},"documents_already_there":{},"bytes":{}}})",
        base::json_string(to.string()), journal::to_text(head), copied.copied, copied.already_there, copied.bytes);
}

struct Verified {
    bool whole = true;
    std::string json;
};

base::Result<Verified> verify_all(db::Database& database, const documents::BlobStore& blobs,
                                  std::optional<journal::Head> expected) {
    Verified result;
    base::Status pages = database.check();
    auto journal = TRY(database.read([&](db::Reader& reader) { return journal::verify(reader, expected); }));
    auto ledger = database.read([](db::Reader& reader) { return aides::envelope::verify(reader); });
    auto stored = TRY(blobs.verify_all());
    result.whole = pages.has_value() && journal.whole() && ledger.empty() && stored.damaged.empty();
    std::string broken = journal.first_break ? fmt::format(R"({{"seq":{},"fault":"{}"}})", journal.first_break->seq,
                                                           journal::fault_name(journal.first_break->fault))
                                             : "null";
    std::string damaged;
    for (const std::string& name : stored.damaged) damaged += (damaged.empty() ? "" : ",") + base::json_string(name);
    result.json = fmt::format(
        R"({{"whole":{},"database":{},"journal":{{"entries":{},"head":"{}","first_break":{}}},"envelope_mismatches":{},"documents":{{"files":{},"bytes":{},"damaged":[{}]}}}})",
        result.whole, pages ? "\"ok\"" : base::json_string(pages.error().detail), journal.entries,
        journal::to_text(journal.head), broken, ledger.size(), stored.files, stored.bytes, damaged);
    return result;
}

}  // namespace

int journal_verify(const Common& common, const std::string& expected_head) {
    base::SystemClock clock;
    auto app = App::open(common.settings, clock);
    if (!app) return say(common, app.error());
    std::optional<journal::Head> expected;
    if (!expected_head.empty()) {
        auto parsed = journal::parse_head(expected_head);
        if (!parsed) return say(common, parsed.error());
        expected = *parsed;
    }
    auto report = (*app)->db->read([&](db::Reader& reader) { return journal::verify(reader, expected); });
    if (!report) return say(common, report.error());
    if (report->whole()) {
        print(common.json ? fmt::format(R"({{"whole":true,"entries":{},"head":"{}"}})", report->entries,
                                        journal::to_text(report->head))
                          : fmt::format("{} entries, whole; head {}", report->entries, journal::to_text(report->head)));
        return kDone;
    }
    print(common.json ? fmt::format(R"({{"whole":false,"seq":{},"fault":"{}"}})", report->first_break->seq,
                                    journal::fault_name(report->first_break->fault))
                      : fmt::format("BROKEN at entry {}: {}", report->first_break->seq,
                                    journal::fault_name(report->first_break->fault)));
    return kFound;
}

int journal_head(const Common& common) {
    base::SystemClock clock;
    auto app = App::open(common.settings, clock);
    if (!app) return say(common, app.error());
    std::string head = journal::to_text((*app)->db->read([](db::Reader& reader) { return journal::head(reader); }));
    print(common.json ? fmt::format(R"({{"head":"{}"}})", head) : head);
    return kDone;
}

int backup(const Common& common, const fs::path& to) {
    base::SystemClock clock;
    auto app = App::open(common.settings, clock);
    if (!app) return say(common, app.error());
    auto made = make_backup(**app, to);
    if (!made) return say(common, made.error());
    print(*made);
    return kDone;
}

int restore(const Common& common, const fs::path& from) {
    const fs::path& data = common.settings.data_folder;
    if (fs::exists(database_file(common.settings)))
        return say(common,
                   {Code::Conflict,
                    fmt::format("{} holds data already: move it away first, nothing is written over", data.string()),
                    {}});
    if (!fs::exists(from / kDatabaseName))
        return say(common,
                   {Code::NotFound, fmt::format("{} holds no {}: not a backup", from.string(), kDatabaseName), {}});
    std::error_code error;
    fs::create_directories(data, error);
    auto source = documents::BlobStore::open(from / kDocumentsName);
    if (!source) return say(common, source.error());
    if (auto copied = source->copy_to(documents_folder(common.settings)); !copied) return say(common, copied.error());
    // The database last, under its own name only once it is whole: an interrupted restore can be run again.
    fs::path arriving = data / "beffroi.db.restoring";
    fs::copy_file(from / kDatabaseName, arriving, fs::copy_options::overwrite_existing, error);
    if (error) return say(common, {Code::Unavailable, fmt::format("{}: {}", arriving.string(), error.message()), {}});
    std::optional<journal::Head> expected;
    std::ifstream head_file(from / kHeadName);
    if (std::string head; std::getline(head_file, head))
        if (auto parsed = journal::parse_head(head)) expected = *parsed;
    {
        auto database = db::Database::open({.path = arriving.string()});
        if (!database) return say(common, database.error());
        auto blobs = documents::BlobStore::open(documents_folder(common.settings));
        if (!blobs) return say(common, blobs.error());
        auto verified = verify_all(**database, *blobs, expected);
        if (!verified) return say(common, verified.error());
        print(verified->json);
        if (!verified->whole) return kFound;
    }
    fs::rename(arriving, database_file(common.settings), error);
    if (error) return say(common, {Code::Unavailable, error.message(), {}});
    return kDone;
}

int verify_store(const Common& common) {
    base::SystemClock clock;
    auto app = App::open(common.settings, clock);
    if (!app) return say(common, app.error());
    auto verified = verify_all(*(*app)->db, (*app)->blobs, std::nullopt);
    if (!verified) return say(common, verified.error());
    print(verified->json);
    return verified->whole ? kDone : kFound;
}

int person_create(const Common& common, const std::string& email, const std::string& name,
                  const std::vector<std::string>& roles, const std::string& siren) {
    base::SystemClock clock;
    auto app = App::open(common.settings, clock);
    if (!app) return say(common, app.error());
    auto program = accounts::Principal::the_program();
    std::vector<accounts::Role> wanted;
    for (const std::string& role : roles) {
        auto named = accounts::role_named(role);
        if (!named || !accounts::is_region_role(*named))
            return say(
                common,
                {Code::Invalid,
                 fmt::format("'{}' is no role: expected officer, head, finance, secretary, elected, auditor or admin",
                             role),
                 {}});
        wanted.push_back(*named);
    }
    auto person = (*app)->accounts.create_person(program, {email, name, common.language});
    if (!person) return say(common, person.error());
    for (accounts::Role role : wanted)
        if (auto granted = (*app)->accounts.grant_role(program, *person, role); !granted)
            return say(common, granted.error());
    if (!siren.empty())
        if (auto member = (*app)->accounts.add_membership(program, *person, siren, accounts::MembershipRole::Cosigner);
            !member)
            return say(common, member.error());
    auto activation = (*app)->accounts.invite(program, *person);
    if (!activation) return say(common, activation.error());
    std::string link = fmt::format("{}/activation/{}", (*app)->settings.base_url, activation->token);
    print(common.json ? fmt::format(R"({{"email":{},"activation":{},"expires":"{}"}})", base::json_string(email),
                                    base::json_string(link), base::iso(activation->expires))
                      : link);
    return kDone;
}

}  // namespace beffroi::apps
