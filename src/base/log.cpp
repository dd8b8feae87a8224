#include "base/log.hpp"

#include "base/text.hpp"

namespace beffroi::base {

Level level_named(std::string_view name) {
    if (name == "debug") return Level::Debug;
    if (name == "warn") return Level::Warn;
    if (name == "error") return Level::Error;
    return Level::Info;
}

void Log::write(Level level, std::string_view event, Fields fields) {
    if (level < level_) return;
    constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};
    std::string line = R"({"at":")" + iso(clock_.now()) + R"(","level":")" +
                       std::string(kNames[static_cast<int>(level)]) + R"(","event":)" + json_string(event);
    for (const auto& [name, value] : fields) {
        line += ',';
        line += json_string(name);
        line += ':';
        line += json_string(value);
    }
    line += "}\n";
    std::lock_guard lock(mutex_);
    std::fwrite(line.data(), 1, line.size(), out_);
    std::fflush(out_);
}

}  // namespace beffroi::base
