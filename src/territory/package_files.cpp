#include "territory/package_files.hpp"

#include "base/text.hpp"
#include "territory/json_fields.hpp"

namespace beffroi::territory {

namespace {

namespace json = boost::json;
using base::Result;
using base::Status;

// Calls `each` with the fields of every object of a document that must be a list of objects.
template <typename Each>
Status each_object(std::string_view bytes, std::string_view file, std::string_view what, Each&& each) {
    json::monotonic_resource memory(bytes.size() * 3 + 4096);
    json::value document = TRY(JsonDocument::parse(bytes, file, &memory));
    if (!document.is_array())
        return base::fail(base::Code::Invalid, fmt::format("{}: expected a list at the top", file));
    std::size_t element = 0;
    for (const json::value& value : document.get_array()) {
        ++element;
        if (!value.is_object())
            return base::fail(base::Code::Invalid, fmt::format("{}: {} {}: expected an object", file, what, element));
        TRY(each(JsonFields(value.get_object(), file, what, element)));
    }
    return {};
}

// The list of texts in a field, which may be missing.
template <typename Each>
Status each_text(const JsonFields& fields, std::string_view field, Each&& each) {
    const json::value* value = fields.object().if_contains(field);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_array()) return fields.wrong(field, "a list of texts");
    for (const json::value& item : value->get_array()) {
        if (!item.is_string()) return fields.wrong(field, "a list of texts");
        TRY(each(std::string_view(item.get_string())));
    }
    return {};
}

Result<std::string> name_in(const JsonFields& fields) {
    std::string_view name = TRY(fields.text("nom"));
    if (name.size() > 200 || !base::valid_utf8(name))
        return fields.wrong("nom", "a name of at most 200 bytes in UTF-8");
    return std::string(name);
}

// Package 1.1.1 puts the overseas collectivities in an object of their own; later ones give them a code in both fields.
Status read_area(const JsonFields& fields, CommuneRecord& commune) {
    if (fields.object().contains("departement")) {
        commune.departement = TRY(fields.code<DepartementCode>("departement"));
        commune.region = TRY(fields.code<RegionCode>("region"));
        return {};
    }
    if (!fields.object().contains("collectiviteOutremer")) return fields.wrong("departement", "a code");
    commune.departement = commune.code.departement();
    base::Result<RegionCode> region = RegionCode::parse(commune.departement.view());
    if (!region) return fields.wrong("collectiviteOutremer", "a commune whose code starts with 97 or 98");
    commune.region = *region;
    return {};
}

Result<CommuneRecord> read_commune(const JsonFields& fields) {
    CommuneRecord commune;
    commune.code = TRY(fields.code<InseeCode>("code"));
    commune.name = TRY(name_in(fields));
    commune.siren = TRY(fields.code_or_none<Siren>("siren"));
    TRY(read_area(fields, commune));
    commune.population = TRY(fields.optional_number("population"));
    TRY(each_text(fields, "anciensCodes", [&](std::string_view text) -> Status {
        base::Result<InseeCode> former = InseeCode::parse(text);
        if (!former) return fields.wrong("anciensCodes", former.error().detail);
        commune.former.push_back(*former);
        return {};
    }));
    TRY(each_text(fields, "codesPostaux", [&](std::string_view text) -> Status {
        bool right = text.size() == 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
        if (!right) return fields.wrong("codesPostaux", "5 digits");
        commune.postcodes.emplace_back(text);
        return {};
    }));
    return commune;
}

Result<std::vector<MemberRecord>> read_members(const JsonFields& grouping, std::string_view file) {
    const json::value* list = grouping.object().if_contains("membres");
    if (list == nullptr || !list->is_array()) return grouping.wrong("membres", "a list");
    std::vector<MemberRecord> members;
    members.reserve(list->get_array().size());
    for (const json::value& value : list->get_array()) {
        if (!value.is_object()) return grouping.wrong("membres", "a list of objects");
        std::string where = fmt::format("grouping {}, member", TRY(grouping.text("code")));
        JsonFields fields(value.get_object(), file, where, members.size() + 1);
        MemberRecord member;
        member.code = TRY(fields.code<InseeCode>("code"));
        member.siren = TRY(fields.code_or_none<Siren>("siren"));
        member.municipale = TRY(fields.optional_number("populationMunicipale"));
        member.totale = TRY(fields.optional_number("populationTotale"));
        members.push_back(member);
    }
    return members;
}

Result<std::vector<AreaRecord>> read_areas(std::string_view bytes, std::string_view file, std::string_view what,
                                           bool in_region) {
    std::vector<AreaRecord> areas;
    auto read_area = [&](const JsonFields& fields) -> Status {
        AreaRecord area;
        area.code =
            in_region ? TRY(fields.code<DepartementCode>("code")).str() : TRY(fields.code<RegionCode>("code")).str();
        area.name = TRY(name_in(fields));
        if (in_region) area.region = TRY(fields.code<RegionCode>("region")).str();
        areas.push_back(std::move(area));
        return {};
    };
    TRY(each_object(bytes, file, what, read_area));
    return areas;
}

}  // namespace

Result<std::vector<CommuneRecord>> read_communes(std::string_view bytes, std::string_view file) {
    std::vector<CommuneRecord> communes;
    auto read_one = [&](const JsonFields& fields) -> Status {
        if (TRY(fields.text("type")) != "commune-actuelle") return {};
        communes.push_back(TRY(read_commune(fields)));
        return {};
    };
    TRY(each_object(bytes, file, "commune", read_one));
    return communes;
}

Result<std::vector<GroupingRecord>> read_groupings(std::string_view bytes, std::string_view file) {
    std::vector<GroupingRecord> groupings;
    auto read_one = [&](const JsonFields& fields) -> Status {
        GroupingRecord grouping;
        grouping.siren = TRY(fields.code<Siren>("code"));
        grouping.name = TRY(name_in(fields));
        grouping.kind = TRY(fields.text("type"));
        constexpr std::string_view kKinds[] = {"CC", "CA", "CU", "METRO", "MET69"};
        bool known = false;
        for (std::string_view kind : kKinds) known = known || kind == grouping.kind;
        if (!known) return fields.wrong("type", "CC, CA, CU, METRO or MET69");
        grouping.funding = TRY(fields.text_or("modeFinancement", ""));
        grouping.members = TRY(read_members(fields, file));
        groupings.push_back(std::move(grouping));
        return {};
    };
    TRY(each_object(bytes, file, "grouping", read_one));
    return groupings;
}

Result<std::vector<AreaRecord>> read_departements(std::string_view bytes, std::string_view file) {
    return read_areas(bytes, file, "département", true);
}

Result<std::vector<AreaRecord>> read_regions(std::string_view bytes, std::string_view file) {
    return read_areas(bytes, file, "region", false);
}

Result<std::string> read_version(std::string_view bytes, std::string_view file) {
    json::value document = TRY(JsonDocument::parse(bytes, file, {}));
    if (!document.is_object()) return base::fail(base::Code::Invalid, fmt::format("{}: expected an object", file));
    return std::string(TRY(JsonFields(document.get_object(), file, "package", 1).text("version")));
}

}  // namespace beffroi::territory
