// RTSP 1.0 messages (RFC 2326 §4, §6, §7), read as cameras write them: line ends of either kind, missing reasons,
// spaces anywhere.
//
// Values only; may be used from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace beffroi::rtsp {

struct Header {
    std::string name;
    std::string value;  // trimmed
};

struct Message {
    bool request = false;
    std::string method, uri;  // of a request
    int status = 0;           // of an answer
    std::string reason;
    std::vector<Header> headers;
    std::string body;

    // The first of that name, whatever the case; empty when there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> headers_named(std::string_view name) const;
    [[nodiscard]] std::optional<std::uint32_t> cseq() const;
};

constexpr std::size_t kMostHead = 64 * 1024;  // bytes of start line and headers
constexpr std::size_t kMostBody = 1024 * 1024;
constexpr std::size_t kMostHeaders = 256;

struct ParsedMessage {
    enum class State { NeedMore, Done, Bad };
    State state = State::NeedMore;
    std::size_t used = 0;  // bytes, when Done
    Message message;
};

// The message that begins with the first byte.
[[nodiscard]] ParsedMessage parse_message(std::string_view bytes);

// Whether these bytes begin, or may begin once more have come, an RTSP message.
enum class Start { No, Perhaps, Yes };
[[nodiscard]] Start message_start(std::string_view bytes);

// `headers` in their order, with CSeq put first. Line ends inside values would make other headers of them: they become
// spaces.
[[nodiscard]] std::string write_request(std::string_view method, std::string_view uri, std::uint32_t cseq,
                                        const std::vector<Header>& headers);
[[nodiscard]] std::string write_answer(int status, std::string_view reason, std::string_view cseq,
                                       const std::vector<Header>& headers);

}  // namespace beffroi::rtsp
