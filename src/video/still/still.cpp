#include "video/still/still.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace beffroi::still {

namespace {

using base::Code;
using Steady = std::chrono::steady_clock;

class Descriptor {
  public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { close(); }
    void close() {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

struct Pipe {
    Descriptor read, write;
    [[nodiscard]] static Pipe make() {
        std::array<int, 2> ends{-1, -1};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw base::Failure({Code::Unavailable, "no pipe for a still: out of descriptors", {}});
        return {Descriptor(ends[0]), Descriptor(ends[1])};
    }
};

void put(std::string& out, std::uint64_t value, int bytes) {
    while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes));
}

std::string request(const codec::VideoFormat& format, codec::Bytes unit, std::uint16_t widest) {
    std::string out = "BFS1";
    put(out, static_cast<std::uint64_t>(format.codec) + 1, 1);
    put(out, widest, 2);
    put(out, format.configuration.size(), 4);
    put(out, unit.size(), 4);
    out.append(format.configuration.begin(), format.configuration.end());
    out.append(unit.begin(), unit.end());
    return out;
}

// The other program, from its start to its end, whatever happens here.
class Child {
  public:
    static base::Result<Child> start(const std::filesystem::path& program, int input, int output) {
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        std::string name = program.string();
        std::array<char*, 2> arguments{name.data(), nullptr};
        std::array<char*, 1> environment{nullptr};  // nothing of ours is its business
        pid_t id = 0;
        int failed = posix_spawn(&id, name.c_str(), &actions, nullptr, arguments.data(), environment.data());
        posix_spawn_file_actions_destroy(&actions);
        if (failed != 0) return base::fail(Code::Unavailable, name + ": can't be started, no still can be made");
        return Child(id);
    }
    Child(Child&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
    Child& operator=(Child&&) = delete;
    ~Child() {
        if (id_ == 0) return;
        ::kill(id_, SIGKILL);
        (void)end();
    }
    // Its exit code; -1 when a signal ended it (the sandbox, too).
    int end() {
        int status = 0;
        pid_t id = std::exchange(id_, 0);
        while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
        }
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    explicit Child(pid_t id) : id_(id) {}
    pid_t id_;
};

// Gives and takes until the other side closes; false when time is up.
bool exchange(Descriptor& to, std::string_view given, Descriptor& from, std::string& taken, Steady::time_point until) {
    ::fcntl(to.number(), F_SETFL, O_NONBLOCK);
    std::array<char, 65536> buffer{};
    for (;;) {
        auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now()).count();
        if (left <= 0) return false;
        std::array<pollfd, 2> both{{{from.number(), POLLIN, 0}, {to.number(), POLLOUT, 0}}};
        if (::poll(both.data(), to.number() >= 0 ? 2 : 1, static_cast<int>(left)) < 0 && errno != EINTR) return false;
        if (to.number() >= 0 && both[1].revents != 0) {
            ssize_t gone = ::write(to.number(), given.data(), given.size());
            if (gone > 0) given.remove_prefix(static_cast<std::size_t>(gone));
            if (given.empty() || (gone < 0 && errno != EAGAIN && errno != EINTR)) to.close();
        }
        if (both[0].revents == 0) continue;
        ssize_t got = ::read(from.number(), buffer.data(), buffer.size());
        if (got == 0) return true;
        if (got > 0) taken.append(buffer.data(), static_cast<std::size_t>(got));
        if (got < 0 && errno != EINTR) return true;
    }
}

}  // namespace

base::Result<std::string> Maker::jpeg(const codec::VideoFormat& format, codec::Bytes unit, std::uint16_t widest) {
    if (format.codec == codec::Codec::Jpeg && widest == 0) return std::string(unit.begin(), unit.end());
    places_.acquire();
    std::unique_ptr<std::counting_semaphore<2>, void (*)(std::counting_semaphore<2>*)> place(
        &places_, [](std::counting_semaphore<2>* places) { places->release(); });
    Pipe in = Pipe::make();
    Pipe out = Pipe::make();
    Child child = TRY(Child::start(options_.program, in.read.number(), out.write.number()));
    in.read.close();
    out.write.close();
    std::string taken;
    bool in_time =
        exchange(in.write, request(format, unit, widest), out.read, taken, Steady::now() + options_.patience);
    if (!in_time) return base::fail(Code::Unavailable, "making a still took too long");
    if (child.end() != 0 || taken.empty()) return base::fail(Code::Corrupt, "this key frame can't be decoded");
    return taken;
}

}  // namespace beffroi::still
