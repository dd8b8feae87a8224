#include "testcam/request.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace beffroi::testcam {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
    });
}

}  // namespace

std::string_view Request::header(std::string_view name) const {
    for (auto at = headers.rbegin(); at != headers.rend(); ++at) {
        if (at->first == name) return at->second;
    }
    return {};
}

void RequestReader::add(Bytes bytes) {
    waiting_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

RequestReader::Found RequestReader::next() {
    // Some clients end requests with an empty line too many.
    const std::size_t begin = waiting_.find_first_not_of("\r\n");
    waiting_.erase(0, std::min(begin, waiting_.size()));
    if (waiting_.empty()) return Found::Nothing;
    if (waiting_.front() != '$') return read_request();
    if (waiting_.size() < 4) return Found::Nothing;
    const auto byte = [this](std::size_t at) { return static_cast<std::uint8_t>(waiting_[at]); };
    const std::size_t length = (std::size_t{byte(2)} << 8U) | byte(3);
    if (waiting_.size() < 4 + length) return Found::Nothing;
    channel_ = byte(1);
    packet_ = waiting_.substr(4, length);
    waiting_.erase(0, 4 + length);
    return Found::Packet;
}

RequestReader::Found RequestReader::read_request() {
    const std::size_t end = waiting_.find("\r\n\r\n");
    if (end == std::string::npos) return waiting_.size() > kHeadMost ? Found::Broken : Found::Nothing;
    if (end > kHeadMost || !parse_head(std::string_view(waiting_).substr(0, end))) return Found::Broken;
    std::size_t length = 0;
    const std::string_view said = request_.header("content-length");
    if (!said.empty()) {
        const auto parsed = std::from_chars(said.data(), said.data() + said.size(), length);
        if (parsed.ec != std::errc() || parsed.ptr != said.data() + said.size() || length > kBodyMost)
            return Found::Broken;
    }
    if (waiting_.size() < end + 4 + length) return Found::Nothing;
    request_.body = waiting_.substr(end + 4, length);
    waiting_.erase(0, end + 4 + length);
    return Found::Request;
}

bool RequestReader::parse_head(std::string_view head) {
    request_ = {};
    bool first = true;
    for (std::string_view line : base::split(head, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (first) {
            first = false;
            if (line.starts_with("RTSP/1.0 ")) continue;  // an answer to a request of ours
            const std::size_t space = line.find(' ');
            const std::size_t last = line.rfind(' ');
            if (space == std::string_view::npos || last <= space || line.substr(last + 1) != "RTSP/1.0") return false;
            request_.method = line.substr(0, space);
            request_.url = base::trim(line.substr(space + 1, last - space - 1));
            if (!is_token(request_.method) || request_.url.empty()) return false;
            continue;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
        request_.headers.emplace_back(lower(line.substr(0, colon)), std::string(base::trim(line.substr(colon + 1))));
    }
    return true;
}

std::string_view path_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return url;
    const std::size_t slash = url.find('/', scheme + 3);
    return slash == std::string_view::npos ? std::string_view("/") : url.substr(slash);
}

std::string_view parameter(std::string_view list, std::string_view key, char separator) {
    for (std::string_view part : base::split(list, separator)) {
        part = base::trim(part);
        if (!part.starts_with(key)) continue;
        part.remove_prefix(key.size());
        part = base::trim(part);
        if (!part.starts_with('=')) continue;
        part = base::trim(part.substr(1));
        if (part.size() >= 2 && part.front() == '"' && part.back() == '"') part = part.substr(1, part.size() - 2);
        return part;
    }
    return {};
}

}  // namespace beffroi::testcam
