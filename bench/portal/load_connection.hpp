// One TLS connection of the load generator: a GET at a time, the answer read to its end and thrown away.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace beffroi::bench {

class LoadConnection {
  public:
    // Connects and shakes hands, waiting for it; then nothing here waits any more. Throws std::runtime_error.
    LoadConnection(ssl_ctx_st* context, std::uint16_t port);
    ~LoadConnection();
    LoadConnection(const LoadConnection&) = delete;
    LoadConnection& operator=(const LoadConnection&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] bool busy() const { return busy_; }
    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

    // `request`: its bytes, which stay where they are until the answer is there.
    void send(std::string_view request);
    // To be called when the socket can be read: true when the answer is whole. Throws when the server has gone.
    [[nodiscard]] bool receive();

  private:
    bool take(std::string_view piece);
    void read_head();

    int descriptor_ = -1;
    ssl_st* ssl_ = nullptr;
    bool busy_ = false;
    int status_ = 0;
    std::uint64_t bytes_ = 0;  // received in all, as plain text
    std::string head_;
    bool in_body_ = false;
    std::uint64_t left_ = 0;
};

}  // namespace beffroi::bench
