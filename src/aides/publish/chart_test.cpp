#include "aides/publish/chart.hpp"

#include <chrono>

#include <doctest/doctest.h>
#include <pugixml.hpp>
#include <rapidcheck.h>

#include "aides/publish/map.hpp"
#include "base/text.hpp"

using namespace beffroi;
using namespace beffroi::aides::publish;

namespace {

const ChartFrame kFrame{
    .id = "par-departement", .title = "Aides par département", .description = "Montants de 2022", .unit = Unit::Euros};

// Well formed, named, without anything that the content security policy forbids.
pugi::xml_document parsed(const std::string& svg) {
    pugi::xml_document document;
    REQUIRE(document.load_string(svg.c_str()));
    const auto root = document.child("svg");
    REQUIRE(root);
    CHECK_FALSE(std::string(root.child("title").text().get()).empty());
    CHECK(std::string(root.attribute("aria-labelledby").value())
              .starts_with(root.child("title").attribute("id").value()));
    CHECK(svg.find("style=") == std::string::npos);
    CHECK(svg.find("<script") == std::string::npos);
    CHECK(svg.find(" on") == std::string::npos);
    return document;
}

}  // namespace

TEST_CASE("a bar chart, to the byte") {
    const std::vector<Datum> data{{"Nord", 100000, "/d/59"}, {"Somme", 25050, ""}};
    const ChartFrame frame{.id = "c", .title = "T", .description = "", .unit = Unit::Euros, .width = 320};
    CHECK(bar_chart(frame, data) ==
          "<svg class=\"chart\" id=\"c\" viewBox=\"0 0 320 96\" role=\"group\" aria-labelledby=\"c-title\" "
          "focusable=\"false\" "
          "xmlns=\"http://www.w3.org/2000/svg\"><title id=\"c-title\">T</title>"
          "<a class=\"chart-link\" href=\"/d/59\" aria-label=\"Nord\u00A0: 1\u202F000\u00A0€\">"
          "<text class=\"chart-label\" x=\"0\" y=\"16\">Nord</text>"
          "<rect class=\"chart-bar\" x=\"0\" y=\"22\" width=\"200\" height=\"18\"/>"
          "<text class=\"chart-value\" x=\"208\" y=\"36\">1\u202F000\u00A0€</text></a>"
          "<text class=\"chart-label\" x=\"0\" y=\"62\">Somme</text>"
          "<rect class=\"chart-bar\" x=\"0\" y=\"68\" width=\"50.1\" height=\"18\"/>"
          "<text class=\"chart-value\" x=\"58.1\" y=\"82\">250,50\u00A0€</text></svg>\n");
}

