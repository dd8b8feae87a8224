// What a client of RTSP sends: requests, answers to our own requests, and interleaved packets between them (RFC 2326
// §6, §10.12).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testcam/bits.hpp"

namespace beffroi::testcam {

struct Request {
    std::string method;  // empty: an answer to a request of ours
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
    std::string body;
    [[nodiscard]] std::string_view header(std::string_view name) const;  // empty when absent; the last one wins
};

class RequestReader {
  public:
    enum class Found { Nothing, Request, Packet, Broken };

    void add(Bytes bytes);
    // The next thing in the bytes so far; Nothing: more are needed; Broken: not RTSP, close the connection.
    [[nodiscard]] Found next();
    [[nodiscard]] const Request& request() const { return request_; }    // after Request
    [[nodiscard]] std::uint8_t channel() const { return channel_; }      // after Packet
    [[nodiscard]] const std::string& packet() const { return packet_; }  // after Packet

    static constexpr std::size_t kHeadMost = 16 * 1024;
    static constexpr std::size_t kBodyMost = 64 * 1024;

  private:
    [[nodiscard]] Found read_request();
    [[nodiscard]] bool parse_head(std::string_view head);

    std::string waiting_;
    Request request_;
    std::string packet_;
    std::uint8_t channel_ = 0;
};

// "/cam3/trackID=0?x" of "rtsp://host:554/cam3/trackID=0?x": what follows the authority.
[[nodiscard]] std::string_view path_of(std::string_view url);
// The value of a key in "a;b=1;c=2-3" (Transport), quotes and spaces around removed.
[[nodiscard]] std::string_view parameter(std::string_view list, std::string_view key, char separator);

}  // namespace beffroi::testcam
