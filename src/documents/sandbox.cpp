#include "documents/sandbox.hpp"

#include <array>
#include <cerrno>
#include <csignal>

#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "documents/files.hpp"

namespace beffroi::documents::detail {

using base::Code;
using Steady = std::chrono::steady_clock;

namespace {

constexpr int kCannotStart = 127;

void limit(int what, rlim_t value) {
    const rlimit both{value, value};
    ::setrlimit(static_cast<__rlimit_resource_t>(what), &both);
}

// Between fork and exec of a program with threads: system calls only.
[[noreturn]] void become(const char* program, char* const* arguments, char* const* environment, int in, int out,
                         int err, const RunLimits& limits) {
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    ::close_range(3, ~0U, 0);
    ::setsid();
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    ::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC);
    const auto seconds = static_cast<rlim_t>((limits.timeout.count() + 999) / 1000);
    limit(RLIMIT_CPU, seconds);
    limit(RLIMIT_AS, limits.max_memory);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NOFILE, 64);
    ::signal(SIGPIPE, SIG_DFL);
    ::signal(SIGXFSZ, SIG_IGN);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execve(program, arguments, environment);
    ::_exit(kCannotStart);
}

struct Pipe {
    Fd read;
    Fd write;
};

base::Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail(Code::Unavailable, "no pipe");
    return Pipe{Fd(ends[0]), Fd(ends[1])};
}

enum class Taken { More, End };

Taken take(int fd, std::string& into, std::uint64_t max) {
    std::array<char, 65536> buffer{};
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0) return errno == EINTR || errno == EAGAIN ? Taken::More : Taken::End;
    if (n == 0) return Taken::End;
    if (into.size() <= max) into.append(buffer.data(), static_cast<std::size_t>(n));
    return Taken::More;
}

// Reads both streams until they end, the time is over or there is too much.
void collect(RunOutcome& outcome, int out, int err, const RunLimits& limits) {
    constexpr std::uint64_t kMaxErrors = 4096;
    const auto deadline = Steady::now() + limits.timeout;
    std::array<pollfd, 2> polled{pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
    while (polled[0].fd >= 0 || polled[1].fd >= 0) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now()).count();
        if (left <= 0) {
            outcome.timed_out = true;
            return;
        }
        if (::poll(polled.data(), polled.size(), static_cast<int>(left)) < 0 && errno != EINTR) return;
        if (polled[0].fd >= 0 && polled[0].revents != 0 && take(out, outcome.output, limits.max_output) == Taken::End)
            polled[0].fd = -1;
        if (polled[1].fd >= 0 && polled[1].revents != 0 && take(err, outcome.errors, kMaxErrors) == Taken::End)
            polled[1].fd = -1;
        if (outcome.output.size() > limits.max_output) {
            outcome.too_much = true;
            return;
        }
    }
}

}  // namespace

base::Result<RunOutcome> run_limited(const std::string& program, const std::vector<std::string>& arguments,
                                     const std::filesystem::path& input, const RunLimits& limits) {
    const Fd in = TRY(open_to_read(input));
    return run_limited(program, arguments, in.get(), limits);
}

base::Result<RunOutcome> run_limited(const std::string& program, const std::vector<std::string>& arguments, int input,
                                     const RunLimits& limits) {
    if (::lseek(input, 0, SEEK_SET) != 0)
        return base::fail(Code::Unavailable, "the input cannot be read from its beginning");
    Pipe out = TRY(make_pipe());
    Pipe err = TRY(make_pipe());
    std::vector<char*> argv{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::array<std::string, 3> variables{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent"};
    std::array<char*, 4> environment{variables[0].data(), variables[1].data(), variables[2].data(), nullptr};

    const pid_t child = ::fork();
    if (child < 0) return base::fail(Code::Unavailable, "cannot start " + program);
    if (child == 0)
        become(program.c_str(), argv.data(), environment.data(), input, out.write.get(), err.write.get(), limits);
    out.write.reset();
    err.write.reset();
    RunOutcome outcome;
    collect(outcome, out.read.get(), err.read.get(), limits);
    // Its own session, so whatever it started goes with it.
    ::kill(-child, SIGKILL);
    if (outcome.timed_out || outcome.too_much) ::kill(child, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    outcome.started = outcome.status != kCannotStart;
    return outcome;
}

}  // namespace beffroi::documents::detail
