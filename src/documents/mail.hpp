// An e-mail as bytes (RFC 5322, MIME): UTF-8 text, attachments, nothing that a value could inject into the headers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace beffroi::documents {

struct MailAddress {
    std::string name;     // shown; may be empty; any UTF-8 without line breaks
    std::string address;  // local@domain, ASCII
};

// Invalid unless it is a plain address: one @, letters digits and .!#$%&'*+/=?^_`{|}~- before it, a domain name after
// it, 254 at most.
[[nodiscard]] base::Status check_address(std::string_view address);

struct MailAttachment {
    std::string file_name;  // any UTF-8
    std::string mime_type;  // "application/pdf"
    std::string bytes;
};

struct MailMessage {
    MailAddress from;
    std::vector<MailAddress> to;
    std::string reply_to;  // address; may be empty
    std::string subject;
    std::string text;  // plain text, UTF-8, lines of any length
    std::vector<MailAttachment> attachments;
    std::string message_id;  // local part that makes it unique and repeatable, e.g. "notice-4211": the same message
                             // sent again keeps it
    base::Timestamp date;
};

// Invalid when an address is wrong, a header value holds a line break or a control character, or nobody is addressed.
[[nodiscard]] base::Result<std::string> build_mime(const MailMessage& message);

}  // namespace beffroi::documents
