#include "territory/map.hpp"

#include <cmath>
#include <set>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "crypto/hash.hpp"
#include "territory/geometry.hpp"
#include "territory/test_support.hpp"

namespace beffroi::territory {

namespace {

GeoJsonContours read(std::string_view json, std::size_t piece = 7) {
    GeoJsonReader reader({});
    for (std::size_t i = 0; i < json.size(); i += piece) base::value_or_throw(reader.add(json.substr(i, piece)));
    return base::value_or_throw(reader.finish());
}

std::string refusal(std::string_view json, const ContourLimits& limits = {}) {
    GeoJsonReader reader(limits);
    if (auto status = reader.add(json); !status) return status.error().detail;
    auto contours = reader.finish();
    return contours ? "taken" : contours.error().detail;
}

std::string feature(std::string_view code, std::string_view geometry) {
    return fmt::format(R"({{"type": "Feature", "properties": {{"nom": "x", "code": "{}"}}, "geometry": {}}})", code,
                       geometry);
}

std::string collection(const std::vector<std::string>& features) {
    std::string list;
    for (const std::string& one : features) list += (list.empty() ? "" : ",") + one;
    return R"({"type": "FeatureCollection", "features": [)" + list + "]}";
}

// A square of a tenth of a degree with its south-west corner there; every side has points between its corners, a little
// off the line, the same for both neighbours.
std::string square(int column, int row) {
    auto corner = [&](double x, double y) {
        return fmt::format("[{:.4f},{:.4f}]", 2.0 + (column + x) / 10, 50.0 + (row + y) / 10);
    };
    std::string ring;
    auto side = [&](double x0, double y0, double x1, double y1) {
        for (int i = 0; i < 10; ++i) {
            double t = i / 10.0;
            double bump =
                i == 0 ? 0 : 0.002 * std::sin((x0 + x1 + y0 + y1 + 2 * column + 2 * row) * 3 + std::min(t, 1 - t) * 9);
            bool along_x = y0 == y1;
            ring += corner(x0 + t * (x1 - x0) + (along_x ? 0 : bump), y0 + t * (y1 - y0) + (along_x ? bump : 0)) + ",";
        }
    };
    side(0, 0, 1, 0);
    side(1, 0, 1, 1);
    side(1, 1, 0, 1);
    side(0, 1, 0, 0);
    return "[" + ring + corner(0, 0) + "]";
}

std::string polygon(int column, int row) {
    return R"({"type": "Polygon", "coordinates": [)" + square(column, row) + "]}";
}

}  // namespace

TEST_CASE("the projection is that of IGN (Lambert-93)") {
    CHECK(lambert93({3.0, 46.5}) == Point{700'000, 6'600'000});
    // On its two parallels the scale is exactly 1: a fifth of a degree of the parallel of 49° on GRS 80 is N cos φ Δλ =
    // 14,634.4 m, and of 44°, 16,041.2 m.
    CHECK(lambert93({3.1, 49}).x - lambert93({2.9, 49}).x == doctest::Approx(14'634.4).epsilon(0.0002));
    CHECK(lambert93({3.1, 44}).x - lambert93({2.9, 44}).x == doctest::Approx(16'041.2).epsilon(0.0002));
    // East and west of the meridian of 3° are alike, north is up.
    CHECK(lambert93({2, 50}).x - 700'000 == -(lambert93({4, 50}).x - 700'000));
    CHECK(lambert93({2, 50}).y == lambert93({4, 50}).y);
    CHECK(lambert93({3, 50}).y - lambert93({3, 49}).y == doctest::Approx(111'230).epsilon(0.001));
}

TEST_CASE("contours are read in pieces of any size, whatever the order of the fields") {
    std::string geometry_first =
        R"({"geometry": {"coordinates": [[[2,50],[2.1,50],[2.1,50.1],[2,50]]], "type": "Polygon"}, "properties": {"code": "59172"}})";
    std::string two = feature(
        "62041",
        R"({"type": "MultiPolygon", "coordinates": [[[[2,50],[2.1,50],[2.1,50.1],[2,50,12]]], [[[3,50],[3.1,50],[3.1,50.1],[3,50]]]]})");
    std::string json = collection({geometry_first, two, feature("200042190", polygon(0, 0))});
    for (std::size_t piece : {1U, 3U, 100U, 100'000U}) {
        GeoJsonContours contours = read(json, piece);
        REQUIRE(contours.features.size() == 2);
        CHECK(contours.features[0].code == insee("59172"));
        CHECK(contours.features[0].rings.size() == 1);
        CHECK(contours.features[1].rings.size() == 2);
        CHECK(contours.skipped == 1);
    }
}

TEST_CASE("a file that is no map of communes is refused with the place of the fault") {
    auto polygon_of = [](std::string_view coordinates) {
        return collection({feature("59172", fmt::format(R"({{"type": "Polygon", "coordinates": {}}})", coordinates))});
    };
    struct Case {
        std::string json;
        std::string_view said;
    };
    const Case kCases[] = {
        {"", "not JSON"},
        {"<html>", "not JSON"},
        {"{}", "no list \"features\""},
        {"[]", "no list \"features\""},
        {R"({"features": [)", "not JSON"},
        {collection({}) + "{}", "something follows"},
        {polygon_of("[]"), "feature 1: an empty list"},
        {polygon_of("[[[2,50],[3,50],[2,50]]]"), "less than 4 positions"},
        {polygon_of("[[[2,50],[3,50],[3,51],[2,51]]]"), "not closed"},
        {polygon_of("[[[2],[3,50],[3,51],[2]]]"), "position of one number"},
        {polygon_of("[[[650000,6860000],[650001,6860000],[650001,6860001],[650000,6860000]]]"), "not a longitude"},
        {polygon_of("[[[2,50],[3,50],\"x\",[2,50]]]"), "a text among the coordinates"},
        {polygon_of("[[[2,50],[3,50],null,[2,50]]]"), "not a number"},
        {polygon_of("[[[2,50],[3,50],{},[2,50]]]"), "an object among"},
        {polygon_of("[[[2,50],[3,50],4,[2,50]]]"), "a number among lists"},
        {polygon_of("[[[2,[50]],[3,50],[3,51],[2,50]]]"), "a list among the numbers"},
        {polygon_of("[[[[2,50],[3,50],[3,51],[2,50]]]]"), "coordinates are not those of a Polygon"},
        {polygon_of("[[[[[[2,50]]]]]]"), "too deep"},
        {collection({feature("59172", R"({"type": "Point", "coordinates": [2,50]})")}), "expected a Polygon"},
        {collection({feature("59172", "null")}), "expected a Polygon"},
        {std::string(100, '['), "not JSON"},
    };
    for (const Case& c : kCases) {
        CAPTURE(c.json);
        std::string said = refusal(c.json);
        CAPTURE(said);
        CHECK(said.find(c.said) != std::string::npos);
    }
    std::string good = collection({feature("59172", polygon(0, 0)), feature("59350", polygon(1, 0))});
    CHECK(refusal(good) == "taken");
    CHECK(refusal(good, {.features = 1}).find("more than 1 features") != std::string::npos);
    CHECK(refusal(good, {.points = 50}).find("more than 50 points") != std::string::npos);
    CHECK(refusal(good, {.file_bytes = 100}).find("more than 100 bytes") != std::string::npos);
}

TEST_CASE("simplified neighbours keep one common border") {
    std::vector<std::string> features;
    std::vector<Rings> communes;
    for (int i = 0; i < 9; ++i) {
        GeoJsonContours contours = read(collection({feature("59172", polygon(i % 3, i / 3))}), 1000);
        Rings rings;
        for (const auto& given : contours.features[0].rings) {
            Ring& ring = rings.emplace_back();
            for (LonLat at : given) ring.push_back(project(at, insee("59172")));
        }
        communes.push_back(rings);
    }
    auto points = [&] {
        std::size_t sum = 0;
        for (const Rings& rings : communes) sum += rings[0].size();
        return sum;
    };
    std::size_t before = points();
    simplify(communes, 100);
    CHECK(points() < before / 2);
    std::vector<const Rings*> all;
    for (const Rings& rings : communes) all.push_back(&rings);
    Rings around = outline(all);
    // One ring: no sliver is left between any two of them.
    REQUIRE(around.size() == 1);
    std::int64_t sum = 0;
    for (const Rings& rings : communes) sum += double_area(rings[0]);
    CHECK(double_area(around[0]) == sum);
}

TEST_CASE("an enclave keeps the border of the hole it fills") {
    auto ring = [](double west, double south, double size, bool turned) {
        std::vector<std::string> points;
        for (int i = 0; i < 40; ++i) {
            double angle = (turned ? -i : i) * 0.15707963;
            points.push_back(
                fmt::format("[{:.5f},{:.5f}]", west + size * std::cos(angle), south + size * std::sin(angle)));
        }
        std::string out;
        // The two rings also start at different points.
        for (int i = 0; i <= 40; ++i)
            out += (i == 0 ? "" : ",") + points[static_cast<std::size_t>((i + (turned ? 13 : 0)) % 40)];
        return "[" + out + "]";
    };
    std::string outer = feature("59001", R"({"type": "Polygon", "coordinates": [)" + ring(3, 50, 0.3, false) + "," +
                                             ring(3, 50, 0.05, true) + "]}");
    std::string inner = feature("59002", R"({"type": "Polygon", "coordinates": [)" + ring(3, 50, 0.05, false) + "]}");
    std::vector<Rings> communes;
    for (const ContourFeature& one : read(collection({outer, inner}), 1000).features) {
        Rings& rings = communes.emplace_back();
        for (const auto& given : one.rings) {
            Ring& to = rings.emplace_back();
            for (LonLat at : given) to.push_back(project(at, one.code));
        }
    }
    simplify(communes, 300);
    CHECK(communes[1][0].size() < 40);
    std::vector<const Rings*> all{&communes[0], &communes[1]};
    CHECK(outline(all).size() == 1);
}

TEST_CASE("what is stored is what was drawn") {
    CHECK(rc::check("encode and decode", [] {
        Rings rings;
        for (const auto& given :
             *rc::gen::arbitrary<std::vector<std::vector<std::pair<std::int32_t, std::int32_t>>>>()) {
            Ring ring;
            for (auto [x, y] : given) ring.push_back({x, y});
            if (ring.size() >= 3) rings.push_back(ring);
        }
        std::string bytes = encode(rings);
        RC_ASSERT(base::value_or_throw(decode(crypto::as_bytes(bytes))) == rings);
        if (!bytes.empty()) RC_ASSERT_FALSE(decode(crypto::as_bytes(bytes + "x")).has_value());
    }));
    CHECK(rc::check("damaged bytes are a refusal, never a crash",
                    [](const std::string& bytes) { (void)decode(crypto::as_bytes(bytes)); }));
}

TEST_CASE("a region is drawn from stored contours, départements outlined; without contours it says so") {
    db::ScratchFolder folder;
    auto database = db::migrated_database();
    Package package = FakePackage()
                          .town({"59172", "Denain", 20000})
                          .town({"59350", "Lille", 230000})
                          .town({"62041", "Arras", 40000, {}, "62999"})
                          .town({"2A004", "Ajaccio", 70000, {}, {}, "94"})
                          .write(folder.path() / "a", "1.0.0", 2022, 2022, 0);
    base::value_or_throw(import_packages(*database, {package}, {}));
    auto directory = load(*database);
    auto draw = [&] {
        return database->read([&](db::Reader& reader) { return draw_region(reader, *directory, region("32"), 2022); });
    };
    CHECK_FALSE(database->read(has_contours));
    CHECK(draw().error().message.key == "territory.map.none");

    std::string file = folder.file("communes.geojson");
    // 62999 merged into Arras since: its contour is part of Arras.
    write_file(file, collection({feature("59172", polygon(0, 0)), feature("59350", polygon(1, 0)),
                                 feature("62041", polygon(0, 1)), feature("75101", polygon(5, 5)),
                                 feature("nowhere", polygon(6, 6))}));
    auto report = import_contours(*database, file, {});
    REQUIRE(report);
    CHECK(report->communes == 3);
    CHECK(report->skipped == 2);
    CHECK(report->points_kept < report->points_read);
    CHECK(import_contours(*database, file, {})->unchanged == 1);
    CHECK(database->read(has_contours));

    auto map = draw();
    REQUIRE(map);
    CHECK(map->width == doctest::Approx(1000).epsilon(0.5));
    REQUIRE(map->communes.size() == 3);
    CHECK(map->communes[0].code == "59172");
    CHECK(map->communes[0].path.starts_with("M"));
    CHECK(map->communes[0].path.ends_with("z"));
    CHECK(map->communes[0].path.find_first_not_of("Mlz-.0123456789 ") == std::string::npos);
    CHECK(map->departements.size() == 2);
    // One ring for the Nord, though it has two communes.
    CHECK(std::count(map->departements[0].path.begin(), map->departements[0].path.end(), 'M') == 1);
    CHECK(std::count(map->outline.begin(), map->outline.end(), 'M') == 1);
    // Lille lies east of Denain here, Arras north: right of it, and above.
    CHECK(map->communes[1].x > map->communes[0].x);
    CHECK(map->communes[2].y < map->communes[0].y);

    CHECK(import_contours(*database, folder.file("absent"), {}).error().code == base::Code::NotFound);
    write_file(file, "not a map");
    CHECK(import_contours(*database, file, {}).error().code == base::Code::Invalid);
    CHECK(database->read(has_contours));  // the old ones are still there
}

}  // namespace beffroi::territory
