#include "media/rtsp/tls_client.hpp"

#include <algorithm>
#include <climits>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "media/rtsp/address.hpp"

namespace beffroi::rtsp {

struct TlsAuthorities::Impl {
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
};

struct TlsSession::Impl {
    std::shared_ptr<TlsAuthorities> authorities;
    std::unique_ptr<SSL, void (*)(SSL*)> ssl{nullptr, &SSL_free};
};

namespace {

std::string last_reason() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    return reason != nullptr ? reason : "unknown reason";
}

}  // namespace

TlsAuthorities::TlsAuthorities(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsAuthorities::~TlsAuthorities() = default;

base::Result<std::shared_ptr<TlsAuthorities>> TlsAuthorities::load(const std::filesystem::path& ca_file, bool verify) {
    auto impl = std::make_unique<Impl>();
    SSL_CTX* context = impl->context.get();
    if (context == nullptr) return base::fail(base::Code::Internal, "making a TLS context: " + last_reason());
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (verify) {
        const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                           : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr);
        if (loaded != 1) {
            return base::fail(base::Code::Unavailable, "reading the certificates of authorities in " +
                                                           (ca_file.empty() ? "the system" : ca_file.string()) + ": " +
                                                           last_reason());
        }
        // A camera's own certificate given as authority is trusted as it stands.
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    }
    return std::shared_ptr<TlsAuthorities>(new TlsAuthorities(std::move(impl)));
}

TlsSession::TlsSession(std::shared_ptr<TlsAuthorities> authorities, int descriptor, const std::string& host)
    : impl_(std::make_unique<Impl>()) {
    impl_->authorities = std::move(authorities);
    impl_->ssl.reset(SSL_new(impl_->authorities->impl_->context.get()));
    SSL* ssl = impl_->ssl.get();
    ASSERT(ssl != nullptr && SSL_set_fd(ssl, descriptor) == 1);
    if (literal_address(host, 0)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.substr(0, host.find('%')).c_str());
    } else {
        SSL_set1_host(ssl, host.c_str());
        // What SSL_set_tlsext_host_name is, without its C cast. OpenSSL copies the name.
        SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
    }
    SSL_set_connect_state(ssl);
}

TlsSession::~TlsSession() = default;

TlsSession::Outcome TlsSession::outcome(int returned) {
    switch (SSL_get_error(impl_->ssl.get(), returned)) {
        case SSL_ERROR_WANT_READ:
            return Outcome::WantRead;
        case SSL_ERROR_WANT_WRITE:
            return Outcome::WantWrite;
        case SSL_ERROR_ZERO_RETURN:
            return Outcome::Closed;
        default:
            break;
    }
    const long verified = SSL_get_verify_result(impl_->ssl.get());
    if (verified != X509_V_OK && (SSL_get_verify_mode(impl_->ssl.get()) & SSL_VERIFY_PEER) != 0) {
        error_ = std::string("the camera's certificate is not trusted: ") + X509_verify_cert_error_string(verified);
        ERR_clear_error();
    } else {
        error_ = "TLS: " + last_reason();
    }
    return Outcome::Failed;
}

TlsSession::Outcome TlsSession::handshake() {
    ERR_clear_error();
    const int done = SSL_do_handshake(impl_->ssl.get());
    return done == 1 ? Outcome::Done : outcome(done);
}

TlsSession::Outcome TlsSession::read(std::span<std::uint8_t> into, std::size_t& count) {
    ERR_clear_error();
    const int got =
        SSL_read(impl_->ssl.get(), into.data(), static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX)));
    if (got <= 0) return outcome(got);
    count = static_cast<std::size_t>(got);
    return Outcome::Done;
}

TlsSession::Outcome TlsSession::write(std::string_view bytes, std::size_t& count) {
    ERR_clear_error();
    const int put =
        SSL_write(impl_->ssl.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX)));
    if (put <= 0) return outcome(put);
    count = static_cast<std::size_t>(put);
    return Outcome::Done;
}

}  // namespace beffroi::rtsp
