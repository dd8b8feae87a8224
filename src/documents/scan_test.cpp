#include "documents/scan.hpp"

#include <cstring>
#include <thread>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "documents/files.hpp"
#include "documents/test_support.hpp"

using namespace beffroi;             // NOLINT(google-build-using-namespace)
using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)

namespace {

// Speaks the protocol of clamd on a Unix socket; finds "EICAR", hangs up on "HANG", is silent on "SILENT".
class FakeClamd {
  public:
    explicit FakeClamd(const std::filesystem::path& path) : listener_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(listener_.get(), 4) == 0);
        thread_ = std::thread([this] { serve(); });
    }
    FakeClamd(const FakeClamd&) = delete;
    FakeClamd& operator=(const FakeClamd&) = delete;
    ~FakeClamd() {
        ::shutdown(listener_.get(), SHUT_RDWR);
        thread_.join();
    }

  private:
    static bool read_exactly(int fd, char* into, std::size_t size) {
        for (std::size_t done = 0; done < size;) {
            const ssize_t n = ::read(fd, into + done, size - done);
            if (n <= 0) return false;
            done += static_cast<std::size_t>(n);
        }
        return true;
    }
    static std::string stream(int fd) {
        std::string content;
        for (;;) {
            std::uint32_t length = 0;
            if (!read_exactly(fd, reinterpret_cast<char*>(&length), 4)) return {};
            length = ntohl(length);
            if (length == 0) return content;
            const std::size_t at = content.size();
            content.resize(at + length);
            if (!read_exactly(fd, content.data() + at, length)) return {};
            if (content.size() > 3'000'000) return "LIMIT";
        }
    }
    static void answer(int fd, std::string_view text) {
        const std::string line = std::string(text) + '\0';
        CHECK(::send(fd, line.data(), line.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(line.size()));
    }
    void serve() {
        for (;;) {
            const detail::Fd fd(::accept(listener_.get(), nullptr, nullptr));
            if (!fd) return;
            std::string command;
            for (char c = 1; c != 0 && read_exactly(fd.get(), &c, 1);) command += c;
            if (command == std::string("zPING\0", 6)) answer(fd.get(), "PONG");
            if (command != std::string("zINSTREAM\0", 10)) continue;
            const std::string content = stream(fd.get());
            if (content == "HANG") continue;
            if (content == "SILENT") {
                char c = 0;
                while (::read(fd.get(), &c, 1) > 0) {
                }
                continue;
            }
            if (content == "LIMIT")
                answer(fd.get(), "INSTREAM size limit exceeded. ERROR");
            else
                answer(fd.get(),
                       test::contains(content, "EICAR") ? "stream: Win.Test.EICAR_HDB-1 FOUND" : "stream: OK");
        }
    }

    detail::Fd listener_;
    std::thread thread_;
};

}  // namespace

TEST_CASE("a file is readable once clamd found it safe, and only then") {
    const test::Folder folder;
    const FakeClamd clamd(folder.path() / "clamd.ctl");
    const Scanner scanner = *Scanner::make(
        {.address = "unix:" + (folder.path() / "clamd.ctl").string(), .timeout = std::chrono::milliseconds(500)});
    CHECK(scanner.ping().has_value());
    CHECK(scanner.scan("a harmless quote").state == ScanState::Safe);
    CHECK(scanner.scan(std::string(1'000'000, 'x')).state == ScanState::Safe);
    CHECK(scanner.scan("").state == ScanState::Safe);
    const ScanResult infected = scanner.scan(std::string(200'000, 'x') + "EICAR");
    CHECK(infected.state == ScanState::Infected);
    CHECK(infected.detail == "Win.Test.EICAR_HDB-1");
    CHECK(scanner.scan_file(folder.file("f", "EICAR")).state == ScanState::Infected);
    CHECK(scanner.scan_file(folder.path() / "missing").state == ScanState::Error);
    CHECK(scanner.scan("HANG").state == ScanState::Error);
    CHECK(scanner.scan("SILENT").state == ScanState::Error);
    CHECK(scanner.scan(std::string(4'000'000, 'x')).state == ScanState::Error);

    CHECK(scanner.readable(ScanState::Safe));
    for (const ScanState state : {ScanState::Pending, ScanState::Error, ScanState::Infected, ScanState::Unscanned})
        CHECK_FALSE(scanner.readable(state));
}

TEST_CASE("where no antivirus is configured, it is said and files stay readable") {
    const Scanner scanner = *Scanner::make({});
    CHECK_FALSE(scanner.configured());
    CHECK(scanner.scan("x").state == ScanState::Unscanned);
    CHECK(scanner.readable(ScanState::Unscanned));
    CHECK_FALSE(scanner.readable(ScanState::Infected));
    const test::Folder folder;
    CHECK(Scanner::make({.address = "unix:" + (folder.path() / "nobody").string()})->scan("x").state ==
          ScanState::Error);
}

TEST_CASE("only this machine is asked, since the stream is not encrypted") {
    for (const char* good :
         {"", "unix:/run/clamav/clamd.ctl", "tcp:127.0.0.1:3310", "tcp:localhost:3310", "tcp:[::1]:3310"})
        CHECK(Scanner::make({.address = good}).has_value());
    for (const char* bad : {"clamd", "unix:", "tcp:10.0.0.1:3310", "tcp:127.0.0.1", "tcp:127.0.0.1:0",
                            "tcp:127.0.0.1:99999", "tcp:example.org:3310"})
        CHECK(Scanner::make({.address = bad}).error().code == base::Code::Invalid);
    for (const ScanState state :
         {ScanState::Pending, ScanState::Safe, ScanState::Infected, ScanState::Unscanned, ScanState::Error})
        CHECK(*parse_scan_state(scan_state_name(state)) == state);
}
