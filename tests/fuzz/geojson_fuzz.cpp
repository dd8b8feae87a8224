// Contours from outside: read in two pieces, projected, simplified, stored, read back, outlined.
#include "territory/geojson.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crypto/hash.hpp"
#include "territory/geometry.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace beffroi::territory;
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    (void)decode(beffroi::crypto::as_bytes(bytes));

    GeoJsonReader reader({.file_bytes = 1 << 20, .features = 100, .points = 10'000});
    if (!reader.add(bytes.substr(0, size / 2)) || !reader.add(bytes.substr(size / 2))) return 0;
    auto contours = reader.finish();
    if (!contours) return 0;
    std::vector<Rings> communes;
    for (const ContourFeature& feature : contours->features) {
        Rings& rings = communes.emplace_back();
        for (const auto& given : feature.rings) {
            Ring& ring = rings.emplace_back();
            for (LonLat at : given) ring.push_back(project(at, feature.code));
        }
    }
    simplify(communes, 100);
    std::vector<const Rings*> all;
    for (const Rings& rings : communes) {
        auto back = decode(beffroi::crypto::as_bytes(encode(rings)));
        ASSERT(back && *back == rings);
        all.push_back(&rings);
    }
    (void)outline(all);
    return 0;
}
