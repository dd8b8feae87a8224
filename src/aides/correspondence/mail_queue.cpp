#include "aides/correspondence/mail_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace beffroi::aides::correspondence {

namespace {

using base::Code;

constexpr db::Query kInsert{"mail_insert",
                            "INSERT INTO mail (application_id, act_id, recipient, subject, body, status, next_ms, "
                            "queued_ms) VALUES ($1, $2, $3, $4, $5, 'queued', $6, $6) RETURNING id"};
constexpr db::Query kDue{"mail_due",
                         "SELECT id, application_id, act_id, recipient, subject, body, status, attempts, next_ms, "
                         "sent_ms, last_error, queued_ms FROM mail WHERE status = 'queued' AND next_ms <= $1 "
                         "ORDER BY next_ms, id LIMIT $2"};
constexpr db::Query kClaim{"mail_claim",
                           "UPDATE mail SET next_ms = $3, attempts = attempts + 1 "
                           "WHERE id = $1 AND status = 'queued' AND next_ms = $2"};
constexpr db::Query kSent{"mail_sent",
                          "UPDATE mail SET status = 'sent', sent_ms = $2, last_error = NULL WHERE id = $1"};
constexpr db::Query kLater{"mail_later", "UPDATE mail SET next_ms = $2, last_error = $3 WHERE id = $1"};
constexpr db::Query kFailed{"mail_failed", "UPDATE mail SET status = 'failed', last_error = $2 WHERE id = $1"};
constexpr db::Query kRetry{"mail_retry",
                           "UPDATE mail SET status = 'queued', attempts = 0, next_ms = $2 "
                           "WHERE id = $1 AND status = 'failed'"};
constexpr db::Query kOf{"mail_of",
                        "SELECT id, application_id, act_id, recipient, subject, body, status, attempts, next_ms, "
                        "sent_ms, last_error, queued_ms FROM mail WHERE application_id = $1 ORDER BY id DESC"};
constexpr db::Query kAllFailed{"mail_all_failed",
                               "SELECT id, application_id, act_id, recipient, subject, body, status, attempts, "
                               "next_ms, sent_ms, last_error, queued_ms FROM mail WHERE status = 'failed' "
                               "ORDER BY next_ms DESC, id DESC LIMIT $1"};
constexpr db::Query kState{"mail_state",
                           "SELECT sum(CASE status WHEN 'queued' THEN 1 ELSE 0 END), "
                           "sum(CASE status WHEN 'failed' THEN 1 ELSE 0 END), "
                           "min(CASE status WHEN 'queued' THEN queued_ms END) "
                           "FROM mail WHERE status IN ('queued', 'failed')"};

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kLease = 10 * kMinute;

MailStatus status_of(std::string_view name) {
    if (name == "sent") return MailStatus::Sent;
    if (name == "failed") return MailStatus::Failed;
    return MailStatus::Queued;
}

Mail mail_of(const db::Row& row) {
    return {.id = row.id<MailId>(0),
            .application = ApplicationId{row.optional_integer(1).value_or(0)},
            .act = ActId{row.optional_integer(2).value_or(0)},
            .recipient = row.string(3),
            .subject = row.string(4),
            .body = row.string(5),
            .status = status_of(row.text(6)),
            .attempts = static_cast<int>(row.integer(7)),
            .next = row.timestamp(8),
            .sent = row.optional_timestamp(9),
            .last_error = row.is_null(10) ? std::string() : row.string(10),
            .queued = row.timestamp(11)};
}

// The rows that this caller will send: nobody else takes them before the lease ends.
std::vector<Mail> claim(db::Database& database, base::Timestamp now, int limit) {
    std::vector<Mail> mine;
    auto done = database.write([&](db::Writer& writer) -> base::Status {
        std::vector<Mail> due;
        writer.query(kDue, {now, limit}, [&](const db::Row& row) { due.push_back(mail_of(row)); });
        for (auto& mail : due) {
            if (writer.execute(kClaim, {mail.id, mail.next, base::Timestamp{now.ms + kLease}}) == 0) continue;
            ++mail.attempts;
            mine.push_back(std::move(mail));
        }
        return {};
    });
    if (!done) return {};
    return mine;
}

base::Result<documents::MailMessage> message_of(db::Database& database, const Office& office, const Mail& mail) {
    documents::MailMessage message{.from = {office.sender.mail_name, office.sender.mail_address},
                                   .to = {{{}, mail.recipient}},
                                   .reply_to = office.sender.email,
                                   .subject = mail.subject,
                                   .text = mail.body,
                                   .attachments = {},
                                   .message_id = "mail-" + std::to_string(mail.id.value),
                                   .date = mail.queued};
    if (!mail.act) return message;
    const auto act = database.read([&](db::Reader& reader) { return find(reader, mail.act); });
    if (!act) return fail(Code::Corrupt, "the act to attach is not there");
    auto pdf = TRY(bytes(office, *act));
    const auto name = act->kind + (act->number.empty() ? std::string() : "-" + act->number) + ".pdf";
    message.attachments.push_back({name, "application/pdf", std::move(pdf)});
    return message;
}

base::Status send_one(db::Database& database, documents::Mailer& mailer, const Office& office, const Mail& mail) {
    const auto message = TRY(message_of(database, office, mail));
    return mailer.send(message);
}

// Invalid, refused or corrupt: trying again changes nothing.
bool is_final(base::Code code) {
    switch (code) {
        case Code::Invalid:
        case Code::Refused:
        case Code::NotFound:
        case Code::TooLarge:
            return true;
        case Code::Conflict:
        case Code::Unavailable:
        case Code::Corrupt:
        case Code::Internal:
            return false;
    }
    return false;
}

}  // namespace

