// The same body in one piece and in small ones must give the same form; nothing is left on disk.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <stdlib.h>

#include "base/text.hpp"
#include "http/multipart.hpp"

using namespace beffroi;
using namespace beffroi::http;
namespace fs = std::filesystem;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

const fs::path& folder() {
    static const fs::path path = [] {
        std::string text = (fs::temp_directory_path() / "beffroi-fuzz-XXXXXX").string();
        fs::path made = ::mkdtemp(text.data());
        std::atexit([] { fs::remove_all(folder()); });
        return made;
    }();
    return path;
}

std::string understood(std::string_view bytes, std::size_t step) {
    MultipartReader reader("B",
                           {.files = 4,
                            .file_bytes = 512,
                            .total_bytes = 8192,
                            .fields = {.count = 4, .name_bytes = 32, .value_bytes = 256}},
                           folder());
    while (!bytes.empty()) {
        if (!reader.write(bytes.substr(0, step))) return "refused";
        bytes.remove_prefix(std::min(step, bytes.size()));
    }
    const auto form = reader.finish();
    if (!form) return "refused";
    std::string out;
    for (const auto& field : form->fields) {
        check(base::valid_utf8(field.name) && base::valid_utf8(field.value) && field.value.size() <= 256);
        out += field.name + "=" + field.value + "\n";
    }
    for (const auto& file : form->files) {
        check(base::valid_utf8(file.filename) && file.filename.find('/') == std::string::npos);
        check(file.size == fs::file_size(file.path) && file.size <= 512);
        out += file.field + ":" + file.filename + ":" + std::to_string(file.size) + "\n";
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 16384) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::string whole = understood(bytes, std::max<std::size_t>(bytes.size(), 1));
    check(whole == understood(bytes, 5));
    check(whole == understood(bytes, 1));
    check(fs::is_empty(folder()));
    (void)multipart_boundary(bytes);
    return 0;
}
