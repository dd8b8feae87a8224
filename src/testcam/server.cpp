#include "testcam/server.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <future>
#include <queue>
#include <thread>
#include <unordered_map>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/guarded.hpp"
#include "net/tls.hpp"
#include "testcam/camera.hpp"
#include "testcam/session.hpp"

namespace beffroi::testcam {

namespace {

using base::Code;
constexpr std::int64_t kMillion = 1'000'000;

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) address.sin_family = AF_UNSPEC;
    return address;
}

std::uint16_t port_of(int socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

base::Result<Descriptor> bound(int type, const std::string& host, std::uint16_t port) {
    const sockaddr_in address = address_of(host, port);
    if (address.sin_family != AF_INET) return base::fail(Code::Invalid, host + ": not an IPv4 address");
    Descriptor socket(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int one = 1;
    if (type == SOCK_STREAM) ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return base::fail(Code::Unavailable, fmt::format("{}:{}: {}", host, port, std::strerror(errno)));
    }
    return socket;
}

base::Result<Descriptor> listening(const std::string& host, std::uint16_t port) {
    Descriptor socket = TRY(bound(SOCK_STREAM, host, port));
    constexpr int kQueue = 1024;
    if (::listen(socket.number(), kQueue) != 0) return base::fail(Code::Unavailable, std::strerror(errno));
    return socket;
}

// Whether two cameras can share their pictures.
bool same_picture(const CameraSettings& a, const CameraSettings& b) {
    return a.codec == b.codec && a.width == b.width && a.height == b.height && a.rate == b.rate && a.group == b.group &&
           a.bit_rate == b.bit_rate && a.key_weight == b.key_weight && a.b_frames == b.b_frames &&
           a.payload_most == b.payload_most;
}

}  // namespace

struct Server::Impl {
    World world;
    Descriptor epoll{::epoll_create1(EPOLL_CLOEXEC)};
    Descriptor wake{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    Descriptor listener;
    std::unordered_map<int, std::unique_ptr<Session>> sessions;
    struct Due {
        std::int64_t at_us;
        std::uint32_t camera;
        bool operator>(const Due& other) const { return at_us > other.at_us; }
    };
    std::priority_queue<Due, std::vector<Due>, std::greater<>> due;
    std::vector<bool> scheduled;  // cameras that stand in `due`
    std::vector<Fault> script;    // what is still to come, the next one last
    std::int64_t next_check_us = 0;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    base::Guarded<std::vector<std::function<void()>>> tasks;
    std::atomic<bool> stopping{false};
    std::jthread thread;

    base::Status open(const base::Clock& clock);
    void watch(int descriptor, std::uint32_t events, int how) const;
    void run();
    void turn();
    void accept();
    void on_session(int descriptor, std::uint32_t events);
    void read_reports(int descriptor);
    void send_due();
    void schedule();
    void check();
    void follow_script();
    void apply(const Fault& fault);
    void update(int descriptor);
    int wait_ms() const;
    template <typename Task>
    void on_thread(Task task);
};

base::Status Server::Impl::open(const base::Clock& clock) {
    ServerSettings& settings = world.settings;
    world.start_utc_us = clock.now().ms * 1000;
    listener = TRY(listening(settings.address, settings.port));
    world.port = port_of(listener.number());
    world.rtp = TRY(bound(SOCK_DGRAM, settings.address, 0));
    world.rtcp = TRY(bound(SOCK_DGRAM, settings.address, 0));
    world.other = TRY(bound(SOCK_DGRAM, settings.address, 0));
    world.rtp_port = port_of(world.rtp.number());
    world.rtcp_port = port_of(world.rtcp.number());
    if (settings.tls) {
        const auto pair = TRY(net::self_signed({settings.address, "localhost"}, clock.now(), 30));
        world.tls = TRY(ServerTls::create(pair.certificate, pair.key));
    }
    std::uint32_t index = 0;
    for (const CameraSettings& camera : settings.cameras) {
        if (camera.width < 16 || camera.height < 16 || camera.width % 2 != 0 || camera.height % 2 != 0 ||
            camera.width > 8192 || camera.height > 8192 || camera.rate <= 0 || camera.payload_most < 100 ||
            camera.payload_most > 65'000 ||
            (camera.codec == VideoCodec::Jpeg && (camera.width > 2040 || camera.height > 2040))) {
            return base::fail(Code::Invalid, fmt::format("camera {}: size {}x{} or rate {}", index, camera.width,
                                                         camera.height, camera.rate));
        }
        std::uint32_t profile = 0;
        while (!same_picture(settings.cameras[profile], camera)) ++profile;
        world.cameras.push_back(std::make_unique<Camera>(world, index, camera, profile));
        ++index;
    }
    scheduled.assign(index, false);
    script = settings.script;
    std::sort(script.begin(), script.end(), [](const auto& a, const auto& b) { return a.after_s > b.after_s; });
    watch(wake.number(), EPOLLIN, EPOLL_CTL_ADD);
    watch(listener.number(), EPOLLIN, EPOLL_CTL_ADD);
    watch(world.rtp.number(), EPOLLIN, EPOLL_CTL_ADD);
    watch(world.rtcp.number(), EPOLLIN, EPOLL_CTL_ADD);
    return {};
}

void Server::Impl::watch(int descriptor, std::uint32_t events, int how) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    ::epoll_ctl(epoll.number(), how, descriptor, &event);
}

