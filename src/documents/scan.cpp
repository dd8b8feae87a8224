#include "documents/scan.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <functional>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "documents/files.hpp"

namespace beffroi::documents {

using base::Code;
using detail::Fd;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kTcp = "tcp:";
constexpr std::size_t kChunk = 64U << 10U;  // below clamd's smallest sensible StreamMaxLength

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
    int family = AF_UNSPEC;
};

std::unexpected<base::Error> bad_address(std::string_view text) {
    return base::fail(Code::Invalid, "clamd address \"" + std::string(text) +
                                         "\": expected unix:/path/to/socket or tcp:127.0.0.1:3310 (loopback only)");
}

base::Result<Address> parse_address(std::string_view text) {
    Address address;
    if (text.starts_with(kUnix)) {
        const std::string_view path = text.substr(kUnix.size());
        sockaddr_un un{};
        if (path.empty() || path.size() >= sizeof un.sun_path) return bad_address(text);
        un.sun_family = AF_UNIX;
        std::memcpy(un.sun_path, path.data(), path.size());
        std::memcpy(&address.storage, &un, sizeof un);
        address.length = sizeof un;
        address.family = AF_UNIX;
        return address;
    }
    if (!text.starts_with(kTcp)) return bad_address(text);
    std::string_view rest = text.substr(kTcp.size());
    const auto colon = rest.rfind(':');
    if (colon == std::string_view::npos) return bad_address(text);
    std::uint16_t port = 0;
    const std::string_view digits = rest.substr(colon + 1);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || port == 0) return bad_address(text);
    std::string host(rest.substr(0, colon));
    if (host == "localhost") host = "127.0.0.1";
    if (host == "::1" || host == "[::1]") {
        sockaddr_in6 in{};
        in.sin6_family = AF_INET6;
        in.sin6_port = htons(port);
        in.sin6_addr = in6addr_loopback;
        std::memcpy(&address.storage, &in, sizeof in);
        address.length = sizeof in;
        address.family = AF_INET6;
        return address;
    }
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &in.sin_addr) != 1 || (ntohl(in.sin_addr.s_addr) >> 24U) != 127)
        return bad_address(text);
    std::memcpy(&address.storage, &in, sizeof in);
    address.length = sizeof in;
    address.family = AF_INET;
    return address;
}

base::Status wait_for(int fd, short events, Steady::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - Steady::now()).count();
        if (left <= 0) return base::fail(Code::Unavailable, "clamd took too long");
        pollfd poll{fd, events, 0};
        const int ready = ::poll(&poll, 1, static_cast<int>(left));
        if (ready > 0) return {};
        if (ready < 0 && errno != EINTR) return base::fail(Code::Unavailable, "waiting for clamd failed");
    }
}

base::Result<Fd> connect_to(const ScanOptions& options) {
    const Address address = TRY(parse_address(options.address));
    Fd fd(::socket(address.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return base::fail(Code::Unavailable, "no socket for clamd");
    sockaddr_storage storage = address.storage;
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&storage), address.length) != 0) {
        if (errno != EINPROGRESS) return base::fail(Code::Unavailable, "clamd does not answer at " + options.address);
        TRY(wait_for(fd.get(), POLLOUT, Steady::now() + options.connect_timeout));
        int error = 0;
        socklen_t length = sizeof error;
        if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0)
            return base::fail(Code::Unavailable, "clamd does not answer at " + options.address);
    }
    return fd;
}

base::Status send_all(int fd, std::string_view bytes, Steady::time_point deadline) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(n));
            continue;
        }
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return base::fail(Code::Unavailable, "clamd closed the connection");
        TRY(wait_for(fd, POLLOUT, deadline));
    }
    return {};
}

// The answer up to the NUL that ends it, or up to the end of the connection.
base::Result<std::string> receive(int fd, Steady::time_point deadline) {
    std::string answer;
    std::array<char, 512> buffer{};
    while (answer.size() < 4096) {
        const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (n == 0) break;
        if (n < 0) {
            if (errno == EINTR) continue;
            if (errno != EAGAIN) break;
            TRY(wait_for(fd, POLLIN, deadline));
            continue;
        }
        answer.append(buffer.data(), static_cast<std::size_t>(n));
        if (const auto end = answer.find('\0'); end != std::string::npos) return answer.substr(0, end);
    }
    if (answer.empty()) return base::fail(Code::Unavailable, "clamd closed the connection without an answer");
    return answer;
}

