#include "documents/mail.hpp"

#include <thread>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>

#include "documents/files.hpp"
#include "documents/mailer.hpp"
#include "documents/test_support.hpp"

using namespace beffroi;             // NOLINT(google-build-using-namespace)
using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)
using test::contains;

namespace {

MailMessage message() {
    MailMessage m;
    m.from = {"Région Hauts-de-France", "ne-pas-repondre@example.org"};
    m.to = {{"Camille \"Cam\" Durand", "mairie@example.org"}};
    m.subject = "Votre subvention de 17 088,30 € est accordée à la commune de Lestrem, félicitations";
    m.text = "Bonjour,\n\nLa commission a décidé : c’est oui = 100 %.\n.\nFin \n";
    m.message_id = "notice-4211";
    m.date = base::Timestamp{1'669'104'000'000};  // 2022-11-22T08:00:00Z
    m.attachments = {{"Arrêté n° 4.pdf", "application/pdf", std::string("%PDF-1.7\0\xFF", 10)}};
    return m;
}

// One connection of RFC 5321; keeps what came, answers RCPT with `rcpt`.
class FakeSmtp {
  public:
    explicit FakeSmtp(std::string rcpt) : rcpt_(std::move(rcpt)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(listener_.get(), 1) == 0);
        socklen_t length = sizeof address;
        REQUIRE(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    FakeSmtp(const FakeSmtp&) = delete;
    FakeSmtp& operator=(const FakeSmtp&) = delete;
    ~FakeSmtp() {
        if (thread_.joinable()) join();
    }
    std::string join() {
        ::shutdown(listener_.get(), SHUT_RDWR);
        thread_.join();
        return received_;
    }
    [[nodiscard]] int port() const { return port_; }

  private:
    void serve() {
        const detail::Fd fd(::accept(listener_.get(), nullptr, nullptr));
        if (!fd) return;
        const auto say = [&](std::string_view text) { (void)!::write(fd.get(), text.data(), text.size()); };
        say("220 fake\r\n");
        std::string line;
        bool data = false;
        for (char c = 0; ::read(fd.get(), &c, 1) == 1;) {
            line += c;
            if (!line.ends_with("\r\n")) continue;
            received_ += line;
            if (data) {
                if (line == ".\r\n") {
                    data = false;
                    say("250 taken\r\n");
                }
            } else if (line.starts_with("DATA")) {
                data = true;
                say("354 go on\r\n");
            } else if (line.starts_with("RCPT"))
                say(rcpt_ + "\r\n");
            else if (line.starts_with("QUIT"))
                return say("221 bye\r\n");
            else
                say("250 ok\r\n");
            line.clear();
        }
    }

    std::string rcpt_;
    detail::Fd listener_;
    int port_ = 0;
    std::string received_;
    std::thread thread_;
};

}  // namespace

TEST_CASE("an e-mail is what every mail program reads") {
    const test::Folder folder;
    const std::string mime = *build_mime(message());
    CHECK(contains(mime, "Date: Tue, 22 Nov 2022 08:00:00 +0000\r\n"));
    CHECK(contains(mime, "Message-ID: <notice-4211@example.org>\r\n"));
    CHECK(contains(mime, "\"Camille \\\"Cam\\\" Durand\" <mairie@example.org>"));
    CHECK(contains(mime, "filename*=UTF-8''Arr%C3%AAt%C3%A9%20n%C2%B0%204.pdf"));
    for (std::size_t at = 0; at < mime.size();) {
        const auto end = mime.find("\r\n", at);
        CAPTURE(mime.substr(at, end - at));
        CHECK(end - at <= 78);
        if (end == std::string::npos) break;
        at = end + 2;
    }
    const std::string python =
        "import email,email.policy,sys\n"
        "m=email.message_from_bytes(open(sys.argv[1],'rb').read(),policy=email.policy.default)\n"
        "print(m['subject']); print(m['from'].addresses[0].display_name); print(len(m.defects))\n"
        "p=list(m.walk()); print(repr(p[1].get_content())); print(p[2].get_filename(), p[2].get_content())\n";
    const std::string read =
        test::output_of("python3 " + folder.file("r.py", python).string() + " " + folder.file("m.eml", mime).string());
    CAPTURE(read);
    if (contains(read, "not found")) return;  // python3 is only a second opinion
    CHECK(contains(read,
                   "Votre subvention de 17 088,30 € est accordée à la commune de Lestrem, félicitations\nRégion "
                   "Hauts-de-France\n0\n"));
    CHECK(contains(read, "c’est oui = 100 %.\\r\\n.\\r\\nFin \\r\\n"));
    CHECK(contains(read, "Arrêté n° 4.pdf b'%PDF-1.7\\x00\\xff'"));
}

TEST_CASE("nothing in a value can add a header or a recipient") {
    const auto refused = [](auto change) {
        MailMessage m = message();
        change(m);
        const auto built = build_mime(m);
        return !built && built.error().code == base::Code::Invalid;
    };
    CHECK(refused([](MailMessage& m) { m.subject = "x\r\nBcc: a@b.fr"; }));
    CHECK(refused([](MailMessage& m) { m.to[0].name = "x\nBcc: a@b.fr"; }));
    CHECK(refused([](MailMessage& m) { m.to[0].address = "a@b.fr>\r\nRCPT TO:<c@d.fr"; }));
    CHECK(refused([](MailMessage& m) { m.to[0].address = "a@b.fr,c@d.fr"; }));
    CHECK(refused([](MailMessage& m) { m.reply_to = "a b@c.fr"; }));
    CHECK(refused([](MailMessage& m) { m.message_id = "../x"; }));
    CHECK(refused([](MailMessage& m) { m.attachments[0].file_name = "a\r\nX: y"; }));
    CHECK(refused([](MailMessage& m) { m.attachments[0].mime_type = "text/html\r\nX: y"; }));
    CHECK(refused([](MailMessage& m) { m.to.clear(); }));
    for (const char* bad : {"", "a", "@b.fr", "a@", "a@b..fr", ".a@b.fr", "a@-b.fr", "é@b.fr", "a@b_c.fr", "a@b.fr\n"})
        CHECK_FALSE(check_address(bad).has_value());
    for (const char* good : {"a@b.fr", "prenom.nom+x@mairie-lille.fr", "a@localhost"})
        CHECK(check_address(good).has_value());
}

TEST_CASE("a mail server takes it, refuses it for good, or is away") {
    FakeSmtp good("250 ok");
    const auto mailer = *make_smtp_mailer({.host = "127.0.0.1", .port = good.port(), .tls = SmtpTls::None});
    const auto sent = mailer->send(message());
    CHECK_MESSAGE(sent.has_value(), test::why(sent));
    const std::string received = good.join();
    CHECK(contains(received, "MAIL FROM:<ne-pas-repondre@example.org>"));
    CHECK(contains(received, "RCPT TO:<mairie@example.org>"));
    CHECK(contains(received, "Message-ID: <notice-4211@example.org>"));

    FakeSmtp unknown("550 no such person");
    CHECK((*make_smtp_mailer({.host = "127.0.0.1", .port = unknown.port(), .tls = SmtpTls::None}))
              ->send(message())
              .error()
              .code == base::Code::Refused);
    FakeSmtp busy("451 later");
    CHECK((*make_smtp_mailer({.host = "127.0.0.1", .port = busy.port(), .tls = SmtpTls::None}))
              ->send(message())
              .error()
              .code == base::Code::Unavailable);
    FakeSmtp plain("250 ok");
    CHECK((*make_smtp_mailer({.host = "127.0.0.1", .port = plain.port(), .tls = SmtpTls::StartTls}))
              ->send(message())
              .error()
              .code == base::Code::Unavailable);
    CHECK((*make_smtp_mailer({.host = "127.0.0.1", .port = 1, .tls = SmtpTls::None}))->send(message()).error().code ==
          base::Code::Unavailable);
    CHECK(make_smtp_mailer({.host = "mail.example.org", .tls = SmtpTls::None}).error().code == base::Code::Invalid);
    CHECK(make_smtp_mailer({.host = "a/b"}).error().code == base::Code::Invalid);
}

TEST_CASE("without a server, messages wait in a folder, one file each") {
    const test::Folder folder;
    const auto mailer = *make_spool_mailer(folder.path() / "spool");
    CHECK(mailer->send(message()).has_value());
    CHECK(mailer->send(message()).has_value());
    CHECK(std::filesystem::exists(folder.path() / "spool" / "2022-11-22-notice-4211.eml"));
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path() / "spool"),
                        std::filesystem::directory_iterator()) == 1);
}
