// Contours in GeoJSON (RFC 7946), read as they come: the file is never held whole, a hostile one costs what the limits
// say. Inside this module only.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "territory/codes.hpp"
#include "territory/map.hpp"

namespace beffroi::territory {

struct LonLat {
    double lon = 0;  // degrees, WGS 84
    double lat = 0;
};

struct ContourFeature {
    InseeCode code;
    std::vector<std::vector<LonLat>> rings;  // of all its polygons, holes among them; closed
};

struct GeoJsonContours {
    std::vector<ContourFeature> features;
    std::size_t skipped = 0;  // features with no code of a commune
    std::size_t points = 0;
};

// A FeatureCollection whose features have a property code (or insee, code_insee, INSEE_COM) and a Polygon or
// MultiPolygon. Feed it with add() in pieces of any size, then finish() once. After an error it takes nothing more.
class GeoJsonReader {
  public:
    explicit GeoJsonReader(const ContourLimits& limits);
    ~GeoJsonReader();
    GeoJsonReader(const GeoJsonReader&) = delete;
    GeoJsonReader& operator=(const GeoJsonReader&) = delete;

    [[nodiscard]] base::Status add(std::string_view piece);
    [[nodiscard]] base::Result<GeoJsonContours> finish();

  private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace beffroi::territory
