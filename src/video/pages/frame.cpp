#include "video/pages/frame.hpp"

#include "html/url.hpp"

namespace beffroi::video_pages {

namespace {

// Films come from the network or from Media Source Extensions (blob:); the rest is as on every page of ours.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src "
    "'self'; "
    "media-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

void head(html::Writer& w, const Services& services, const Frame& frame) {
    const auto asset = [&](std::string_view name) {
        return html::url("/assets/{}/", services.assets ? services.assets->version() : std::string("0")) +
               std::string(name);
    };
    w("<meta charset='utf-8'><meta name='viewport' content='width=device-width, initial-scale=1'><title>{} - {}</title>"
      "<meta name='robots' content='noindex'><meta name='color-scheme' content='light dark'>"
      "<link rel='icon' type='image/svg+xml' href='{}'><link rel='stylesheet' href='{}'><link rel='stylesheet' "
      "href='{}'>{}",
      frame.title, w.t("video.brand"), asset("icons/beffroi.svg"), asset("css/app.css"), asset("video/video.css"), [&] {
          if (!frame.script.empty()) w("<script type='module' src='{}'></script>", asset(frame.script));
      });
}

void header(html::Writer& w, const Frame& frame) {
    const bool french = w.language() == base::Language::Fr;
    w(
        "<header class='site'><div class='bar'><a class='brand' href='/'><span><strong>{}</strong> <span "
        "class='tagline'>{}</span></span></a>"
        "<div class='account'>{}<a class='language' href='{}' lang='{}' hreflang='{}' "
        "title='{}'>{}</a></div></div></header>",
        w.t("video.brand"), w.t("video.tagline"),
        [&] {
            if (frame.signed_in)
                w("<form method='post' action='/deconnexion'><button class='link'>{}</button></form>",
                  w.t("video.sign_out"));
        },
        html::with_param(frame.path, "lang", french ? "en" : "fr"), french ? "en" : "fr", french ? "en" : "fr",
        w.t("html.language.label"), w.t("html.language"));
}

}  // namespace

void draw(html::Writer& w, const Services& services, const Frame& frame) {
    w(
        "<!doctype html><html lang='{}'><head>{}</head><body><a class='skip' href='#contenu'>{}</a>{}<div class='wrap "
        "wide'>"
        "<main id='contenu' tabindex='-1'><div class='title'><div><h1>{}</h1></div></div>{}</main></div></body></html>",
        w.language() == base::Language::Fr ? "fr" : "en", [&] { head(w, services, frame); }, w.t("html.skip"),
        [&] { header(w, frame); }, frame.title, frame.main);
}

http::Response page_answer(html::Writer& w, int status) {
    return http::html(w.take(), status).header("Content-Security-Policy", kPolicy);
}

}  // namespace beffroi::video_pages
