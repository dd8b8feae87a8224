#include "media/rtsp/message.hpp"

#include <algorithm>
#include <array>

#include "media/rtsp/text.hpp"

namespace beffroi::rtsp {

namespace {

// Longest first where one begins another.
constexpr std::array<std::string_view, 11> kMethods = {"OPTIONS",       "DESCRIBE", "ANNOUNCE", "SETUP",
                                                       "PLAY",          "PAUSE",    "TEARDOWN", "GET_PARAMETER",
                                                       "SET_PARAMETER", "REDIRECT", "RECORD"};
constexpr std::string_view kVersion = "RTSP/";

std::string one_line(std::string_view text) {
    std::string out(text);
    std::ranges::replace_if(out, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
    return out;
}

struct Head {
    std::size_t size = std::string_view::npos;  // with the empty line; npos: not there yet
};

Head find_head(std::string_view bytes) {
    const auto within = bytes.substr(0, kMostHead);
    for (auto at = within.find('\n'); at != std::string_view::npos; at = within.find('\n', at + 1)) {
        if (at + 1 < within.size() && within[at + 1] == '\n') return {at + 2};
        if (at + 2 < within.size() && within[at + 1] == '\r' && within[at + 2] == '\n') return {at + 3};
    }
    return {};
}

bool read_start_line(std::string_view line, Message& message) {
    line = trimmed(line);
    if (starts_with_text(line, kVersion)) {
        (void)take_until(line, ' ');
        line = trimmed(line);
        const auto status = leading_number<int>(line);
        if (!status || *status < 100 || *status > 999) return false;
        message.status = *status;
        (void)take_until(line, ' ');
        message.reason = one_line(trimmed(line));
        return true;
    }
    message.request = true;
    message.method = take_until(line, ' ');
    line = trimmed(line);
    message.uri = take_until(line, ' ');
    return !message.method.empty() && starts_with_text(trimmed(line), kVersion);
}

bool read_headers(std::string_view head, Message& message) {
    while (!head.empty()) {
        const auto line = take_until(head, '\n');
        if (trimmed(line).empty()) continue;
        // RFC 2326 §4.2 by way of RFC 2068: a line that begins with a blank goes on with the header before.
        if ((line.front() == ' ' || line.front() == '\t') && !message.headers.empty()) {
            message.headers.back().value += ' ';
            message.headers.back().value += trimmed(line);
            continue;
        }
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;  // no header at all: some firmwares write such lines
        if (message.headers.size() >= kMostHeaders) return false;
        message.headers.push_back(
            {std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
    }
    return true;
}

}  // namespace

std::string_view Message::header(std::string_view name) const {
    const auto found = std::ranges::find_if(headers, [&](const Header& h) { return same_text(h.name, name); });
    return found == headers.end() ? std::string_view{} : std::string_view(found->value);
}

std::vector<std::string_view> Message::headers_named(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Header& h : headers)
        if (same_text(h.name, name)) values.emplace_back(h.value);
    return values;
}

std::optional<std::uint32_t> Message::cseq() const {
    return leading_number(header("CSeq"));
}

ParsedMessage parse_message(std::string_view bytes) {
    using enum ParsedMessage::State;
    const Head head = find_head(bytes);
    if (head.size == std::string_view::npos) return {bytes.size() >= kMostHead ? Bad : NeedMore, 0, {}};
    ParsedMessage parsed;
    auto rest = bytes.substr(0, head.size);
    if (!read_start_line(take_until(rest, '\n'), parsed.message) || !read_headers(rest, parsed.message)) {
        parsed.state = Bad;
        return parsed;
    }
    const auto length = leading_number<std::size_t>(parsed.message.header("Content-Length")).value_or(0);
    if (length > kMostBody) {
        parsed.state = Bad;
        return parsed;
    }
    if (bytes.size() - head.size < length) return {NeedMore, 0, {}};
    parsed.message.body = bytes.substr(head.size, length);
    parsed.used = head.size + length;
    parsed.state = Done;
    return parsed;
}

Start message_start(std::string_view bytes) {
    const auto matches = [&](std::string_view word, char after) {
        const auto shared = std::min(word.size(), bytes.size());
        if (!same_text(bytes.substr(0, shared), word.substr(0, shared))) return Start::No;
        if (bytes.size() < word.size() + (after != 0 ? 1 : 0)) return Start::Perhaps;
        return after == 0 || bytes[word.size()] == after ? Start::Yes : Start::No;
    };
    Start best = matches("RTSP/", 0);
    for (const auto method : kMethods) best = std::max(best, matches(method, ' '));
    return best;
}

std::string write_request(std::string_view method, std::string_view uri, std::uint32_t cseq,
                          const std::vector<Header>& headers) {
    std::string out(method);
    out += ' ';
    out += one_line(uri);
    out += " RTSP/1.0\r\nCSeq: " + std::to_string(cseq) + "\r\n";
    for (const Header& h : headers) out += h.name + ": " + one_line(h.value) + "\r\n";
    return out + "\r\n";
}

std::string write_answer(int status, std::string_view reason, std::string_view cseq,
                         const std::vector<Header>& headers) {
    std::string out = "RTSP/1.0 " + std::to_string(status) + ' ' + std::string(reason) + "\r\n";
    if (!cseq.empty()) out += "CSeq: " + one_line(cseq) + "\r\n";
    for (const Header& h : headers) out += h.name + ": " + one_line(h.value) + "\r\n";
    return out + "\r\n";
}

}  // namespace beffroi::rtsp
