#include "territory/geojson.hpp"

#include <cmath>
#include <optional>

#include <boost/json/basic_parser_impl.hpp>
#include <fmt/format.h>

namespace beffroi::territory {

namespace {

namespace json = boost::json;
using base::Code;

// Receives the events of the JSON parser. Depths are small and known: root object, list of features, feature, then its
// properties or its geometry, then the coordinates.
struct Handler {
    static constexpr std::size_t max_object_size = 1'000'000;
    static constexpr std::size_t max_array_size = 100'000'000;
    static constexpr std::size_t max_key_size = 10'000;
    static constexpr std::size_t max_string_size = 1'000'000;

    explicit Handler(const ContourLimits& given) : limits(given) {}

    // A list in the coordinates holds numbers (a position), positions (a ring), or lists of these.
    enum class Holds { Nothing, Numbers, Positions, Lists };
    enum class Frame { Object, List };

    ContourLimits limits;
    GeoJsonContours out;
    std::optional<base::Error> fault;

    std::vector<Frame> frames;
    std::vector<std::string> keys;  // of each object that is open
    std::string text;               // of a key or a string that comes in parts

    bool features_seen = false;
    std::size_t feature = 0;  // number of the one being read, from 1
    std::string code;
    std::string type;
    std::vector<Holds> lists;  // open lists in the coordinates
    std::size_t ring_depth = 0;
    double position[2] = {};
    std::size_t numbers = 0;
    std::vector<LonLat> ring;
    std::vector<std::vector<LonLat>> rings;

    bool refuse(Code why, std::string_view what, json::error_code& ec) {
        if (!fault)
            fault =
                base::Error{why, feature == 0 ? std::string(what) : fmt::format("feature {}: {}", feature, what), {}};
        ec = json::error::exception;
        return false;
    }

    [[nodiscard]] bool in(std::size_t depth, std::initializer_list<std::string_view> path) const {
        if (frames.size() != depth || keys.size() != path.size()) return false;
        std::size_t i = 0;
        for (std::string_view key : path)
            if (keys[i++] != key) return false;
        return true;
    }
    [[nodiscard]] bool at_feature() const { return frames.size() == 3 && keys.size() == 2 && keys[0] == "features"; }
    [[nodiscard]] bool in_coordinates() const { return !lists.empty(); }

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }

    bool on_object_begin(json::error_code& ec) {
        if (in_coordinates()) return refuse(Code::Invalid, "an object among the coordinates", ec);
        frames.push_back(Frame::Object);
        keys.emplace_back();
        if (at_feature()) {
            ++feature;
            if (feature > limits.features)
                return refuse(Code::TooLarge, fmt::format("more than {} features", limits.features), ec);
            code.clear();
            type.clear();
            rings.clear();
            ring_depth = 0;
        }
        return true;
    }

    bool on_object_end(std::size_t, json::error_code& ec) {
        bool was_feature = at_feature();
        frames.pop_back();
        keys.pop_back();
        return was_feature ? end_feature(ec) : true;
    }

    bool end_feature(json::error_code& ec) {
        base::Result<InseeCode> insee = InseeCode::parse(code);
        if (!insee) {
            ++out.skipped;
            return true;
        }
        std::size_t depth = type == "Polygon" ? 2 : type == "MultiPolygon" ? 3 : 0;
        if (depth == 0)
            return refuse(Code::Invalid, fmt::format("{}: expected a Polygon or a MultiPolygon", insee->view()), ec);
        if (rings.empty()) return refuse(Code::Invalid, fmt::format("{}: no coordinates", insee->view()), ec);
        if (ring_depth != depth)
            return refuse(Code::Invalid, fmt::format("{}: coordinates are not those of a {}", insee->view(), type), ec);
        out.features.push_back({*insee, std::move(rings)});
        rings = {};
        return true;
    }

    bool on_array_begin(json::error_code& ec) {
        frames.push_back(Frame::List);
        if (in(2, {"features"})) features_seen = true;
        bool starts = frames.size() == 5 && keys.size() == 3 && keys[0] == "features" && keys[1] == "geometry" &&
                      keys[2] == "coordinates";
        if (!starts && !in_coordinates()) return true;
        if (!lists.empty()) {
            if (lists.back() == Holds::Numbers)
                return refuse(Code::Invalid, "a list among the numbers of a position", ec);
            if (lists.size() == 4) return refuse(Code::Invalid, "coordinates too deep", ec);
        }
        lists.push_back(Holds::Nothing);
        numbers = 0;
        return true;
    }

    bool on_array_end(std::size_t, json::error_code& ec) {
        frames.pop_back();
        if (!in_coordinates()) return true;
        Holds held = lists.back();
        lists.pop_back();
        switch (held) {
            case Holds::Nothing:
                return refuse(Code::Invalid, "an empty list in the coordinates", ec);
            case Holds::Numbers:
                return end_position(ec);
            case Holds::Positions:
                return end_ring(ec);
            case Holds::Lists:
                return nest(Holds::Lists, ec);
        }
        return true;
    }

