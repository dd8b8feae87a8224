// Any bytes: read or refused, within the limits; what is read can be written and read again.
#include "documents/csv.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    CsvOptions options;
    options.same_length = size % 2 == 0;
    const auto table = read_csv(bytes, options);
    if (!table) {
        if (table.error().message.key.empty()) std::abort();
        return 0;
    }
    if (!options.same_length) return 0;
    std::string out;
    CsvWriter writer(out, CsvProfile::OpenData);
    for (const std::string& field : table->header) writer.verbatim(field);
    writer.end_row();
    for (const CsvRow& row : table->rows) {
        for (const std::string& field : row.fields) writer.verbatim(field);
        writer.end_row();
    }
    options.separator = ',';
    const auto again = read_csv(out, options);
    if (!again || again->header != table->header || again->rows.size() != table->rows.size()) std::abort();
    for (std::size_t i = 0; i < table->rows.size(); ++i)
        if (again->rows[i].fields != table->rows[i].fields) std::abort();
    return 0;
}
