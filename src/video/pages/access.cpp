#include <cstring>
#include <utility>

#include "crypto/hash.hpp"
#include "http/encoding.hpp"
#include "video/pages/json.hpp"
#include "video/pages/parts.hpp"

namespace beffroi::video_pages {

namespace {

std::string_view token_of(const http::Request& request) {
    constexpr std::string_view kBearer = "Bearer ";
    const std::string_view header = request.header("Authorization").value_or("");
    if (header.size() > kBearer.size() && http::equals_ignoring_case(header.substr(0, kBearer.size()), kBearer))
        return header.substr(kBearer.size());
    return request.cookie(kTokenCookie).value_or("");
}

bool wants_page(const http::Request& request) {
    return request.path == "/" || request.path.starts_with("/cameras/");
}

http::Response refusal(int status, std::string_view code, std::string_view message) {
    Json json;
    json.begin_object()
        .key("error")
        .begin_object()
        .member("code", code)
        .member("message", message)
        .end_object()
        .end_object();
    return http::json(json.take(), status);
}

}  // namespace

std::optional<std::string> token_name(const std::vector<Token>& tokens, std::string_view token) {
    if (token.empty()) return std::nullopt;
    const crypto::Digest digest = crypto::sha256(token);
    std::optional<std::string> found;
    for (const Token& one : tokens) {  // all of them, so that the time tells nothing
        if (crypto::equal_constant_time(std::as_bytes(std::span(one.sha256)), digest)) found = one.name;
    }
    return found;
}

http::Admit admit(const SitePtr& site) {
    return [site](const http::Request& request) -> std::optional<http::Response> {
        Services& services = site->services;
        if (services.anonymous) return std::nullopt;
        const std::string_view token = token_of(request);
        if (token_name(services.tokens(), token)) return std::nullopt;
        if (!token.empty() && site->wrong_tokens.take(request.remote).count() > 0) {
            return refusal(429, "too_many", "too many wrong tokens").header("Retry-After", "10");
        }
        if (wants_page(request))
            return http::redirect_see_other("/connexion?" + http::build_query({{"suite", request.target}}));
        return refusal(401, "unauthorized", "a token is needed")
            .header("WWW-Authenticate", "Bearer realm=\"beffroi-video\"");
    };
}

base::Language language_of(const http::Request& request) {
    for (const std::string_view chosen : {request.query.value("lang"), request.cookie("lang").value_or("")}) {
        if (chosen == "fr") return base::Language::Fr;
        if (chosen == "en") return base::Language::En;
    }
    for (const std::string_view one : request.languages()) {
        if (one.starts_with("fr")) return base::Language::Fr;
        if (one.starts_with("en")) return base::Language::En;
    }
    return base::Language::Fr;
}

}  // namespace beffroi::video_pages
