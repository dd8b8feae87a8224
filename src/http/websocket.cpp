#include "http/websocket.hpp"

#include <array>
#include <utility>

#include <openssl/evp.h>

#include "base/result.hpp"
#include "base/text.hpp"
#include "http/encoding.hpp"

namespace beffroi::http {

namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

bool has_token(std::string_view list, std::string_view token) {
    for (const std::string_view one : base::split(list, ','))
        if (equals_ignoring_case(base::trim(one), token)) return true;
    return false;
}

// Sixteen bytes in base64.
bool valid_key(std::string_view key) {
    if (key.size() != 24 || !key.ends_with("==")) return false;
    for (const char c : key.substr(0, 22)) {
        const bool good =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
        if (!good) return false;
    }
    return true;
}

bool own_origin(const Request& request) {
    const auto origin = request.header("Origin");
    if (!origin) return true;
    const std::size_t scheme = origin->find("://");
    return scheme != std::string_view::npos && equals_ignoring_case(origin->substr(scheme + 3), request.host);
}

}  // namespace

std::string websocket_accept(std::string_view key) {
    const std::string text = std::string(key) + std::string(kGuid);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) == 1);
    std::array<unsigned char, 64> encoded{};
    const int size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(length));
    return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(size)};
}

Response websocket(const Request& request, std::shared_ptr<Outlet> outlet, std::shared_ptr<OutletUser> user) {
    const bool asked = request.method == Method::Get &&
                       has_token(request.header("Upgrade").value_or(""), "websocket") &&
                       has_token(request.header("Connection").value_or(""), "upgrade");
    if (!asked)
        return text("426 Upgrade Required: this address speaks WebSocket\n", 426).header("Upgrade", "websocket");
    if (request.header("Sec-WebSocket-Version").value_or("") != "13")
        return text("426 Upgrade Required\n", 426).header("Upgrade", "websocket").header("Sec-WebSocket-Version", "13");
    const std::string_view key = request.header("Sec-WebSocket-Key").value_or("");
    if (!valid_key(key)) return text("400 Bad Request: Sec-WebSocket-Key\n", 400);
    if (!own_origin(request)) return text("403 Forbidden: another origin\n", 403);
    Response response(101);
    response.header("Upgrade", "websocket").header("Sec-WebSocket-Accept", websocket_accept(key));
    response.body = LinkBody{.outlet = std::move(outlet), .user = std::move(user)};
    return response;
}

}  // namespace beffroi::http
