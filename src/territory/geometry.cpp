#include "territory/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <unordered_map>
#include <unordered_set>

namespace beffroi::territory {

namespace {

std::uint64_t key_of(Point p) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(p.x)) << 32U | static_cast<std::uint32_t>(p.y);
}

struct KeyHash {
    std::size_t operator()(std::uint64_t key) const noexcept {
        key ^= key >> 31U;
        key *= 0x9E3779B97F4A7C15U;
        return key ^ key >> 29U;
    }
};

std::int32_t rounded(double metres) {
    return static_cast<std::int32_t>(std::lround(metres));
}

double radians(double degrees) {
    return degrees * std::numbers::pi / 180;
}

double isometric_latitude(double lat, double eccentricity) {
    double s = eccentricity * std::sin(lat);
    return std::log(std::tan(std::numbers::pi / 4 + lat / 2) * std::pow((1 - s) / (1 + s), eccentricity / 2));
}

Point mercator(LonLat at) {
    constexpr double kEarth = 6'378'137;
    double lat = std::clamp(at.lat, -85.0, 85.0);
    return {rounded(kEarth * radians(at.lon)),
            rounded(kEarth * std::log(std::tan(std::numbers::pi / 4 + radians(lat) / 2)))};
}

}  // namespace

// NTG_71, alg. 3 and 19, with the constants of EPSG 2154: ellipsoid GRS 80, parallels 44° and 49°, origin 46°30' N 3°
// E.
Point lambert93(LonLat at) {
    constexpr double kAxis = 6'378'137;
    constexpr double kFlattening = 1 / 298.257222101;
    static const double e = std::sqrt(kFlattening * (2 - kFlattening));
    auto normal = [](double lat) { return kAxis / std::sqrt(1 - std::pow(e * std::sin(lat), 2)); };
    static const double lat1 = radians(44);
    static const double lat2 = radians(49);
    static const double n = std::log(normal(lat2) * std::cos(lat2) / (normal(lat1) * std::cos(lat1))) /
                            (isometric_latitude(lat1, e) - isometric_latitude(lat2, e));
    static const double c = normal(lat1) * std::cos(lat1) / n * std::exp(n * isometric_latitude(lat1, e));
    static const double y_pole = 6'600'000 + c * std::exp(-n * isometric_latitude(radians(46.5), e));
    double lat = std::clamp(at.lat, 30.0, 60.0);  // beyond, it is no place of France in Europe: kept finite
    double radius = c * std::exp(-n * isometric_latitude(radians(lat), e));
    double angle = n * radians(at.lon - 3);
    return {rounded(700'000 + radius * std::sin(angle)), rounded(y_pole - radius * std::cos(angle))};
}

Point project(LonLat at, InseeCode code) {
    DepartementCode departement = code.departement();
    return departement.view().size() == 3 ? mercator(at) : lambert93(at);
}

namespace {

// Where borders meet: a point with more than two neighbours over all rings. Only there may a line end.
class Junctions {
  public:
    explicit Junctions(const std::vector<Rings>& communes) {
        for (const Rings& rings : communes)
            for (const Ring& ring : rings)
                for (std::size_t i = 0; i < ring.size(); ++i) {
                    meet(ring[i], ring[(i + 1) % ring.size()]);
                    meet(ring[i], ring[(i + ring.size() - 1) % ring.size()]);
                }
    }
    [[nodiscard]] bool has(Point p) const {
        auto found = neighbours_.find(key_of(p));
        return found != neighbours_.end() && found->second.count > 2;
    }

  private:
    struct Neighbours {
        std::uint64_t first = 0;
        std::uint64_t second = 0;
        std::uint8_t count = 0;
    };
    void meet(Point at, Point other) {
        Neighbours& known = neighbours_[key_of(at)];
        std::uint64_t key = key_of(other);
        if (known.count == 0)
            known = {key, 0, 1};
        else if (known.count == 1 && known.first != key)
            known = {known.first, key, 2};
        else if (known.count == 2 && known.first != key && known.second != key)
            known.count = 3;
    }
    std::unordered_map<std::uint64_t, Neighbours, KeyHash> neighbours_;
};

double distance2_to_segment(Point p, Point a, Point b) {
    double dx = b.x - static_cast<double>(a.x);
    double dy = b.y - static_cast<double>(a.y);
    double px = p.x - static_cast<double>(a.x);
    double py = p.y - static_cast<double>(a.y);
    double length2 = dx * dx + dy * dy;
    double t = length2 == 0 ? 0 : std::clamp((px * dx + py * dy) / length2, 0.0, 1.0);
    return (px - t * dx) * (px - t * dx) + (py - t * dy) * (py - t * dy);
}

// Douglas and Peucker, 1973, without recursion: hostile lines may be long. Keeps both ends.
void thin_line(std::span<const Point> line, double tolerance, std::vector<Point>& out) {
    std::vector<char> keep(line.size(), 0);
    keep.front() = keep.back() = 1;
    std::vector<std::pair<std::size_t, std::size_t>> open{{0, line.size() - 1}};
    while (!open.empty()) {
        auto [first, last] = open.back();
        open.pop_back();
        double worst = tolerance * tolerance;
        std::size_t at = 0;
        for (std::size_t i = first + 1; i < last; ++i)
            if (double d = distance2_to_segment(line[i], line[first], line[last]); d > worst) {
                worst = d;
                at = i;
            }
        if (at == 0) continue;
        keep[at] = 1;
        open.emplace_back(first, at);
        open.emplace_back(at, last);
    }
    for (std::size_t i = 0; i + 1 < line.size(); ++i)
        if (keep[i] != 0) out.push_back(line[i]);  // the end is the start of the next line
}

// The same points come out whichever way two neighbours go along the line.
void thin_either_way(std::vector<Point> line, double tolerance, std::vector<Point>& out) {
    bool backwards = std::lexicographical_compare(line.rbegin(), line.rend(), line.begin(), line.end());
    if (!backwards) return thin_line(line, tolerance, out);
    Point end = line.back();
    std::reverse(line.begin(), line.end());
    std::vector<Point> thinned;
    thin_line(line, tolerance, thinned);
    thinned.push_back(line.back());
    std::reverse(thinned.begin(), thinned.end());
    ASSERT(thinned.back() == end);
    out.insert(out.end(), thinned.begin(), thinned.end() - 1);
}

// Ends of the lines of a ring: its junctions; with fewer than two of them, also points that both sides choose alike.
std::vector<std::size_t> line_ends(const Ring& ring, const Junctions& junctions) {
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < ring.size(); ++i)
        if (junctions.has(ring[i])) ends.push_back(i);
    if (ends.empty())
        ends.push_back(static_cast<std::size_t>(std::min_element(ring.begin(), ring.end()) - ring.begin()));
    if (ends.size() == 1) {
        Point from = ring[ends.front()];
        auto reach = [&](Point p) {
            double dx = p.x - static_cast<double>(from.x);
            double dy = p.y - static_cast<double>(from.y);
            return std::pair(dx * dx + dy * dy, p);
        };
        auto far = std::max_element(ring.begin(), ring.end(), [&](Point a, Point b) { return reach(a) < reach(b); });
        ends.push_back(static_cast<std::size_t>(far - ring.begin()));
        std::sort(ends.begin(), ends.end());
    }
    return ends;
}

Ring thin_ring(const Ring& ring, const Junctions& junctions, double tolerance) {
    std::vector<std::size_t> ends = line_ends(ring, junctions);
    Ring out;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        std::size_t from = ends[i];
        std::size_t to = i + 1 < ends.size() ? ends[i + 1] : ends.front() + ring.size();
        std::vector<Point> line;
        for (std::size_t at = from; at <= to; ++at) line.push_back(ring[at % ring.size()]);
        thin_either_way(std::move(line), tolerance, out);
    }
    return out.size() < 3 ? ring : out;
}

}  // namespace

