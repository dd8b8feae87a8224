// What keeps the data: journal, backup, restore, verification, accounts made from the command line.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "aides/envelope/ledger.hpp"
#include "app.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "db/compact.hpp"
#include "html/forms.hpp"
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

// On the disk, not only in its cache: a backup is for the day of the power cut. Files and folders alike.
base::Status on_disk(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const int failed = fd < 0 || ::fsync(fd) != 0 ? errno : 0;
    if (fd >= 0) ::close(fd);
    if (failed == 0) return {};
    return base::fail(Code::Unavailable, fmt::format("{}: {}", path.string(), std::strerror(failed)));
}

base::Status put_in_place(const fs::path& from, const fs::path& to) {
    TRY(on_disk(from));
    std::error_code error;
    fs::rename(from, to, error);
    if (error) return base::fail(Code::Unavailable, fmt::format("{}: {}", to.string(), error.message()));
    return on_disk(to.parent_path());
}

// With the logs that SQLite may have left beside it: a log of former bytes must not be read into the next ones.
void remove_database(const fs::path& file) {
    std::error_code error;
    for (const char* end : {"", "-wal", "-shm", "-journal"}) fs::remove(file.string() + end, error);
}

base::Result<std::string> make_backup(App& app, const fs::path& to) {
    std::error_code error;
    fs::create_directories(to, error);
    if (error) return base::fail(Code::Unavailable, fmt::format("{}: {}", to.string(), error.message()));
    // The documents after the database: every document that the copied rows name is then in the copy too.
    fs::path fresh = to / "beffroi.db.new";
    remove_database(fresh);
    TRY(app.db->backup(fresh.string()));
    auto copied = TRY(app.blobs.copy_to(to / kDocumentsName, [](std::uint64_t done, std::uint64_t total) {
        if (done % 500 == 0) std::cerr << fmt::format("        documents {}/{}\n", done, total);
        return true;
    }));
    auto database = TRY(db::Database::open({.path = fresh.string()}));
    journal::Head head = database->read([](db::Reader& reader) { return journal::head(reader); });
    database.reset();
    TRY(put_in_place(fresh, to / kDatabaseName));
    TRY(write_file(to / kHeadName, journal::to_text(head) + "\n"));
    TRY(on_disk(to / kHeadName));
    return fmt::format(
        R"({{"folder":{},"journal_head":"{}","documents_copied":{},"documents_already_there":{},"bytes":{}}})",
        base::json_string(to.string()), journal::to_text(head), copied.copied, copied.already_there, copied.bytes);
}

struct Verified {
    bool whole = true;
    std::string json;
};

constexpr db::Query kNamed{"keep_named_documents",
                           "SELECT blob FROM document UNION SELECT blob FROM act WHERE blob IS NOT NULL ORDER BY 1"};

// What a row names must be in the store: a folder that lost a file has no damaged file to show for it.
std::vector<std::string> missing_documents(db::Database& database, const documents::BlobStore& blobs) {
    std::vector<std::string> missing;
    database.read([&](db::Reader& reader) {
        reader.query(kNamed, {}, [&](const db::Row& row) {
            if (!blobs.exists({row.string(0)})) missing.push_back(row.string(0));
        });
    });
    return missing;
}

std::string json_list(const std::vector<std::string>& texts) {
    std::string list;
    for (const std::string& text : texts) list += (list.empty() ? "" : ",") + base::json_string(text);
    return list;
}

base::Result<Verified> verify_all(db::Database& database, const documents::BlobStore& blobs,
                                  std::optional<journal::Head> expected) {
    Verified result;
    base::Status pages = database.check();
    auto journal = TRY(database.read([&](db::Reader& reader) { return journal::verify(reader, expected); }));
    auto ledger = database.read([](db::Reader& reader) { return aides::envelope::verify(reader); });
    auto stored = TRY(blobs.verify_all());
    const auto missing = missing_documents(database, blobs);
    result.whole = pages.has_value() && journal.whole() && ledger.empty() && stored.damaged.empty() && missing.empty();
    std::string broken = journal.first_break ? fmt::format(R"({{"seq":{},"fault":"{}"}})", journal.first_break->seq,
                                                           journal::fault_name(journal.first_break->fault))
                                             : "null";
    result.json = fmt::format(
        R"({{"whole":{},"database":{},"journal":{{"entries":{},"head":"{}","first_break":{}}},"envelope_mismatches":{},"documents":{{"files":{},"bytes":{},"damaged":[{}],"missing":[{}]}}}})",
        result.whole, pages ? "\"ok\"" : base::json_string(pages.error().detail), journal.entries,
        journal::to_text(journal.head), broken, ledger.size(), stored.files, stored.bytes, json_list(stored.damaged),
        json_list(missing));
    return result;
}

// What a restore brought, against what the backup says of itself.
base::Result<Verified> verify_arrived(const fs::path& backup, const fs::path& database_path,
                                      const fs::path& documents) {
    std::ifstream head_file(backup / kHeadName);
    std::string head;
    if (!std::getline(head_file, head))
        return base::fail(Code::Corrupt, fmt::format("{} holds no {}: where its journal stood is not known",
                                                     backup.string(), kHeadName));
    const journal::Head expected = TRY(journal::parse_head(head));
    auto database = TRY(db::Database::open({.path = database_path.string()}));
    auto blobs = TRY(documents::BlobStore::open(documents));
    return verify_all(*database, blobs, expected);
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
    const fs::path arriving = data / "beffroi.db.restoring";
    remove_database(arriving);
    fs::copy_file(from / kDatabaseName, arriving, fs::copy_options::overwrite_existing, error);
    if (error) return say(common, {Code::Unavailable, fmt::format("{}: {}", arriving.string(), error.message()), {}});
    auto verified = verify_arrived(from, arriving, documents_folder(common.settings));
    if (!verified) {
        remove_database(arriving);
        return say(common, verified.error());
    }
    print(verified->json);
    if (!verified->whole) {
        remove_database(arriving);
        std::cerr << fmt::format("beffroi-aides: {} is damaged: nothing was restored\n", from.string());
        return kFound;
    }
    if (auto placed = put_in_place(arriving, database_file(common.settings)); !placed)
        return say(common, placed.error());
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

int compact(const Common& common) {
    const std::string file = database_file(common.settings).string();
    if (!fs::exists(file)) return say(common, {Code::NotFound, fmt::format("{}: no such database", file), {}});
    auto catalogue = load_catalogue(common.settings);
    if (!catalogue) return say(common, catalogue.error());
    {
        // The migrations first: it is after them that a file is sparse.
        base::SystemClock clock;
        auto app = App::open(common.settings, clock);
        if (!app) return say(common, app.error());
    }
    auto done = db::compact(file);
    if (!done) return say(common, done.error());
    const std::int64_t freed = done->before_bytes - done->after_bytes;
    auto size = [&](std::int64_t bytes) { return html::format_size(bytes, common.language); };
    print(common.json ? fmt::format(R"({{"file":{},"before_bytes":{},"after_bytes":{},"freed_bytes":{}}})",
                                    base::json_string(file), done->before_bytes, done->after_bytes, freed)
                      : catalogue->text(common.language, "db.compacted",
                                        {{"file", file},
                                         {"before", size(done->before_bytes)},
                                         {"after", size(done->after_bytes)},
                                         {"freed", size(freed)}}));
    return kDone;
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
