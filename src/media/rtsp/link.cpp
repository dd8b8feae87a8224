#include "media/rtsp/link.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netinet/tcp.h>
#include <unistd.h>

namespace beffroi::rtsp {

namespace {

constexpr std::size_t kRead = 256 * 1024;
constexpr std::size_t kSmallRest = 8 * 1024;
constexpr int kMostRounds = 8;  // then others have their turn
constexpr std::size_t kMostUnsent = 256 * 1024;

// One for all connections of a thread: it stays in the processor's cache, which a buffer per connection would not with
// a thousand cameras. What is left of a packet at its end is kept by the connection.
std::vector<std::uint8_t>& shared_buffer() {
    thread_local std::vector<std::uint8_t> buffer(kRead + kSmallRest);
    return buffer;
}

}  // namespace

void Link::connect(std::vector<Address> addresses, Patience patience, std::uint32_t receive_buffer,
                   std::shared_ptr<TlsAuthorities> authorities, std::string host) {
    addresses_ = std::move(addresses);
    patience_ = patience;
    receive_buffer_ = receive_buffer;
    authorities_ = std::move(authorities);
    host_ = std::move(host);
    current_ = 0;
    try_address();
}

void Link::try_address() {
    const Address& address = addresses_[current_];
    state_ = State::Connecting;
    descriptor_ = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (descriptor_ < 0) return next_address(std::strerror(errno));
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (receive_buffer_ > 0) {
        const int size = static_cast<int>(std::min<std::uint32_t>(receive_buffer_, 1U << 30U));
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
    if (::connect(descriptor_, address.raw(), address.length) != 0 && errno != EINPROGRESS)
        return next_address(std::strerror(errno));
    poller_.watch(descriptor_, *this, false, true);
    timer_ = poller_.after(patience_.connect, [this] {
        timer_ = 0;
        next_address("no answer in time");
    });
}

void Link::next_address(std::string why) {
    close_descriptor();
    if (current_ + 1 < addresses_.size()) {
        ++current_;
        return try_address();
    }
    broken("connecting: " + std::move(why));
}

void Link::connected() {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return next_address(std::strerror(error));
    if (authorities_) {
        state_ = State::Handshake;
        tls_ = std::make_unique<TlsSession>(authorities_, descriptor_, host_);
        if (timer_ != 0) poller_.cancel(std::exchange(timer_, 0));
        timer_ = poller_.after(patience_.handshake, [this] {
            timer_ = 0;
            broken("no answer to TLS in time");
        });
        return handshake();
    }
    state_ = State::Open;
    poller_.cancel(std::exchange(timer_, 0));
    watch();
    user_.on_connected();
}

void Link::handshake() {
    switch (tls_->handshake()) {
        case TlsSession::Outcome::Done:
            state_ = State::Open;
            poller_.cancel(std::exchange(timer_, 0));
            watch();
            return user_.on_connected();
        case TlsSession::Outcome::WantRead:
            return poller_.watch(descriptor_, *this, true, false);
        case TlsSession::Outcome::WantWrite:
            return poller_.watch(descriptor_, *this, false, true);
        case TlsSession::Outcome::Closed:
            return broken("the connection was closed during the TLS handshake");
        case TlsSession::Outcome::Failed:
            return broken(tls_->error());
    }
}

void Link::on_ready(bool readable, bool writable, bool is_broken) {
    switch (state_) {
        case State::Idle:
            return;
        case State::Connecting:
            return connected();
        case State::Handshake:
            return handshake();
        case State::Open:
            break;
    }
    if (writable) flush();
    if (descriptor_ >= 0 && (readable || is_broken || (tls_ && writable))) read();
}

// Gives false when nothing more is there for now, or the connection is over (and has said so).
bool Link::read_once(std::vector<std::uint8_t>& buffer, std::size_t kept, std::size_t& got) {
    const std::span<std::uint8_t> space(buffer.data() + kept, buffer.size() - kept);
    if (tls_) {
        switch (tls_->read(space, got)) {
            case TlsSession::Outcome::Done:
                return true;
            case TlsSession::Outcome::WantRead:
                break;
            case TlsSession::Outcome::WantWrite:
                tls_wants_write_ = true;
                watch();
                break;
            case TlsSession::Outcome::Closed:
                broken("the camera closed the connection");
                break;
            case TlsSession::Outcome::Failed:
                broken(tls_->error());
                break;
        }
        return false;
    }
    const auto count = ::recv(descriptor_, space.data(), space.size(), 0);
    if (count > 0) {
        got = static_cast<std::size_t>(count);
        return true;
    }
    if (count == 0) {
        broken("the camera closed the connection");
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        broken(std::string("reading: ") + std::strerror(errno));
    }
    return false;
}

void Link::read() {
    bool more = true;
    // TLS keeps decrypted bytes that the poller can't see: it is read until it has none.
    for (int round = 0; more && (tls_ || round < kMostRounds) && open(); ++round) {
        const std::size_t kept = rest_.size();
        // A small rest goes before the new bytes in the shared buffer; a large one stays where it is and grows.
        const bool in_place = kept > kSmallRest;
        auto& buffer = in_place ? rest_ : shared_buffer();
        if (in_place) {
            buffer.resize(kept + 64 * 1024);
        } else if (kept > 0) {
            std::memcpy(buffer.data(), rest_.data(), kept);
        }
        std::size_t got = 0;
        more = read_once(buffer, kept, got);
        if (!more) {
            if (in_place) rest_.resize(kept);
            break;
        }
        const std::size_t filled = kept + got;
        more = tls_ != nullptr || filled == buffer.size();  // a short read has emptied the socket
        const std::size_t taken = user_.on_bytes({buffer.data(), filled});
        if (!open()) break;
        if (in_place) {
            rest_.resize(filled);
            rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(taken));
            if (rest_.empty()) rest_.shrink_to_fit();
        } else {
            rest_.assign(buffer.begin() + static_cast<std::ptrdiff_t>(taken),
                         buffer.begin() + static_cast<std::ptrdiff_t>(filled));
        }
    }
    user_.on_read();
}

void Link::send(std::string_view bytes) {
    if (!open()) return;
    if (out_.size() + bytes.size() > kMostUnsent) return broken("the camera takes no requests any more");
    out_ += bytes;
    if (!write_waits_) flush();
}

void Link::flush() {
    tls_wants_write_ = false;
    while (!out_.empty()) {
        std::size_t put = 0;
        if (tls_) {
            const auto outcome = tls_->write(out_, put);
            if (outcome == TlsSession::Outcome::WantRead || outcome == TlsSession::Outcome::WantWrite) break;
            if (outcome != TlsSession::Outcome::Done)
                return broken(tls_->error().empty() ? "the camera closed the connection" : tls_->error());
        } else {
            const auto count = ::send(descriptor_, out_.data(), out_.size(), MSG_NOSIGNAL);
            if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
            if (count < 0 && errno == EINTR) continue;
            // A peer that closed may have left an answer behind: reading will tell.
            if (count < 0) {
                out_.clear();
                break;
            }
            put = static_cast<std::size_t>(count);
        }
        out_.erase(0, put);
    }
    watch();
}

void Link::watch() {
    const bool waits = !out_.empty();
    if (descriptor_ < 0) return;
    write_waits_ = waits;
    poller_.watch(descriptor_, *this, true, waits || tls_wants_write_);
}

void Link::broken(std::string why) {
    const bool had = state_ == State::Open;
    close();
    user_.on_broken(why, had);
}

void Link::close_descriptor() {
    if (timer_ != 0) poller_.cancel(std::exchange(timer_, 0));
    tls_.reset();
    if (descriptor_ < 0) return;
    poller_.forget(descriptor_);
    ::close(std::exchange(descriptor_, -1));
}

void Link::close() {
    close_descriptor();
    state_ = State::Idle;
    out_.clear();
}

Address Link::local() const {
    Address address;
    address.length = sizeof address.storage;
    if (descriptor_ < 0 || ::getsockname(descriptor_, address.raw(), &address.length) != 0) return {};
    return address;
}

}  // namespace beffroi::rtsp
