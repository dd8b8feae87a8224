// Any bytes in the fields of an application form: reading ends, faults are named, JSON gives the fields back as they
// were.
#include "aides/application/form.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"

using namespace beffroi;
using namespace beffroi::aides::application;

namespace {

void must(bool holds) {
    if (!holds) std::abort();
}

const scheme::Edition& edition() {
    static const auto loaded =
        scheme::load_edition_file(std::string(BEFFROI_SOURCE) + "/schemes/hdf-videoprotection/2022.toml");
    must(loaded.edition != nullptr);
    return *loaded.edition;
}

}  // namespace

// Each line is name=value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)from_json(text);
    FormChange change;
    for (const auto line : base::split(text, '\n')) {
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) {
            change.remove_rows.emplace_back(line);
            continue;
        }
        change.set[std::string(line.substr(0, equals))] = std::string(line.substr(equals + 1));
    }
    if (!check(change, {})) return 0;
    Fields fields;
    for (const auto& [name, value] : change.set)
        if (is_field(name)) fields[name] = value;
    const auto back = from_json(to_json(fields));
    must(back.has_value() && *back == fields);
    const auto reading = read(fields, edition());
    for (const auto& missing : reading.missing) must(reading.faults.contains(missing));
    const auto again = read(write(reading.project), edition());
    if (reading.faults.empty()) must(again.project == reading.project);
    return 0;
}
