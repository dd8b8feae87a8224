// What a call that may fail gives back, and how a failure travels up.
//
// Result<T> is for whatever the caller can act on: input, not found, conflict, refusal, I/O. An exception means that
// this request or job is over; it is caught at the request boundary, the job boundary and the task root, nowhere else.
#pragma once

#include <expected>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace beffroi::base {

// Who must react, never which line failed.
enum class Code {
    Invalid,      // the input is wrong: say what was expected
    NotFound,     // no such thing, or none that this person may see
    Conflict,     // someone else changed it meanwhile, or the state forbids it
    Refused,      // the rights, or a guard of the law, forbid it
    TooLarge,     // a limit that was announced
    Unavailable,  // a disk that is full, a server that is away: try again later
    Corrupt,      // stored bytes are not what was stored
    Internal,     // our own mistake
};

// A sentence of the message catalogues: `key` names it, `args` fill its {placeholders}. See Catalogue.
struct Message {
    std::string key;
    std::vector<std::pair<std::string, std::string>> args;
};

struct Error {
    Code code = Code::Internal;
    std::string detail;  // for the log and the command line, in English; may hold a file and a line, never a secret
    Message message;     // for the person, in their language; an empty key means the general sentence of the code

    // The same error seen from one level up: "loading edition hdf/2022: …".
    [[nodiscard]] Error wrapped(std::string_view context) && {
        detail = std::string(context) + ": " + detail;
        return std::move(*this);
    }
};

[[nodiscard]] std::string_view code_name(Code code);

template <typename T>
using Result = std::expected<T, Error>;

using Status = Result<void>;

[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string detail, Message message = {}) {
    return std::unexpected(Error{code, std::move(detail), std::move(message)});
}

// The request or job is over. Carries an Error so that the boundary answers with the same words.
class Failure : public std::runtime_error {
  public:
    explicit Failure(Error error) : std::runtime_error(error.detail), error_(std::move(error)) {}
    [[nodiscard]] const Error& error() const { return error_; }

  private:
    Error error_;
};

// The value, or the end of this request or job.
template <typename T>
T value_or_throw(Result<T> result) {
    if (!result) throw Failure(std::move(result.error()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace beffroi::base

// Gives the value or returns the error to the caller. A GNU statement expression, which both our compilers take.
#define TRY(...)                                                           \
    ({                                                                     \
        auto beffroi_try_result = (__VA_ARGS__);                           \
        if (!beffroi_try_result) [[unlikely]]                              \
            return std::unexpected(std::move(beffroi_try_result).error()); \
        ::beffroi::base::detail::unwrap(std::move(beffroi_try_result));    \
    })

// Our own mistakes only, never input. On in release.
#define ASSERT(...) ((__VA_ARGS__) ? void() : ::beffroi::base::assertion_failed(#__VA_ARGS__, __FILE__, __LINE__))

namespace beffroi::base::detail {
template <typename T>
T unwrap(Result<T>&& result) {
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace beffroi::base::detail
