#include "testcam/auth.hpp"

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/md5.hpp"

namespace beffroi::testcam {

namespace {

constexpr std::string_view kRealm = "Beffroi test camera";

bool takes_basic(Authentication authentication) {
    return authentication == Authentication::Basic || authentication == Authentication::All;
}
bool takes_md5(Authentication authentication) {
    return authentication == Authentication::DigestMd5 || authentication == Authentication::DigestBoth ||
           authentication == Authentication::All;
}
bool takes_sha256(Authentication authentication) {
    return authentication == Authentication::DigestSha256 || authentication == Authentication::DigestBoth ||
           authentication == Authentication::All;
}

bool right_digest(const Request& request, std::string_view fields, const CameraSettings& camera,
                  std::string_view nonce) {
    const auto field = [fields](std::string_view key) { return std::string(parameter(fields, key, ',')); };
    const std::string algorithm = field("algorithm");
    const bool sha256 = algorithm == "SHA-256";
    if (sha256 ? !takes_sha256(camera.authentication) : !takes_md5(camera.authentication)) return false;
    if (!algorithm.empty() && algorithm != "MD5" && !sha256) return false;
    if (field("username") != camera.user || field("realm") != kRealm || field("nonce") != nonce) return false;
    const auto hash = [sha256](const std::string& text) {
        return sha256 ? crypto::hex(crypto::sha256(text)) : crypto::md5_hex(text);
    };
    const std::string a1 = hash(camera.user + ":" + std::string(kRealm) + ":" + camera.password);
    const std::string a2 = hash(request.method + ":" + field("uri"));
    const std::string qop = field("qop");
    const std::string middle = qop.empty() ? ":" : ":" + field("nc") + ":" + field("cnonce") + ":" + qop + ":";
    return field("response") == hash(a1 + ":" + std::string(nonce) + middle + a2);
}

}  // namespace

std::vector<std::string> challenges(Authentication authentication, std::string_view nonce, bool stale) {
    std::vector<std::string> out;
    const std::string digest = "Digest realm=\"" + std::string(kRealm) + "\", nonce=\"" + std::string(nonce) + "\"" +
                               (stale ? ", stale=true" : "");
    if (takes_basic(authentication)) out.push_back("Basic realm=\"" + std::string(kRealm) + "\"");
    if (takes_sha256(authentication)) out.push_back(digest + ", algorithm=SHA-256, qop=\"auth\"");
    if (takes_md5(authentication)) out.push_back(digest);
    return out;
}

Credentials check_authorization(const Request& request, const CameraSettings& camera, std::string_view nonce) {
    if (camera.authentication == Authentication::None || camera.user.empty()) return Credentials::Right;
    const std::string_view value = request.header("authorization");
    if (value.empty()) return Credentials::Absent;
    if (value.starts_with("Basic ")) {
        const bool right = takes_basic(camera.authentication) &&
                           from_base64(base::trim(value.substr(6))) == camera.user + ":" + camera.password;
        return right ? Credentials::Right : Credentials::Wrong;
    }
    if (!value.starts_with("Digest ")) return Credentials::Wrong;
    return right_digest(request, value.substr(7), camera, nonce) ? Credentials::Right : Credentials::Wrong;
}

}  // namespace beffroi::testcam
