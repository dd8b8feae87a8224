#include "net/tls.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/asio_loop.hpp"

namespace beffroi::net {

namespace {

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

std::string openssl_reason() {
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
    return reason != nullptr ? reason : "unknown reason";
}

// Length-prefixed list of the protocols that we speak (RFC 7301 §3.1).
constexpr unsigned char kAlpn[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int choose_protocol(SSL* /*ssl*/, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                    unsigned int in_length, void* /*argument*/) {
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_length, kAlpn, sizeof kAlpn, in, in_length) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

bool configure(SSL_CTX* context) {
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Stateless tickets resume sessions; a cache would only be a lock that the loops share.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256") == 1;
}

base::Result<std::string> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return base::fail(base::Code::Unavailable, "cannot read " + path.string());
    return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

std::string bio_text(BIO* bio) {
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

base::Result<std::string> alternative_names(const std::vector<std::string>& hosts) {
    std::string names;
    for (const auto& host : hosts) {
        const bool plain = !host.empty() && std::ranges::all_of(host, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                   c == ':';
        });
        if (!plain) return base::fail(base::Code::Invalid, "not a host name for a certificate: " + host);
        boost::system::error_code error;
        (void)asio::ip::make_address(host, error);
        names += (names.empty() ? "" : ",") + std::string(error ? "DNS:" : "IP:") + host;
    }
    if (names.empty()) return base::fail(base::Code::Invalid, "a certificate needs a host name");
    return names;
}

bool fill_certificate(X509* certificate, EVP_PKEY* key, const std::string& common_name, base::Timestamp from,
                      int days) {
    unsigned char serial[16];
    if (RAND_bytes(serial, sizeof serial) != 1) return false;
    serial[0] &= 0x7f;  // positive
    BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    std::time_t start = from.ms / 1000;
    X509_time_adj_ex(X509_getm_notBefore(certificate), -1, 0, &start);
    X509_time_adj_ex(X509_getm_notAfter(certificate), days, 0, &start);
    X509_NAME* name = X509_get_subject_name(certificate);
    const auto* bytes = reinterpret_cast<const unsigned char*>(common_name.c_str());
    return X509_set_version(certificate, X509_VERSION_3) == 1 && X509_set_pubkey(certificate, key) == 1 &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, bytes, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1;
}

bool still_valid(const PemPair& pair, base::Timestamp now) {
    const Bio bio(BIO_new_mem_buf(pair.certificate.data(), static_cast<int>(pair.certificate.size())));
    const Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) {
        ERR_clear_error();
        return false;
    }
    std::time_t at = now.ms / 1000;
    return X509_cmp_time(X509_get0_notAfter(certificate.get()), &at) > 0 &&
           X509_cmp_time(X509_get0_notBefore(certificate.get()), &at) < 0;
}

// Whole or not at all, and never readable by others, not even for a moment.
base::Status write_private(const std::filesystem::path& path, const std::string& text) {
    const std::string beside = path.string() + ".new";
    ::unlink(beside.c_str());
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return base::fail(base::Code::Unavailable, "cannot write " + beside + ": " + std::strerror(errno));
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
    ::close(file);
    if (!written || ::rename(beside.c_str(), path.c_str()) != 0) {
        return base::fail(base::Code::Unavailable, "cannot write " + path.string() + ": " + std::strerror(errno));
    }
    return {};
}

}  // namespace

TlsContext::TlsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsContext::~TlsContext() = default;

base::Result<std::shared_ptr<TlsContext>> TlsContext::from_files(const std::filesystem::path& certificate,
                                                                 const std::filesystem::path& key) {
    const auto certificate_text = TRY(read_file(certificate));
    const auto key_text = TRY(read_file(key));
    auto context = from_pem(certificate_text, key_text);
    if (!context)
        return std::unexpected(std::move(context.error()).wrapped(certificate.string() + ", " + key.string()));
    return context;
}

base::Result<std::shared_ptr<TlsContext>> TlsContext::from_pem(const std::string& certificate, const std::string& key) {
    auto impl = std::make_unique<Impl>();
    SSL_CTX* context = impl->context.native_handle();
    if (!configure(context)) return base::fail(base::Code::Internal, "configuring TLS: " + openssl_reason());
    boost::system::error_code error;
    impl->context.use_certificate_chain(asio::buffer(certificate), error);
    if (error) return base::fail(base::Code::Invalid, "reading the certificate: " + error.message());
    impl->context.use_private_key(asio::buffer(key), asio::ssl::context::pem, error);
    if (error) return base::fail(base::Code::Invalid, "reading the private key: " + error.message());
    if (SSL_CTX_check_private_key(context) != 1) {
        return base::fail(base::Code::Invalid,
                          "the private key does not belong to the certificate: " + openssl_reason());
    }
    return std::shared_ptr<TlsContext>(new TlsContext(std::move(impl)));
}

base::Result<PemPair> self_signed(const std::vector<std::string>& hosts, base::Timestamp from, int days) {
    const auto names = TRY(alternative_names(hosts));
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate(X509_new());
    const bool made = key && certificate && fill_certificate(certificate.get(), key.get(), hosts.front(), from, days) &&
                      add_extension(certificate.get(), NID_subject_alt_name, names) &&
                      add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                      add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature") &&
                      add_extension(certificate.get(), NID_ext_key_usage, "serverAuth") &&
                      X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0;
    const Bio certificate_bio(BIO_new(BIO_s_mem()));
    const Bio key_bio(BIO_new(BIO_s_secmem()));
    if (!made || PEM_write_bio_X509(certificate_bio.get(), certificate.get()) != 1 ||
        PEM_write_bio_PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        return base::fail(base::Code::Internal, "making a certificate: " + openssl_reason());
    }
    return PemPair{.certificate = bio_text(certificate_bio.get()), .key = bio_text(key_bio.get())};
}

base::Result<PemPair> ensure_self_signed(const std::filesystem::path& folder, const std::vector<std::string>& hosts,
                                         base::Timestamp now) {
    const auto certificate_path = folder / "server.crt";
    const auto key_path = folder / "server.key";
    std::error_code error;
    if (std::filesystem::exists(certificate_path, error) && std::filesystem::exists(key_path, error)) {
        PemPair pair{.certificate = TRY(read_file(certificate_path)), .key = TRY(read_file(key_path))};
        if (still_valid(pair, now)) return pair;
    }
    std::filesystem::create_directories(folder, error);
    auto pair = TRY(self_signed(hosts, now, 365));
    TRY(write_private(key_path, pair.key));
    TRY(write_private(certificate_path, pair.certificate));
    return pair;
}

}  // namespace beffroi::net
