// TLS for servers: contexts from PEM files, and a certificate made on the spot for demonstrations and tests.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace beffroi::net {

// What OpenSSL calls SSL_CTX: TLS 1.2 and 1.3, forward secrecy, AEAD ciphers, ALPN http/1.1. Unchanging once made,
// shared by threads.
class TlsContext {
  public:
    // `certificate`: leaf first, then its chain. Errors: Invalid (unreadable PEM, key that does not belong to the
    // certificate), Unavailable (file that cannot be read).
    [[nodiscard]] static base::Result<std::shared_ptr<TlsContext>> from_files(const std::filesystem::path& certificate,
                                                                              const std::filesystem::path& key);
    [[nodiscard]] static base::Result<std::shared_ptr<TlsContext>> from_pem(const std::string& certificate,
                                                                            const std::string& key);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    struct Impl;  // asio_loop.hpp, for the files of src/net only
    [[nodiscard]] Impl& impl() { return *impl_; }

  private:
    explicit TlsContext(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

struct PemPair {
    std::string certificate;
    std::string key;  // secret, never logged
};

// An ECDSA P-256 certificate signed by its own key, valid from the day before `from` for `days` days, for these host
// names and IP addresses. For demonstrations on this machine: browsers rightly warn about it.
[[nodiscard]] base::Result<PemPair> self_signed(const std::vector<std::string>& hosts, base::Timestamp from, int days);

// The pair stored in `folder` (server.crt, server.key with mode 0600), made there first when absent or expired at
// `now`.
[[nodiscard]] base::Result<PemPair> ensure_self_signed(const std::filesystem::path& folder,
                                                       const std::vector<std::string>& hosts, base::Timestamp now);

}  // namespace beffroi::net
