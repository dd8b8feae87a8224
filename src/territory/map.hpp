// Contours of the communes, and maps of a region as SVG path data. The contours are public but not in the npm packages:
// they come by a command from a GeoJSON file (contours-administratifs, communes-1000m.geojson; IGN ADMIN EXPRESS,
// Licence Ouverte). Without them has_contours() is false and pages show their table only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "db/db.hpp"
#include "territory/codes.hpp"
#include "territory/directory.hpp"

namespace beffroi::territory {

struct ContourLimits {
    std::size_t file_bytes = 400U << 20U;
    std::size_t features = 100'000;
    std::size_t points = 20'000'000;
};

struct ContourReport {
    std::size_t communes = 0;   // stored
    std::size_t unchanged = 0;  // 1 when the very same file was imported before: nothing else is done
    std::size_t skipped = 0;    // features whose code is not that of a commune (arrondissements of Paris, EPCI…)
    std::size_t points_read = 0;
    std::size_t points_kept = 0;
};

// Replaces all contours in one transaction. `tolerance_m` is how far a simplified line may stray from the one given;
// borders between neighbours stay common. Invalid with the place of the fault; TooLarge beyond the limits.
[[nodiscard]] base::Result<ContourReport> import_contours(db::Database& database, const std::filesystem::path& file,
                                                          base::Timestamp now, double tolerance_m = 100.0,
                                                          const ContourLimits& limits = {});

[[nodiscard]] bool has_contours(db::Reader& reader);

struct Shape {
    std::string code;  // INSEE, or of the département
    std::string path;  // the attribute d of an SVG path; rings with holes: fill-rule evenodd
    double x = 0;      // where a mark or a name can stand, in the same units
    double y = 0;
};

// Ready to draw: <svg viewBox="0 0 width height">. Plain values, no link to the database.
struct Map {
    double width = 0;
    double height = 0;
    std::vector<Shape> communes;      // by code
    std::vector<Shape> departements;  // outlines, to draw over the communes
    std::string outline;              // of the whole
};

// The communes of a region in the COG of `year`; NotFound when no contour of them is stored. Takes some milliseconds
// for a region: keep the result. `width` is that of the drawing, its height follows.
[[nodiscard]] base::Result<Map> draw_region(db::Reader& reader, const Directory& directory, RegionCode region, int year,
                                            double width = 1000);

}  // namespace beffroi::territory
