// Addresses of our own pages, safe to build from anything.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "html/value.hpp"

namespace beffroi::html {

// An address that a link may have: relative, http, https or mailto, without control characters or spaces before its
// scheme.
[[nodiscard]] bool safe_url(std::string_view url);

// Everything but A-Z a-z 0-9 - . _ ~ as %XX.
[[nodiscard]] std::string percent_encode(std::string_view text);

// The address with that parameter set: replaced where it stands, added otherwise, removed when the value is empty.
//   with_param("/aides?q=a&page=3", "page", "4") == "/aides?q=a&page=4"
[[nodiscard]] std::string with_param(std::string_view url, std::string_view name, std::string_view value);

namespace detail {
[[nodiscard]] std::string fill_url(std::string_view literal, std::initializer_list<std::string_view> values);

template <typename T>
std::string url_part(const T& value) {
    if constexpr (StringLike<T>)
        return std::string(std::string_view(value));
    else if constexpr (kIsId<T>)
        return std::to_string(value.value);
    else
        return std::to_string(value);
}
}  // namespace detail

// url("/dossiers/{}/pieces/{}", id, name): the values are percent-encoded, slashes too.
template <typename... Args>
[[nodiscard]] std::string url(const UrlTemplate<std::type_identity_t<Args>...>& literal, const Args&... values) {
    return detail::fill_url(literal.text(), {std::string_view(detail::url_part(values))...});
}

}  // namespace beffroi::html
