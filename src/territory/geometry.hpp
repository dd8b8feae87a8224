// Contours on a plane: projection, simplification that keeps common borders common, storage, outlines. Inside this
// module only.
//
// Planes, in metres: Lambert-93 for France in Europe (EPSG 2154; NTG_71, IGN), spherical Mercator overseas: islands are
// small, shapes are true, and a map never shows two of them.
//
// Stored form of a commune: number of rings, then for each its number of points and the points as differences from the
// one before (the first from the last one of the ring before, or from 0,0), x then y; all as varints of 7 bits,
// differences zigzagged. A ring is closed without repeating its first point. Holes are rings like others: they are
// drawn by the even-odd rule.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "territory/codes.hpp"
#include "territory/geojson.hpp"

namespace beffroi::territory {

struct Point {
    std::int32_t x = 0;
    std::int32_t y = 0;
    auto operator<=>(const Point&) const = default;
};
using Ring = std::vector<Point>;  // at least 3 points, the first not repeated
using Rings = std::vector<Ring>;

// Rounded to the metre. `code` chooses the plane.
[[nodiscard]] Point project(LonLat at, InseeCode code);
[[nodiscard]] Point lambert93(LonLat at);

// All communes at once. Rings that neighbours share stay shared: a line between two meeting points of three is
// simplified once, the same way for both. No point moves, points only go. A ring is never reduced to nothing.
void simplify(std::vector<Rings>& communes, double tolerance_m);

// The outline of communes that cover a ground together: borders between them vanish.
[[nodiscard]] Rings outline(std::span<const Rings* const> communes);

// Twice the area, positive whichever way it turns.
[[nodiscard]] std::int64_t double_area(const Ring& ring);

[[nodiscard]] std::string encode(const Rings& rings);
// Corrupt when the bytes are not what encode() made.
[[nodiscard]] base::Result<Rings> decode(std::span<const std::byte> bytes);

}  // namespace beffroi::territory
