// The one door to the database. SQLite is behind it today; PostgreSQL can come without a caller noticing.
//
// SQL is the part that both engines speak: parameters are $1, $2 …, keys come from RETURNING, upserts from ON CONFLICT,
// booleans are 0 and 1, instants are milliseconds (BIGINT), dates are ISO text, money is cents (BIGINT).
//
// Errors: a broken database ends the request (base::Failure: Unavailable when the disk is full or the engine is away,
// Corrupt when stored bytes are not what was stored). What a caller can act on is the Result that its own function
// gives back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/ids.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace beffroi::db {

// A statement that is a named constant: the name labels metrics and errors, the text is prepared once per connection.
//   constexpr db::Query kByNumber{"application_by_number", "SELECT id FROM application WHERE number = $1"};
struct Query {
    std::string_view name;
    std::string_view sql;
};

using Bytes = std::span<const std::byte>;

// A bound value. Text and bytes are borrowed for the length of the call.
class Param {
  public:
    Param(std::nullptr_t) : value_(nullptr) {}
    Param(bool value) : value_(std::int64_t{value ? 1 : 0}) {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Param(T value) : value_(static_cast<std::int64_t>(value)) {}
    Param(double value) : value_(value) {}
    Param(const char* value) : value_(std::string_view(value)) {}
    Param(std::string_view value) : value_(value) {}
    Param(const std::string& value) : value_(std::string_view(value)) {}
    Param(Bytes value) : value_(value) {}
    Param(base::Cents value) : value_(value.value) {}
    Param(base::Timestamp value) : value_(value.ms) {}
    template <typename Tag>
    Param(base::Id<Tag> id) : value_(id.value) {}
    template <typename T>
    Param(const std::optional<T>& value) : Param(nullptr) {
        if (value) *this = Param(*value);
    }

    using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, Bytes>;
    [[nodiscard]] const Value& value() const { return value_; }

  private:
    Value value_;
};

// The row under the cursor. Views are valid until the cursor moves or dies. Columns count from 0.
class Row {
  public:
    virtual ~Row() = default;
    [[nodiscard]] virtual bool is_null(int column) const = 0;
    [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
    [[nodiscard]] virtual double real(int column) const = 0;
    [[nodiscard]] virtual std::string_view text(int column) const = 0;
    [[nodiscard]] virtual Bytes bytes(int column) const = 0;

    [[nodiscard]] bool flag(int column) const { return integer(column) != 0; }
    [[nodiscard]] std::string string(int column) const { return std::string(text(column)); }
    [[nodiscard]] base::Cents cents(int column) const { return base::Cents{integer(column)}; }
    [[nodiscard]] base::Timestamp timestamp(int column) const { return base::Timestamp{integer(column)}; }
    [[nodiscard]] base::Date date(int column) const { return base::value_or_throw(base::parse_date(text(column))); }
    template <typename IdType>
    [[nodiscard]] IdType id(int column) const {
        return IdType{integer(column)};
    }
    [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const {
        if (is_null(column)) return std::nullopt;
        return integer(column);
    }
    [[nodiscard]] std::optional<base::Date> optional_date(int column) const {
        if (is_null(column)) return std::nullopt;
        return date(column);
    }
    [[nodiscard]] std::optional<base::Timestamp> optional_timestamp(int column) const {
        if (is_null(column)) return std::nullopt;
        return timestamp(column);
    }
};

// What can be read. Bound to one thread for its life: never keep a reference to it.
class Reader {
  public:
    virtual ~Reader() = default;

    // Calls `each` with every row, in order, until it gives false (a function that gives nothing means: all of them).
    template <typename Each>
    void query(const Query& query, std::initializer_list<Param> params, Each&& each) {
        run(query, std::span(params.begin(), params.size()), [&](const Row& row) {
            if constexpr (std::is_same_v<std::invoke_result_t<Each&, const Row&>, bool>)
                return each(row);
            else {
                each(row);
                return true;
            }
        });
    }

    // The first row as `map` makes it, or nothing.
    template <typename Map>
    auto first(const Query& query, std::initializer_list<Param> params, Map&& map)
        -> std::optional<std::invoke_result_t<Map&, const Row&>> {
        std::optional<std::invoke_result_t<Map&, const Row&>> found;
        run(query, std::span(params.begin(), params.size()), [&](const Row& row) {
            found.emplace(map(row));
            return false;
        });
        return found;
    }

    // The first column of the first row; 0 when there is none or it is null.
    [[nodiscard]] std::int64_t number(const Query& query, std::initializer_list<Param> params = {});

    // For statements built at run time from checked parts (sort orders, filters): prepared and cached by their text.
    virtual void run(const Query& query, std::span<const Param> params,
                     const std::function<bool(const Row&)>& each) = 0;
};

// What can be changed, inside one transaction.
class Writer : public Reader {
  public:
    // Gives the number of rows changed.
    std::int64_t execute(const Query& query, std::initializer_list<Param> params = {});
    // For INSERT … RETURNING id.
    template <typename IdType>
    IdType insert(const Query& query, std::initializer_list<Param> params) {
        return IdType{number(query, params)};
    }
    // Several statements, no parameters: migrations only.
    virtual void script(std::string_view sql) = 0;

  protected:
    virtual std::int64_t changes() const = 0;
};

struct Options {
    std::string path;  // SQLite file; ":memory:" is for tests (one connection for all)
    bool durable =
        true;  // synchronous=FULL: what was acknowledged survives a power cut. Off only for bulk imports and tests
    int busy_timeout_ms = 10'000;        // another process (a command beside the server) holding the write lock
    std::int64_t mmap_bytes = 64 << 20;  // of the file read through memory, per connection
    int cache_kib = 2048;                // of pages kept, per connection
};

// One writer at a time, readers beside it on snapshots of their own. Safe from any thread.
class Database {
  public:
    [[nodiscard]] static base::Result<std::unique_ptr<Database>> open(const Options& options);
    virtual ~Database() = default;

    // Runs `use(Reader&)` on one snapshot and gives back what it gives.
    template <typename Use>
    auto read(Use&& use) {
        using T = std::invoke_result_t<Use&, Reader&>;
        if constexpr (std::is_void_v<T>) {
            with_reader([&](Reader& reader) { use(reader); });
        } else {
            std::optional<T> result;
            with_reader([&](Reader& reader) { result.emplace(use(reader)); });
            return std::move(*result);
        }
    }

    // Runs `use(Writer&)`, which gives a Result, in one transaction: committed (and on disk, when durable) when the
    // result is a value, rolled back when it is an error or an exception passes.
    template <typename Use>
    auto write(Use&& use) {
        using R = std::invoke_result_t<Use&, Writer&>;
        std::optional<R> result;
        with_writer([&](Writer& writer) {
            result.emplace(use(writer));
            return result->has_value();
        });
        return std::move(*result);
    }

    // "sqlite": which NNNN_name.<engine>.sql replaces a migration that the engines do not share.
    [[nodiscard]] virtual std::string_view engine() const = 0;
    // A consistent copy while others read and write. `to` must not exist.
    [[nodiscard]] virtual base::Status backup(const std::string& to) = 0;
    // Engine's own check of every page and index.
    [[nodiscard]] virtual base::Status check() = 0;

  protected:
    virtual void with_reader(const std::function<void(Reader&)>& use) = 0;
    virtual void with_writer(const std::function<bool(Writer&)>& use) = 0;
};

}  // namespace beffroi::db
