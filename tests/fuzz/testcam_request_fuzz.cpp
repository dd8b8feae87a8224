// What a client of the test camera may send: read in one piece and byte by byte it must be the same, and no field
// surprises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "testcam/auth.hpp"
#include "testcam/request.hpp"

using namespace beffroi::testcam;

namespace {

void check(bool holds) {
    if (!holds) std::abort();
}

std::string understood(Bytes bytes, std::size_t step) {
    RequestReader reader;
    std::string out;
    while (!bytes.empty()) {
        const std::size_t take = step < bytes.size() ? step : bytes.size();
        reader.add(bytes.first(take));
        bytes = bytes.subspan(take);
        for (;;) {
            const auto found = reader.next();
            if (found == RequestReader::Found::Nothing) break;
            if (found == RequestReader::Found::Broken) return out + "broken";
            if (found == RequestReader::Found::Packet) {
                check(reader.packet().size() <= 0xFFFF);
                out += "packet " + std::to_string(reader.channel()) + reader.packet();
                continue;
            }
            const Request& request = reader.request();
            check(request.body.size() <= RequestReader::kBodyMost);
            out += request.method + " " + request.url + "\n" + request.body + "\n";
            (void)path_of(request.url);
            (void)parameter(request.header("transport"), "interleaved", ';');
            CameraSettings camera;
            camera.user = "admin";
            camera.password = "secret";
            camera.authentication = Authentication::All;
            (void)check_authorization(request, camera, "nonce");
        }
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 8192) return 0;  // below the limit of a head, which depends on the pieces
    const Bytes bytes(data, size);
    const std::string whole = understood(bytes, size);
    check(whole == understood(bytes, 1));
    check(whole == understood(bytes, 7));
    (void)parse_fault({reinterpret_cast<const char*>(data), size});
    return 0;
}
