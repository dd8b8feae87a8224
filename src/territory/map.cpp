#include "territory/map.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>

#include "crypto/hash.hpp"
#include "territory/geojson.hpp"
#include "territory/geometry.hpp"

namespace beffroi::territory {

namespace {

using base::Code;
using base::Result;
using base::Status;

constexpr db::Query kKnownFile{"contour_known",
                               "SELECT count(*) FROM contour_file WHERE sha256 = $1 AND tolerance_m = $2"};
constexpr db::Query kCommuneCodes{"contour_communes", "SELECT code FROM commune"};
constexpr db::Query kForget{"contour_forget", "DELETE FROM contour"};
constexpr db::Query kForgetFile{"contour_file_forget", "DELETE FROM contour_file"};
constexpr db::Query kAdd{"contour_add", "INSERT INTO contour (code, rings) VALUES ($1, $2)"};
constexpr db::Query kAddFile{
    "contour_file_add", "INSERT INTO contour_file (sha256, name, tolerance_m, imported_at) VALUES ($1, $2, $3, $4)"};
constexpr db::Query kAny{"contour_any", "SELECT count(*) FROM (SELECT 1 FROM contour LIMIT 1) some"};
constexpr db::Query kOf{"contour_of", "SELECT rings FROM contour WHERE code = $1"};
constexpr db::Query kStored{"contour_codes", "SELECT code FROM contour"};

// Calls `each` with the file in pieces.
template <typename Each>
Status pieces_of(const std::filesystem::path& file, Each&& each) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return base::fail(Code::NotFound, fmt::format("{}: cannot be opened", file.string()));
    std::string piece(1U << 20U, '\0');
    while (in) {
        in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        Status status = each(std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount())));
        if (!status) return std::unexpected(std::move(status.error()).wrapped(file.string()));
    }
    if (in.bad()) return base::fail(Code::Unavailable, fmt::format("{}: cannot be read whole", file.string()));
    return {};
}

struct Projected {
    std::vector<InseeCode> codes;
    std::vector<Rings> rings;
};

// By code; the features of one commune become one.
Projected to_plane(const GeoJsonContours& contours, const std::set<std::string>& communes, ContourReport& report) {
    std::map<InseeCode, Rings> by_code;
    for (const ContourFeature& feature : contours.features) {
        if (!communes.empty() && !communes.contains(feature.code.str())) {
            ++report.skipped;
            continue;
        }
        for (const std::vector<LonLat>& given : feature.rings) {
            Ring ring;
            ring.reserve(given.size());
            for (LonLat at : given) ring.push_back(project(at, feature.code));
            by_code[feature.code].push_back(std::move(ring));
        }
    }
    Projected out;
    for (auto& [code, rings] : by_code) {
        out.codes.push_back(code);
        out.rings.push_back(std::move(rings));
    }
    return out;
}

}  // namespace

