// Pictures and films: live, stored files as they lie, intervals as one file or as a playlist, stills; and /metrics.
#include <charconv>
#include <utility>

#include "http/metrics.hpp"
#include "video/pages/parts.hpp"
#include "video/playback/playable.hpp"

namespace beffroi::video_pages {

namespace {

using base::Code;

[[noreturn]] void not_found(std::string detail) {
    throw base::Failure(base::Error{Code::NotFound, std::move(detail), {}});
}

enum class Which { Main, Sub };

std::shared_ptr<live::Hub> hub_of(Services& services, const http::Request& request, Which which) {
    const std::string camera(request.param("camera"));
    // A grid asks for the small stream, and takes the large one when there is none.
    const bool grid = request.query.value("quality") == "grid";
    std::shared_ptr<live::Hub> hub;
    if (which == Which::Sub || grid) hub = services.hub(camera, Services::Stream::Sub);
    if (!hub && which == Which::Main) hub = services.hub(camera, Services::Stream::Main);
    if (!hub) not_found("no such stream");
    return hub;
}

http::Response live_playlist(Services& services, const http::Request& request, Which which) {
    const std::string file(request.param("file"));
    // What a playlist names is relative to it, so a grid's must lie beside its parts.
    if (which == Which::Main && request.query.value("quality") == "grid" &&
        services.hub(std::string(request.param("camera")), Services::Stream::Sub)) {
        return http::redirect_see_other("/live/" + std::string(request.param("camera")) + "/sub/hls/" + file);
    }
    return hub_of(services, request, which)->hls(request, file);
}

// "12-1764061200000000.mp4" of playback::file_address.
http::Response recording(Services& services, const http::Request& request) {
    const std::string_view name = request.param("file");
    std::int64_t id = 0;
    std::int64_t from_us = 0;
    const char* const end = name.data() + name.size();
    const auto first = std::from_chars(name.data(), end, id);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '-') not_found("no such file");
    const auto second = std::from_chars(first.ptr + 1, end, from_us);
    if (second.ec != std::errc{} || std::string_view(second.ptr, end) != ".mp4") not_found("no such file");
    for (const auto& file : services.archive.files(std::string(request.param("camera")), from_us, from_us + 1)) {
        if (file.id != id) continue;
        http::Response response = http::file("video/mp4", {.path = file.path, .offset = 0, .length = file.bytes});
        // A closed file never changes, so a part of it may be kept; the one being written grows.
        response.header("Cache-Control", file.open ? "no-store" : "private, max-age=3600");
        return response;
    }
    not_found("no such file");
}

std::string clip_name(const CameraStatus& camera, const Interval& interval) {
    std::string at = base::iso(base::Timestamp{interval.from_us / 1000});
    std::erase_if(at, [](char c) { return c == ':' || c == '-'; });
    return camera.id + "-" + at.substr(0, 15) + "Z.mp4";
}

http::Response clip(Site& site, const http::Request& request) {
    const CameraStatus camera = camera_of(site.services, request);
    const Interval interval = interval_of(request, site.services.clock, playback::kLongestPlay);
    const auto found = base::value_or_throw(site.clips.find(camera.id, interval.from_us, interval.to_us));
    http::Response response = playback::answer(*found);
    if (request.query.value("download") == "1") response.attachment(clip_name(camera, interval));
    return response;
}

http::Response playlist(Services& services, const http::Request& request) {
    const CameraStatus camera = camera_of(services, request);
    const Interval interval = interval_of(request, services.clock, playback::kLongestPlay);
    const auto playable =
        base::value_or_throw(playback::find_playable(services.archive, camera.id, interval.from_us, interval.to_us));
    return http::content("application/vnd.apple.mpegurl", playback::vod_playlist(playable)).compressed();
}

http::Response still(Services& services, const http::Request& request) {
    const CameraStatus camera = camera_of(services, request);
    const std::int64_t at =
        request.query.has("at") ? parse_time(request.query.value("at")) : services.clock.now().ms * 1000;
    if (!services.still) throw base::Failure(base::Error{Code::Unavailable, "stills are not made here", {}});
    return http::content("image/jpeg", base::value_or_throw(services.still(camera.id, at)));
}

std::string metrics(Services& services) {
    http::MetricsText text;
    const auto cameras = services.cameras();
    auto each = [&](std::string_view name, std::string_view help, auto value) {
        for (const auto& camera : cameras) {
            for (const auto stream : {Services::Stream::Main, Services::Stream::Sub}) {
                const auto hub = services.hub(camera.id, stream);
                if (!hub) continue;
                text.gauge(name, help, static_cast<double>(value(hub->stats())),
                           {{"camera", camera.id}, {"stream", stream == Services::Stream::Main ? "main" : "sub"}});
            }
        }
    };
    each("beffroi_live_viewers", "Viewers of the live stream now.", [](const live::HubStats& s) { return s.viewers; });
    each("beffroi_live_dropped_frames", "Frames not sent to viewers who could not follow, since the start.",
         [](const live::HubStats& s) { return s.dropped; });
    each("beffroi_live_kept_bytes", "Bytes of the group of pictures that is kept for new viewers.",
         [](const live::HubStats& s) { return s.gop_bytes; });
    for (const auto& disk : services.archive.disks())
        text.gauge("beffroi_disk_free_bytes", "Free bytes on a disk of the archive.", static_cast<double>(disk.free),
                   {{"disk", disk.id}});
    return text.take() + (services.more_metrics ? services.more_metrics() : std::string());
}

}  // namespace

void add_media(http::Router& router, const SitePtr& site) {
    using http::Method;
    const http::RouteOptions quick{.where = http::Where::IoThread, .admit = admit(site)};
    const http::RouteOptions slow{.where = http::Where::Worker, .admit = admit(site)};
    for (const Which which : {Which::Main, Which::Sub}) {
        const std::string at = which == Which::Main ? "/live/{camera}" : "/live/{camera}/sub";
        router.add(
            Method::Get, at + "/ws",
            [site, which](const http::Request& r) { return hub_of(site->services, r, which)->websocket(r); }, quick);
        router.add(
            Method::Get, at + "/mjpeg",
            [site, which](const http::Request& r) { return hub_of(site->services, r, which)->mjpeg(r); }, quick);
        router.add(
            Method::Get, at + "/jpeg",
            [site, which](const http::Request& r) { return hub_of(site->services, r, which)->jpeg(r); }, quick);
        router.add(
            Method::Get, at + "/hls/{file}",
            [site, which](const http::Request& r) { return live_playlist(site->services, r, which); }, quick);
    }
    router.add(
        Method::Get, "/recordings/{camera}/{file}",
        [site](const http::Request& r) { return recording(site->services, r); }, slow);
    router.add(
        Method::Get, "/api/v1/cameras/{camera}/clip.mp4", [site](const http::Request& r) { return clip(*site, r); },
        slow);
    router.add(
        Method::Get, "/api/v1/cameras/{camera}/playlist.m3u8",
        [site](const http::Request& r) { return playlist(site->services, r); }, slow);
    router.add(
        Method::Get, "/api/v1/cameras/{camera}/still.jpg",
        [site](const http::Request& r) { return still(site->services, r); }, slow);
    router.add(
        Method::Get, "/metrics",
        [site](const http::Request&) { return http::content(http::kMetricsContentType, metrics(site->services)); },
        slow);
}

}  // namespace beffroi::video_pages
