#include "html/drawing.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/result.hpp"
#include "html/url.hpp"

namespace beffroi::html {

namespace {

constexpr std::array<std::string_view, 9> kElements{"svg", "title", "desc", "g", "a", "rect", "line", "text", "path"};
constexpr std::array<std::string_view, 24> kAttributes{
    "class",      "id",        "viewBox",     "role",    "aria-labelledby",
    "aria-label", "focusable", "xmlns",       "href",    "x",
    "y",          "x1",        "x2",          "y1",      "y2",
    "width",      "height",    "d",           "rx",      "ry",
    "transform",  "fill-rule", "aria-hidden", "tabindex"};

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_space(char c) {
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

// A browser decodes references before it looks for a scheme: only "&amp;" may stand in an address.
bool plain_references(std::string_view value) {
    for (std::size_t at = value.find('&'); at != std::string_view::npos; at = value.find('&', at + 1))
        if (!value.substr(at).starts_with("&amp;")) return false;
    return true;
}

class Reading {
  public:
    explicit Reading(std::string_view text) : rest_(text) {}

    bool whole() {
        while (!rest_.empty() && is_space(rest_.back())) rest_.remove_suffix(1);
        if (!rest_.starts_with("<svg")) return false;
        while (!rest_.empty()) {
            if (rest_.front() == '<') {
                if (!(rest_.starts_with("</") ? closing() : opening())) return false;
                if (open_.empty()) return rest_.empty();
            } else {
                rest_.remove_prefix(std::min(rest_.find('<'), rest_.size()));
            }
        }
        return false;
    }

  private:
    std::string_view name() {
        std::size_t end = 0;
        while (end < rest_.size() &&
               ((rest_[end] >= 'a' && rest_[end] <= 'z') || (rest_[end] >= 'A' && rest_[end] <= 'Z') ||
                (rest_[end] >= '0' && rest_[end] <= '9') || rest_[end] == '-'))
            ++end;
        std::string_view found = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return found;
    }
    bool take(std::string_view text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }
    bool closing() {
        rest_.remove_prefix(2);
        if (open_.empty() || name() != open_.back() || !take(">")) return false;
        open_.pop_back();
        return true;
    }
    bool opening() {
        rest_.remove_prefix(1);
        std::string_view element = name();
        if (!one_of(kElements, element)) return false;
        for (;;) {
            bool spaced = false;
            while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1), spaced = true;
            if (take("/>")) return true;
            if (take(">")) {
                open_.push_back(element);
                return true;
            }
            if (!spaced || !attribute()) return false;
        }
    }
    bool attribute() {
        std::string_view attribute = name();
        if (!one_of(kAttributes, attribute) || !take("=\"")) return false;
        std::size_t end = rest_.find('"');
        if (end == std::string_view::npos) return false;
        std::string_view value = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        if (value.find('<') != std::string_view::npos) return false;
        return attribute != "href" || (safe_url(value) && plain_references(value));
    }

    std::string_view rest_;
    std::vector<std::string_view> open_;
};

}  // namespace

bool is_safe_drawing(std::string_view svg) {
    return Reading(svg).whole();
}

void drawing(Writer& w, std::string_view svg) {
    ASSERT(is_safe_drawing(svg));
    w.append(svg);
}

}  // namespace beffroi::html
