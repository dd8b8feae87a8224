#include "testcam/channel.hpp"

#include <cerrno>
#include <climits>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace beffroi::testcam {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

Descriptor::~Descriptor() {
    if (number_ >= 0) ::close(number_);
}

int Descriptor::release() {
    return std::exchange(number_, -1);
}

namespace {

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* handle) const {
        Free(handle);
    }
};

class Plain final : public Channel {
  public:
    explicit Plain(Descriptor socket) : socket_(std::move(socket)) {}
    std::ptrdiff_t read(std::span<std::uint8_t> into) override {
        return outcome(::recv(socket_.number(), into.data(), into.size(), 0), true);
    }
    std::ptrdiff_t write(Bytes bytes) override {
        return outcome(::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL), false);
    }
    [[nodiscard]] int descriptor() const override { return socket_.number(); }

  private:
    static std::ptrdiff_t outcome(ssize_t result, bool reading) {
        if (result > 0 || (result == 0 && !reading)) return result;
        if (result < 0 && (errno == EAGAIN || errno == EINTR)) return kWait;
        return kBroken;
    }
    Descriptor socket_;
};

class Tls final : public Channel {
  public:
    Tls(Descriptor socket, std::shared_ptr<ServerTls> context, SSL* ssl)
        : socket_(std::move(socket)), context_(std::move(context)), ssl_(ssl) {
        SSL_set_fd(ssl_.get(), socket_.number());
        SSL_set_accept_state(ssl_.get());
    }
    std::ptrdiff_t read(std::span<std::uint8_t> into) override {
        return outcome(SSL_read(ssl_.get(), into.data(), length(into.size())));
    }
    std::ptrdiff_t write(Bytes bytes) override {
        return outcome(SSL_write(ssl_.get(), bytes.data(), length(bytes.size())));
    }
    [[nodiscard]] int descriptor() const override { return socket_.number(); }

  private:
    static int length(std::size_t size) { return static_cast<int>(size < INT_MAX ? size : INT_MAX); }
    std::ptrdiff_t outcome(int result) {
        if (result > 0) return result;
        const int error = SSL_get_error(ssl_.get(), result);
        ERR_clear_error();
        return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? kWait : kBroken;
    }
    Descriptor socket_;
    std::shared_ptr<ServerTls> context_;
    std::unique_ptr<SSL, Deleter<SSL_free>> ssl_;
};

}  // namespace

struct ServerTls::Impl {
    std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>> context;
};

ServerTls::ServerTls(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ServerTls::~ServerTls() = default;

base::Result<std::shared_ptr<ServerTls>> ServerTls::create(const std::string& certificate, const std::string& key) {
    auto impl = std::make_unique<Impl>();
    impl->context.reset(SSL_CTX_new(TLS_server_method()));
    const auto bio = [](const std::string& text) {
        return std::unique_ptr<BIO, Deleter<BIO_free_all>>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    };
    const auto certificate_text = bio(certificate);
    const auto key_text = bio(key);
    const std::unique_ptr<X509, Deleter<X509_free>> x509(
        PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr));
    const std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>> private_key(
        PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
    if (!impl->context || !x509 || !private_key || SSL_CTX_use_certificate(impl->context.get(), x509.get()) != 1 ||
        SSL_CTX_use_PrivateKey(impl->context.get(), private_key.get()) != 1) {
        return base::fail(base::Code::Invalid, "certificate or key that OpenSSL does not take");
    }
    SSL_CTX_set_mode(impl->context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return std::make_shared<ServerTls>(std::move(impl));
}

std::unique_ptr<Channel> plain_channel(Descriptor socket) {
    return std::make_unique<Plain>(std::move(socket));
}

std::unique_ptr<Channel> tls_channel(Descriptor socket, const std::shared_ptr<ServerTls>& tls) {
    return std::make_unique<Tls>(std::move(socket), tls, SSL_new(tls->impl().context.get()));
}

}  // namespace beffroi::testcam
