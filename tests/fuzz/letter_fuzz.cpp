// Any text as a letter's template: refused with a line, or rendered.
#include <cstdint>
#include <cstdlib>

#include "documents/letters.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace beffroi;             // NOLINT(google-build-using-namespace)
    using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto parsed = LetterTemplate::parse(LetterKind::Incomplete, bytes, "fuzz.txt");
    if (!parsed) {
        if (parsed.error().message.key.empty()) std::abort();
        return 0;
    }
    Tags tags;
    for (const TagSpec& spec : allowed_tags(LetterKind::Incomplete)) tags.set(spec.name, "- **valeur** :: {{fin}}");
    if (!parsed->render(tags, base::make_date(2022, 1, 1))) std::abort();
    return 0;
}
