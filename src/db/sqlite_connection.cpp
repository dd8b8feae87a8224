#include "db/sqlite_connection.hpp"

#include <limits>

#include <fmt/format.h>

namespace beffroi::db {

namespace {

using base::Code;

// Enough for every named statement of a program; only statements built at run time can go beyond, and the oldest of
// them goes.
constexpr std::size_t kStatements = 512;

class SqliteRow final : public Row {
  public:
    explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
    bool is_null(int column) const override { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
    double real(int column) const override { return sqlite3_column_double(statement_, column); }
    std::string_view text(int column) const override {
        const unsigned char* data = sqlite3_column_text(statement_, column);
        if (data == nullptr) return {};
        return {reinterpret_cast<const char*>(data),
                static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }
    Bytes bytes(int column) const override {
        const void* data = sqlite3_column_blob(statement_, column);
        if (data == nullptr) return {};
        return {static_cast<const std::byte*>(data),
                static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }

  private:
    sqlite3_stmt* statement_;
};

Code code_of(int code) {
    switch (code & 0xFF) {
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_NOMEM:
            return Code::Unavailable;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return Code::Corrupt;
        case SQLITE_CONSTRAINT:
            return Code::Conflict;
        case SQLITE_TOOBIG:
            return Code::TooLarge;
        default:
            return Code::Internal;
    }
}

struct Binder {
    sqlite3_stmt* statement;
    int position;

    // SQLITE_STATIC: the caller's text lives as long as the call, and the bindings are cleared at its end.
    int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, position); }
    int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, position, value); }
    int operator()(double value) const { return sqlite3_bind_double(statement, position, value); }
    int operator()(std::string_view value) const {
        // A null pointer would be bound as NULL: an empty text is not that.
        return sqlite3_bind_text64(statement, position, value.data() == nullptr ? "" : value.data(), value.size(),
                                   nullptr, SQLITE_UTF8);
    }
    int operator()(Bytes value) const {
        if (value.empty()) return sqlite3_bind_zeroblob(statement, position, 0);
        return sqlite3_bind_blob64(statement, position, value.data(), value.size(), nullptr);
    }
};

std::string settings(const Options& options, SqliteConnection::Use use) {
    std::string sql = fmt::format(
        "PRAGMA busy_timeout={}; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; "
        "PRAGMA temp_store=MEMORY; PRAGMA mmap_size={}; PRAGMA cache_size=-{}; PRAGMA synchronous={};",
        options.busy_timeout_ms, options.mmap_bytes, options.cache_kib, options.durable ? "FULL" : "OFF");
    if (use == SqliteConnection::Use::Write) sql += "PRAGMA journal_mode=WAL; PRAGMA journal_size_limit=67108864;";
    if (use == SqliteConnection::Use::Read) sql += "PRAGMA query_only=ON;";
    return sql;
}

}  // namespace

base::Error sqlite_error(int code, std::string_view message, std::string_view what) {
    return base::Error{code_of(code), fmt::format("database: {}: {} (SQLite {})", what, message, code), {}};
}

// Marks a statement as running and lets it go whatever happens.
class SqliteConnection::Running {
  public:
    explicit Running(Statement& statement) : statement_(statement) { statement_.running = true; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        sqlite3_reset(statement_.handle.get());
        sqlite3_clear_bindings(statement_.handle.get());
        statement_.running = false;
    }

  private:
    Statement& statement_;
};

