// What the handlers of this folder share: who may come in, which camera, which interval. For src/video/pages only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/catalogue.hpp"
#include "http/rate_limit.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "video/pages/services.hpp"
#include "video/playback/clip.hpp"

namespace beffroi::video_pages {

// Kept by the handlers for as long as the routes live.
struct Site {
    explicit Site(Services& its_services)
        : services(its_services),
          clips(its_services.archive),
          wrong_tokens({.burst = 10, .refill = std::chrono::milliseconds(10'000)}, its_services.clock) {}
    Services& services;
    playback::Clips clips;
    http::RateLimiter wrong_tokens;  // by address
};
using SitePtr = std::shared_ptr<Site>;

inline constexpr std::string_view kTokenCookie = "beffroi_token";

// Compared with every token in constant time. None: not one of ours.
[[nodiscard]] std::optional<std::string> token_name(const std::vector<Token>& tokens, std::string_view token);
// Lets in who brings a token (Authorization: Bearer, or the cookie), sends others to the sign-in page or answers 401;
// 429 after too many wrong ones.
[[nodiscard]] http::Admit admit(const SitePtr& site);

// What `?lang=` asks, else the cookie, else the browser; French otherwise.
[[nodiscard]] base::Language language_of(const http::Request& request);

[[nodiscard]] std::optional<CameraStatus> find_camera(Services& services, std::string_view id);
// Of the {camera} in the route; throws base::Failure(NotFound).
[[nodiscard]] CameraStatus camera_of(Services& services, const http::Request& request);

// "2026-11-25T12:00:00Z" or microseconds since 1970; throws base::Failure(Invalid).
[[nodiscard]] std::int64_t parse_time(std::string_view text);
struct Interval {
    std::int64_t from_us = 0;
    std::int64_t to_us = 0;
};
// From `from` and `to`, or `period` (day, week, month) before now. `longest` in microseconds.
[[nodiscard]] Interval interval_of(const http::Request& request, const base::Clock& clock, std::int64_t longest);

[[nodiscard]] std::string_view state_name(CameraStatus::State state);  // "recording"

void add_api(http::Router& router, const SitePtr& site);
void add_media(http::Router& router, const SitePtr& site);
void add_pages(http::Router& router, const SitePtr& site);

[[nodiscard]] std::string_view openapi();  // JSON

}  // namespace beffroi::video_pages
