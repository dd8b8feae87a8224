// SQLite 3.40: one writing connection behind a fair lock, a reading connection per thread at work, write-ahead log.
// https://www.sqlite.org/wal.html
#include "db/sqlite.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/guarded.hpp"
#include "db/fair_mutex.hpp"
#include "db/sqlite_connection.hpp"
#include "db/version.hpp"

namespace beffroi::db {

namespace {

using base::Code;

constexpr Query kBeginRead{"begin_read", "BEGIN"};
constexpr Query kBeginWrite{"begin_write", "BEGIN IMMEDIATE"};
constexpr Query kCommit{"commit", "COMMIT"};
constexpr Query kRollback{"rollback", "ROLLBACK"};
constexpr Query kDataVersion{"data_version", "PRAGMA data_version"};

class SqliteWriter final : public Writer {
  public:
    explicit SqliteWriter(SqliteConnection& connection) : connection_(connection) {}
    void run(const Query& query, std::span<const Param> params, const std::function<bool(const Row&)>& each) override {
        connection_.run(query, params, each);
    }
    void script(std::string_view sql) override { connection_.script(sql); }

  protected:
    std::int64_t changes() const override { return connection_.changes(); }

  private:
    SqliteConnection& connection_;
};

class SqliteReader final : public Reader {
  public:
    explicit SqliteReader(SqliteConnection& connection) : connection_(connection) {}
    void run(const Query& query, std::span<const Param> params, const std::function<bool(const Row&)>& each) override {
        connection_.run(query, params, each);
    }

  private:
    SqliteConnection& connection_;
};

// Undoes what was not committed, however the block is left.
class Transaction {
  public:
    Transaction(SqliteConnection& connection, const Query& begin) : connection_(connection) {
        connection_.simple(begin);
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction() {
        // SQLite itself has rolled back after some errors (a full disk); asking again would be one more.
        if (connection_.in_transaction()) connection_.leave(kRollback);
    }
    void commit() { connection_.simple(kCommit); }

  private:
    SqliteConnection& connection_;
};

// Knows which thread is inside, so that a mistake stops at once and not in a deadlock.
class Owner {
  public:
    explicit Owner(std::atomic<std::thread::id>& slot) : slot_(slot) { slot_ = std::this_thread::get_id(); }
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    ~Owner() { slot_ = std::thread::id(); }

  private:
    std::atomic<std::thread::id>& slot_;
};

base::Status find_faults(SqliteConnection& connection) {
    std::string faults;
    constexpr Query kIntegrity{"integrity_check", "PRAGMA integrity_check(20)"};
    constexpr Query kForeignKeys{"foreign_key_check",
                                 "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT 20"};
    auto all = [&](const Query& query, auto&& each) {
        connection.run(query, {}, [&](const Row& row) {
            each(row);
            return true;
        });
    };
    all(kIntegrity, [&](const Row& row) {
        if (row.text(0) != "ok") faults += fmt::format("\n  {}", row.text(0));
    });
    all(kForeignKeys, [&](const Row& row) {
        faults += fmt::format("\n  row {} of {} points to a row of {} that is not there", row.integer(1), row.text(0),
                              row.text(2));
    });
    if (!faults.empty()) return base::fail(Code::Corrupt, "database check:" + faults);
    return {};
}

base::Status check_file(SqliteConnection& connection) {
    try {
        return find_faults(connection);
    } catch (const base::Failure& failure) {
        // So damaged that the check cannot go on: that is an answer too.
        return std::unexpected(failure.error());
    }
}

base::Status sync_path(const std::filesystem::path& path) {
    int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
    int error = errno;
    if (descriptor >= 0) ::close(descriptor);
    if (!done)
        return base::fail(Code::Unavailable,
                          fmt::format("writing {} to disk: {}", path.string(), std::strerror(error)));
    return {};
}

// Copies every page as of one moment into a fresh file.
base::Status copy_pages(SqliteConnection& from, const std::string& to) {
    sqlite3* raw = nullptr;
    int code = sqlite3_open_v2(to.c_str(), &raw,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
                               nullptr);
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> target(raw, &sqlite3_close_v2);
    if (code != SQLITE_OK) return std::unexpected(sqlite_error(code, sqlite3_errstr(code), "opening " + to));
    sqlite3_backup* backup = sqlite3_backup_init(raw, "main", from.handle(), "main");
    if (backup == nullptr)
        return std::unexpected(sqlite_error(sqlite3_extended_errcode(raw), sqlite3_errmsg(raw), "backup"));
    // In one step, on one snapshot: readers and the writer go on meanwhile, the log is folded back afterwards.
    sqlite3_backup_step(backup, -1);
    code = sqlite3_backup_finish(backup);
    if (code != SQLITE_OK) return std::unexpected(sqlite_error(code, sqlite3_errmsg(raw), "backup to " + to));
    return {};
}

base::Status backup_file(SqliteConnection& from, const std::string& to) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (fs::exists(to, error)) return base::fail(Code::Conflict, fmt::format("{} exists already", to));
    // Under another name until it is whole: a copy cut short never looks like a backup.
    std::string part = to + ".part";
    fs::remove(part, error);
    base::Status status = copy_pages(from, part);
    if (status) status = sync_path(part);
    if (status && ::link(part.c_str(), to.c_str()) != 0)
        status = base::fail(errno == EEXIST ? Code::Conflict : Code::Unavailable,
                            fmt::format("naming {}: {}", to, std::strerror(errno)));
    fs::remove(part, error);
    if (status) {
        fs::path folder = fs::path(to).parent_path();
        status = sync_path(folder.empty() ? "." : folder);
    }
    return status;
}

// Readable by its owner only: it holds people's names and the fingerprints of their passwords. SQLite gives the same to
// its log files.
base::Status create_private(const std::string& path) {
    int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return base::fail(Code::Unavailable, fmt::format("database: opening {}: {}", path, std::strerror(errno)));
    ::close(descriptor);
    return {};
}

class SqliteFile final : public Database, public Versioned {
  public:
    SqliteFile(Options options, std::unique_ptr<SqliteConnection> writer)
        : options_(std::move(options)), writer_(std::move(writer)) {}

