// TLS towards cameras (rtsps): who is trusted, and one session on a connected socket. OpenSSL stays in the .cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"

namespace beffroi::rtsp {

// Unchanging once made; may be made on one thread and used on another.
class TlsAuthorities {
  public:
    // `ca_file` in PEM, empty: the system's. Reads files: not on a network thread. Errors: Unavailable, Invalid.
    [[nodiscard]] static base::Result<std::shared_ptr<TlsAuthorities>> load(const std::filesystem::path& ca_file,
                                                                            bool verify);
    ~TlsAuthorities();
    TlsAuthorities(const TlsAuthorities&) = delete;
    TlsAuthorities& operator=(const TlsAuthorities&) = delete;

  private:
    friend class TlsSession;
    struct Impl;
    explicit TlsAuthorities(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

class TlsSession {
  public:
    enum class Outcome { Done, WantRead, WantWrite, Closed, Failed };

    // `host`: a name or an address, which the certificate must be for.
    TlsSession(std::shared_ptr<TlsAuthorities> authorities, int descriptor, const std::string& host);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    [[nodiscard]] Outcome handshake();
    [[nodiscard]] Outcome read(std::span<std::uint8_t> into, std::size_t& count);
    [[nodiscard]] Outcome write(std::string_view bytes, std::size_t& count);
    [[nodiscard]] const std::string& error() const { return error_; }  // why Failed

  private:
    struct Impl;
    [[nodiscard]] Outcome outcome(int returned);
    std::unique_ptr<Impl> impl_;
    std::string error_;
};

}  // namespace beffroi::rtsp
