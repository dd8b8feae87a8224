#include "load_connection.hpp"

#include <array>
#include <charconv>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace beffroi::bench {

namespace {

[[noreturn]] void broken(const char* what) {
    throw std::runtime_error(what);
}

}  // namespace

LoadConnection::LoadConnection(ssl_ctx_st* context, std::uint16_t port) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        broken("no connection");
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, descriptor_);
    if (SSL_connect(ssl_) != 1) broken("no TLS");
    ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
}

LoadConnection::~LoadConnection() {
    SSL_free(ssl_);
    if (descriptor_ >= 0) ::close(descriptor_);
}

void LoadConnection::send(std::string_view request) {
    busy_ = true;
    in_body_ = false;
    head_.clear();
    // A request is far smaller than the buffer of a socket that has nothing else to send.
    if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) != static_cast<int>(request.size()))
        broken("the request was not taken whole");
}

bool LoadConnection::receive() {
    static thread_local std::array<char, 32 * 1024> buffer;
    for (;;) {
        const int got = SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size()));
        if (got <= 0) {
            const int error = SSL_get_error(ssl_, got);
            if (error == SSL_ERROR_WANT_READ) return false;
            broken("the server closed the connection");
        }
        bytes_ += static_cast<std::uint64_t>(got);
        if (busy_ && take({buffer.data(), static_cast<std::size_t>(got)})) {
            busy_ = false;
            return true;
        }
    }
}

bool LoadConnection::take(std::string_view piece) {
    if (!in_body_) {
        head_ += piece;
        const std::size_t end = head_.find("\r\n\r\n");
        if (end == std::string::npos) return false;
        const std::uint64_t after = head_.size() - end - 4;
        head_.resize(end + 2);
        read_head();
        in_body_ = true;
        if (after > left_) broken("more than one answer");
        left_ -= after;
        return left_ == 0;
    }
    if (piece.size() > left_) broken("more than one answer");
    left_ -= piece.size();
    return left_ == 0;
}

void LoadConnection::read_head() {
    if (head_.size() < 12 || !head_.starts_with("HTTP/1.1 ")) broken("no HTTP answer");
    status_ = (head_[9] - '0') * 100 + (head_[10] - '0') * 10 + (head_[11] - '0');
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t at = head_.find(kLength);
    if (at == std::string::npos) broken("an answer without a length");
    left_ = 0;
    std::from_chars(head_.data() + at + kLength.size(), head_.data() + head_.size(), left_);
}

}  // namespace beffroi::bench
