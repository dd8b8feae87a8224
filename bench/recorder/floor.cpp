// The floor: what receiving and storing cameras costs when nothing else is done. Receives RTP over TCP interleaved,
// parses the frames and the FU-A headers, copies the payload once into 1 MiB aligned buffers and writes those with
// O_DIRECT into preallocated files. No index, no times, no flush, no chain, no recovery, no tolerance of any camera.
// With --hash it also takes SHA-256 of every buffer.
//
//   bench_floor URL_PREFIX CAMERAS SECONDS FOLDER [--hash]     rtsp://127.0.0.1:8554/cam 200 20 folder
//
// Prints one JSON object: bytes received, processor time (user + system) between the first byte and the end.
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::size_t kBuffer = 1U << 20U;
// Of a camera: written again and again in place, so that the disk does not fill.
constexpr off_t kFile = 16LL << 20U;

[[noreturn]] void die(const std::string& what) {
    std::perror(what.c_str());
    std::exit(1);
}

struct Camera {
    int socket = -1;
    int file = -1;
    off_t written = 0;
    std::size_t filled = 0;
    std::uint8_t* buffer = nullptr;  // freed with the process
    std::vector<std::uint8_t> in = std::vector<std::uint8_t>(256U * 1024U);
    std::size_t begin = 0, end = 0;
};

class Floor {
  public:
    Floor(std::string host, int port, std::string path, std::string folder, bool hash)
        : host_(std::move(host)), port_(port), path_(std::move(path)), folder_(std::move(folder)), hash_(hash) {
        poll_ = ::epoll_create1(EPOLL_CLOEXEC);
    }

