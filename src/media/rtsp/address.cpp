#include "media/rtsp/address.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace beffroi::rtsp {

namespace {

std::vector<Address> resolve(const std::string& host, std::uint16_t port, int flags, std::string& error) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int outcome = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    if (outcome != 0) {
        error = ::gai_strerror(outcome);
        return {};
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(list, &::freeaddrinfo);
    std::vector<Address> addresses;
    for (const addrinfo* entry = list; entry != nullptr && addresses.size() < 8; entry = entry->ai_next) {
        if (entry->ai_addrlen > sizeof(sockaddr_storage)) continue;
        Address address;
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        address.length = entry->ai_addrlen;
        addresses.push_back(address);
    }
    return addresses;
}

}  // namespace

std::uint16_t Address::port() const {
    if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

void Address::set_port(std::uint16_t port) {
    if (family() == AF_INET6) {
        reinterpret_cast<sockaddr_in6*>(&storage)->sin6_port = htons(port);
    } else {
        reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port);
    }
}

bool Address::same_host(const Address& other) const {
    if (family() != other.family()) return false;
    if (family() == AF_INET6) {
        return std::memcmp(&reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr,
                           &reinterpret_cast<const sockaddr_in6*>(&other.storage)->sin6_addr, sizeof(in6_addr)) == 0;
    }
    return reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr.s_addr ==
           reinterpret_cast<const sockaddr_in*>(&other.storage)->sin_addr.s_addr;
}

std::optional<Address> literal_address(const std::string& host, std::uint16_t port) {
    std::string ignored;
    auto found = resolve(host, port, AI_NUMERICHOST, ignored);
    if (found.empty()) return std::nullopt;
    return found.front();
}

std::vector<Address> look_up(const std::string& host, std::uint16_t port, std::string& error) {
    return resolve(host, port, AI_ADDRCONFIG, error);
}

struct Errand::Shared {
    explicit Shared(std::function<void()> what)
        : work(std::move(what)), event(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        if (event < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
    ~Shared() { ::close(event); }

    std::function<void()> work;
    int event;
};

Errand::Errand(net::Poller& poller, std::function<void()> work, std::function<void()> done)
    : poller_(poller), done_(std::move(done)), shared_(std::make_shared<Shared>(std::move(work))) {
    poller_.watch(shared_->event, *this, true, false);
    // Detached: a resolver that hangs must not keep a stream from stopping. The thread touches `shared` only.
    std::thread([shared = shared_] {
        pthread_setname_np(pthread_self(), "rtsp-errand");
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        shared->work();
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(shared->event, &one, sizeof one);
    }).detach();
}

Errand::~Errand() {
    poller_.forget(shared_->event);
}

void Errand::on_ready(bool /*readable*/, bool /*writable*/, bool /*broken*/) {
    std::uint64_t count = 0;
    // Also what orders the thread's results before their reading here.
    if (::read(shared_->event, &count, sizeof count) != sizeof count) return;
    poller_.forget(shared_->event);
    const auto done = std::move(done_);
    done();  // may destroy this object
}

}  // namespace beffroi::rtsp
