#include "media/rtsp/url.hpp"

#include <algorithm>
#include <optional>

#include "media/rtsp/text.hpp"

namespace beffroi::rtsp {

namespace {

std::string decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto value =
            text[i] == '%' && text.size() - i > 2 ? leading_number<unsigned>(text.substr(i + 1, 2), 16) : std::nullopt;
        const bool both = value && leading_number<unsigned>(text.substr(i + 2, 1), 16).has_value();
        if (both) {
            out += static_cast<char>(*value);
            i += 2;
        } else {
            out += text[i];  // a bare "%" stands for itself: people paste passwords as they are
        }
    }
    return out;
}

// Length of the scheme with its "://"; 0 when there is none of ours.
std::size_t scheme_length(std::string_view text, bool& secure) {
    for (const auto& [scheme, is_secure] : {std::pair{std::string_view("rtsp://"), false}, {"rtsps://", true}}) {
        if (!starts_with_text(text, scheme)) continue;
        secure = is_secure;
        return scheme.size();
    }
    return 0;
}

struct HostPort {
    std::string host;
    std::uint16_t port = 0;  // 0: not said
};

std::optional<HostPort> read_host_port(std::string_view text) {
    std::string_view host, port;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        host = text.substr(1, close - 1);
        const auto after = text.substr(close + 1);
        if (!after.empty() && after.front() != ':') return std::nullopt;
        port = after.empty() ? after : after.substr(1);
    } else {
        const auto colon = text.find(':');
        host = text.substr(0, colon);
        port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    }
    const bool clean = std::ranges::none_of(host, [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '@' || c == '/' || c == '"' || c == '\\' || c == '\x7f';
    });
    if (host.empty() || !clean) return std::nullopt;
    if (port.empty()) return HostPort{std::string(host), 0};
    if (!std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
    const auto number = leading_number<std::uint16_t>(port);
    if (!number || *number == 0) return std::nullopt;
    return HostPort{std::string(host), *number};
}

// Where the authority ends, and where its host begins.
struct Authority {
    std::size_t host = 0, end = 0;
};

std::optional<Authority> find_authority(std::string_view rest) {
    const auto until_slash = std::min(rest.find('/'), rest.size());
    const auto at = rest.substr(0, until_slash).rfind('@');
    // "?" and "#" end an authority too, but in "user:p?ss@host" they belong to the password.
    if (at != std::string_view::npos) {
        const auto end = std::min(rest.find_first_of("/?#", at + 1), rest.size());
        if (read_host_port(rest.substr(at + 1, end - at - 1))) return Authority{at + 1, end};
    }
    const auto end = std::min(rest.find_first_of("/?#"), rest.size());
    if (at == std::string_view::npos && read_host_port(rest.substr(0, end))) return Authority{0, end};
    // A password with a slash in it: the last "@" that has a host behind it.
    for (auto sign = rest.rfind('@'); sign != std::string_view::npos && sign > 0; sign = rest.rfind('@', sign - 1)) {
        const auto host_end = std::min(rest.find_first_of("/?#", sign + 1), rest.size());
        if (read_host_port(rest.substr(sign + 1, host_end - sign - 1))) return Authority{sign + 1, host_end};
    }
    return std::nullopt;
}

// "::ffff:192.0.2.1", which some cameras write without brackets, is that IPv4 address.
std::string without_mapping(std::string host) {
    constexpr std::string_view kMapped = "::ffff:";
    if (starts_with_text(host, kMapped) && host.find('.') != std::string::npos) host.erase(0, kMapped.size());
    return host;
}

// The target with what would end the request line or change its meaning encoded.
std::string clean_target(std::string_view text) {
    text = text.substr(0, text.find('#'));
    std::string out;
    // "?a@b" behind a host without a slash would read as that host's user when it is read again.
    bool in_authority = true;
    for (const char c : text) {
        in_authority = in_authority && c != '/';
        if (c == ' ') {
            out += "%20";
        } else if (c == '@' && in_authority) {
            out += "%40";
        } else if (static_cast<unsigned char>(c) > ' ' && c != '\x7f') {
            out += c;
        }
    }
    if (!out.empty() && out.front() != '/' && out.front() != '?') out.insert(0, 1, '/');
    return out;
}

