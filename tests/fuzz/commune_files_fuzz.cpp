// The JSON files of a package of communes, and the codes that people type.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "territory/package_files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace beffroi::territory;
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    (void)read_communes(bytes, "communes.json");
    (void)read_groupings(bytes, "epci.json");
    (void)read_departements(bytes, "departements.json");
    (void)read_regions(bytes, "regions.json");
    (void)read_version(bytes, "package.json");
    if (auto code = InseeCode::parse(bytes)) ASSERT(*InseeCode::parse(code->str()) == *code);
    if (auto siret = Siret::parse(bytes))
        ASSERT(*Siret::parse(siret->str()) == *siret && *Siren::parse(siret->siren().spaced()) == siret->siren());
    return 0;
}
