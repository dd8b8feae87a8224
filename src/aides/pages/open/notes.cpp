// What the law and plain honesty ask of a site: accessibility, legal notice, personal data, help.
#include "aides/pages/open/parts.hpp"

namespace beffroi::aides::pages::open {

namespace {

// A heading and its paragraphs: keys `area`.<n>.title, `area`.<n>.text; a text may hold several paragraphs, one a line.
http::Response note_page(Context& c, std::string_view area, int parts) {
    const auto& authority = c.site.settings.authority;
    const base::TextArgs args{{"name", authority.name},       {"siret", authority.siret},
                              {"address", authority.address}, {"contact", authority.contact},
                              {"service", authority.service}, {"court", authority.court}};
    const std::string prefix = "open." + std::string(area) + ".";
    return c.page({.title = c.t(prefix + "title"), .public_page = true, .main = [&](html::Writer& w) {
                       html::lead(w, c.t(prefix + "lead", args));
                       for (int i = 1; i <= parts; ++i) {
                           const std::string part = prefix + std::to_string(i);
                           html::heading(w, 2, c.t(part + ".title"));
                           const std::string text = c.t(part + ".text", args);
                           std::string_view rest = text;
                           while (!rest.empty()) {
                               const std::size_t end = std::min(rest.find('\n'), rest.size());
                               w("<p>{}</p>", rest.substr(0, end));
                               rest.remove_prefix(std::min(end + 1, rest.size()));
                           }
                       }
                   }});
}

}  // namespace

void add_notes(Routes& routes, const SharedShelf& shelf) {
    auto add = [&](std::string_view path, std::string_view area, int parts) {
        routes.get(path, kAnyone,
                   kept_page(shelf, From::Nothing, [area, parts](Context& c) { return note_page(c, area, parts); }));
    };
    add("/accessibilite", "accessibility", 5);
    add("/mentions-legales", "legal", 5);
    add("/donnees-personnelles", "privacy", 6);
    add("/aide", "help", 6);
}

}  // namespace beffroi::aides::pages::open
