// The grid of cameras, the page of one camera, and the door.
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "html/components.hpp"
#include "http/encoding.hpp"
#include "video/pages/frame.hpp"
#include "video/pages/parts.hpp"

namespace beffroi::video_pages {

namespace {

using html::attr;
using html::Writer;

constexpr std::int64_t kMinute = 60'000'000;

html::Tag state_tag(const Writer& w, CameraStatus::State state) {
    using State = CameraStatus::State;
    const std::string key = "video.state." + std::string(state_name(state));
    html::Tone tone = html::Tone::Neutral;
    switch (state) {
        case State::Recording:
            tone = html::Tone::Good;
            break;
        case State::Connecting:
            tone = html::Tone::Info;
            break;
        case State::Lost:
        case State::Refused:
            tone = html::Tone::Bad;
            break;
        case State::Stopped:
            break;
    }
    return {.text = w.t(key), .tone = tone};
}

std::string facts(const Writer& w, const CameraStatus& camera) {
    if (!camera.format) return std::string(w.t("video.no_picture_yet"));
    std::string out =
        fmt::format("{} · {} × {} · {:.0f} {}", codec::name_of(camera.format->codec), camera.format->width,
                    camera.format->height, camera.stats.rate, w.t("video.images_a_second"));
    if (camera.bits_per_second > 0) {
        std::string rate = fmt::format("{:.1f}", camera.bits_per_second / 1e6);
        if (w.language() == base::Language::Fr) rate.replace(rate.find('.'), 1, ",");
        out += fmt::format(" · {} Mb/s", rate);
    }
    return out;
}

// What the scripts need of a stream, as data attributes.
html::Attrs stream_data(const CameraStatus& camera, const Writer& w) {
    return {attr("data-camera", camera.id),
            attr("data-codec", camera.format ? camera.format->codec_string : std::string()),
            attr("data-jpeg", camera.format && camera.format->codec == codec::Codec::Jpeg),
            attr("data-lang", w.language() == base::Language::Fr ? "fr" : "en")};
}

// Sentences that a script shows: in the page, hidden, so that they come from the catalogue.
void sentences(Writer& w) {
    w("<template data-sentences>{}</template>", [&] {
        for (const std::string_view key : {"connecting", "live", "lost", "dropped", "unsupported", "no_mse", "pictures",
                                           "gap", "end", "nothing", "failed", "behind", "at"})
            w("<span data-key='{}'>{}</span>", key, w.t("video.js." + std::string(key)));
    });
}

http::Response grid(Site& site, const http::Request& request) {
    Services& services = site.services;
    Writer w(base::Text(services.catalogue, language_of(request)));
    const auto cameras = services.cameras();
    draw(w, services,
         {.title = w.t("video.grid.title"),
          .path = request.target,
          .script = "video/grid.js",
          .signed_in = !services.anonymous,
          .main = [&] {
              if (cameras.empty()) {
                  html::empty_state(w, {.title = w.t("video.grid.none"), .content = w.t("video.grid.none.how")});
                  return;
              }
              w("<ul class='camera-grid'>{}</ul>", [&] {
                  for (const auto& camera : cameras)
                      w("<li><a href='{}'><div class='screen' data-live{}><img alt='' src='{}' loading='lazy'></div>"
                        "<span class='camera-name'>{}</span></a>{}<p class='hint'>{}</p><p class='hint' role='status' "
                        "data-status></p></li>",
                        html::url("/cameras/{}", camera.id), stream_data(camera, w),
                        html::url("/api/v1/cameras/{}/still.jpg", camera.id), camera.name, state_tag(w, camera.state),
                        facts(w, camera));
              });
              sentences(w);
          }});
    return page_answer(w);
}

[[noreturn]] void not_a_time(std::string_view what) {
    throw base::Failure(
        base::Error{base::Code::Invalid, "not a time: " + std::string(what), {"video.error.instant", {}}});
}

// A date and a time of Paris as people type them: "26/11/2026" and "14:03" or "14:03:07".
std::int64_t typed_instant(std::string_view date_text, std::string_view time) {
    const auto date = base::parse_person_date(date_text);
    if (!date) not_a_time(date_text);
    int parts[3] = {0, 0, 0};
    std::size_t count = 0;
    if (time.empty()) time = "0";
    for (const std::string_view part : base::split(time, ':')) {
        if (count == 3) not_a_time(time);
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), parts[count]);
        if (error != std::errc{} || end != part.data() + part.size()) not_a_time(time);
        ++count;
    }
    if (parts[0] < 0 || parts[0] > 23 || parts[1] < 0 || parts[1] > 59 || parts[2] < 0 || parts[2] > 59)
        not_a_time(time);
    return base::from_paris(*date, parts[0], parts[1]).ms * 1000 + parts[2] * 1'000'000LL;
}

