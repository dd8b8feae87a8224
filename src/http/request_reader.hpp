// Reads requests out of bytes as they come, strictly (RFC 9112): whatever two parsers could understand differently is
// refused.
//
// Beast's incremental parser reads the header, behind a check of the raw header that knows no leniency: no bare CR or
// LF, no folded line, no control character, one Content-Length at most and none beside Transfer-Encoding, no coding but
// chunked, one valid Host. For src/http and its fuzz target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/boundary.hpp"
#include "http/chunk_decoder.hpp"
#include "http/request.hpp"

namespace beffroi::http {

struct ReaderLimits {
    std::size_t header_bytes = 16U * 1024U;
    std::size_t header_count = 100;
    std::size_t target_bytes = 8U * 1024U;
    FieldLimits query{.count = 200, .name_bytes = 256, .value_bytes = 4096};
};

class RequestReader {
  public:
    enum class State {
        Head,      // more bytes of the header are needed
        HeadDone,  // the request is filled in but for its body: say where the body goes, then feed on
        Body,
        Done,
        Bad,  // see refusal(); nothing more can be read from this connection
    };

    explicit RequestReader(const ReaderLimits& limits);
    ~RequestReader() = default;
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    // Ready for the next request, which is cleared. It must outlive the reading.
    void begin(Request& request);
    // Gives how many bytes were used; the others must be given again, with more behind them. Stops at HeadDone.
    [[nodiscard]] std::size_t feed(std::string_view bytes);
    // From HeadDone: body bytes are appended to `into`, at most `limit` in all (413 above).
    void read_body(std::string& into, std::uint64_t limit);
    // The same into request.body, which is set once the state is Done.
    void read_body_in_memory(std::uint64_t limit);

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const Refusal& refusal() const { return refusal_; }
    [[nodiscard]] bool keep_alive() const { return keep_alive_; }
    [[nodiscard]] bool is_http10() const { return http10_; }
    [[nodiscard]] bool has_body() const { return has_body_; }
    [[nodiscard]] bool expects_continue() const { return expects_continue_; }
    // The body's length when it was announced.
    [[nodiscard]] std::optional<std::uint64_t> content_length() const { return content_length_; }
    [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }

  private:
    class Parser;

    std::size_t feed_head(std::string_view bytes);
    std::size_t feed_body(std::string_view bytes);
    void parse_head();
    [[nodiscard]] bool take_body(std::string_view bytes);
    [[nodiscard]] bool check_raw_head();
    [[nodiscard]] bool check_framing();
    [[nodiscard]] bool read_transfer_encoding(std::string_view value);
    [[nodiscard]] bool read_target();
    [[nodiscard]] bool read_host(std::string_view value);
    bool refuse(int status, std::string detail);

    ReaderLimits limits_;
    Request* request_ = nullptr;
    State state_ = State::Head;
    Refusal refusal_;
    std::size_t searched_ = 0;  // of the header, already without its end
    ChunkDecoder chunks_;
    std::string* sink_ = nullptr;
    std::uint64_t body_limit_ = 0;
    std::uint64_t body_bytes_ = 0;
    std::optional<std::uint64_t> content_length_;
    bool skipped_line_ = false;
    bool keep_alive_ = false;
    bool http10_ = false;
    bool has_body_ = false;
    bool chunked_ = false;
    bool expects_continue_ = false;
};

}  // namespace beffroi::http