// An address with a scheme of ours, written once or more, with or without brackets around a mapped IPv6 host.
std::optional<Url> read_absolute(std::string_view text) {
    bool secure = false;
    std::size_t length = scheme_length(text, secure);
    if (length == 0) return std::nullopt;
    for (bool inner = secure; (length = scheme_length(text, inner)) != 0; text.remove_prefix(length)) {
    }
    auto end = std::min(text.find('/'), text.size());
    const auto at = text.substr(0, end).rfind('@');
    std::string rest(text.substr(at == std::string_view::npos ? 0 : at + 1));
    if (starts_with_text(rest, "::ffff:")) rest.erase(0, std::string_view("::ffff:").size());
    auto parsed = parse_url((secure ? "rtsps://" : "rtsp://") + rest);
    if (!parsed) return std::nullopt;
    return std::move(*parsed);
}

Url moved(const Url& from, const Url& to, bool follow_host) {
    Url url = from;
    url.target = to.target;
    if (follow_host) {
        url.host = to.host;
        url.port = to.port;
    }
    return url;
}

}  // namespace

std::string Url::origin() const {
    const bool v6 = host.find(':') != std::string::npos;
    const std::string shown = v6 ? "[" + host + "]" : host;
    const bool usual = port == (secure ? 322 : 554);
    return (secure ? "rtsps://" : "rtsp://") + shown + (usual ? "" : ":" + std::to_string(port));
}

std::string Url::text() const {
    return origin() + target;
}

base::Result<Url> parse_url(std::string_view text) {
    text = trimmed(text);
    Url url;
    const auto scheme = scheme_length(text, url.secure);
    if (scheme == 0) return base::fail(base::Code::Invalid, "the address does not begin with rtsp:// or rtsps://");
    const auto rest = text.substr(scheme);
    const auto authority = find_authority(rest);
    if (!authority) return base::fail(base::Code::Invalid, "no host in the address");
    const auto place = read_host_port(rest.substr(authority->host, authority->end - authority->host));
    if (!place) return base::fail(base::Code::Invalid, "the host or the port of the address can't be read");
    url.host = without_mapping(place->host);
    url.port = place->port != 0 ? place->port : static_cast<std::uint16_t>(url.secure ? 322 : 554);
    if (authority->host > 0) {
        auto credentials = rest.substr(0, authority->host - 1);
        url.user = decoded(take_until(credentials, ':'));
        url.password = decoded(credentials);
    }
    url.target = clean_target(rest.substr(authority->end));
    return url;
}

Url repair_base(const Url& request, std::string_view content_base, bool follow_host) {
    const auto text = trimmed(content_base);
    if (text.empty()) return request;
    if (auto absolute = read_absolute(text)) return moved(request, *absolute, follow_host);
    Url url = request;
    if (text.starts_with("//") || (!text.starts_with('/') && !text.starts_with('?') &&
                                   text.find('.') < text.find('/') && text.find('/') != std::string_view::npos)) {
        // Without scheme: "//host/path", "192.0.2.1/path".
        if (auto absolute = read_absolute("rtsp://" + std::string(text.starts_with("//") ? text.substr(2) : text)))
            return moved(request, *absolute, follow_host);
    }
    if (text.starts_with('/')) {
        url.target = clean_target(text);
        return url;
    }
    return join_control(request, text, follow_host);
}

Url join_control(const Url& base, std::string_view control, bool follow_host) {
    control = trimmed(control);
    if (control.empty() || control == "*") return base;
    if (auto absolute = read_absolute(control)) return moved(base, *absolute, follow_host);
    Url url = base;
    const bool joined = control.front() == '?' || control.front() == '/' || url.target.ends_with('/');
    if (control.front() == '/' && url.target.ends_with('/')) control.remove_prefix(1);
    if (!joined) url.target += '/';
    url.target = clean_target(url.target + std::string(control));
    return url;
}

base::Result<Url> follow_redirect(const Url& from, std::string_view location) {
    location = trimmed(location);
    bool secure = false;
    if (scheme_length(location, secure) == 0) {
        if (location.empty() || location.find("://") != std::string_view::npos)
            return base::fail(base::Code::Invalid, "redirected to no address of RTSP");
        return repair_base(from, location, true);
    }
    auto to = TRY(parse_url(location));
    if (from.secure && !to.secure)
        return base::fail(base::Code::Refused, "redirected from TLS to plain RTSP: not followed");
    return to;
}

}  // namespace beffroi::rtsp
