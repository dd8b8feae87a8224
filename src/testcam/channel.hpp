// One accepted connection, plain or TLS, without waiting. OpenSSL stays in the .cpp file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "testcam/bits.hpp"

namespace beffroi::testcam {

// A descriptor that is closed with its owner.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool open() const { return number_ >= 0; }
    int release();

  private:
    int number_ = -1;
};

// What OpenSSL calls SSL_CTX, for a certificate that signs itself.
class ServerTls {
  public:
    [[nodiscard]] static base::Result<std::shared_ptr<ServerTls>> create(const std::string& certificate,
                                                                         const std::string& key);
    struct Impl;
    explicit ServerTls(std::unique_ptr<Impl> impl);
    ~ServerTls();
    ServerTls(const ServerTls&) = delete;
    ServerTls& operator=(const ServerTls&) = delete;
    [[nodiscard]] Impl& impl() { return *impl_; }

  private:
    std::unique_ptr<Impl> impl_;
};

class Channel {
  public:
    static constexpr std::ptrdiff_t kWait = -1;    // nothing to read, no room to write
    static constexpr std::ptrdiff_t kBroken = -2;  // or closed

    Channel() = default;
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;
    virtual ~Channel() = default;
    [[nodiscard]] virtual std::ptrdiff_t read(std::span<std::uint8_t> into) = 0;
    [[nodiscard]] virtual std::ptrdiff_t write(Bytes bytes) = 0;
    [[nodiscard]] virtual int descriptor() const = 0;
};

[[nodiscard]] std::unique_ptr<Channel> plain_channel(Descriptor socket);
[[nodiscard]] std::unique_ptr<Channel> tls_channel(Descriptor socket, const std::shared_ptr<ServerTls>& tls);

}  // namespace beffroi::testcam
