// Antivirus: a client of clamd (INSTREAM, https://docs.clamav.net/manual/Usage/ClamdProtocol.html).
//
// Policy: where a clamd is configured, a file that people sent is unreadable (also to agents) until clamd said Safe;
// Pending and Error are tried again by the caller, Infected stays closed for good. Where none is configured the state
// is Unscanned, files are readable, and pages say that they were not scanned. readable() is that policy; nobody decides
// it twice.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace beffroi::documents {

enum class ScanState { Pending, Safe, Infected, Unscanned, Error };

// For the database and logs: "pending", "safe", "infected", "unscanned", "error".
[[nodiscard]] std::string_view scan_state_name(ScanState state);
[[nodiscard]] base::Result<ScanState> parse_scan_state(std::string_view name);

struct ScanResult {
    ScanState state = ScanState::Pending;
    std::string detail;  // the name of what was found, or what went wrong (English, for the log)
};

// "unix:/run/clamav/clamd.ctl" or "tcp:127.0.0.1:3310"; only loopback addresses are accepted, since the stream is not
// encrypted.
struct ScanOptions {
    std::string address;  // empty: not configured
    std::chrono::milliseconds connect_timeout{2000};
    std::chrono::milliseconds timeout{30'000};  // for the whole scan of one file
};

// Without state of its own: one connection per scan. Safe from any thread. Blocks; not for network threads.
class Scanner {
  public:
    // Invalid when the address cannot be understood.
    [[nodiscard]] static base::Result<Scanner> make(ScanOptions options);

    [[nodiscard]] bool configured() const { return !options_.address.empty(); }
    // Never Pending. Unscanned at once when not configured.
    [[nodiscard]] ScanResult scan(std::string_view bytes) const;
    [[nodiscard]] ScanResult scan_file(const std::filesystem::path& file) const;
    // PING: for /healthz and the administrator's page.
    [[nodiscard]] base::Status ping() const;
    [[nodiscard]] bool readable(ScanState state) const;

  private:
    explicit Scanner(ScanOptions options) : options_(std::move(options)) {}
    ScanOptions options_;
};

}  // namespace beffroi::documents
