#include "html/page.hpp"

#include "html/url.hpp"

namespace beffroi::html {

namespace {

// Our own drawing: the belfry of a northern town, its lantern, its clock, a bell of light.
void belfry(Writer& w) {
    w("<svg class='belfry' viewBox='0 0 32 48' width='32' height='48' aria-hidden='true' focusable='false'>"
      "<path d='M16 1v5M16 6l4 7h-8zM12 13h8v4h-8zM10 17h12l2 5H8zM8 22h16v24H8zM5 46h22M8 31h16'/>"
      "<path d='M13 46v-7a3 3 0 0 1 6 0v7M5 22v4h3M27 22v4h-3'/><circle cx='16' cy='26.500' r='2.600'/></svg>");
}

void site_header(Writer& w, const Page& page) {
    w(
        "<header class='site'>{}<div class='bar'><a class='brand' href='/'>{}<span><strong>{}</strong> <span "
        "class='tagline'>{}</span></span></a>"
        "<div class='account'>{}{}</div></div>{}</header>",
        [&] {
            if (!page.banner.empty()) w("<p class='demo'>{}</p>", page.banner);
        },
        [&] { belfry(w); }, w.t("html.brand"), w.t("html.tagline"),
        [&] {
            const Visitor& visitor = page.visitor;
            if (visitor.name.empty()) {
                w("<a href='/connexion'>{}</a>", w.t("html.sign_in"));
                return;
            }
            w("<p class='who'><a href='/compte' title='{}'><strong>{}</strong></a> <span>{}</span></p>"
              "<form method='post' action='/deconnexion' data-sign-out><input type='hidden' name='csrf' value='{}'>"
              "<button class='link'>{}</button></form>",
              w.t("html.account"), visitor.name, visitor.place, visitor.csrf, w.t("html.sign_out"));
        },
        [&] {
            const bool french = w.language() == base::Language::Fr;
            w("<a class='language' href='{}' lang='{}' hreflang='{}' title='{}'>{}</a>",
              with_param(page.path, "lang", french ? "en" : "fr"), french ? "en" : "fr", french ? "en" : "fr",
              w.t("html.language.label"), w.t("html.language"));
        },
        [&] {
            if (page.nav.empty()) return;
            w("<nav class='main-nav' aria-label='{}'><ul>{}</ul></nav>", w.t("html.nav"), [&] {
                for (const NavItem& item : page.nav)
                    w("<li><a href='{}'{}>{}{}</a></li>", item.href, attr("aria-current", item.current ? "page" : ""),
                      item.text, [&] {
                          if (item.count > 0)
                              w(" <span class='count'>{} {}</span>", item.count, Hidden{.text = w.t("html.pending")});
                      });
            });
        });
}

void site_footer(Writer& w) {
    w("<footer class='site'><div><ul><li><a href='/aide'>{}</a></li><li><a href='/accessibilite'>{}</a></li><li><a "
      "href='/mentions-legales'>{}</a></li>"
      "<li><a href='/donnees-personnelles'>{}</a></li><li><a href='/donnees'>{}</a></li></ul><p>{}</p></div></footer>",
      w.t("html.footer.help"), w.t("html.footer.accessibility"), w.t("html.footer.legal"), w.t("html.footer.privacy"),
      w.t("html.footer.open_data"), w.t("html.footer.about"));
}

void above_title(Writer& w, const Page& page) {
    if (!page.breadcrumb.empty())
        w("<nav class='crumbs' aria-label='{}'><ol>{}</ol></nav>", w.t("html.breadcrumb"), [&] {
            for (const Crumb& crumb : page.breadcrumb) w("<li><a href='{}'>{}</a></li>", crumb.href, crumb.text);
        });
}

void head(Writer& w, const Page& page) {
    const bool wrong = page.errors != nullptr && !page.errors->empty();
    const std::string folder = page.version.empty() ? std::string("/assets/") : url("/assets/{}/", page.version.view());
    const auto asset = [&](std::string_view name) { return folder + std::string(name); };
    w(
        "<meta charset='utf-8'><meta name='viewport' content='width=device-width, initial-scale=1'>"
        "<title>{}{} - {}</title>{}<meta name='color-scheme' content='light dark'>"
        "<link rel='icon' type='image/svg+xml' href='{}'>"
        "<link rel='stylesheet' href='{}'>"
        "<script src='{}' defer></script><script src='{}' defer></script>"
        "<script src='{}' defer></script>",
        wrong ? w.t("html.title.error") : std::string_view(), page.title, w.t("html.brand"),
        [&] {
            if (!page.public_page) w("<meta name='robots' content='noindex'>");
        },
        asset("icons/beffroi.svg"), asset("css/app.css"), asset("js/app.js"), asset("js/autosave.js"),
        asset("js/controls.js"));
}

}  // namespace

void page(Writer& w, const Page& page) {
    w(
        "<!doctype html><html lang='{}'><head>{}</head><body><a class='skip' href='#contenu'>{}</a>{}<div class='{}'>{}"
        "<main id='contenu' tabindex='-1'>{}{}{}{}</main></div>{}</body></html>",
        w.language() == base::Language::Fr ? "fr" : "en", [&] { head(w, page); }, w.t("html.skip"),
        [&] { site_header(w, page); }, page.wide ? "wrap wide" : "wrap", [&] { above_title(w, page); },
        [&] {
            for (const Notice& each : page.notices) notice(w, each);
        },
        [&] {
            if (page.errors != nullptr) error_summary(w, *page.errors);
        },
        [&] {
            w(
                "<div class='title'><div>{}<h1>{}</h1></div>{}</div>",
                [&] {
                    if (!page.caption.empty()) w("<p class='caption'>{}</p>", page.caption);
                },
                page.title,
                [&] {
                    if (!page.aside.empty()) w("<div class='aside'>{}</div>", page.aside);
                });
        },
        page.main, [&] { site_footer(w); });
}

void error_page(Writer& w, const Page& frame, int status, std::string_view message) {
    Page shown = frame;
    switch (status) {
        case 403:
            shown.title = w.t("html.error_page.title.403");
            break;
        case 404:
            shown.title = w.t("html.error_page.title.404");
            break;
        case 409:
            shown.title = w.t("html.error_page.title.409");
            break;
        case 413:
            shown.title = w.t("html.error_page.title.413");
            break;
        case 503:
            shown.title = w.t("html.error_page.title.503");
            break;
        default:
            shown.title = w.t("html.error_page.title.other");
            break;
    }
    shown.errors = nullptr;
    shown.main = [&] {
        w("<p class='lead'>{}</p><p><a class='button secondary' href='/'>{}</a></p>", message,
          w.t("html.error_page.home"));
    };
    page(w, shown);
}

}  // namespace beffroi::html
