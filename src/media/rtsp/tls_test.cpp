// rtsps: whom a stream trusts, and that it plays.
#include "net/tls.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/rtsp/test_support.hpp"

using namespace beffroi;
using namespace beffroi::rtsp;
using namespace beffroi::rtsp::testing;
using Kind = StreamEvent::Kind;

namespace {

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;

// A camera whose TLS ends here: what is inside goes through a socket pair to a Peer that the test plays.
class TlsCamera {
  public:
    explicit TlsCamera(const net::PemPair& pem) {
        const Owned<BIO, BIO_free_all> certificate(BIO_new_mem_buf(pem.certificate.data(), -1));
        const Owned<BIO, BIO_free_all> key(BIO_new_mem_buf(pem.key.data(), -1));
        const Owned<X509, X509_free> x509(PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
        const Owned<EVP_PKEY, EVP_PKEY_free> pkey(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
        REQUIRE(SSL_CTX_use_certificate(context_.get(), x509.get()) == 1);
        REQUIRE(SSL_CTX_use_PrivateKey(context_.get(), pkey.get()) == 1);
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(listener_, 4) == 0);
        REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port = ntohs(address.sin_port);
    }
    ~TlsCamera() {
        ssl_.reset();
        if (connection_ >= 0) ::close(connection_);
        ::close(listener_);
    }
    TlsCamera(const TlsCamera&) = delete;
    TlsCamera& operator=(const TlsCamera&) = delete;

    // Blocks until the client has come; whether the handshake worked out.
    bool accept() {
        connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_fd(ssl_.get(), connection_);
        return SSL_accept(ssl_.get()) == 1;
    }
    Message request() {
        while (true) {
            auto parsed = parse_message(bytes_);
            if (parsed.state == ParsedMessage::State::Done) {
                bytes_.erase(0, parsed.used);
                return std::move(parsed.message);
            }
            std::array<char, 4096> chunk{};
            const int got = SSL_read(ssl_.get(), chunk.data(), static_cast<int>(chunk.size()));
            REQUIRE(got > 0);
            bytes_.append(chunk.data(), static_cast<std::size_t>(got));
        }
    }
    void send(const std::string& text) {
        REQUIRE(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size()));
    }
    void answer(const Message& request, const std::string& headers, const std::string& body = {}) {
        send("RTSP/1.0 200 OK\r\nCSeq: " + std::string(request.header("CSeq")) + "\r\n" + headers +
             "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    std::uint16_t port = 0;

  private:
    Owned<SSL_CTX, SSL_CTX_free> context_{SSL_CTX_new(TLS_server_method())};
    Owned<SSL, SSL_free> ssl_;
    int listener_ = -1, connection_ = -1;
    std::string bytes_;
};

struct Folder {
    Folder() {
        std::string text = (std::filesystem::temp_directory_path() / "beffroi-rtsps-XXXXXX").string();
        path = ::mkdtemp(text.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

net::PemPair certificate_for(const std::string& host) {
    base::SystemClock clock;
    return net::self_signed({host}, clock.now(), 30).value();
}

StreamOptions secure(const TlsCamera& camera) {
    return quick("rtsps://127.0.0.1:" + std::to_string(camera.port) + "/live");
}

void play(TlsCamera& camera, Recording& recording) {
    REQUIRE(camera.accept());
    camera.answer(camera.request(), "Content-Type: application/sdp\r\n", usual_sdp());
    const auto setup = camera.request();
    CHECK(setup.header("Transport").find("TCP") != std::string_view::npos);  // RTP never leaves TLS
    camera.answer(setup, "Session: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n");
    camera.answer(camera.request(), "");
    Pictures pictures;
    std::string all;
    for (int i = 0; i < 20; ++i) {
        for (const auto& packet : pictures.next(i == 0, 20'000)) {
            all += {'$', '\0', static_cast<char>(packet.size() >> 8U), static_cast<char>(packet.size() & 0xFFU)};
            all.append(packet.begin(), packet.end());
        }
    }
    camera.send(all);
    CHECK(recording.wait_for_frames(19));
    CHECK(recording.stream().stats().lost == 0);
}

}  // namespace

TEST_CASE("a camera over TLS is played when its certificate is vouched for, or when nobody asks") {
    const auto pem = certificate_for("127.0.0.1");
    const Folder folder;
    std::ofstream(folder.path / "ca.pem") << pem.certificate;
    {
        TlsCamera camera(pem);
        auto options = secure(camera);
        options.ca_file = folder.path / "ca.pem";
        options.transport = Transport::Udp;
        Recording recording(options);
        play(camera, recording);
    }
    TlsCamera camera(certificate_for("elsewhere.example"));
    auto options = secure(camera);
    options.tls_verify = false;
    Recording recording(options);
    play(camera, recording);
}

TEST_CASE("a camera with a certificate of another, or that nobody vouches for, is not talked to") {
    const auto pem = certificate_for("elsewhere.example");
    const Folder folder;
    std::ofstream(folder.path / "ca.pem") << pem.certificate;
    for (const bool known : {true, false}) {
        TlsCamera camera(pem);
        auto options = secure(camera);
        if (known) options.ca_file = folder.path / "ca.pem";
        Recording recording(options);
        CHECK_FALSE(camera.accept());
        REQUIRE(recording.wait_for_event(Kind::Lost));
        CHECK(recording.all_details().find("certificate is not trusted") != std::string::npos);
    }
}

TEST_CASE("authorities that can't be read are told") {
    TlsCamera camera(certificate_for("127.0.0.1"));
    auto options = secure(camera);
    options.ca_file = "/nowhere/ca.pem";
    Recording recording(options);
    REQUIRE(recording.wait_for_event(Kind::Lost));
    CHECK(recording.all_details().find("/nowhere/ca.pem") != std::string::npos);
}