// What the address asks to see: an instant, as a form or a link gives it.
std::optional<std::int64_t> asked_instant(const http::Request& request) {
    if (const auto at = request.query.value("at"); !at.empty()) return parse_time(at);
    const auto date = request.query.value("date");
    if (date.empty()) return std::nullopt;
    return typed_instant(date, request.query.value("time"));
}

// The form of the page, in the time of Paris, becomes the address of the API.
http::Response download(Services& services, const http::Request& request) {
    const CameraStatus camera = camera_of(services, request);
    const auto date = request.query.value("date");
    const std::int64_t from = typed_instant(date, request.query.value("from"));
    std::int64_t to = typed_instant(date, request.query.value("to"));
    if (to <= from)
        to = typed_instant(base::iso(base::add_days(*base::parse_person_date(date), 1)), request.query.value("to"));
    return http::redirect_see_other(html::url("/api/v1/cameras/{}/clip.mp4", camera.id) +
                                    fmt::format("?from={}&to={}&download=1", from, to));
}

void typed_field(Writer& w, std::string_view id, std::string_view name, std::string_view label, std::string_view value,
                 std::string_view example) {
    w("<div class='field'><label for='{}'>{}</label><input id='{}' name='{}' value='{}' placeholder='{}' size='10' "
      "autocomplete='off' required></div>",
      id, label, id, name, value, example);
}

void go_to_form(Writer& w, const CameraStatus& camera, base::Date date) {
    w(
        "<form class='go-to' method='get' action='{}' data-go-to>{}{}<button class='button "
        "secondary'>{}</button></form>",
        html::url("/cameras/{}", camera.id),
        [&] { typed_field(w, "go-date", "date", w.t("video.go.date"), base::short_date(date), "26/11/2026"); },
        [&] { typed_field(w, "go-time", "time", w.t("video.go.time"), "12:00:00", "14:03:07"); }, w.t("video.go.go"));
}

void download_form(Writer& w, const CameraStatus& camera, base::Date date) {
    w(
        "<form class='go-to' method='get' action='{}' data-download>{}{}{}<button class='button "
        "secondary'>{}</button><p "
        "class='hint'>{}</p></form>",
        html::url("/cameras/{}/extrait", camera.id),
        [&] { typed_field(w, "dl-date", "date", w.t("video.go.date"), base::short_date(date), "26/11/2026"); },
        [&] { typed_field(w, "dl-from", "from", w.t("video.download.from"), "", "14:00:00"); },
        [&] { typed_field(w, "dl-to", "to", w.t("video.download.to"), "", "14:10:00"); }, w.t("video.download.go"),
        w.t("video.download.hint"));
}

// Without script: the browser's own player, on a file of ten minutes, or on HLS for what is live.
void plain_film(Writer& w, const CameraStatus& camera, std::optional<std::int64_t> at) {
    if (camera.format && camera.format->codec == codec::Codec::Jpeg && !at) {
        w("<img data-plain alt='' src='{}'>", html::url("/live/{}/mjpeg", camera.id));
        return;
    }
    const std::string address = at ? html::url("/api/v1/cameras/{}/clip.mp4", camera.id) +
                                         fmt::format("?from={}&to={}", *at, *at + 10 * kMinute)
                                   : html::url("/live/{}/hls/live.m3u8", camera.id);
    w("<video data-plain controls muted playsinline preload='none' src='{}' aria-label='{}'></video>", address,
      w.t("video.film", {{"camera", camera.name}}));
}

