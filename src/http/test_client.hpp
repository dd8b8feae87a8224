// A raw client for the tests of the server: it sends exactly the bytes it is told to, and reads answers one by one.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/encoding.hpp"

namespace beffroi::http::testing {

struct Answer {
    int status = 0;
    std::string head;
    std::string body;
    bool whole = false;  // the body ended as its framing announced

    [[nodiscard]] std::string header(std::string_view name) const {
        std::size_t at = head.find("\r\n");
        while (at != std::string::npos && at + 2 < head.size()) {
            const std::size_t start = at + 2;
            at = head.find("\r\n", start);
            const std::string line = head.substr(start, at - start);
            const std::size_t colon = line.find(": ");
            if (colon != std::string::npos && equals_ignoring_case(line.substr(0, colon), name))
                return line.substr(colon + 2);
        }
        return {};
    }
};

enum class Wire { Plain, Tls };

class Client {
  public:
    explicit Client(std::uint16_t port, Wire wire = Wire::Plain) {
        socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval patience{.tv_sec = 10, .tv_usec = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        if (wire == Wire::Tls && connected_) {
            context_ = SSL_CTX_new(TLS_client_method());
            ssl_ = SSL_new(context_);
            SSL_set_fd(ssl_, socket_);
            connected_ = SSL_connect(ssl_) == 1;
        }
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() {
        if (ssl_ != nullptr) {
            SSL_shutdown(ssl_);
            SSL_free(ssl_);
        }
        if (context_ != nullptr) SSL_CTX_free(context_);
        ::close(socket_);
    }

    [[nodiscard]] bool connected() const { return connected_; }

    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ssl_ != nullptr
                                  ? static_cast<ssize_t>(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())))
                                  : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void end_sending() { ::shutdown(socket_, SHUT_WR); }

    // The next answer; status 0 when the connection ended before one. `head_only`: of an answer to HEAD.
    Answer read(bool head_only = false) {
        Answer answer;
        std::size_t end = std::string::npos;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
            if (!fill()) return answer;
        }
        answer.head = buffer_.substr(0, end + 2);
        buffer_.erase(0, end + 4);
        answer.status = std::atoi(answer.head.c_str() + 9);
        if (head_only || answer.status == 304 || answer.status == 204 || answer.status == 100) {
            answer.whole = true;
        } else if (!answer.header("Content-Length").empty()) {
            const std::size_t length = std::stoul(answer.header("Content-Length"));
            while (buffer_.size() < length && fill()) {
            }
            answer.whole = buffer_.size() >= length;
            answer.body = buffer_.substr(0, length);
            buffer_.erase(0, length);
        } else if (answer.header("Transfer-Encoding") == "chunked") {
            answer.whole = read_chunks(answer.body);
        } else {
            while (fill()) {
            }
            answer.body.swap(buffer_);
            answer.whole = true;
        }
        return answer;
    }
    Answer ask(std::string_view request, bool head_only = false) {
        send(request);
        return read(head_only);
    }
    Answer get(std::string_view target, std::string_view more = {}) {
        return ask("GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) + "\r\n");
    }
    // The next `size` bytes, fewer when the connection ends before.
    std::string take(std::size_t size) {
        while (buffer_.size() < size && fill()) {
        }
        std::string out = buffer_.substr(0, size);
        buffer_.erase(0, out.size());
        return out;
    }
    // A small buffer, so that a reader who stops is soon felt.
    void receive_little() {
        const int bytes = 4096;
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    // Waits for the other side to end; false when it sends something instead or nothing for too long.
    bool ended() { return buffer_.empty() && !fill() && !timed_out_; }

  private:
    bool fill() {
        char bytes[16384];
        const auto got = ssl_ != nullptr ? static_cast<ssize_t>(SSL_read(ssl_, bytes, sizeof bytes))
                                         : ::recv(socket_, bytes, sizeof bytes, 0);
        timed_out_ = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if (got <= 0) return false;
        buffer_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }
    bool read_chunks(std::string& body) {
        while (true) {
            std::size_t eol = 0;
            while ((eol = buffer_.find("\r\n")) == std::string::npos) {
                if (!fill()) return false;
            }
            const std::size_t size = std::stoul(buffer_.substr(0, eol), nullptr, 16);
            while (buffer_.size() < eol + 2 + size + 2) {
                if (!fill()) return false;
            }
            body += buffer_.substr(eol + 2, size);
            buffer_.erase(0, eol + 2 + size + 2);
            if (size == 0) return true;
        }
    }

    int socket_ = -1;
    bool connected_ = false;
    bool timed_out_ = false;
    SSL_CTX* context_ = nullptr;
    SSL* ssl_ = nullptr;
    std::string buffer_;
};

}  // namespace beffroi::http::testing
