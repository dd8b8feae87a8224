#include <fstream>
#include <sstream>

#include "territory/files.hpp"
#include "territory/import.hpp"
#include "territory/json_fields.hpp"

namespace beffroi::territory {

namespace {

using base::Code;
using base::Result;

Result<Package> read_package(const JsonFields& fields, const std::filesystem::path& node_modules) {
    Package package;
    std::string_view folder = TRY(fields.text("folder"));
    if (folder.find_first_of("/\\") != std::string_view::npos || folder.starts_with('.'))
        return fields.wrong("folder", "the name of a folder of node_modules");
    package.folder = node_modules / folder;
    package.version = TRY(fields.text("version"));
    package.cog = TRY(fields.number("cog"));
    package.in_force = TRY(fields.number("in_force"));
    package.census = TRY(fields.number("census"));
    package.groupings = TRY(fields.number("groupings"));
    package.groupings_in_force = TRY(fields.number("groupings_in_force"));
    package.groupings_census = TRY(fields.number("groupings_census"));
    return package;
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
    std::error_code error;
    std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error) return base::fail(Code::NotFound, fmt::format("{}: {}", path.string(), error.message()));
    if (size > limit) return base::fail(Code::TooLarge, fmt::format("{}: more than {} bytes", path.string(), limit));
    std::ifstream in(path, std::ios::binary);
    std::string bytes(size, '\0');
    if (!in.read(bytes.data(), static_cast<std::streamsize>(size)))
        return base::fail(Code::Unavailable, fmt::format("{}: cannot be read whole", path.string()));
    return bytes;
}

Result<std::vector<Package>> packages_in(const std::filesystem::path& node_modules) {
    std::filesystem::path folder = std::filesystem::absolute(node_modules).lexically_normal();
    if (!folder.has_filename()) folder = folder.parent_path();
    std::filesystem::path manifest = folder.parent_path() / "vintages.json";
    std::string file = manifest.string();
    Result<std::string> bytes = read_file(manifest, 1U << 20U);
    if (!bytes)
        return base::fail(bytes.error().code,
                          fmt::format("{}: it must stand beside node_modules and say which vintage each package holds",
                                      bytes.error().detail));
    boost::json::value document = TRY(JsonDocument::parse(*bytes, file, {}));
    const boost::json::value* list = document.is_object() ? document.get_object().if_contains("packages") : nullptr;
    if (list == nullptr || !list->is_array())
        return base::fail(Code::Invalid, fmt::format("{}: expected a list \"packages\"", file));
    std::vector<Package> packages;
    for (const boost::json::value& item : list->get_array()) {
        if (!item.is_object())
            return base::fail(Code::Invalid, fmt::format("{}: expected objects in \"packages\"", file));
        packages.push_back(
            TRY(read_package(JsonFields(item.get_object(), file, "package", packages.size() + 1), folder)));
    }
    return packages;
}

}  // namespace beffroi::territory
