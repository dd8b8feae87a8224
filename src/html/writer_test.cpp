#include <filesystem>

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include "html/components.hpp"
#include "html/gallery.hpp"

namespace beffroi::html {

namespace {

const base::Catalogue& catalogue() {
    // Only our own sentences: another area's catalogue is not this test's business.
    static const base::Catalogue loaded = [] {
        namespace fs = std::filesystem;
        const fs::path folder = fs::temp_directory_path() / ("beffroi-html-test-" + std::to_string(::getpid()));
        for (const char* language : {"fr", "en"}) {
            fs::create_directories(folder / language);
            fs::copy_file(fs::path("locale") / language / "html.toml", folder / language / "html.toml",
                          fs::copy_options::overwrite_existing);
        }
        auto result = base::value_or_throw(base::Catalogue::load(folder));
        fs::remove_all(folder);
        return result;
    }();
    return loaded;
}

template <typename Use>
std::string written(const Use& use, base::Language language = base::Language::Fr) {
    Writer w(base::Text(catalogue(), language));
    use(w);
    return w.take();
}

}  // namespace

TEST_CASE("values are escaped for the place they stand in") {
    const std::string name = "<O'Neil & \"Co\">";
    CHECK(written([&](Writer& w) { w("<p title='{}'>{}</p>", name, name); }) ==
          "<p title='&lt;O&#39;Neil &amp; &quot;Co&quot;&gt;'>&lt;O&#39;Neil &amp; &quot;Co&quot;&gt;</p>");
    CHECK(written([&](Writer& w) { w("<a href='/x/{}?q={}'>{}</a>", "a/b", "é&", 3); }) ==
          "<a href='/x/a%2Fb?q=%C3%A9%26'>3</a>");
    CHECK(written([&](Writer& w) { w("<p>{}</p>", std::string_view("a\0b", 3)); }) == "<p>a\uFFFDb</p>");
}

TEST_CASE("whatever the text, nothing of it becomes markup") {
    CHECK(rc::check("an escaped text holds no sign of markup and reads back as it was", [](const std::string& text) {
        const std::string out = written([&](Writer& w) { w("<p title=\"{}\"></p>", text); });
        const std::string_view inside = std::string_view(out).substr(10, out.size() - 10 - 6);
        RC_ASSERT(inside.find_first_of("<>\"'") == std::string_view::npos);
        std::string back;
        for (std::size_t at = 0; at < inside.size(); ++at) {
            if (inside[at] != '&') {
                back += inside[at];
                continue;
            }
            const std::string_view entity = inside.substr(at, inside.find(';', at) - at + 1);
            back += entity == "&amp;"    ? '&'
                    : entity == "&lt;"   ? '<'
                    : entity == "&gt;"   ? '>'
                    : entity == "&quot;" ? '"'
                                         : '\'';
            at += entity.size() - 1;
        }
        if (text.find('\0') == std::string::npos) RC_ASSERT(back == text);
    }));
    CHECK(rc::check("an address never starts a script", [](const std::string& tail) {
        for (const char* scheme :
             {"javascript:", "JaVaScRiPt:", "data:", "vbscript:", " javascript:", "java\tscript:", "\x01javascript:"})
            RC_ASSERT(!safe_url(scheme + tail));
    }));
}

TEST_CASE("addresses: relative, http, https and mailto pass, the rest becomes #") {
    for (const char* good : {"", "/", "/a?b=c:d", "a/b:c", "?q=1", "#top", "https://exemple.fr/", "HTTP://exemple.fr",
                             "mailto:a@b.fr", "//exemple.fr"})
        CHECK_MESSAGE(safe_url(good), good);
    for (const char* bad : {"javascript:x", "data:text/html,x", "ftp://x", "blob:x", "a:b", "java\nscript:x", "/a b"})
        CHECK_MESSAGE(!safe_url(bad), bad);
    const std::string hostile = "javascript:alert(1)";
    CHECK(written([&](Writer& w) { w("<a href='{}'>x</a>", hostile); }) == "<a href='#'>x</a>");
    CHECK(written([&](Writer& w) { w("<form{}></form>", attr("action", hostile)); }) == "<form action=\"#\"></form>");
}

TEST_CASE("attributes appear when they say something") {
    CHECK(written([](Writer& w) {
              w("<input{}{}{}{}>", attr("checked", true), attr("disabled", false), attr("id", ""), attr("rows", 3));
          }) == "<input checked rows=\"3\">");
    CHECK(written([](Writer& w) { w("<p{}></p>", Attrs{attr("id", "a'b"), attr("hidden", true)}); }) ==
          "<p id=\"a&#39;b\" hidden></p>");
}

TEST_CASE("amounts, rates and dates are written for people, in their language") {
    const auto line = [](Writer& w) {
        w("<p>{} {} {}</p>", base::Cents{1708830}, base::Rate{3000}, base::make_date(2022, 11, 22));
    };
    CHECK(written(line) == "<p>17\u202f088,30\u00a0€ 30\u00a0% 22 novembre 2022</p>");
    CHECK(written(line, base::Language::En) == "<p>€17,088.30 30% 22 November 2022</p>");
}

TEST_CASE("coordinates are short and never in exponents") {
    CHECK(written([](Writer& w) { w("<rect x='{}' y='{}' width='{}'/>", 1.0, 2.5, 1.0 / 3); }) ==
          "<rect x='1' y='2.5' width='0.33'/>");
}

TEST_CASE("functions write in place, nested as deep as needed") {
    CHECK(written([](Writer& w) {
              w("<ul>{}</ul>", [&] {
                  for (int i = 0; i < 2; ++i) w("<li>{}</li>", [&] { w("<b>{}</b>", i); });
              });
          }) == "<ul><li><b>0</b></li><li><b>1</b></li></ul>");
}

TEST_CASE("a list keeps its filters when it is sorted or turned") {
    CHECK(with_param("/aides?q=a&page=3", "page", "4") == "/aides?q=a&page=4");
    CHECK(with_param("/aides", "q", "é &") == "/aides?q=%C3%A9%20%26");
    CHECK(with_param("/aides?page=3&q=a#liste", "page", "") == "/aides?q=a#liste");
    CHECK(with_param("/aides?page=1&page=2", "page", "9") == "/aides?page=9");
    CHECK(url("/dossiers/{}/pieces/{}", 12, "../é") == "/dossiers/12/pieces/..%2F%C3%A9");
}

TEST_CASE("texts made on the spot outlive the description that holds them") {
    const std::string kept = "une phrase assez longue pour quitter le tampon de la chaîne";
    const bool yes = kept.empty();
    Field field;
    field.hint = yes ? kept : std::string(kept) + "!";
    CHECK(field.hint.view() == kept + "!");
    const Field copy = field;
    field.hint = "";
    CHECK(copy.hint.view() == kept + "!");
}

TEST_CASE("sizes of files are said in the units people know") {
    CHECK(format_size(10'000'000, base::Language::Fr) == "10\u00a0Mo");
    CHECK(format_size(1'250'000, base::Language::Fr) == "1,3\u00a0Mo");
    CHECK(format_size(850, base::Language::Fr) == "850\u00a0octets");
    CHECK(format_size(2'500, base::Language::En) == "2.5\u00a0kB");
}

TEST_CASE("a field is tied to its hint and to its error") {
    const std::string out = written([](Writer& w) {
        text_field(w, {.name = "lines[0].amount",
                       .label = "Montant",
                       .hint = "Hors taxes",
                       .error = "Trop grand",
                       .need = Need::Required});
    });
    CHECK(field_id("lines[0].amount") == "f-lines-0--amount");
    CHECK(out.find("for='f-lines-0--amount'") != std::string::npos);
    CHECK(out.find("aria-describedby=\"f-lines-0--amount-hint f-lines-0--amount-error\"") != std::string::npos);
    CHECK(out.find("aria-invalid=\"true\"") != std::string::npos);
    CHECK(out.find("(obligatoire)") != std::string::npos);
}

TEST_CASE("a table without rows is a sentence, and the sorted column offers the other way") {
    const Table description{.caption = "Dossiers",
                            .columns = {{.label = "Commune", .sort = "commune"}},
                            .empty = "Aucun dossier.",
                            .sort_url = "/d?q=a&page=2",
                            .sorted_by = "commune"};
    CHECK(written([&](Writer& w) { table(w, description, [](Rows&) {}); }).find("<table") == std::string::npos);
    const std::string out =
        written([&](Writer& w) { table(w, description, [](Rows& rows) { rows.row().cell("Lille"); }); });
    CHECK(out.find("href='/d?q=a&amp;sort=-commune'") != std::string::npos);
    CHECK(out.find("aria-sort=\"ascending\"") != std::string::npos);
}

TEST_CASE("the gallery is written in both languages, without a missing sentence") {
    for (const auto language : {base::Language::Fr, base::Language::En}) {
        const std::string out = written([](Writer& w) { gallery(w); }, language);
        CHECK(out.find("html.") == std::string::npos);
        CHECK(out.find(language == base::Language::Fr ? "(obligatoire)" : "(required)") != std::string::npos);
    }
}

}  // namespace beffroi::html
