#include "documents/mail.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace beffroi::documents {

using base::Code;

namespace {

constexpr std::size_t kLine = 76;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t value = 0;
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            value = (value << 8U) | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k) out += k <= count ? kDigits[(value >> (18 - 6 * k)) & 63U] : '=';
    }
    return out;
}

std::string base64_lines(std::string_view bytes) {
    const std::string all = base64(bytes);
    std::string out;
    out.reserve(all.size() + all.size() / kLine * 2 + 2);
    for (std::size_t i = 0; i < all.size(); i += kLine) {
        out.append(all, i, kLine);
        out += "\r\n";
    }
    return out;
}

// RFC 2047: words of at most 75 characters, never cut inside a character; ASCII stays as it is.
std::string header_text(std::string_view text) {
    if (is_ascii(text) && text.find("=?") == std::string_view::npos && text.size() <= 60) return std::string(text);
    std::string out;
    while (!text.empty()) {
        std::size_t take = std::min<std::size_t>(text.size(), out.empty() ? 36 : 45);
        while (take < text.size() && (static_cast<unsigned char>(text[take]) & 0xC0U) == 0x80U) --take;
        if (!out.empty()) out += "\r\n ";
        out += "=?UTF-8?B?" + base64(text.substr(0, take)) + "?=";
        text.remove_prefix(take);
    }
    return out;
}

std::string quoted_printable(std::string_view text) {
    std::string out;
    std::size_t column = 0;
    const auto soft = [&](std::size_t width) {
        if (column + width <= kLine - 1) return;
        out += "=\r\n";
        column = 0;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r') continue;
        if (c == '\n') {
            out += "\r\n";
            column = 0;
            continue;
        }
        const auto u = static_cast<unsigned char>(c);
        const bool line_end = i + 1 == text.size() || text[i + 1] == '\n' || text[i + 1] == '\r';
        const bool plain = (u > 32 && u < 127 && c != '=') || ((c == ' ' || c == '\t') && !line_end);
        if (plain) {
            soft(1);
            out += c;
            ++column;
        } else {
            soft(3);
            out += fmt::format("={:02X}", u);
            column += 3;
        }
    }
    return out;
}

base::Status check_header(std::string_view value, std::string_view what) {
    if (!base::valid_utf8(value)) return base::fail(Code::Invalid, std::string(what) + " is not UTF-8");
    for (const char c : value)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            return base::fail(Code::Invalid, std::string(what) + " holds a line break or a control character");
    return {};
}

base::Result<std::string> address_header(const MailAddress& address) {
    TRY(check_address(address.address));
    TRY(check_header(address.name, "a name"));
    if (address.name.empty()) return address.address;
    if (!is_ascii(address.name)) return header_text(address.name) + "\r\n <" + address.address + ">";
    std::string quoted;
    for (const char c : address.name) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return "\"" + quoted + "\" <" + address.address + ">";
}

// RFC 2822 date in UTC.
std::string mail_date(base::Timestamp at) {
    constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_time<std::chrono::milliseconds> instant{std::chrono::milliseconds{at.ms}};
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date{day};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(instant - day).count();
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday{day}.c_encoding()],
                       static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), seconds / 3600, seconds / 60 % 60, seconds % 60);
}

// RFC 2231 for names that are not plain. Never both forms: some readers would take the poorer one.
std::string file_name_parameters(std::string_view name) {
    std::string encoded;
    bool plain = true;
    for (const char c : name) {
        const auto u = static_cast<unsigned char>(c);
        const bool safe = (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') || c == '.' ||
                          c == '-' || c == '_';
        plain = plain && (safe || c == ' ');
        encoded += safe ? std::string(1, c) : fmt::format("%{:02X}", u);
    }
    if (plain) return fmt::format(";\r\n filename=\"{}\"", name);
    return fmt::format(";\r\n filename*=UTF-8''{}", encoded);
}

bool token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '+' || c == '_';
    });
}

base::Result<std::string> attachment_part(const MailAttachment& attachment) {
    TRY(check_header(attachment.file_name, "a file name"));
    const auto slash = attachment.mime_type.find('/');
    if (slash == std::string::npos || !token(attachment.mime_type.substr(0, slash)) ||
        !token(attachment.mime_type.substr(slash + 1)))
        return base::fail(Code::Invalid, "\"" + attachment.mime_type + "\" is not a media type");
    return fmt::format(
        "Content-Type: {}\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment{}\r\n\r\n{}",
        attachment.mime_type, file_name_parameters(attachment.file_name), base64_lines(attachment.bytes));
}

}  // namespace

base::Status check_address(std::string_view address) {
    const auto at = address.find('@');
    const auto bad = [&]() -> std::unexpected<base::Error> {
        return base::fail(Code::Invalid, "not an e-mail address",
                          {"documents.mail.address", {{"address", std::string(address.substr(0, 254))}}});
    };
    if (at == std::string_view::npos || at == 0 || at > 64 || address.size() > 254) return bad();
    const std::string_view local = address.substr(0, at);
    const std::string_view domain = address.substr(at + 1);
    const auto alnum = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    for (const char c : local)
        if (!alnum(c) && std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) == std::string_view::npos) return bad();
    if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos) return bad();
    for (const std::string_view label : base::split(domain, '.')) {
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return bad();
        for (const char c : label)
            if (!alnum(c) && c != '-') return bad();
    }
    return {};
}

base::Result<std::string> build_mime(const MailMessage& message) {
    if (message.to.empty()) return base::fail(Code::Invalid, "an e-mail to nobody");
    TRY(check_header(message.subject, "the subject"));
    if (!token(message.message_id) || message.message_id.size() > 100)
        return base::fail(Code::Invalid, "message id: letters, digits, . - + _ expected");
    if (!base::valid_utf8(message.text)) return base::fail(Code::Invalid, "the text is not UTF-8");
    std::string to;
    for (const MailAddress& address : message.to) to += (to.empty() ? "" : ",\r\n ") + TRY(address_header(address));
    const std::string domain = message.from.address.substr(message.from.address.find('@') + 1);
    std::string out = fmt::format("Date: {}\r\nFrom: {}\r\nTo: {}\r\n", mail_date(message.date),
                                  TRY(address_header(message.from)), to);
    if (!message.reply_to.empty()) {
        TRY(check_address(message.reply_to));
        out += "Reply-To: " + message.reply_to + "\r\n";
    }
    out += fmt::format("Message-ID: <{}@{}>\r\nSubject: {}\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
                       message.message_id, domain, header_text(message.subject));
    const std::string text = fmt::format(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
        quoted_printable(message.text));
    if (message.attachments.empty()) return out + text;
    // Base64 and quoted-printable never hold "=_", so no content can end a part; the rest makes it repeatable.
    const std::string boundary = "=_" + crypto::hex(crypto::sha256(message.message_id + message.text)).substr(0, 32);
    out += fmt::format("Content-Type: multipart/mixed; boundary=\"{0}\"\r\n\r\n--{0}\r\n{1}", boundary, text);
    for (const MailAttachment& attachment : message.attachments)
        out += fmt::format("--{}\r\n{}", boundary, TRY(attachment_part(attachment)));
    return out + "--" + boundary + "--\r\n";
}

}  // namespace beffroi::documents