void simplify(std::vector<Rings>& communes, double tolerance_m) {
    // Rounding to the metre made some points one.
    for (Rings& rings : communes) {
        for (Ring& ring : rings) {
            ring.erase(std::unique(ring.begin(), ring.end()), ring.end());
            while (ring.size() > 1 && ring.back() == ring.front()) ring.pop_back();
        }
        std::erase_if(rings, [](const Ring& ring) { return ring.size() < 3; });
    }
    Junctions junctions(communes);
    for (Rings& rings : communes)
        for (Ring& ring : rings) ring = thin_ring(ring, junctions, tolerance_m);
}

Rings outline(std::span<const Rings* const> communes) {
    struct Edge {
        Point from;
        Point to;
        bool operator==(const Edge&) const = default;
    };
    struct EdgeHash {
        std::size_t operator()(const Edge& edge) const noexcept {
            return KeyHash{}(key_of(edge.from)) * 31 + KeyHash{}(key_of(edge.to));
        }
    };
    // An edge met twice lies between two of the communes.
    std::unordered_set<Edge, EdgeHash> edges;
    for (const Rings* rings : communes)
        for (const Ring& ring : *rings)
            for (std::size_t i = 0; i < ring.size(); ++i) {
                Point a = ring[i];
                Point b = ring[(i + 1) % ring.size()];
                Edge edge{std::min(a, b), std::max(a, b)};
                if (!edges.insert(edge).second) edges.erase(edge);
            }
    std::vector<Edge> left(edges.begin(), edges.end());
    std::sort(left.begin(), left.end(),
              [](const Edge& a, const Edge& b) { return std::pair(a.from, a.to) < std::pair(b.from, b.to); });
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>, KeyHash> at;
    for (std::uint32_t i = 0; i < left.size(); ++i) {
        at[key_of(left[i].from)].push_back(i);
        at[key_of(left[i].to)].push_back(i);
    }
    std::vector<char> used(left.size(), 0);
    Rings out;
    for (std::uint32_t start = 0; start < left.size(); ++start) {
        if (used[start] != 0) continue;
        Ring ring;
        Point here = left[start].from;
        for (std::uint32_t edge = start; used[edge] == 0;) {
            used[edge] = 1;
            ring.push_back(here);
            here = left[edge].from == here ? left[edge].to : left[edge].from;
            for (std::uint32_t next : at[key_of(here)])
                if (used[next] == 0) {
                    edge = next;
                    break;
                }
        }
        if (ring.size() >= 3) out.push_back(std::move(ring));
    }
    return out;
}

