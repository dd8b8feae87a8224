#include "http/request.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "http/encoding.hpp"

namespace beffroi::http {

std::string_view method_name(Method method) {
    switch (method) {
        case Method::Get:
            return "GET";
        case Method::Head:
            return "HEAD";
        case Method::Post:
            return "POST";
        case Method::Put:
            return "PUT";
        case Method::Delete:
            return "DELETE";
        case Method::Options:
            return "OPTIONS";
    }
    return "GET";
}

void Request::clear() {
    method = Method::Get;
    target.clear();
    path.clear();
    query.clear();
    host.clear();
    remote.clear();
    is_tls = false;
    route = {};
    body = {};
    form_limits_ = {};
    headers_.clear();
    params_.clear();
    head_.clear();
    // A large body must not stay in memory for the life of an idle connection.
    constexpr std::size_t kWorthKeeping = 16384;
    if (body_.capacity() > kWorthKeeping) {
        body_ = {};
    } else {
        body_.clear();
    }
    multipart_.reset();
    form_.reset();
}

std::optional<std::string_view> Request::header(std::string_view name) const {
    for (const auto& [known, value] : headers_) {
        if (equals_ignoring_case(known, name)) return value;
    }
    return std::nullopt;
}

std::optional<std::string_view> Request::cookie(std::string_view name) const {
    for (const auto& [known, value] : headers_) {
        if (!equals_ignoring_case(known, "Cookie")) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find(';'), rest.size());
            const std::string_view pair = base::trim(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            const std::size_t equals = pair.find('=');
            if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
        }
    }
    return std::nullopt;
}

std::string_view Request::param(std::string_view name) const {
    const auto found = std::ranges::find(params_, name, [](const auto& param) { return param.first; });
    ASSERT(found != params_.end());
    return found->second;
}

std::optional<std::int64_t> Request::param_number(std::string_view name) const {
    const std::string_view text = param(name);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (!whole || text.front() < '1' || text.front() > '9') return std::nullopt;
    return number;
}

const Fields& Request::form() const {
    if (multipart_) return multipart_->fields;
    if (form_) return *form_;
    const std::string_view type = header("Content-Type").value_or("");
    const std::string_view essence = base::trim(type.substr(0, std::min(type.find(';'), type.size())));
    if (body.empty()) return form_.emplace();
    if (!equals_ignoring_case(essence, "application/x-www-form-urlencoded")) {
        throw base::Failure(base::Error{base::Code::Invalid, "the body is not a form", {}});
    }
    return form_.emplace(base::value_or_throw(parse_urlencoded(body, form_limits_)));
}

Multipart& Request::multipart() const {
    if (!multipart_) throw base::Failure(base::Error{base::Code::Invalid, "the body is not a multipart form", {}});
    return *multipart_;
}

std::vector<std::string_view> Request::languages() const {
    std::vector<std::pair<double, std::string_view>> weighted;
    std::string_view rest = header("Accept-Language").value_or("");
    constexpr std::size_t kEnough = 20;
    while (!rest.empty() && weighted.size() < kEnough) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        const std::string_view item = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::size_t semicolon = std::min(item.find(';'), item.size());
        const std::string_view tag = base::trim(item.substr(0, semicolon));
        std::string_view weight = base::trim(item.substr(std::min(semicolon + 1, item.size())));
        double quality = 1;
        if (weight.starts_with("q=")) {
            weight.remove_prefix(2);
            if (std::from_chars(weight.data(), weight.data() + weight.size(), quality).ec != std::errc{}) quality = 0;
        }
        if (tag.empty() || quality <= 0) continue;
        const auto worse = std::ranges::find_if(weighted, [&](const auto& entry) { return entry.first < quality; });
        weighted.emplace(worse, quality, tag);
    }
    std::vector<std::string_view> tags;
    tags.reserve(weighted.size());
    for (const auto& entry : weighted) tags.push_back(entry.second);
    return tags;
}

bool Request::has_etag(std::string_view etag) const {
    // Weak comparison (RFC 9110 §8.8.3.2): W/ makes no difference here.
    auto opaque = [](std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; };
    std::string_view rest = header("If-None-Match").value_or("");
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        const std::string_view tag = base::trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (tag == "*" || (!tag.empty() && opaque(tag) == opaque(etag))) return true;
    }
    return false;
}

}  // namespace beffroi::http