void toolbar(Writer& w) {
    w(
        "<div class='toolbar' role='group' aria-label='{}' hidden data-toolbar>{}"
        "<label>{} <select data-speed>{}</select></label><button type='button' class='button secondary' "
        "data-do='live'>{}</button>"
        "<button type='button' class='button secondary' data-do='full'>{}</button></div>",
        w.t("video.toolbar"),
        [&] {
            struct Button {
                std::string_view what;
                std::string_view sign;
            };
            for (const Button& one : {Button{"back-minute", "−1 min"}, Button{"back", "−10 s"},
                                      Button{"frame-back", "◂|"}, Button{"play", "▶"}, Button{"frame-forward", "|▸"},
                                      Button{"forward", "+10 s"}, Button{"forward-minute", "+1 min"}}) {
                const std::string key = "video.do." + std::string(one.what);
                // What is seen is part of what is said (WCAG 2.5.3).
                w("<button type='button' class='button secondary' data-do='{}' title='{}'>{}{}</button>", one.what,
                  w.t(key), one.sign, html::Hidden{.text = fmt::format(" {}", w.t(key))});
            }
        },
        w.t("video.speed"),
        [&] {
            for (const std::string_view speed : {"0.25", "0.5", "1", "2", "4", "8", "16"})
                w("<option value='{}'{}>×{}</option>", speed, attr("selected", speed == "1"), speed);
        },
        w.t("video.do.live"), w.t("video.do.full"));
}

void time_bar(Writer& w, const CameraStatus& camera, base::Date date) {
    const auto day = [&](int offset) {
        return html::with_param(html::url("/cameras/{}", camera.id), "date", base::iso(base::add_days(date, offset)));
    };
    w("<section class='time-bar' aria-label='{}'><div class='days'><a href='{}'>{}</a><strong>{}</strong><a "
      "href='{}'>{}</a></div>"
      "<canvas height='56' data-bar aria-hidden='true' hidden></canvas>"
      "<input type='range' min='0' max='86399' step='1' value='0' data-slider aria-label='{}' hidden>"
      "<p class='hint legend' hidden data-legend><span class='recorded'></span> {} <span class='missing'></span> "
      "{}</p></section>",
      w.t("video.bar"), day(-1), w.t("video.bar.before"), base::format_date(date, w.language()), day(1),
      w.t("video.bar.after"), w.t("video.bar.slider"), w.t("video.bar.recorded"), w.t("video.bar.missing"));
}

http::Response camera_page(Site& site, const http::Request& request) {
    Services& services = site.services;
    const CameraStatus camera = camera_of(services, request);
    const auto at = asked_instant(request);
    const base::Timestamp shown = at ? base::Timestamp{*at / 1000} : services.clock.now();
    const base::Date date = base::paris_date(shown);
    const base::Timestamp day_from = base::from_paris(date, 0, 0);
    const base::Timestamp day_to = base::from_paris(base::add_days(date, 1), 0, 0);
    Writer w(base::Text(services.catalogue, language_of(request)));
    draw(w, services,
         {.title = camera.name,
          .path = request.target,
          .script = "video/player.js",
          .signed_in = !services.anonymous,
          .main = [&] {
              w("<p><a href='/'>{}</a></p><p>{} <span class='hint'>{}</span></p>", w.t("video.back_to_grid"),
                state_tag(w, camera.state), facts(w, camera));
              html::Attrs data = stream_data(camera, w);
              data.push_back(attr("data-day-from", day_from.ms));
              data.push_back(attr("data-day-to", day_to.ms));
              if (at) data.push_back(attr("data-at", *at));
              w(
                  "<div class='player' data-player{}><div class='screen'>{}</div><p role='status' class='clock' "
                  "data-clock></p>"
                  "<p role='status' data-status></p>{}{}</div>",
                  data, [&] { plain_film(w, camera, at); }, [&] { toolbar(w); }, [&] { time_bar(w, camera, date); });
              html::heading(w, 2, w.t("video.go.title"));
              go_to_form(w, camera, date);
              html::heading(w, 2, w.t("video.download.title"));
              download_form(w, camera, date);
              html::details(w, {.summary = w.t("video.keys.title"), .content = w.t("video.keys")});
              sentences(w);
          }});
    return page_answer(w);
}

