// A Table Schema and a CSV file from outside: the first line holds the schema, the rest the file.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "aides/publish/pattern.hpp"
#include "aides/publish/table_schema.hpp"
#include "base/result.hpp"
#include "base/text.hpp"

using namespace beffroi::aides::publish;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t end = text.find('\n');
    const std::string_view first = text.substr(0, end);
    const std::string_view rest = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);

    if (const auto pattern = Pattern::compile(first)) (void)pattern->matches(rest);

    const auto schema = TableSchema::load(first);
    if (!schema) return 0;
    const CheckResult strict = schema->check(rest, {.severity = Severity::Strict, .max_faults = 50});
    const CheckResult lenient = schema->check(rest, {.severity = Severity::Schema, .max_faults = 50});
    // Strict only adds.
    ASSERT(!strict.ok() || lenient.ok());
    ASSERT(strict.faults.size() <= 50);
    for (const Fault& fault : strict.faults) ASSERT(beffroi::base::valid_utf8(fault.value));
    return 0;
}