base::Result<MailId> queue(db::Writer& writer, const NewMail& mail, base::Timestamp at) {
    TRY(documents::check_address(mail.recipient));
    const auto application = mail.application ? std::optional(mail.application) : std::nullopt;
    const auto act = mail.act ? std::optional(mail.act) : std::nullopt;
    return writer.insert<MailId>(kInsert, {application, act, mail.recipient, mail.subject, mail.body, at});
}

Delivery deliver_due(db::Database& database, documents::Mailer& mailer, const Office& office, const base::Clock& clock,
                     int limit) {
    Delivery delivery;
    for (const auto& mail : claim(database, clock.now(), limit)) {
        const auto sent = send_one(database, mailer, office, mail);
        const auto now = clock.now();
        const auto waits = std::ssize(kRetryMinutes);
        auto recorded = database.write([&](db::Writer& writer) -> base::Status {
            if (sent) {
                writer.execute(kSent, {mail.id, now});
                ++delivery.sent;
            } else if (is_final(sent.error().code) || mail.attempts > waits) {
                writer.execute(kFailed, {mail.id, sent.error().detail});
                ++delivery.failed;
            } else {
                const auto wait = kRetryMinutes[mail.attempts - 1] * kMinute;
                writer.execute(kLater, {mail.id, base::Timestamp{now.ms + wait}, sent.error().detail});
                ++delivery.later;
            }
            return {};
        });
        if (!recorded) break;
    }
    return delivery;
}

std::vector<Mail> mails_of(db::Reader& reader, ApplicationId application) {
    std::vector<Mail> all;
    reader.query(kOf, {application}, [&](const db::Row& row) { all.push_back(mail_of(row)); });
    return all;
}

std::vector<Mail> failed(db::Reader& reader, int limit) {
    std::vector<Mail> all;
    reader.query(kAllFailed, {limit}, [&](const db::Row& row) { all.push_back(mail_of(row)); });
    return all;
}

base::Status retry(db::Writer& writer, MailId mail, base::Timestamp at) {
    if (writer.execute(kRetry, {mail, at}) == 0) {
        return fail(Code::Conflict, "this message has not failed", {"correspondence.not_failed", {}});
    }
    return {};
}

QueueState queue_state(db::Reader& reader) {
    return reader
        .first(kState, {},
               [](const db::Row& row) {
                   return QueueState{.queued = row.optional_integer(0).value_or(0),
                                     .failed = row.optional_integer(1).value_or(0),
                                     .oldest = row.optional_timestamp(2)};
               })
        .value_or(QueueState{});
}

}  // namespace beffroi::aides::correspondence