std::int64_t double_area(const Ring& ring) {
    std::int64_t sum = 0;
    Point origin = ring.front();
    for (std::size_t i = 1; i + 1 < ring.size(); ++i) {
        std::int64_t ax = std::int64_t{ring[i].x} - origin.x;
        std::int64_t ay = std::int64_t{ring[i].y} - origin.y;
        std::int64_t bx = std::int64_t{ring[i + 1].x} - origin.x;
        std::int64_t by = std::int64_t{ring[i + 1].y} - origin.y;
        sum += ax * by - ay * bx;
    }
    return std::abs(sum);
}

namespace {

void put(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out += static_cast<char>(static_cast<unsigned char>(value | 0x80U));
    out += static_cast<char>(static_cast<unsigned char>(value));
}

void put_signed(std::string& out, std::int64_t value) {
    put(out, static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63U));
}

struct Source {
    std::span<const std::byte> bytes;
    bool broken = false;

    std::uint64_t take() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 63; shift += 7) {
            if (bytes.empty()) break;
            auto byte = std::to_integer<std::uint64_t>(bytes.front());
            bytes = bytes.subspan(1);
            value |= (byte & 0x7FU) << shift;
            if (byte < 0x80) return value;
        }
        broken = true;
        return 0;
    }
    std::int64_t take_signed() {
        std::uint64_t value = take();
        return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
    }
    // The next coordinate; broken when it would not fit.
    std::int32_t step(std::int32_t from) {
        std::int64_t delta = take_signed();
        if (std::abs(delta) > std::int64_t{1} << 33U || from + delta != static_cast<std::int32_t>(from + delta)) {
            broken = true;
            return 0;
        }
        return static_cast<std::int32_t>(from + delta);
    }
};

}  // namespace

std::string encode(const Rings& rings) {
    std::string out;
    put(out, rings.size());
    Point before;
    for (const Ring& ring : rings) {
        put(out, ring.size());
        for (Point point : ring) {
            put_signed(out, std::int64_t{point.x} - before.x);
            put_signed(out, std::int64_t{point.y} - before.y);
            before = point;
        }
    }
    return out;
}

base::Result<Rings> decode(std::span<const std::byte> bytes) {
    Source in{bytes};
    auto corrupt = [] { return base::fail(base::Code::Corrupt, "a stored contour is damaged"); };
    std::uint64_t count = in.take();
    if (in.broken || count > bytes.size()) return corrupt();
    Rings rings(count);
    Point at;
    for (Ring& ring : rings) {
        std::uint64_t size = in.take();
        if (in.broken || size < 3 || size > in.bytes.size()) return corrupt();
        ring.resize(size);
        for (Point& point : ring) point = at = {in.step(at.x), in.step(at.y)};
        if (in.broken) return corrupt();
    }
    if (!in.bytes.empty()) return corrupt();
    return rings;
}

}  // namespace beffroi::territory
