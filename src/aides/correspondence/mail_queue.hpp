// The e-mails waiting to go, one row per message and recipient: queued in the transaction of the act that causes them,
// delivered later by deliver_due(), so that an act is never lost because a mail server is away.
//
// A message may be sent twice when the program dies between the server's answer and the row's update; it then carries
// the same Message-ID, by which mail readers know it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aides/correspondence/acts.hpp"
#include "documents/mailer.hpp"

namespace beffroi::aides::correspondence {

struct NewMail {
    ApplicationId application;  // 0: none
    ActId act;                  // 0: nothing attached; otherwise its bytes go as a PDF
    std::string recipient;      // one address
    std::string subject;
    std::string body;  // plain text
};

// Invalid when the address is not one.
[[nodiscard]] base::Result<MailId> queue(db::Writer& writer, const NewMail& mail, base::Timestamp at);

enum class MailStatus { Queued, Sent, Failed };

struct Mail {
    MailId id;
    ApplicationId application;
    ActId act;
    std::string recipient;
    std::string subject;
    std::string body;
    MailStatus status = MailStatus::Queued;
    int attempts = 0;
    base::Timestamp next;
    std::optional<base::Timestamp> sent;
    std::string last_error;
    base::Timestamp queued;
};

struct Delivery {
    int sent = 0;
    int later = 0;   // will be tried again
    int failed = 0;  // given up: the server refused it for good, or every attempt was used
};

// Waits between attempts; after the last one the message is given up and shown as failed.
inline constexpr int kRetryMinutes[] = {1, 5, 15, 60, 240, 720, 1440};

// Sends what is due, at most `limit` messages. Blocks on the mail server: for the job thread. Two callers never send
// the same row: a row is claimed for ten minutes before it is sent.
[[nodiscard]] Delivery deliver_due(db::Database& database, documents::Mailer& mailer, const Office& office,
                                   const base::Clock& clock, int limit = 100);

[[nodiscard]] std::vector<Mail> mails_of(db::Reader& reader, ApplicationId application);
[[nodiscard]] std::vector<Mail> failed(db::Reader& reader, int limit = 100);
// A failed message back in the queue.
[[nodiscard]] base::Status retry(db::Writer& writer, MailId mail, base::Timestamp at);

struct QueueState {
    std::int64_t queued = 0;
    std::int64_t failed = 0;
    std::optional<base::Timestamp> oldest;  // of the queued ones
};
[[nodiscard]] QueueState queue_state(db::Reader& reader);

}  // namespace beffroi::aides::correspondence
