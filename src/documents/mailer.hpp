// Sends one e-mail, now: by SMTP, or into a spool folder where no server is configured. Queue and retries are the
// caller's.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "documents/mail.hpp"

namespace beffroi::documents {

// Safe from any thread. Blocks; not for network threads.
class Mailer {
  public:
    Mailer() = default;
    Mailer(const Mailer&) = delete;
    Mailer& operator=(const Mailer&) = delete;
    virtual ~Mailer() = default;
    // A value once the server took it (or the file is on disk). Invalid or Refused: this message will never pass (do
    // not try again); Unavailable: try again later.
    [[nodiscard]] virtual base::Status send(const MailMessage& message) = 0;
    // "smtp://mail.example.org:587" or the folder: for the administrator's page. Never a password.
    [[nodiscard]] virtual std::string description() const = 0;
};

enum class SmtpTls {
    None,      // loopback relay only: refused for any other host
    StartTls,  // required, not opportunistic
    Implicit,  // smtps
};

struct SmtpOptions {
    std::string host;
    int port = 587;
    SmtpTls tls = SmtpTls::StartTls;
    std::string user;               // empty: no authentication
    std::string password;           // from a file or the environment, never from the command line
    std::filesystem::path ca_file;  // empty: the system's
    std::chrono::milliseconds connect_timeout{5000};
    std::chrono::milliseconds timeout{30'000};
};

[[nodiscard]] base::Result<std::unique_ptr<Mailer>> make_smtp_mailer(SmtpOptions options);
// One .eml per message, named by date and message id, written to a temporary name, flushed, renamed. Sending the same
// message id again replaces its file.
[[nodiscard]] base::Result<std::unique_ptr<Mailer>> make_spool_mailer(const std::filesystem::path& folder);

}  // namespace beffroi::documents