    std::int64_t version() override {
        // The pragma tells what others committed, and only its own connection may compare: nobody writes through this
        // one.
        return watcher_.with([&](std::unique_ptr<SqliteConnection>& watcher) {
            if (watcher == nullptr)
                watcher = base::value_or_throw(SqliteConnection::open(options_, SqliteConnection::Use::Read));
            std::int64_t version = 0;
            watcher->run(kDataVersion, {}, [&](const Row& row) {
                version = row.integer(0);
                return false;
            });
            return version;
        });
    }

    std::string_view engine() const override { return "sqlite"; }

    base::Status backup(const std::string& to) override {
        Borrowed reader(*this);
        return backup_file(*reader, to);
    }

    base::Status check() override {
        Borrowed reader(*this);
        return check_file(*reader);
    }

  protected:
    void with_reader(const std::function<void(Reader&)>& use) override {
        Borrowed connection(*this);
        Transaction snapshot(*connection, kBeginRead);
        SqliteReader reader(*connection);
        use(reader);
    }

    void with_writer(const std::function<bool(Writer&)>& use) override {
        ASSERT(writing_.load() != std::this_thread::get_id());  // a write inside a write would wait for itself
        std::lock_guard lock(turn_);
        Owner owner(writing_);
        Transaction transaction(*writer_, kBeginWrite);
        SqliteWriter writer(*writer_);
        if (use(writer)) transaction.commit();
    }

  private:
    // A reading connection of the pool for as long as this lives: there are as many as threads ever read at once.
    class Borrowed {
      public:
        explicit Borrowed(SqliteFile& file) : file_(file), connection_(file.take()) {}
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;
        ~Borrowed() {
            file_.idle_.with([&](Pool& idle) { idle.push_back(std::move(connection_)); });
        }
        SqliteConnection& operator*() { return *connection_; }

      private:
        SqliteFile& file_;
        std::unique_ptr<SqliteConnection> connection_;
    };
    using Pool = std::vector<std::unique_ptr<SqliteConnection>>;

    std::unique_ptr<SqliteConnection> take() {
        // The last one given back comes first: its pages are the warmest.
        auto connection = idle_.with([](Pool& idle) -> std::unique_ptr<SqliteConnection> {
            if (idle.empty()) return nullptr;
            auto last = std::move(idle.back());
            idle.pop_back();
            return last;
        });
        if (connection == nullptr)
            connection = base::value_or_throw(SqliteConnection::open(options_, SqliteConnection::Use::Read));
        return connection;
    }

    Options options_;
    FairMutex turn_;
    std::atomic<std::thread::id> writing_;
    // The readers are closed before the writer, which then folds the log back into the file.
    std::unique_ptr<SqliteConnection> writer_;
    base::Guarded<Pool> idle_;
    base::Guarded<std::unique_ptr<SqliteConnection>> watcher_;
};

// For tests: everything goes through one connection, one thread at a time. A read inside a write sees what was written
// so far.
class SqliteMemory final : public Database, public Versioned {
  public:
    explicit SqliteMemory(std::unique_ptr<SqliteConnection> connection) : connection_(std::move(connection)) {}

    std::int64_t version() override {
        std::lock_guard lock(mutex_);
        return sqlite3_total_changes64(connection_->handle());
    }

    std::string_view engine() const override { return "sqlite"; }

    base::Status backup(const std::string& to) override {
        std::lock_guard lock(mutex_);
        return backup_file(*connection_, to);
    }

    base::Status check() override {
        std::lock_guard lock(mutex_);
        return check_file(*connection_);
    }

  protected:
    void with_reader(const std::function<void(Reader&)>& use) override {
        std::lock_guard lock(mutex_);
        SqliteReader reader(*connection_);
        use(reader);
    }

    void with_writer(const std::function<bool(Writer&)>& use) override {
        std::lock_guard lock(mutex_);
        ASSERT(!connection_->in_transaction());  // a write inside a write
        Transaction transaction(*connection_, kBeginWrite);
        SqliteWriter writer(*connection_);
        if (use(writer)) transaction.commit();
    }

  private:
    std::recursive_mutex mutex_;
    std::unique_ptr<SqliteConnection> connection_;
};

}  // namespace

base::Result<std::unique_ptr<Database>> open_sqlite(const Options& options) {
    // Before anything else of SQLite: its counters of memory are one lock for all threads.
    [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    bool memory = options.path == ":memory:";
    if (!memory) TRY(create_private(options.path));
    auto connection =
        TRY(SqliteConnection::open(options, memory ? SqliteConnection::Use::Both : SqliteConnection::Use::Write));
    if (memory) return std::make_unique<SqliteMemory>(std::move(connection));
    return std::make_unique<SqliteFile>(options, std::move(connection));
}

}  // namespace beffroi::db
