// The frame of every page: head, skip link, header, navigation, breadcrumb, messages, content, footer.
//
//   html::page(w, {.title = w.t("aides.list.title"), .path = "/dossiers", .nav = nav_for(person), .main = [&] { … }});
//
// The title is the <title> and the <h1>. The language is the writer's. Nothing inline: the content security policy of
// the portal is kContentSecurityPolicy, and the only files are under /assets/.
#pragma once

#include <string_view>
#include <vector>

#include "html/blocks.hpp"
#include "html/forms.hpp"
#include "html/writer.hpp"

namespace beffroi::html {

inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src "
    "'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

struct NavItem {
    Str href;
    Str text;
    bool current = false;  // this page, or one below it
    int count = 0;         // what waits there; 0 shows nothing
};

struct Crumb {
    Str href;
    Str text;
};

// The person signed in, shown at the top with a way out.
struct Visitor {
    Str name;   // empty: nobody, the header offers to sign in
    Str place;  // commune or service
    Str csrf;   // for the sign-out form
};

struct Page {
    Str title;
    Str path;    // of this page with its parameters: the language switch comes back to it
    Str banner;  // over everything: "Démonstration : données simulées"
    Visitor visitor;
    std::vector<NavItem> nav;
    std::vector<Crumb> breadcrumb;   // the pages above this one, without it
    std::vector<Notice> notices;     // said before the content
    const Errors* errors = nullptr;  // shown as a summary above the title; "Erreur :" goes before the <title>
    Str caption;                     // small line above the <h1>: the number of the file, the name of the step
    Slot aside;                      // beside the <h1>: tags, main button
    bool wide = false;               // tables and desks; else the measure of a text
    bool public_page = false;        // offered to search engines
    Str version;                     // of the assets, first part of their addresses: they may be cached for ever
    Slot main;
};

void page(Writer& w, const Page& page);

// A page that only says what went wrong: status 403, 404, 409, 413, 500, 503… `message` is for the person.
void error_page(Writer& w, const Page& frame, int status, std::string_view message);

}  // namespace beffroi::html
