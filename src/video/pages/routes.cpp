#include "html/components.hpp"
#include "video/pages/frame.hpp"
#include "video/pages/json.hpp"
#include "video/pages/parts.hpp"

namespace beffroi::video_pages {

namespace {

bool for_programs(std::string_view path) {
    return path.starts_with("/api/") || path.starts_with("/live/") || path.starts_with("/recordings/") ||
           path == "/metrics";
}

http::Response json_error(const Services& services, const http::Request& request, const base::Error& error) {
    Json json;
    json.begin_object()
        .key("error")
        .begin_object()
        .member("code", base::code_name(error.code))
        .member("message", services.catalogue.text(language_of(request), error))
        .end_object()
        .end_object();
    return http::json(json.take(), http::status_of(error.code));
}

}  // namespace

void add_routes(http::Router& router, Services& services) {
    const auto site = std::make_shared<Site>(services);
    add_api(router, site);
    add_media(router, site);
    add_pages(router, site);
}

http::ErrorPage error_page(Services& services) {
    return [&services](const http::Request& request, const base::Error& error) {
        if (for_programs(request.path)) return json_error(services, request, error);
        const base::Text text(services.catalogue, language_of(request));
        html::Writer w(text);
        draw(w, services,
             {.title = w.t("video.error.title"), .path = "/", .script = {}, .signed_in = false, .main = [&] {
                  w("<p class='lead'>{}</p><p><a class='button secondary' href='/'>{}</a></p>", text(error),
                    w.t("video.back_to_grid"));
              }});
        return page_answer(w, http::status_of(error.code));
    };
}

}  // namespace beffroi::video_pages
