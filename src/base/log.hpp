// Structured log: one JSON object a line. Secrets (passwords, tokens, cookies, codes) are never given to it.
#pragma once

#include <cstdio>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.hpp"

namespace beffroi::base {

enum class Level { Debug, Info, Warn, Error };
// "debug", "info", "warn", "error", as configurations say it; any other word means Info.
[[nodiscard]] Level level_named(std::string_view name);

// Safe to use from any thread; a line is written whole.
class Log {
  public:
    using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    // Writes to `out` (not owned), lines below `level` are dropped.
    Log(std::FILE* out, const Clock& clock, Level level) : out_(out), clock_(clock), level_(level) {}

    void write(Level level, std::string_view event, Fields fields = {});
    // Whether a line of this level would be written: to spare the making of its fields.
    [[nodiscard]] bool enabled(Level level) const { return level >= level_; }
    void debug(std::string_view event, Fields fields = {}) { write(Level::Debug, event, fields); }
    void info(std::string_view event, Fields fields = {}) { write(Level::Info, event, fields); }
    void warn(std::string_view event, Fields fields = {}) { write(Level::Warn, event, fields); }
    void error(std::string_view event, Fields fields = {}) { write(Level::Error, event, fields); }

  private:
    std::FILE* out_;
    const Clock& clock_;
    Level level_;
    std::mutex mutex_;
};

}  // namespace beffroi::base