void Server::Impl::turn() {
    const auto passed = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start);
    world.now_us = static_cast<std::int64_t>(passed.count() * world.settings.pace);
}

int Server::Impl::wait_ms() const {
    std::int64_t next = next_check_us;
    if (!due.empty()) next = std::min(next, due.top().at_us);
    if (!script.empty()) next = std::min(next, static_cast<std::int64_t>(script.back().after_s * kMillion));
    const double left = static_cast<double>(next - world.now_us) / world.settings.pace / 1000;
    return left <= 0 ? 0 : static_cast<int>(left) + 1;
}

void Server::Impl::run() {
    std::array<epoll_event, 256> events{};
    while (!stopping) {
        turn();
        const int count = ::epoll_wait(epoll.number(), events.data(), static_cast<int>(events.size()), wait_ms());
        turn();
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            const int descriptor = event.data.fd;
            if (descriptor == wake.number()) {
                std::uint64_t number = 0;
                (void)!::read(descriptor, &number, sizeof number);
                std::vector<std::function<void()>> todo;
                tasks.with([&](auto& waiting) { todo.swap(waiting); });
                for (auto& task : todo) task();
            } else if (descriptor == listener.number()) {
                accept();
            } else if (descriptor == world.rtcp.number() || descriptor == world.rtp.number()) {
                read_reports(descriptor);
            } else {
                on_session(descriptor, event.events);
            }
        }
        follow_script();
        schedule();
        send_due();
        if (world.now_us >= next_check_us) check();
    }
    sessions.clear();
}