base::Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const Options& options, Use use) {
    sqlite3* raw = nullptr;
    // NOMUTEX: a connection is used by one thread at a time, which its owner sees to.
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (use != Use::Read) flags |= SQLITE_OPEN_CREATE;
    int code = sqlite3_open_v2(options.path.c_str(), &raw, flags, nullptr);
    std::unique_ptr<SqliteConnection> connection(new SqliteConnection(raw));
    auto told = [&](int error) {
        return std::unexpected(
            sqlite_error(error, raw == nullptr ? "out of memory" : sqlite3_errmsg(raw), "opening " + options.path));
    };
    if (code != SQLITE_OK) return told(code);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    code = sqlite3_exec(raw, settings(options, use).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return told(code);
    if (use == Use::Write) {
        // SQLite does not fail where shared memory is missing (some network disks): it stays in another mode, in which
        // readers block writers.
        bool wal = false;
        connection->run({"journal_mode", "PRAGMA journal_mode"}, {},
                        [&](const Row& row) { return wal = row.text(0) == "wal"; });
        if (!wal) return base::fail(Code::Unavailable, "database: no write-ahead log on this disk: " + options.path);
    }
    return connection;
}

void SqliteConnection::raise(int code, std::string_view what) {
    throw base::Failure(sqlite_error(code, sqlite3_errmsg(handle_.get()), what));
}

SqliteConnection::Statement SqliteConnection::prepare(std::string_view sql, std::string_view name) {
    ASSERT(sql.size() < static_cast<std::size_t>(std::numeric_limits<int>::max()));
    sqlite3_stmt* raw = nullptr;
    const char* tail = nullptr;
    int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                  &raw, &tail);
    Statement statement{std::string(sql), std::unique_ptr<sqlite3_stmt, Finalize>(raw), {}, false, true};
    if (code != SQLITE_OK) raise(code, name);
    if (raw == nullptr || std::string_view(tail, static_cast<std::size_t>(sql.data() + sql.size() - tail))
                                  .find_first_not_of(" \n\t\r;") != std::string_view::npos)
        throw base::Failure({Code::Internal, fmt::format("database: {}: one statement was expected", name), {}});
    int count = sqlite3_bind_parameter_count(raw);
    for (int i = 1; i <= count; ++i) {
        int position = sqlite3_bind_parameter_index(raw, fmt::format("${}", i).c_str());
        if (position == 0)
            throw base::Failure({Code::Internal,
                                 fmt::format("database: {}: parameters must be $1 to ${} without a gap", name, count),
                                 {}});
        statement.positions.push_back(position);
    }
    statement.read_only = sqlite3_stmt_readonly(raw) != 0;
    return statement;
}

SqliteConnection::Statement& SqliteConnection::cached(const Query& query) {
    if (auto found = by_text_.find(query.sql); found != by_text_.end()) {
        statements_.splice(statements_.begin(), statements_, found->second);
        return *found->second;
    }
    statements_.push_front(prepare(query.sql, query.name));
    by_text_.emplace(statements_.front().sql, statements_.begin());
    if (statements_.size() > kStatements && !statements_.back().running) {
        by_text_.erase(statements_.back().sql);
        statements_.pop_back();
    }
    return statements_.front();
}

void SqliteConnection::bind(const Statement& statement, const Query& query, std::span<const Param> params) {
    if (params.size() != statement.positions.size())
        throw base::Failure({Code::Internal,
                             fmt::format("database: {}: {} parameters for the {} of the statement", query.name,
                                         params.size(), statement.positions.size()),
                             {}});
    for (std::size_t i = 0; i < params.size(); ++i) {
        int code = std::visit(Binder{statement.handle.get(), statement.positions[i]}, params[i].value());
        if (code != SQLITE_OK) raise(code, query.name);
    }
}

void SqliteConnection::step_all(Statement& statement, const Query& query, std::span<const Param> params,
                                const std::function<bool(const Row&)>& each) {
    Running running(statement);
    bind(statement, query, params);
    SqliteRow row(statement.handle.get());
    for (bool wanted = true;;) {
        int code = sqlite3_step(statement.handle.get());
        if (code == SQLITE_DONE) return;
        if (code != SQLITE_ROW) raise(code, query.name);
        if (wanted) wanted = each(row);
        // A change is stepped to its end even when its rows are no longer wanted: its constraints are only checked
        // there.
        if (!wanted && statement.read_only) return;
    }
}

void SqliteConnection::run(const Query& query, std::span<const Param> params,
                           const std::function<bool(const Row&)>& each) {
    Statement& statement = cached(query);
    if (!statement.running) return step_all(statement, query, params, each);
    // The same statement inside its own rows.
    Statement again = prepare(query.sql, query.name);
    step_all(again, query, params, each);
}

void SqliteConnection::script(std::string_view sql) {
    int code = sqlite3_exec(handle_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) raise(code, "script");
}

void SqliteConnection::leave(const Query& query) noexcept {
    auto found = by_text_.find(query.sql);
    if (found == by_text_.end() || found->second->running) {
        sqlite3_exec(handle_.get(), std::string(query.sql).c_str(), nullptr, nullptr, nullptr);
        return;
    }
    Running running(*found->second);
    sqlite3_step(found->second->handle.get());
}

}  // namespace beffroi::db
