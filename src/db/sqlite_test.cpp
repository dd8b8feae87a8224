// What is SQLite's own: files, crashes, full disks, other processes.
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/compact.hpp"
#include "db/fair_mutex.hpp"
#include "db/test_support.hpp"
#include "db/version.hpp"

namespace beffroi::db {

namespace {

using base::Code;

constexpr Query kAdd{"add", "INSERT INTO act (n, filler) VALUES ($1, $2)"};

std::unique_ptr<Database> open_file(const std::string& path, bool durable = false) {
    Options options;
    options.path = path;
    options.durable = durable;
    return base::value_or_throw(Database::open(options));
}

void create_tables(Database& database) {
    REQUIRE(database.write([](Writer& writer) -> base::Status {
        writer.script(
            "CREATE TABLE act (n INTEGER PRIMARY KEY, filler TEXT); CREATE TABLE entry (n INTEGER PRIMARY KEY, filler "
            "TEXT);");
        return {};
    }));
}

std::int64_t number(Database& database, std::string_view sql) {
    return database.read([&](Reader& reader) { return reader.number({"test", sql}); });
}

base::Status add_act(Database& database, std::int64_t n, const std::string& filler) {
    return database.write([&](Writer& writer) -> base::Status {
        writer.execute(kAdd, {n, filler});
        return {};
    });
}

// Until it is killed: an act and its entry in one change, then the number to whoever listens.
[[noreturn]] void write_until_killed(const std::string& path, int acknowledge) {
    auto database = open_file(path, true);
    std::string filler(500, 'x');
    for (std::int64_t n = number(*database, "SELECT coalesce(max(n), 0) FROM act") + 1;; ++n) {
        (void)database->write([&](Writer& writer) -> base::Status {
            writer.execute({"act", "INSERT INTO act (n, filler) VALUES ($1, $2)"}, {n, filler});
            writer.execute({"entry", "INSERT INTO entry (n, filler) VALUES ($1, $2)"}, {n, filler});
            return {};
        });
        if (::write(acknowledge, &n, sizeof n) != sizeof n) ::_exit(1);
    }
}

// Runs it in a child that is killed after so many acknowledgements; gives the last one received.
std::int64_t kill_after(const std::string& path, int acknowledgements) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::close(ends[0]);
        write_until_killed(path, ends[1]);
    }
    ::close(ends[1]);
    std::int64_t last = 0;
    for (int i = 0; i < acknowledgements; ++i) REQUIRE(::read(ends[0], &last, sizeof last) == sizeof last);
    ::kill(child, SIGKILL);
    // What it had said before it died counts too.
    while (::read(ends[0], &last, sizeof last) == sizeof last) {
    }
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    return last;
}

struct Limit {
    rlimit before{};
    explicit Limit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before);
        rlimit now = before;
        now.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;
    ~Limit() {
        ::setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, SIG_DFL);
    }
};

struct SmallDisk {
    std::string folder;
    bool mounted;
    explicit SmallDisk(std::string where)
        : folder(std::move(where)), mounted(::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=2m") == 0) {}
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
        if (mounted) ::umount2(folder.c_str(), MNT_DETACH);
    }
};

// Writes until the disk is full; gives how many were acknowledged. The failure must be the announced one.
std::int64_t fill(Database& database, std::int64_t from) {
    std::string filler(20'000, 'x');
    bool full = false;
    std::int64_t n = from;
    while (!full && n < from + 10'000) {
        try {
            (void)add_act(database, n, filler);
            ++n;
        } catch (const base::Failure& failure) {
            CHECK_MESSAGE(failure.error().code == Code::Unavailable, failure.what());
            full = true;
        }
    }
    REQUIRE(full);
    return n - from;
}

}  // namespace