void Server::Impl::accept() {
    for (;;) {
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        Descriptor socket(
            ::accept4(listener.number(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket.open()) return;
        const int one = 1;
        ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        ++world.connections;
        const int descriptor = socket.number();
        auto channel = world.tls ? tls_channel(std::move(socket), world.tls) : plain_channel(std::move(socket));
        sessions[descriptor] = std::make_unique<Session>(world, std::move(channel), peer);
        watch(descriptor, EPOLLIN, EPOLL_CTL_ADD);
    }
}

void Server::Impl::on_session(int descriptor, std::uint32_t events) {
    const auto found = sessions.find(descriptor);
    if (found == sessions.end()) return;
    Session& session = *found->second;
    bool alive = !session.over();
    if (alive && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) alive = session.on_readable();
    if (alive && (events & EPOLLOUT) != 0) alive = session.on_writable();
    if (!alive || session.over()) {
        sessions.erase(found);
    } else {
        update(descriptor);
    }
}

void Server::Impl::update(int descriptor) {
    const auto found = sessions.find(descriptor);
    if (found == sessions.end() || found->second->watched_for_write == found->second->wants_write()) return;
    const bool writing = found->second->watched_for_write = found->second->wants_write();
    watch(descriptor, writing ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
}

// Receiver reports, and whatever clients send to open their firewalls.
void Server::Impl::read_reports(int descriptor) {
    std::array<std::uint8_t, 2048> buffer;
    for (;;) {
        sockaddr_in from{};
        socklen_t size = sizeof from;
        if (::recvfrom(descriptor, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &size) < 0)
            return;
        if (descriptor != world.rtcp.number()) continue;
        for (auto& [number, session] : sessions) {
            if (!session->owns(from)) continue;
            session->on_report();
            ++session->camera()->counters().reports_received;
        }
    }
}

// Cameras that somebody began to watch.
void Server::Impl::schedule() {
    for (std::uint32_t i = 0; i < world.cameras.size(); ++i) {
        if (scheduled[i] || world.cameras[i]->counters().playing == 0) continue;
        scheduled[i] = true;
        due.push({world.now_us, i});
    }
}

void Server::Impl::send_due() {
    while (!due.empty() && due.top().at_us <= world.now_us) {
        const std::uint32_t index = due.top().camera;
        due.pop();
        const auto next = world.cameras[index]->tick();
        scheduled[index] = next.has_value();
        if (next) due.push({*next, index});
    }
    for (const int descriptor : world.blocked) update(descriptor);
    world.blocked.clear();
}

void Server::Impl::check() {
    constexpr std::int64_t kEvery = 100'000;
    next_check_us = world.now_us + static_cast<std::int64_t>(kEvery * std::max(1.0, world.settings.pace));
    for (auto& camera : world.cameras) {
        if (camera->bent()) camera->expire();
    }
    for (auto at = sessions.begin(); at != sessions.end();) {
        at->second->check_timeouts();
        at = at->second->over() ? sessions.erase(at) : std::next(at);
    }
    if (world.refuse_until_us != 0 && world.now_us >= world.refuse_until_us) {
        if (auto again = listening(world.settings.address, world.port)) {
            listener = std::move(*again);
            watch(listener.number(), EPOLLIN, EPOLL_CTL_ADD);
            world.refuse_until_us = 0;
        }
    }
}

void Server::Impl::follow_script() {
    while (!script.empty() && static_cast<std::int64_t>(script.back().after_s * kMillion) <= world.now_us) {
        const Fault fault = script.back();
        script.pop_back();
        apply(fault);
    }
}

void Server::Impl::apply(const Fault& fault) {
    for (auto& camera : world.cameras) {
        if (fault.camera == kAllCameras || fault.camera == static_cast<std::int32_t>(camera->index()))
            camera->apply(fault);
    }
    const bool closes = fault.kind == FaultKind::Reboot || fault.kind == FaultKind::Disconnect;
    if (closes) std::erase_if(sessions, [](const auto& entry) { return entry.second->over(); });
    if (fault.kind == FaultKind::Reboot && fault.camera == kAllCameras) {
        sessions.clear();
        listener = Descriptor();  // nobody answers
        world.refuse_until_us =
            std::max<std::int64_t>(1, world.now_us + static_cast<std::int64_t>(fault.value * kMillion));
        next_check_us = std::min(next_check_us, world.refuse_until_us);
    }
}

template <typename Task>
void Server::Impl::on_thread(Task task) {
    std::promise<void> done;
    tasks.with([&](auto& waiting) {
        waiting.push_back([&] {
            task();
            done.set_value();
        });
    });
    const std::uint64_t one = 1;
    (void)!::write(wake.number(), &one, sizeof one);
    done.get_future().wait();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
    impl_->stopping = true;
    const std::uint64_t one = 1;
    (void)!::write(impl_->wake.number(), &one, sizeof one);
    if (impl_->thread.joinable()) impl_->thread.join();
}

base::Result<std::unique_ptr<Server>> Server::start(ServerSettings settings, const base::Clock& clock) {
    auto impl = std::make_unique<Impl>();
    impl->world.settings = std::move(settings);
    TRY(impl->open(clock));
    Impl& running = *impl;
    auto server = std::make_unique<Server>(std::move(impl));
    running.thread = std::jthread([&running] {
        ::pthread_setname_np(::pthread_self(), "testcam");
        running.run();
    });
    return server;
}

std::uint16_t Server::port() const {
    return impl_->world.port;
}

std::string Server::url(std::uint32_t camera) const {
    return fmt::format("{}://{}:{}/cam{}", impl_->world.settings.tls ? "rtsps" : "rtsp", impl_->world.settings.address,
                       impl_->world.port, camera);
}

void Server::apply(const Fault& fault) {
    impl_->on_thread([&] { impl_->apply(fault); });
}

void Server::clear(FaultKind kind, std::int32_t camera) {
    impl_->on_thread([&] {
        for (auto& one : impl_->world.cameras) {
            if (camera == kAllCameras || camera == static_cast<std::int32_t>(one->index())) one->clear(kind);
        }
    });
}

Counters Server::counters(std::int32_t camera) const {
    Counters sum;
    impl_->on_thread([&] {
        for (auto& one : impl_->world.cameras) {
            if (camera != kAllCameras && camera != static_cast<std::int32_t>(one->index())) continue;
            const Counters& from = one->counters();
            sum.sessions += from.sessions;
            sum.playing += from.playing;
            sum.video_setups += from.video_setups;
            sum.sound_setups += from.sound_setups;
            sum.sound_packets += from.sound_packets;
            sum.frames += from.frames;
            sum.frames_left_out += from.frames_left_out;
            sum.packets += from.packets;
            sum.bytes += from.bytes;
            sum.reports_received += from.reports_received;
            sum.keep_alives += from.keep_alives;
            sum.teardowns += from.teardowns;
            sum.unauthorized += from.unauthorized;
            sum.pauses += from.pauses;
            sum.timed_out += from.timed_out;
            sum.last_frame = std::max(sum.last_frame, from.last_frame);
            sum.boot = std::max(sum.boot, from.boot);
        }
        sum.connections = impl_->world.connections;
    });
    return sum;
}

std::vector<std::string> Server::requests() const {
    std::vector<std::string> out;
    impl_->on_thread([&] { out.assign(impl_->world.requests.begin(), impl_->world.requests.end()); });
    return out;
}

}  // namespace beffroi::testcam