using Next = std::function<base::Result<std::string_view>()>;

base::Result<std::string> instream(const ScanOptions& options, const Next& next) {
    const auto deadline = Steady::now() + options.timeout;
    const Fd fd = TRY(connect_to(options));
    TRY(send_all(fd.get(), std::string_view("zINSTREAM\0", 10), deadline));
    base::Status sent;
    for (;;) {
        const std::string_view piece = TRY(next());
        const std::uint32_t length = htonl(static_cast<std::uint32_t>(piece.size()));
        std::array<char, 4> prefix{};
        std::memcpy(prefix.data(), &length, prefix.size());
        sent = send_all(fd.get(), std::string_view(prefix.data(), prefix.size()), deadline);
        if (sent) sent = send_all(fd.get(), piece, deadline);
        if (!sent || piece.empty()) break;
    }
    // When clamd stops listening in the middle (its size limit), its reason is waiting to be read.
    auto answer = receive(fd.get(), deadline);
    if (!answer && !sent) return std::unexpected(sent.error());
    return answer;
}

ScanResult verdict(const base::Result<std::string>& answer) {
    if (!answer) return {ScanState::Error, answer.error().detail};
    constexpr std::string_view kPrefix = "stream: ";
    std::string_view text = *answer;
    if (text == "stream: OK") return {ScanState::Safe, {}};
    if (text.starts_with(kPrefix) && text.ends_with(" FOUND")) {
        text.remove_prefix(kPrefix.size());
        text.remove_suffix(6);
        return {ScanState::Infected, std::string(text)};
    }
    return {ScanState::Error, "clamd said: " + std::string(text)};
}

}  // namespace

std::string_view scan_state_name(ScanState state) {
    switch (state) {
        case ScanState::Pending:
            return "pending";
        case ScanState::Safe:
            return "safe";
        case ScanState::Infected:
            return "infected";
        case ScanState::Unscanned:
            return "unscanned";
        case ScanState::Error:
            return "error";
    }
    return "error";
}

base::Result<ScanState> parse_scan_state(std::string_view name) {
    for (const ScanState state :
         {ScanState::Pending, ScanState::Safe, ScanState::Infected, ScanState::Unscanned, ScanState::Error})
        if (scan_state_name(state) == name) return state;
    return base::fail(Code::Invalid, "no scan state \"" + std::string(name) + "\"");
}

base::Result<Scanner> Scanner::make(ScanOptions options) {
    if (!options.address.empty()) TRY(parse_address(options.address));
    return Scanner(std::move(options));
}

ScanResult Scanner::scan(std::string_view bytes) const {
    if (!configured()) return {ScanState::Unscanned, {}};
    return verdict(instream(options_, [&]() -> base::Result<std::string_view> {
        const std::string_view piece = bytes.substr(0, kChunk);
        bytes.remove_prefix(piece.size());
        return piece;
    }));
}

ScanResult Scanner::scan_file(const std::filesystem::path& file) const {
    if (!configured()) return {ScanState::Unscanned, {}};
    const auto fd = detail::open_to_read(file);
    if (!fd) return {ScanState::Error, fd.error().detail};
    std::string buffer(kChunk, '\0');
    return verdict(instream(options_, [&]() -> base::Result<std::string_view> {
        for (;;) {
            const ssize_t n = ::read(fd->get(), buffer.data(), buffer.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return detail::errno_error(errno, "reading", file);
            return std::string_view(buffer.data(), static_cast<std::size_t>(n));
        }
    }));
}

base::Status Scanner::ping() const {
    if (!configured()) return base::fail(Code::NotFound, "no clamd is configured");
    const auto deadline = Steady::now() + options_.connect_timeout;
    const Fd fd = TRY(connect_to(options_));
    TRY(send_all(fd.get(), std::string_view("zPING\0", 6), deadline));
    const std::string answer = TRY(receive(fd.get(), deadline));
    if (answer != "PONG") return base::fail(Code::Unavailable, "clamd said: " + answer);
    return {};
}

bool Scanner::readable(ScanState state) const {
    switch (state) {
        case ScanState::Safe:
            return true;
        case ScanState::Unscanned:
        case ScanState::Pending:
        case ScanState::Error:
            return !configured();
        case ScanState::Infected:
            return false;
    }
    return false;
}

}  // namespace beffroi::documents
