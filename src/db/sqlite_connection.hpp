// One connection to SQLite with its prepared statements, and how its errors are told. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sqlite3.h>

#include "db/db.hpp"

namespace beffroi::db {

// What SQLite's result code asks of whom (see db.hpp); `what` names the statement or the step.
[[nodiscard]] base::Error sqlite_error(int code, std::string_view message, std::string_view what);

class SqliteConnection {
  public:
    enum class Use { Read, Write, Both };  // Both: the only connection of a database in memory

    [[nodiscard]] static base::Result<std::unique_ptr<SqliteConnection>> open(const Options& options, Use use);

    // Throws base::Failure.
    void run(const Query& query, std::span<const Param> params, const std::function<bool(const Row&)>& each);
    void script(std::string_view sql);
    [[nodiscard]] std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }
    [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
    [[nodiscard]] sqlite3* handle() { return handle_.get(); }

    // A read-only look at the file for `use`, on one snapshot.
    void simple(const Query& query) {
        run(query, {}, [](const Row&) { return true; });
    }
    // Never throws: what is being undone has failed already, or is only being let go.
    void leave(const Query& query) noexcept;

  private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    struct Statement {
        std::string sql;
        std::unique_ptr<sqlite3_stmt, Finalize> handle;
        std::vector<int> positions;  // SQLite's number of $1, $2 …
        bool running = false;
        bool read_only = true;
    };
    class Running;

    explicit SqliteConnection(sqlite3* handle) : handle_(handle) {}
    [[nodiscard]] Statement prepare(std::string_view sql, std::string_view name);
    Statement& cached(const Query& query);
    void bind(const Statement& statement, const Query& query, std::span<const Param> params);
    void step_all(Statement& statement, const Query& query, std::span<const Param> params,
                  const std::function<bool(const Row&)>& each);
    [[noreturn]] void raise(int code, std::string_view what);

    // Order of destruction: the statements go before the connection.
    std::unique_ptr<sqlite3, Close> handle_;
    std::list<Statement> statements_;  // the last used first
    std::unordered_map<std::string_view, std::list<Statement>::iterator> by_text_;
};

}  // namespace beffroi::db
