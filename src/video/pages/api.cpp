// The JSON API below /api/v1, as openapi.cpp describes it.
#include <algorithm>
#include <utility>

#include "video/pages/json.hpp"
#include "video/pages/parts.hpp"
#include "video/playback/playable.hpp"

namespace beffroi::video_pages {

namespace {

void write_format(Json& json, const codec::FormatPtr& format) {
    json.key("format");
    if (!format) {
        json.null();
        return;
    }
    json.begin_object()
        .member("name", codec::name_of(format->codec))
        .member("codec", format->codec_string)
        .member("width", format->width)
        .member("height", format->height)
        .end_object();
}

void write_camera(Json& json, const CameraStatus& camera) {
    json.begin_object()
        .member("id", camera.id)
        .member("name", camera.name)
        .member("state", state_name(camera.state))
        .member("since", base::iso_us(camera.since_us))
        .member("detail", camera.detail);
    write_format(json, camera.format);
    const auto& stats = camera.stats;
    json.member("rate", stats.rate)
        .member("bits_per_second", camera.bits_per_second)
        .member("sub_stream", camera.has_sub_stream)
        .key("stats")
        .begin_object()
        .member("bytes", stats.bytes)
        .member("frames", stats.frames)
        .member("key_frames", stats.key_frames)
        .member("packets", stats.packets)
        .member("lost", stats.lost)
        .member("damaged", stats.damaged)
        .member("connects", stats.connects)
        .end_object();
    json.key("last_frame");
    if (stats.last_frame_us == 0) {
        json.null();
    } else {
        json.value(base::iso_us(stats.last_frame_us));
    }
    json.key("clock_offset_us");
    if (stats.clock_known) {
        json.value(stats.clock_offset_us);
    } else {
        json.null();
    }
    json.end_object();
}

http::Response answer(Json& json) {
    return http::json(json.take()).compressed();
}

http::Response cameras(Services& services) {
    Json json;
    json.begin_object().key("cameras").begin_array();
    for (const auto& camera : services.cameras()) write_camera(json, camera);
    json.end_array().end_object();
    return answer(json);
}

http::Response status(Services& services) {
    const std::string trouble = services.trouble ? services.trouble() : std::string();
    std::size_t all = 0;
    std::size_t recording = 0;
    for (const auto& camera : services.cameras()) {
        ++all;
        if (camera.state == CameraStatus::State::Recording) ++recording;
    }
    Json json;
    json.begin_object()
        .member("version", services.version)
        .member("now", base::iso(services.clock.now()))
        .member("healthy", trouble.empty())
        .member("trouble", trouble)
        .member("cameras", all)
        .member("recording", recording)
        .end_object();
    return answer(json);
}

http::Response timeline(Services& services, const http::Request& request) {
    const CameraStatus camera = camera_of(services, request);
    const Interval interval = interval_of(request, services.clock, playback::kLongest + playback::kDay);
    Json json;
    json.begin_object()
        .member("camera", camera.id)
        .member("from", base::iso_us(interval.from_us))
        .member("to", base::iso_us(interval.to_us))
        .member("from_us", interval.from_us)
        .member("to_us", interval.to_us)
        .key("spans")
        .begin_array();
    std::int64_t recorded = 0;
    for (const auto& span : services.archive.timeline(camera.id, interval.from_us, interval.to_us)) {
        const std::int64_t from = std::max(span.from_us, interval.from_us);
        const std::int64_t to = std::min(span.to_us, interval.to_us);
        if (to <= from) continue;
        if (span.recorded) recorded += to - from;
        json.begin_object()
            .member("from_us", from)
            .member("to_us", to)
            .member("recorded", span.recorded)
            .member("reason", span.reason)
            .end_object();
    }
    json.end_array().member("recorded_us", recorded).end_object();
    return answer(json);
}

http::Response files(Services& services, const http::Request& request) {
    const CameraStatus camera = camera_of(services, request);
    const Interval interval = interval_of(request, services.clock, playback::kLongest + playback::kDay);
    Json json;
    json.begin_object().key("files").begin_array();
    for (const auto& file : services.archive.files(camera.id, interval.from_us, interval.to_us)) {
        json.begin_object()
            .member("id", file.id)
            .member("url", playback::file_address(file))
            .member("name", file.path.filename().string())
            .member("from_us", file.from_us)
            .member("to_us", file.to_us)
            .member("bytes", file.bytes)
            .member("frames", file.frames)
            .member("open", file.open);
        write_format(json, file.format);
        json.end_object();
    }
    json.end_array().end_object();
    return answer(json);
}

// For players of ours: byte ranges that can be appended one after the other.
http::Response segments(Services& services, const http::Request& request) {
    const CameraStatus camera = camera_of(services, request);
    const Interval interval = interval_of(request, services.clock, playback::kLongestPlay);
    const auto playable =
        base::value_or_throw(playback::find_playable(services.archive, camera.id, interval.from_us, interval.to_us));
    Json json;
    json.begin_object()
        .member("from_us", playable.from_us)
        .member("to_us", playable.to_us)
        .member("first_us", playable.first_us)
        .member("last_us", playable.last_us)
        .key("stretches")
        .begin_array();
    for (const auto& stretch : playable.stretches) {
        json.begin_object()
            .member("url", playback::file_address(stretch.file))
            .member("header_bytes", stretch.header_bytes)
            .member("open", stretch.file.open);
        write_format(json, stretch.file.format);
        json.key("segments").begin_array();
        for (const auto& segment : stretch.segments) {
            json.begin_object()
                .member("offset", segment.offset)
                .member("bytes", segment.bytes)
                .member("from_us", segment.from_us)
                .member("to_us", segment.to_us)
                .member("decode_time", segment.decode_time)
                .member("gap_before", segment.gap_before)
                .end_object();
        }
        json.end_array().end_object();
    }
    json.end_array().end_object();
    return answer(json);
}

http::Response events(Services& services, const http::Request& request) {
    const Interval interval = interval_of(request, services.clock, playback::kLongest + playback::kDay);
    const std::string_view camera = request.query.value("camera");
    Json json;
    json.begin_object().key("events").begin_array();
    for (const auto& event : services.archive.events(interval.from_us, interval.to_us)) {
        if (!camera.empty() && event.camera != camera) continue;
        json.begin_object()
            .member("at", base::iso(event.at))
            .member("kind", archive::event_name(event.kind))
            .member("camera", event.camera)
            .member("detail", event.detail)
            .end_object();
    }
    json.end_array().end_object();
    return answer(json);
}

http::Response disks(Services& services) {
    Json json;
    json.begin_object().key("disks").begin_array();
    for (const auto& disk : services.archive.disks()) {
        json.begin_object()
            .member("folder", disk.folder.string())
            .member("id", disk.id)
            .member("state", disk.state)
            .member("bytes", disk.bytes)
            .member("free", disk.free)
            .key("days_left");
        if (disk.days_left) {
            json.value(*disk.days_left);
        } else {
            json.null();
        }
        json.end_object();
    }
    json.end_array().end_object();
    return answer(json);
}

http::Response one_camera(Services& services, const http::Request& request) {
    Json json;
    write_camera(json, camera_of(services, request));
    return answer(json);
}

}  // namespace

void add_api(http::Router& router, const SitePtr& site) {
    const http::RouteOptions options{.where = http::Where::Worker, .admit = admit(site)};
    auto add = [&](std::string_view pattern, http::Response (*handler)(Services&, const http::Request&)) {
        router.add(
            http::Method::Get, pattern,
            [site, handler](const http::Request& request) { return handler(site->services, request); }, options);
    };
    add("/api/v1/status", [](Services& services, const http::Request&) { return status(services); });
    add("/api/v1/cameras", [](Services& services, const http::Request&) { return cameras(services); });
    add("/api/v1/cameras/{camera}", one_camera);
    add("/api/v1/cameras/{camera}/timeline", timeline);
    add("/api/v1/cameras/{camera}/files", files);
    add("/api/v1/cameras/{camera}/segments", segments);
    add("/api/v1/events", events);
    add("/api/v1/disks", [](Services& services, const http::Request&) { return disks(services); });
    router.add(http::Method::Get, "/api/v1/openapi.json",
               [](const http::Request&) { return http::json(std::string(openapi())).compressed(); },
               {.where = http::Where::IoThread});
    router.add(http::Method::Get, "/healthz",
               [site](const http::Request&) {
                   const auto& trouble = site->services.trouble;
                   const std::string what = trouble ? trouble() : std::string();
                   return what.empty() ? http::text("ok\n") : http::text(what + "\n", 503);
               },
               {.where = http::Where::Worker});
}

}  // namespace beffroi::video_pages
