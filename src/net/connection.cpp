#include "net/connection.hpp"

#include <array>
#include <type_traits>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <fcntl.h>

#include "net/asio_loop.hpp"

namespace beffroi::net {

namespace {

using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using User = std::shared_ptr<ConnectionUser>;

IoStatus status_of(const ErrorCode& error) {
    if (!error) return IoStatus::Ok;
    // A TLS peer that goes without close_notify looks the same as one that is done: HTTP says by itself where a message
    // ends.
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) return IoStatus::Closed;
    return IoStatus::Failed;
}

std::string address_text(const tcp::socket& socket) {
    ErrorCode error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return {};
    const auto address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
    }
    return address.to_string();
}

template <typename Stream>
class StreamConnection final : public Connection {
    static constexpr bool kTls = !std::is_same_v<Stream, tcp::socket>;

  public:
    StreamConnection(Stream stream, std::shared_ptr<TlsContext> tls, Loop& loop, OnGone on_gone)
        : tls_(std::move(tls)),
          stream_(std::move(stream)),
          loop_(loop),
          on_gone_(std::move(on_gone)),
          remote_(address_text(socket())) {
        ErrorCode ignored;
        socket().set_option(tcp::no_delay(true), ignored);
    }
    StreamConnection(const StreamConnection&) = delete;
    StreamConnection& operator=(const StreamConnection&) = delete;
    ~StreamConnection() override {
        close();
        on_gone_();
    }

    void handshake(User user) override {
        if constexpr (kTls) {
            stream_.async_handshake(asio::ssl::stream_base::server, [user = std::move(user)](const ErrorCode& error) {
                user->on_handshake(status_of(error));
            });
        } else {
            user->on_handshake(IoStatus::Ok);
        }
    }

    void read_some(std::span<char> into, User user) override {
        stream_.async_read_some(asio::mutable_buffer(into.data(), into.size()),
                                [user = std::move(user)](const ErrorCode& error, std::size_t bytes) {
                                    user->on_read(status_of(error), bytes);
                                });
    }

    void write_some(std::string_view first, std::string_view second, User user) override {
        auto done = [user = std::move(user)](const ErrorCode& error, std::size_t bytes) {
            user->on_written(status_of(error), bytes);
        };
        if constexpr (kTls) {
            // One record takes one contiguous piece; given two, Asio would copy them into a buffer of its own.
            const std::string_view piece = first.empty() ? second : first;
            stream_.async_write_some(asio::const_buffer(piece.data(), piece.size()), std::move(done));
        } else {
            const std::array<asio::const_buffer, 2> pieces{asio::const_buffer(first.data(), first.size()),
                                                           asio::const_buffer(second.data(), second.size())};
            stream_.async_write_some(pieces, std::move(done));
        }
    }

    int duplicate() override {
        if constexpr (kTls) {
            return -1;
        } else {
            ErrorCode error;
            stream_.native_non_blocking(true, error);
            return error ? -1 : ::fcntl(stream_.native_handle(), F_DUPFD_CLOEXEC, 0);
        }
    }

    void wait_writable(User user) override {
        socket().async_wait(tcp::socket::wait_write, [user = std::move(user)](const ErrorCode& error) {
            user->on_written(status_of(error), 0);
        });
    }

    void shutdown(User user) override {
        if constexpr (kTls) {
            stream_.async_shutdown([this, user = std::move(user)](const ErrorCode&) {
                ErrorCode ignored;
                socket().shutdown(tcp::socket::shutdown_send, ignored);
                user->on_shutdown();
            });
        } else {
            ErrorCode ignored;
            socket().shutdown(tcp::socket::shutdown_send, ignored);
            user->on_shutdown();
        }
    }

    void close() override {
        ErrorCode ignored;
        socket().close(ignored);
    }

    bool is_tls() const override { return kTls; }
    const std::string& remote_address() const override { return remote_; }
    Loop& loop() override { return loop_; }

  private:
    tcp::socket& socket() {
        if constexpr (kTls) {
            return stream_.next_layer();
        } else {
            return stream_;
        }
    }

    std::shared_ptr<TlsContext> tls_;
    Stream stream_;
    Loop& loop_;
    OnGone on_gone_;
    std::string remote_;
};

}  // namespace

std::unique_ptr<Connection> make_connection(tcp::socket socket, std::shared_ptr<TlsContext> tls, Loop& loop,
                                            OnGone on_gone) {
    if (!tls) {
        return std::make_unique<StreamConnection<tcp::socket>>(std::move(socket), nullptr, loop, std::move(on_gone));
    }
    using TlsStream = asio::ssl::stream<tcp::socket>;
    auto& context = tls->impl().context;
    return std::make_unique<StreamConnection<TlsStream>>(TlsStream(std::move(socket), context), std::move(tls), loop,
                                                         std::move(on_gone));
}

}  // namespace beffroi::net