TEST_CASE("a killed program loses nothing that it acknowledged and leaves nothing half done") {
    ScratchFolder scratch;
    std::string path = scratch.file("killed.db");
    create_tables(*open_file(path));
    for (int acknowledgements : {1, 2, 7, 40, 150}) {
        std::int64_t acknowledged = kill_after(path, acknowledgements);
        auto database = open_file(path);
        std::int64_t kept = number(*database, "SELECT max(n) FROM act");
        CHECK(kept >= acknowledged);
        CHECK(kept <= acknowledged + 1);  // one may have been committed but not yet said
        CHECK(number(*database, "SELECT count(*) FROM act") == kept);
        CHECK(number(*database, "SELECT count(*) FROM act a JOIN entry e ON e.n = a.n") == kept);
        CHECK(number(*database, "SELECT count(*) FROM entry") == kept);
        CHECK(database->check());
    }
}

TEST_CASE("a disk that refuses to grow a file stops writing, loses nothing, and all goes on when there is room") {
    ScratchFolder scratch;
    std::string path = scratch.file("full.db");
    auto database = open_file(path, true);
    create_tables(*database);
    std::int64_t kept = 0;
    {
        Limit limit(3'000'000);
        kept = fill(*database, 1);
        CHECK(kept > 10);
        CHECK(number(*database, "SELECT count(*) FROM act") == kept);  // reading goes on
        CHECK(fill(*database, 50'000) < 3);                            // and it still says no
    }
    std::int64_t before = number(*database, "SELECT count(*) FROM act");
    CHECK(add_act(*database, 90'001, "room again"));
    CHECK(number(*database, "SELECT count(*) FROM act") == before + 1);
    CHECK(database->check());
    database.reset();
    CHECK(number(*open_file(path), "SELECT count(*) FROM act") == before + 1);
}

TEST_CASE("a full disk of its own (where mounting one is allowed)") {
    ScratchFolder scratch;
    std::string folder = scratch.file("disk");
    std::filesystem::create_directory(folder);
    SmallDisk disk(folder);
    if (!disk.mounted) {
        MESSAGE("not allowed to mount a disk here");
        return;
    }
    {
        auto database = open_file(folder + "/full.db", true);
        create_tables(*database);
        std::int64_t kept = fill(*database, 1);
        CHECK(kept > 5);
        CHECK(number(*database, "SELECT count(*) FROM act") == kept);
        CHECK(database->check());
        CHECK(database->backup(folder + "/copy.db").error().code == Code::Unavailable);
        CHECK(!std::filesystem::exists(folder + "/copy.db"));
        CHECK(!std::filesystem::exists(folder + "/copy.db.part"));
        CHECK(database->backup(scratch.file("copy.db")));
        CHECK(number(*open_file(scratch.file("copy.db")), "SELECT count(*) FROM act") == kept);
    }
}

TEST_CASE("a full database says so") {
    ScratchFolder scratch;
    auto database = open_file(scratch.file("full.db"));
    create_tables(*database);
    REQUIRE(database->write([](Writer& writer) -> base::Status {
        writer.script("PRAGMA max_page_count = 100");
        return {};
    }));
    std::int64_t kept = fill(*database, 1);
    CHECK(number(*database, "SELECT count(*) FROM act") == kept);
}

TEST_CASE("the file and its logs are for their owner only") {
    ScratchFolder scratch;
    auto database = open_file(scratch.file("own.db"));
    create_tables(*database);
    for (const auto& entry : std::filesystem::directory_iterator(scratch.path())) {
        struct stat status{};
        REQUIRE(::stat(entry.path().c_str(), &status) == 0);
        CHECK_MESSAGE((status.st_mode & 0777) == 0600, entry.path().string());
    }
}

TEST_CASE("a file that is no database, or no longer a whole one, is told apart from a missing one") {
    ScratchFolder scratch;
    auto code_of = [](const std::string& path) {
        Options options;
        options.path = path;
        auto opened = Database::open(options);
        return opened ? Code::Internal : opened.error().code;
    };
    std::ofstream(scratch.file("garbage.db")) << std::string(10'000, 'g');
    CHECK(code_of(scratch.file("garbage.db")) == Code::Corrupt);
    CHECK(code_of(scratch.file("absent/folder.db")) == Code::Unavailable);
    CHECK(code_of(scratch.path().string()) == Code::Unavailable);
    CHECK(code_of("postgresql://localhost/beffroi") == Code::Invalid);

    std::string path = scratch.file("torn.db");
    {
        auto database = open_file(path);
        create_tables(*database);
        for (int n = 1; n <= 200; ++n) REQUIRE(add_act(*database, n, std::string(3'000, 'x')));
        CHECK(database->check());
    }
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096 * 20);
        file << std::string(4096 * 5, '\x7f');
    }
    auto database = open_file(path);
    auto checked = database->check();
    REQUIRE(!checked);
    CHECK(checked.error().code == Code::Corrupt);
    try {
        (void)number(*database, "SELECT sum(length(filler)) FROM act");
        FAIL("damage was read over");
    } catch (const base::Failure& failure) {
        CHECK(failure.error().code == Code::Corrupt);
    }
}

TEST_CASE("another process that holds the pen too long makes a change fail, not hang") {
    ScratchFolder scratch;
    auto first = open_file(scratch.file("shared.db"));
    create_tables(*first);
    Options options;
    options.path = scratch.file("shared.db");
    options.busy_timeout_ms = 20;
    auto second = base::value_or_throw(Database::open(options));
    REQUIRE(first->write([&](Writer& writer) -> base::Status {
        writer.execute(kAdd, {1, "first"});
        try {
            (void)add_act(*second, 2, "second");
            FAIL("two wrote at once");
        } catch (const base::Failure& failure) {
            CHECK(failure.error().code == Code::Unavailable);
        }
        CHECK(number(*second, "SELECT count(*) FROM act") == 0);  // reading never waits
        return {};
    }));
    CHECK(add_act(*second, 2, "second"));
    CHECK(number(*first, "SELECT count(*) FROM act") == 2);
}

TEST_CASE("a change inside a change stops the program instead of hanging it") {
    ScratchFolder scratch;
    std::string path = scratch.file("nested.db");
    create_tables(*open_file(path));
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (std::freopen("/dev/null", "w", stderr) == nullptr) ::_exit(1);
        std::signal(SIGABRT, SIG_DFL);
        auto database = open_file(path);
        (void)database->write([&](Writer&) -> base::Status { return add_act(*database, 1, ""); });
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
}

TEST_CASE("a text in double quotes is a column, never a text: a typing mistake is found") {
    ScratchFolder scratch;
    auto database = open_file(scratch.file("quotes.db"));
    create_tables(*database);
    CHECK_THROWS_AS((void)number(*database, "SELECT count(*) FROM act WHERE filler = \"nowhere\""), base::Failure);
}

TEST_CASE("the version of the data is another one after each commit, whoever made it, and the same after reading") {
    ScratchFolder scratch;
    auto mine = open_file(scratch.file("version.db"));
    create_tables(*mine);
    auto theirs = open_file(scratch.file("version.db"));
    const auto before = version(*mine);
    CHECK(number(*mine, "SELECT count(*) FROM act") == 0);
    CHECK(version(*mine) == before);

    REQUIRE(add_act(*mine, 1, ""));
    const auto after_mine = version(*mine);
    CHECK(after_mine != before);
    REQUIRE(add_act(*theirs, 2, ""));
    const auto after_theirs = version(*mine);
    CHECK(after_theirs != after_mine);
    CHECK(version(*mine) == after_theirs);

    (void)mine->write([&](Writer& writer) -> base::Status {
        writer.execute(kAdd, {3, ""});
        return base::fail(Code::Refused, "undone");
    });
    CHECK(version(*mine) == after_theirs);
}

TEST_CASE("in memory too, the version of the data changes with each commit") {
    auto database = open_file(":memory:");
    create_tables(*database);
    const auto before = version(*database);
    CHECK(version(*database) == before);
    REQUIRE(add_act(*database, 1, ""));
    CHECK(version(*database) != before);
}

TEST_CASE("the pen is handed on in the order of asking") {
    FairMutex mutex;
    std::vector<int> order;
    std::vector<std::thread> threads;
    mutex.lock();
    for (int i = 0; i < 5; ++i) {
        threads.emplace_back([&, i] {
            std::lock_guard lock(mutex);
            order.push_back(i);
        });
        while (mutex.waiting() != static_cast<std::size_t>(i) + 1) std::this_thread::yield();
    }
    mutex.unlock();
    for (auto& thread : threads) thread.join();
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
}

namespace {

// Many rows, most of them removed again: a file that is nearly empty.
void make_sparse(const std::string& path, int one_kept_of = 40) {
    auto database = open_file(path);
    create_tables(*database);
    REQUIRE(database->write([&](Writer& writer) -> base::Status {
        writer.script(
            "INSERT INTO act (n, filler) WITH RECURSIVE k (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < "
            "4000) SELECT n, hex(zeroblob(1000)) FROM k;");
        writer.execute({"remove", "DELETE FROM act WHERE n % $1 <> 0"}, {one_kept_of});
        return {};
    }));
}

}  // namespace

TEST_CASE("a sparse file is given back to the disk, with every row that it held") {
    ScratchFolder scratch;
    const std::string path = scratch.file("sparse.db");
    make_sparse(path);
    const auto done = compact(path);
    REQUIRE_MESSAGE(done, done.error().detail);
    CHECK(done->before_bytes > 7'000'000);
    CHECK(done->after_bytes < done->before_bytes / 10);
    CHECK(std::filesystem::file_size(path) == static_cast<std::uintmax_t>(done->after_bytes));
    // Opened as before: its log, its rows, its check.
    auto database = open_file(path);
    CHECK(number(*database, "SELECT count(*) FROM act") == 100);
    CHECK(database->check());
    CHECK(database->read([](Reader& reader) {
        return reader.first({"mode", "PRAGMA journal_mode"}, {}, [](const Row& row) { return row.string(0); });
    }) == "wal");
    int files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(scratch.path())) ++files;
    CHECK(files <= 3);  // the database and its two logs: nothing temporary stays
}

TEST_CASE("a file that a program has open is not compacted, and says so") {
    ScratchFolder scratch;
    const std::string path = scratch.file("sparse.db");
    make_sparse(path);
    const auto size = std::filesystem::file_size(path);
    auto portal = open_file(path);
    REQUIRE(number(*portal, "SELECT count(*) FROM act") == 100);
    const auto done = compact(path);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::Conflict);
    CHECK(done.error().message.key == "db.in_use");
    CHECK(add_act(*portal, 5'000, "x"));
    portal.reset();
    CHECK(std::filesystem::file_size(path) >= size);
    CHECK(compact(path));
    CHECK_FALSE(compact(scratch.file("elsewhere.db")));
}

TEST_CASE("a program killed while it compacts leaves every row, and the next one goes on") {
    ScratchFolder scratch;
    const std::string path = scratch.file("sparse.db");
    make_sparse(path, 2);
    for (int round = 0; round < 5; ++round) {
        pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            (void)compact(path);
            ::_exit(0);
        }
        // While the former pages are in the journal, the new ones on their way into the file.
        int status = 0;
        while (!std::filesystem::exists(path + "-journal") && ::waitpid(child, &status, WNOHANG) == 0)
            std::this_thread::yield();
        ::kill(child, SIGKILL);
        (void)::waitpid(child, &status, 0);
        auto database = open_file(path, true);
        CHECK(number(*database, "SELECT count(*) FROM act") == 2'000);
        CHECK(database->check());
    }
    CHECK(compact(path));
}

TEST_CASE("without the room that it takes meanwhile, nothing is compacted (where mounting a small disk is allowed)") {
    ScratchFolder scratch;
    const std::string folder = scratch.file("small");
    std::filesystem::create_directory(folder);
    SmallDisk disk(folder);
    if (!disk.mounted) {
        MESSAGE("skipped: no right to mount a small disk");
        return;
    }
    const std::string path = folder + "/full.db";
    {
        auto database = open_file(path);
        create_tables(*database);
        for (std::int64_t n = 1; n <= 40; ++n) REQUIRE(add_act(*database, n, std::string(20'000, 'x')));
    }
    const auto done = compact(path);
    REQUIRE_FALSE(done);
    CHECK(done.error().code == Code::Unavailable);
    CHECK(done.error().message.key == "db.no_room");
    auto database = open_file(path);
    CHECK(number(*database, "SELECT count(*) FROM act") == 40);
}

}  // namespace beffroi::db
