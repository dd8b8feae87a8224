#include "video/pages/parts.hpp"

#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace beffroi::video_pages {

namespace {

using base::Code;

[[noreturn]] void invalid(std::string detail, std::string key) {
    throw base::Failure(base::Error{Code::Invalid, std::move(detail), {std::move(key), {}}});
}

constexpr std::int64_t kDay = 86'400'000'000;

}  // namespace

std::optional<CameraStatus> find_camera(Services& services, std::string_view id) {
    for (auto& camera : services.cameras())
        if (camera.id == id) return std::move(camera);
    return std::nullopt;
}

CameraStatus camera_of(Services& services, const http::Request& request) {
    auto camera = find_camera(services, request.param("camera"));
    if (!camera) throw base::Failure(base::Error{Code::NotFound, "no such camera", {"video.error.no_camera", {}}});
    return *std::move(camera);
}

std::int64_t parse_time(std::string_view text) {
    std::int64_t us = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), us);
    if (!text.empty() && error == std::errc{} && end == text.data() + text.size()) return us;
    const auto at = base::parse_timestamp(text);
    if (!at) invalid("not an instant: " + std::string(text), "video.error.instant");
    return at->ms * 1000;
}

Interval interval_of(const http::Request& request, const base::Clock& clock, std::int64_t longest) {
    Interval out;
    const std::string_view period = request.query.value("period");
    if (!period.empty()) {
        const std::int64_t days = period == "day" ? 1 : period == "week" ? 7 : period == "month" ? 31 : 0;
        if (days == 0) invalid("period is day, week or month", "video.error.interval");
        out.to_us = request.query.has("to") ? parse_time(request.query.value("to")) : clock.now().ms * 1000;
        out.from_us = out.to_us - days * kDay;
    } else {
        out.from_us = parse_time(request.query.value("from"));
        out.to_us = parse_time(request.query.value("to"));
    }
    if (out.to_us <= out.from_us) invalid("the interval is empty", "video.error.interval");
    if (out.to_us - out.from_us > longest) invalid("the interval is too long", "video.error.too_long");
    return out;
}

std::string_view state_name(CameraStatus::State state) {
    using State = CameraStatus::State;
    switch (state) {
        case State::Recording:
            return "recording";
        case State::Connecting:
            return "connecting";
        case State::Lost:
            return "lost";
        case State::Refused:
            return "refused";
        case State::Stopped:
            return "stopped";
    }
    return "";
}

}  // namespace beffroi::video_pages
