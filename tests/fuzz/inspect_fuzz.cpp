// Any bytes as an upload, without the external tools: office packages and pictures.
#include <cstdint>

#include "documents/image_check.hpp"
#include "documents/office_check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    InspectLimits limits;
    limits.max_unpacked_bytes = 1U << 20U;
    if (size >= 16) {
        (void)detail::check_png(bytes);
        (void)detail::check_jpeg(bytes);
        (void)detail::check_tiff(bytes);
    }
    if (size > 0) (void)detail::check_office(bytes, limits);
    return 0;
}