Result<ContourReport> import_contours(db::Database& database, const std::filesystem::path& file, base::Timestamp now,
                                      double tolerance_m, const ContourLimits& limits) {
    if (!(tolerance_m >= 0 && tolerance_m <= 10'000))
        return base::fail(Code::Invalid, "the tolerance is from 0 to 10,000 metres");
    ContourReport report;
    crypto::Sha256 hash;
    TRY(pieces_of(file, [&](std::string_view piece) -> Status {
        hash.add(piece);
        return {};
    }));
    std::string sha256 = crypto::hex(hash.finish());
    auto tolerance = static_cast<std::int64_t>(std::lround(tolerance_m));
    if (database.read([&](db::Reader& reader) { return reader.number(kKnownFile, {sha256, tolerance}); }) != 0) {
        report.unchanged = 1;
        return report;
    }

    GeoJsonReader geojson(limits);
    TRY(pieces_of(file, [&](std::string_view piece) { return geojson.add(piece); }));
    Result<GeoJsonContours> contours = geojson.finish();
    if (!contours) return std::unexpected(std::move(contours.error()).wrapped(file.string()));
    report.points_read = contours->points;
    report.skipped = contours->skipped;

    std::set<std::string> communes;
    database.read([&](db::Reader& reader) {
        reader.query(kCommuneCodes, {}, [&](const db::Row& row) { communes.insert(row.string(0)); });
    });
    Projected projected = to_plane(*contours, communes, report);
    contours->features = {};
    simplify(projected.rings, tolerance_m);
    if (projected.codes.empty())
        return base::fail(Code::Invalid, fmt::format("{}: no contour of a commune in it", file.string()));

    return database.write([&](db::Writer& writer) -> Result<ContourReport> {
        writer.execute(kForget, {});
        writer.execute(kForgetFile, {});
        for (std::size_t i = 0; i < projected.codes.size(); ++i) {
            if (projected.rings[i].empty()) continue;
            std::string bytes = encode(projected.rings[i]);
            writer.execute(kAdd, {projected.codes[i].str(), crypto::as_bytes(bytes)});
            ++report.communes;
            for (const Ring& ring : projected.rings[i]) report.points_kept += ring.size();
        }
        writer.execute(kAddFile, {sha256, file.filename().string(), tolerance, now});
        return report;
    });
}

bool has_contours(db::Reader& reader) {
    return reader.number(kAny) != 0;
}

namespace {

// From metres to the units of a drawing, y downwards, in tenths.
class Canvas {
  public:
    Canvas(const std::vector<Rings>& communes, double width) {
        left_ = bottom_ = INT32_MAX;
        std::int32_t right = INT32_MIN;
        std::int32_t top = INT32_MIN;
        for (const Rings& rings : communes)
            for (const Ring& ring : rings)
                for (Point p : ring) {
                    left_ = std::min(left_, p.x);
                    right = std::max(right, p.x);
                    bottom_ = std::min(bottom_, p.y);
                    top = std::max(top, p.y);
                }
        double across = std::max(1.0, right - static_cast<double>(left_));
        double up = std::max(1.0, top - static_cast<double>(bottom_));
        // A ground much higher than wide would make an endless drawing: it is held in a square.
        scale_ = std::min(width / across, width / up);
        width_ = across * scale_;
        height_ = up * scale_;
    }
    [[nodiscard]] double width() const { return width_; }
    [[nodiscard]] double height() const { return height_; }
    [[nodiscard]] double x(double metres) const { return (metres - left_) * scale_; }
    [[nodiscard]] double y(double metres) const { return height_ - (metres - bottom_) * scale_; }

    // Absolute start, relative lines; points that fall on the one before are left out.
    void draw(const Ring& ring, std::string& path) const {
        long at_x = 0;
        long at_y = 0;
        bool first = true;
        std::string part;
        std::size_t points = 0;
        for (Point p : ring) {
            long to_x = std::lround(x(p.x) * 10);
            long to_y = std::lround(y(p.y) * 10);
            if (!first && to_x == at_x && to_y == at_y) continue;
            part += first ? 'M' : points == 1 ? 'l' : ' ';
            number(first ? to_x : to_x - at_x, part);
            part += ' ';
            number(first ? to_y : to_y - at_y, part);
            at_x = to_x;
            at_y = to_y;
            first = false;
            ++points;
        }
        if (points >= 3) path += part + 'z';
    }

  private:
    static void number(long tenths, std::string& out) {
        if (tenths < 0) out += '-';
        out += std::to_string(std::labs(tenths) / 10);
        if (tenths % 10 != 0) out += '.' + std::to_string(std::labs(tenths) % 10);
    }

    std::int32_t left_ = 0;
    std::int32_t bottom_ = 0;
    double scale_ = 1;
    double width_ = 0;
    double height_ = 0;
};

// The centre of gravity of the largest ring.
std::pair<double, double> centre(const Rings& rings) {
    const Ring& ring = *std::max_element(rings.begin(), rings.end(),
                                         [](const Ring& a, const Ring& b) { return double_area(a) < double_area(b); });
    double sum = 0;
    double x = 0;
    double y = 0;
    Point o = ring.front();
    for (std::size_t i = 1; i + 1 < ring.size(); ++i) {
        double ax = ring[i].x - static_cast<double>(o.x);
        double ay = ring[i].y - static_cast<double>(o.y);
        double bx = ring[i + 1].x - static_cast<double>(o.x);
        double by = ring[i + 1].y - static_cast<double>(o.y);
        double area = ax * by - ay * bx;
        sum += area;
        x += area * (ax + bx) / 3;
        y += area * (ay + by) / 3;
    }
    if (sum == 0) return {o.x, o.y};
    return {o.x + x / sum, o.y + y / sum};
}

Shape shape_of(std::string code, const Rings& rings, const Canvas& canvas) {
    Shape shape;
    shape.code = std::move(code);
    for (const Ring& ring : rings) canvas.draw(ring, shape.path);
    auto [x, y] = centre(rings);
    shape.x = std::round(canvas.x(x) * 10) / 10;
    shape.y = std::round(canvas.y(y) * 10) / 10;
    return shape;
}

// Contours of communes that merged since they were drawn, by the commune that stands on their ground in `year`.
std::map<InseeCode, std::vector<InseeCode>> merged_since(db::Reader& reader, const Directory& directory, int year) {
    std::map<InseeCode, std::vector<InseeCode>> out;
    reader.query(kStored, {}, [&](const db::Row& row) {
        Result<InseeCode> code = InseeCode::parse(row.text(0));
        if (!code || directory.exists(*code, year)) return;
        if (std::optional<InseeCode> into = directory.successor(*code, year)) out[*into].push_back(*code);
    });
    return out;
}

Result<Rings> stored_rings(db::Reader& reader, InseeCode code) {
    Result<Rings> found = Rings();
    reader.query(kOf, {code.str()}, [&](const db::Row& row) { found = decode(row.bytes(0)); });
    if (!found) return std::unexpected(std::move(found.error()).wrapped("commune " + code.str()));
    return found;
}

// Its own contour and those of the communes it absorbed since.
Result<Rings> ground_of(db::Reader& reader, InseeCode code, const std::vector<InseeCode>& absorbed) {
    Rings own = TRY(stored_rings(reader, code));
    if (absorbed.empty()) return own;
    std::vector<Rings> all{std::move(own)};
    for (InseeCode one : absorbed) all.push_back(TRY(stored_rings(reader, one)));
    std::vector<const Rings*> parts;
    for (const Rings& rings : all) parts.push_back(&rings);
    return outline(parts);
}

}  // namespace

Result<Map> draw_region(db::Reader& reader, const Directory& directory, RegionCode region, int year, double width) {
    std::map<InseeCode, std::vector<InseeCode>> merged = merged_since(reader, directory, year);
    std::vector<InseeCode> codes;
    std::vector<Rings> rings;
    for (CommuneIndex index : directory.communes_of(region, year)) {
        InseeCode code = directory.commune_at(index).code;
        auto absorbed = merged.find(code);
        Rings ground =
            TRY(ground_of(reader, code, absorbed == merged.end() ? std::vector<InseeCode>() : absorbed->second));
        if (ground.empty()) continue;  // none of its ground is in the contours: it stays blank
        codes.push_back(code);
        rings.push_back(std::move(ground));
    }
    if (codes.empty())
        return base::fail(Code::NotFound,
                          fmt::format("no contour of the communes of region {} is stored", region.view()),
                          {"territory.map.none", {}});

    Canvas canvas(rings, width);
    Map map;
    map.width = std::ceil(canvas.width());
    map.height = std::ceil(canvas.height());
    std::map<DepartementCode, std::vector<const Rings*>> by_departement;
    std::vector<const Rings*> all;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        map.communes.push_back(shape_of(codes[i].str(), rings[i], canvas));
        by_departement[codes[i].departement()].push_back(&rings[i]);
        all.push_back(&rings[i]);
    }
    for (const auto& [code, members] : by_departement)
        if (Rings rings_of = outline(members); !rings_of.empty())
            map.departements.push_back(shape_of(code.str(), rings_of, canvas));
    for (const Ring& ring : outline(all)) canvas.draw(ring, map.outline);
    return map;
}

}  // namespace beffroi::territory