    void connect(int number) {
        auto camera = std::make_unique<Camera>();
        camera->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port_));
        inet_pton(AF_INET, host_.c_str(), &to.sin_addr);
        if (::connect(camera->socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) die("connect");
        std::string url = "rtsp://" + host_ + ":" + std::to_string(port_) + path_ + std::to_string(number);
        std::string sdp =
            ask(camera->socket, "DESCRIBE " + url + " RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n");
        std::string control = control_of(sdp, url);
        std::string setup =
            ask(camera->socket,
                "SETUP " + control + " RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n");
        std::string session = field(setup, "Session:");
        send_all(camera->socket, "PLAY " + url + " RTSP/1.0\r\nCSeq: 3\r\nSession: " + session + "\r\n\r\n");
        ::fcntl(camera->socket, F_SETFL, O_NONBLOCK);
        camera->file = ::open((folder_ + "/floor-" + std::to_string(number)).c_str(),
                              O_WRONLY | O_CREAT | O_TRUNC | O_DIRECT | O_CLOEXEC, 0600);
        if (camera->file < 0) die("open");
        if (::fallocate(camera->file, 0, 0, kFile) != 0) die("fallocate");
        camera->buffer = static_cast<std::uint8_t*>(std::aligned_alloc(4096, kBuffer));
        std::memset(camera->buffer, 0, kBuffer);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = camera.get();
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, camera->socket, &event);
        cameras_.push_back(std::move(camera));
    }

    void run(int seconds) {
        using Clock = std::chrono::steady_clock;
        // The answers to PLAY and the first pictures do not count.
        for (auto until = Clock::now() + std::chrono::seconds(2); Clock::now() < until;) once();
        bytes_ = 0;
        rusage before{};
        getrusage(RUSAGE_SELF, &before);
        for (auto until = Clock::now() + std::chrono::seconds(seconds); Clock::now() < until;) once();
        rusage after{};
        getrusage(RUSAGE_SELF, &after);
        double cpu =
            time_of(after.ru_utime) + time_of(after.ru_stime) - time_of(before.ru_utime) - time_of(before.ru_stime);
        std::printf("{\"bytes\":%zu,\"cpu_s\":%.3f,\"cpu_s_per_gb\":%.3f,\"rss_kib\":%ld}\n", bytes_, cpu,
                    cpu / (static_cast<double>(bytes_) / 1e9), after.ru_maxrss);
    }

  private:
    static double time_of(const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    }

    static void send_all(int socket, const std::string& text) {
        if (::send(socket, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) die("send");
    }

    static std::string ask(int socket, const std::string& text) {
        send_all(socket, text);
        std::string answer;
        std::array<char, 8192> part{};
        for (;;) {
            ssize_t got = ::recv(socket, part.data(), part.size(), 0);
            if (got <= 0) die("recv");
            answer.append(part.data(), static_cast<std::size_t>(got));
            std::size_t head = answer.find("\r\n\r\n");
            if (head == std::string::npos) continue;
            std::string length = field(answer, "Content-Length:");
            std::size_t body = length.empty() ? 0 : std::stoul(length);
            if (answer.size() >= head + 4 + body) return answer;
        }
    }

    static std::string field(const std::string& text, const std::string& name) {
        std::size_t at = text.find(name);
        if (at == std::string::npos) return {};
        at = text.find_first_not_of(' ', at + name.size());
        return text.substr(at, text.find_first_of("\r;", at) - at);
    }

    static std::string control_of(const std::string& sdp, const std::string& url) {
        std::size_t media = sdp.find("m=video");
        std::size_t at = sdp.find("a=control:", media == std::string::npos ? 0 : media);
        if (at == std::string::npos) return url;
        std::string control = sdp.substr(at + 10, sdp.find_first_of("\r\n", at) - at - 10);
        return control.starts_with("rtsp") ? control : url + "/" + control;
    }

    void once() {
        std::array<epoll_event, 256> events{};
        int ready = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 100);
        for (int i = 0; i < ready; ++i) read(*static_cast<Camera*>(events.at(static_cast<std::size_t>(i)).data.ptr));
    }

    void read(Camera& camera) {
        for (;;) {
            if (camera.in.size() - camera.end < 65536) {
                std::memmove(camera.in.data(), camera.in.data() + camera.begin, camera.end - camera.begin);
                camera.end -= camera.begin;
                camera.begin = 0;
            }
            std::size_t room = camera.in.size() - camera.end;
            ssize_t got = ::recv(camera.socket, camera.in.data() + camera.end, room, 0);
            if (got <= 0) return;
            camera.end += static_cast<std::size_t>(got);
            parse(camera);
            if (static_cast<std::size_t>(got) < room) return;
        }
    }

    void parse(Camera& camera) {
        std::uint8_t* data = camera.in.data();
        while (camera.end - camera.begin >= 4) {
            if (data[camera.begin] != '$') {  // the answer to PLAY
                ++camera.begin;
                continue;
            }
            std::size_t length = static_cast<std::size_t>(data[camera.begin + 2] << 8 | data[camera.begin + 3]);
            if (camera.end - camera.begin < 4 + length) return;
            if (data[camera.begin + 1] == 0 && length > 14) packet(camera, data + camera.begin + 4, length);
            camera.begin += 4 + length;
        }
    }

    void packet(Camera& camera, const std::uint8_t* rtp, std::size_t length) {
        bytes_ += length;
        // FU-A (RFC 6184 §5.8): indicator and header make place for the payload.
        std::size_t skip = (rtp[12] & 0x1FU) == 28 ? 14 : 12;
        const std::uint8_t* from = rtp + skip;
        std::size_t left = length - skip;
        while (left > 0) {
            std::size_t part = std::min(left, kBuffer - camera.filled);
            std::memcpy(camera.buffer + camera.filled, from, part);
            camera.filled += part;
            from += part;
            left -= part;
            if (camera.filled == kBuffer) store(camera);
        }
    }

    void store(Camera& camera) {
        if (hash_) {
            std::array<std::uint8_t, 32> digest{};
            unsigned size = 0;
            EVP_Digest(camera.buffer, kBuffer, digest.data(), &size, EVP_sha256(), nullptr);
        }
        if (::pwrite(camera.file, camera.buffer, kBuffer, camera.written) != static_cast<ssize_t>(kBuffer))
            die("pwrite");
        camera.written = (camera.written + static_cast<off_t>(kBuffer)) % kFile;
        camera.filled = 0;
    }

    std::string host_;
    int port_;
    std::string path_, folder_;
    bool hash_;
    int poll_ = -1;
    std::size_t bytes_ = 0;
    std::vector<std::unique_ptr<Camera>> cameras_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) {
        std::fprintf(stderr, "bench_floor rtsp://127.0.0.1:8554/cam CAMERAS SECONDS FOLDER [--hash]\n");
        return 2;
    }
    std::string prefix = argv[1];
    prefix = prefix.substr(std::strlen("rtsp://"));
    std::size_t colon = prefix.find(':');
    std::size_t slash = prefix.find('/');
    Floor floor(prefix.substr(0, colon), std::atoi(prefix.substr(colon + 1).c_str()), prefix.substr(slash), argv[4],
                argc > 5 && std::strcmp(argv[5], "--hash") == 0);
    for (int i = 0, n = std::atoi(argv[2]); i < n; ++i) floor.connect(i);
    floor.run(std::atoi(argv[3]));
}