http::Response sign_in_page(Services& services, const http::Request& request, std::string_view wrong, int status) {
    Writer w(base::Text(services.catalogue, language_of(request)));
    const std::string back = http::local_target_or(
        request.method == http::Method::Post ? request.form().value("suite") : request.query.value("suite"), "/");
    draw(w, services,
         {.title = w.t("video.sign_in.title"), .path = "/connexion", .script = {}, .signed_in = false, .main = [&] {
              if (!wrong.empty())
                  html::notice(w, {.tone = html::Tone::Bad, .title = w.t(wrong), .content = {}, .live = true});
              w("<p>{}</p><form method='post' action='/connexion'><input type='hidden' name='suite' value='{}'>"
                "<div class='field'><label for='token'>{}</label><input id='token' name='token' type='password' "
                "autocomplete='current-password' required></div><button class='button'>{}</button></form>",
                w.t("video.sign_in.lead"), back, w.t("video.sign_in.token"), w.t("video.sign_in.go"));
          }});
    return page_answer(w, status);
}

http::Response sign_in(Site& site, const http::Request& request) {
    const std::string_view token = base::trim(request.form().value("token"));
    if (site.wrong_tokens.take(request.remote).count() > 0)
        return sign_in_page(site.services, request, "video.sign_in.too_many", 429).header("Retry-After", "10");
    const auto name = token_name(site.services.tokens(), token);
    if (!name) return sign_in_page(site.services, request, "video.sign_in.wrong", 403);
    site.wrong_tokens.reset(request.remote);
    site.services.log.info("signed in", {{"token", *name}, {"remote", request.remote}});
    return http::redirect_see_other(http::local_target_or(request.form().value("suite"), "/"))
        .cookie({.name = std::string(kTokenCookie),
                 .value = std::string(token),
                 .secure = site.services.secure_cookies,
                 .same_site = http::SameSite::Strict});
}

http::Response sign_out(Services& services) {
    return http::redirect_see_other("/connexion")
        .cookie({.name = std::string(kTokenCookie),
                 .value = "",
                 .secure = services.secure_cookies,
                 .same_site = http::SameSite::Strict,
                 .max_age = 0});
}

// Keeps the language that was asked for.
http::Response with_language(const http::Request& request, const Services& services, http::Response response) {
    const auto asked = request.query.value("lang");
    if (asked == "fr" || asked == "en")
        response.cookie(
            {.name = "lang", .value = std::string(asked), .secure = services.secure_cookies, .max_age = 31'536'000});
    return response;
}

}  // namespace

void add_pages(http::Router& router, const SitePtr& site) {
    using http::Method;
    const http::RouteOptions guarded{.where = http::Where::Worker, .admit = admit(site)};
    router.add(
        Method::Get, "/", [site](const http::Request& r) { return with_language(r, site->services, grid(*site, r)); },
        guarded);
    router.add(
        Method::Get, "/cameras/{camera}",
        [site](const http::Request& r) { return with_language(r, site->services, camera_page(*site, r)); }, guarded);
    router.add(
        Method::Get, "/cameras/{camera}/extrait",
        [site](const http::Request& r) { return download(site->services, r); }, guarded);
    router.add(Method::Get, "/connexion", [site](const http::Request& r) {
        return with_language(r, site->services, sign_in_page(site->services, r, {}, 200));
    });
    router.add(Method::Post, "/connexion", [site](const http::Request& r) { return sign_in(*site, r); },
               {.body_limit = 8192});
    router.add(Method::Post, "/deconnexion", [site](const http::Request&) { return sign_out(site->services); },
               {.body_limit = 1024});
}

}  // namespace beffroi::video_pages