TEST_CASE("every chart is well formed, named and the same twice, whatever the labels") {
    CHECK(rc::check([] {
        std::vector<Datum> data;
        std::vector<Stack> stacks;
        for (int i = 0, n = *rc::gen::inRange(0, 40); i < n; ++i) {
            const std::string label =
                *rc::gen::element<std::string>("<b>\"x\"", "L'Haÿ & co", "a\x01", "\xFF", "", "2022", "é");
            const std::string href =
                *rc::gen::element<std::string>("", "/x?a=1&b=\"2\"", "javascript:alert(1)", "//evil", "https://a.fr");
            const std::int64_t value = *rc::gen::inRange<std::int64_t>(-10, 10'000'000'000);
            data.push_back({label, value, href});
            stacks.push_back({label, {std::max<std::int64_t>(0, value), 3}, href});
        }
        const std::vector<std::string> series{"Communes", "Groupements <x>"};
        for (const auto& draw : {bar_chart(kFrame, data), column_chart(kFrame, data), histogram(kFrame, data),
                                 stacked_chart(kFrame, series, stacks)}) {
            pugi::xml_document document;
            RC_ASSERT(document.load_string(draw.c_str()));
            RC_ASSERT(draw.find("javascript:") == std::string::npos);
            RC_ASSERT(draw.find("href=\"//") == std::string::npos);
            RC_ASSERT(draw.find("style=") == std::string::npos);
            RC_ASSERT(draw.find("nan") == std::string::npos);
            RC_ASSERT(base::valid_utf8(draw));
        }
        RC_ASSERT(column_chart(kFrame, data) == column_chart(kFrame, data));
    }));
}

TEST_CASE("a chart without links is an image; with links it is a group, since an image may not hold a focus") {
    const std::vector<Datum> plain{{"2022", 5, ""}};
    const std::vector<Datum> linked{{"2022", 5, "/2022"}};
    CHECK(std::string(parsed(column_chart(kFrame, plain)).child("svg").attribute("role").value()) == "img");
    CHECK(std::string(parsed(column_chart(kFrame, linked)).child("svg").attribute("role").value()) == "group");
    parsed(histogram(kFrame, plain));
    parsed(bar_chart(kFrame, {}));
}

TEST_CASE("the top of an axis is round and never below the data") {
    CHECK(round_top(0, 4) == 4);
    CHECK(round_top(7, 4) == 8);
    CHECK(round_top(93000000, 4) == 100000000);
    CHECK(round_top(450000000, 4) == 800000000);
    CHECK(rc::check([](std::int64_t seed) {
        const std::int64_t value = (seed < 0 ? -(seed + 1) : seed) % 1'000'000'000'000;
        const std::int64_t top = round_top(value, 4);
        RC_ASSERT(top >= value);
        RC_ASSERT(top % 4 == 0);
        RC_ASSERT(value < 100 || top <= value * 2 + 400);
    }));
}

TEST_CASE("the map colours by class, links only what has a value, and drops what is no outline") {
    const std::vector<Area> areas{
        {"62502", "Lestrem (Pas-de-Calais)", "M0 0L10 0L10 10Z", 1708830, "/c/62502"},
        {"62732", "Sachin (Pas-de-Calais)", "M20 0L30 0L30 10Z", 60000, "/c/62732"},
        {"62001", "Ablain <b>", "M40 0L50 0L50 10Z", {}, "/c/62001"},
        {"62002", "Hostile", "M0 0\"/><script>", 5, "/x"},
    };
    const std::vector<std::int64_t> breaks{100000, 1000000};
    const std::string svg =
        choropleth(kFrame, {.width = 100, .height = 100}, areas, breaks, std::vector<MapOutline>{{"M0 0L50 50"}});
    const auto document = parsed(svg);
    int links = 0;
    for (const auto& link : document.child("svg").children("a")) {
        ++links;
        CHECK(std::string(link.attribute("aria-label").value()).find("Pas-de-Calais") != std::string::npos);
    }
    CHECK(links == 2);
    CHECK(svg.find("map-area map-c1\" d=\"M20 0") != std::string::npos);
    CHECK(svg.find("map-area map-c3\" d=\"M0 0L10 0") != std::string::npos);
    CHECK(svg.find("map-area map-c0\" d=\"M40 0L50 0L50 10Z\"/>") != std::string::npos);
    CHECK(svg.find("map-outline") != std::string::npos);
}

TEST_CASE("the key of the map says what each shade means, and what has no grant") {
    const auto key = map_key(kFrame, std::vector<std::int64_t>{100000, 1000000});
    std::vector<std::string> lines;
    for (const auto& line : key) lines.push_back(std::to_string(line.number) + " " + line.label);
    CHECK(lines == std::vector<std::string>{"1 Moins de 1\u202F000\u00A0€",
                                            "2 De 1\u202F000\u00A0€ à moins de 10\u202F000\u00A0€",
                                            "3 10\u202F000\u00A0€ et plus", "0 Aucune aide"});
    CHECK(map_key(kFrame, {}).size() == 2);
}

TEST_CASE("where the keyboard stands on the map is written beside it, within the drawing") {
    const std::vector<Area> areas{
        {"62502", "Lestrem (Pas-de-Calais)", "M0 0L10 0L10 10Z", 1708830, "/c/62502", "Lestrem", 5, 5},
        {"59172", "Denain (Nord)", "M90 90L99 90L99 99Z", 100, "/c/59172", "Denain", 95, 95},
    };
    const auto document = parsed(choropleth(kFrame, {.width = 100, .height = 100}, areas, {}));
    std::vector<std::string> said;
    for (const auto& link : document.child("svg").children("a")) {
        for (const auto& text : link.children("text"))
            said.push_back(std::string(text.attribute("class").value()) + " " + text.text().get());
    }
    CHECK(said == std::vector<std::string>{"map-said map-low Lestrem", "map-said map-low map-sum 17\u202F088,30\u00A0€",
                                           "map-said chart-end Denain", "map-said chart-end map-sum 1\u00A0€"});
}

TEST_CASE("the breaks of the map hold about as many communes each, and are round") {
    std::vector<Area> areas;
    for (int i = 1; i <= 100; ++i) areas.push_back({"", "", "M0 0", i * 12345, ""});
    const auto breaks = quantile_breaks(areas, 5);
    CHECK(breaks == std::vector<std::int64_t>{250000, 500000, 750000, 990000});
    CHECK(quantile_breaks({}, 5).empty());
    const std::vector<Area> same(10, Area{"", "", "M0 0", 5, ""});
    CHECK(quantile_breaks(same, 5).empty());
}

TEST_CASE("a map of the region's 3,782 communes is drawn in no time") {
    std::vector<Area> areas;
    for (int i = 0; i < 3782; ++i) {
        std::string path = "M0 0";
        for (int k = 0; k < 40; ++k) path += "L" + std::to_string(k) + " " + std::to_string(i % 97);
        areas.push_back({std::to_string(i), "Commune " + std::to_string(i), path + "Z",
                         i % 16 == 0 ? std::optional<std::int64_t>(i * 1000) : std::nullopt,
                         "/c/" + std::to_string(i)});
    }
    const auto start = std::chrono::steady_clock::now();
    const std::string svg = choropleth(kFrame, {}, areas, quantile_breaks(areas, 5));
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
    MESSAGE("map: " << took << " ms, " << svg.size() / 1024 << " KiB");
    CHECK(took < 2000);
}
