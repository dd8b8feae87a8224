// Inside this folder only: another program run on hostile bytes, with little of everything.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace beffroi::documents::detail {

struct RunLimits {
    std::chrono::milliseconds timeout{10'000};  // wall clock; the processor time allowed is the same, rounded up
    std::uint64_t max_memory = 512ULL << 20U;   // address space
    std::uint64_t max_output = 16ULL << 20U;
};

struct RunOutcome {
    bool started = true;
    bool timed_out = false;
    bool too_much = false;  // more output than allowed
    int status = -1;        // exit status, or 128 + signal
    std::string output;     // standard output
    std::string errors;     // standard error, at most 4 KiB
};

// Runs `program` (an absolute path) with `input` as its standard input, an empty environment but for PATH and the
// locale, no network where the kernel allows it, no core file, no file written. Safe from any thread.
[[nodiscard]] base::Result<RunOutcome> run_limited(const std::string& program,
                                                   const std::vector<std::string>& arguments,
                                                   const std::filesystem::path& input, const RunLimits& limits);
// The same with an open file; it is read from its beginning.
[[nodiscard]] base::Result<RunOutcome> run_limited(const std::string& program,
                                                   const std::vector<std::string>& arguments, int input,
                                                   const RunLimits& limits);

}  // namespace beffroi::documents::detail