    bool nest(Holds holds, json::error_code& ec) {
        if (lists.empty()) return true;
        if (lists.back() != Holds::Nothing && lists.back() != holds)
            return refuse(Code::Invalid, "lists of different depths in the coordinates", ec);
        lists.back() = holds;
        return true;
    }

    bool end_position(json::error_code& ec) {
        if (numbers < 2) return refuse(Code::Invalid, "a position of one number", ec);
        bool on_earth = std::abs(position[0]) <= 180 && std::abs(position[1]) <= 90;
        if (!on_earth) return refuse(Code::Invalid, "a position that is not a longitude and a latitude in degrees", ec);
        if (++out.points > limits.points)
            return refuse(Code::TooLarge, fmt::format("more than {} points", limits.points), ec);
        ring.push_back({position[0], position[1]});
        return nest(Holds::Positions, ec);
    }

    bool end_ring(json::error_code& ec) {
        bool closed = ring.size() >= 4 && ring.front().lon == ring.back().lon && ring.front().lat == ring.back().lat;
        if (!closed) return refuse(Code::Invalid, "a ring of less than 4 positions, or not closed", ec);
        rings.push_back(std::move(ring));
        ring = {};
        std::size_t depth = lists.size() + 1;
        if (ring_depth != 0 && ring_depth != depth) return refuse(Code::Invalid, "rings at different depths", ec);
        ring_depth = depth;
        return nest(Holds::Lists, ec);
    }

    bool number(double value, json::error_code& ec) {
        if (!in_coordinates()) return true;
        if (lists.back() != Holds::Nothing && lists.back() != Holds::Numbers)
            return refuse(Code::Invalid, "a number among lists of the coordinates", ec);
        lists.back() = Holds::Numbers;
        if (numbers < 2) position[numbers] = value;
        ++numbers;
        return true;
    }

    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        text.append(part.data(), part.size());
        return true;
    }
    bool on_key(json::string_view part, std::size_t, json::error_code&) {
        text.append(part.data(), part.size());
        keys.back() = std::move(text);
        text.clear();
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
        text.append(part.data(), part.size());
        return true;
    }
    bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
        text.append(part.data(), part.size());
        std::string value = std::move(text);
        text.clear();
        if (in_coordinates()) return refuse(Code::Invalid, "a text among the coordinates", ec);
        for (std::string_view name : {"code", "insee", "code_insee", "INSEE_COM"})
            if (in(4, {"features", "properties", name})) code = value;
        if (in(4, {"features", "geometry", "type"})) type = value;
        return true;
    }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t value, json::string_view, json::error_code& ec) {
        return number(static_cast<double>(value), ec);
    }
    bool on_uint64(std::uint64_t value, json::string_view, json::error_code& ec) {
        return number(static_cast<double>(value), ec);
    }
    bool on_double(double value, json::string_view, json::error_code& ec) { return number(value, ec); }
    bool on_bool(bool, json::error_code& ec) { return plain(ec); }
    bool on_null(json::error_code& ec) { return plain(ec); }
    bool plain(json::error_code& ec) {
        return in_coordinates() ? refuse(Code::Invalid, "not a number among the coordinates", ec) : true;
    }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }
};

}  // namespace

struct GeoJsonReader::Parser {
    explicit Parser(const ContourLimits& given) : json(json::parse_options(), given), limits(given) {}
    json::basic_parser<Handler> json;
    ContourLimits limits;
    std::size_t read = 0;

    base::Status add(std::string_view piece, bool more) {
        read += piece.size();
        if (read > limits.file_bytes)
            return base::fail(Code::TooLarge, fmt::format("more than {} bytes", limits.file_bytes));
        boost::json::error_code error;
        std::size_t used = json.write_some(more, piece.data(), piece.size(), error);
        if (auto& fault = json.handler().fault) return std::unexpected(*fault);
        if (error)
            return base::fail(Code::Invalid,
                              fmt::format("not JSON near byte {}: {}", read - piece.size() + used, error.message()));
        if (used < piece.size() && piece.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
            return base::fail(Code::Invalid, "something follows the end of the document");
        return {};
    }
};

GeoJsonReader::GeoJsonReader(const ContourLimits& limits) : parser_(std::make_unique<Parser>(limits)) {}
GeoJsonReader::~GeoJsonReader() = default;

base::Status GeoJsonReader::add(std::string_view piece) {
    if (piece.empty()) return {};
    if (parser_->json.done()) {
        if (piece.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
        return base::fail(Code::Invalid, "something follows the end of the document");
    }
    return parser_->add(piece, true);
}

base::Result<GeoJsonContours> GeoJsonReader::finish() {
    if (!parser_->json.done()) TRY(parser_->add("", false));
    if (!parser_->json.handler().features_seen)
        return base::fail(Code::Invalid, "not a FeatureCollection: no list \"features\" at the top");
    return std::move(parser_->json.handler().out);
}

}  // namespace beffroi::territory
