#include "aides/publish/svg.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "aides/publish/utf8.hpp"

namespace beffroi::aides::publish {

std::string xml_escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t from = at;
        const char32_t c = next_code_point(text, at);
        const bool forbidden = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xFFFE || c == 0xFFFF;
        if (forbidden || c == 0xFFFD) {
            out += "\xEF\xBF\xBD";
            continue;
        }
        switch (c) {
            case U'&':
                out += "&amp;";
                break;
            case U'<':
                out += "&lt;";
                break;
            case U'>':
                out += "&gt;";
                break;
            case U'"':
                out += "&quot;";
                break;
            case U'\'':
                out += "&#39;";
                break;
            default:
                out += text.substr(from, at - from);
        }
    }
    return out;
}

std::string svg_number(double value) {
    if (!std::isfinite(value)) return "0";
    const auto hundredths = static_cast<std::int64_t>(std::llround(value * 100));
    const std::int64_t size = std::abs(hundredths);
    std::string out = hundredths < 0 ? "-" : "";
    out += std::to_string(size / 100);
    if (size % 100 == 0) return out;
    out += '.';
    out += static_cast<char>('0' + size % 100 / 10);
    if (size % 10 != 0) out += static_cast<char>('0' + size % 10);
    return out;
}

std::string svg_open(const ChartFrame& frame, std::string_view css_class, std::string_view view_box, Holds holds) {
    std::string id;
    for (const char c : frame.id) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        id += good ? c : '-';
    }
    if (id.empty()) id = "chart";
    const std::string named = id + "-title" + (frame.description.empty() ? "" : " " + id + "-desc");
    std::string out = "<svg class=\"";
    out.append(css_class).append("\" id=\"").append(id).append("\" viewBox=\"").append(view_box).append("\" role=\"");
    out.append(holds == Holds::Links ? "group" : "img").append("\" aria-labelledby=\"").append(named);
    out.append("\" focusable=\"false\" xmlns=\"http://www.w3.org/2000/svg\">");
    out.append("<title id=\"").append(id).append("-title\">").append(xml_escaped(frame.title)).append("</title>");
    if (!frame.description.empty())
        out.append("<desc id=\"")
            .append(id)
            .append("-desc\">")
            .append(xml_escaped(frame.description))
            .append("</desc>");
    return out;
}

std::string shown_value(const ChartFrame& frame, std::int64_t value) {
    if (frame.unit == Unit::Count) return base::format_count(value, frame.language);
    if (value % 100 != 0) return base::format_euros({value}, frame.language);
    // Round euros need no ",00": it is noise in a drawing.
    std::string out = base::format_count(value / 100, frame.language);
    return frame.language == base::Language::Fr ? out + "\u00A0€" : "€" + out;
}

std::string spoken_value(const ChartFrame& frame, std::string_view label, std::int64_t value) {
    const std::string_view colon = frame.language == base::Language::Fr ? "\u00A0: " : ": ";
    return std::string(label) + std::string(colon) + shown_value(frame, value);
}

std::string short_value(const ChartFrame& frame, std::int64_t value) {
    if (frame.unit == Unit::Count) return base::format_count(value, frame.language);
    constexpr std::int64_t kMillion = 100'000'000;
    if (value < kMillion || value % (kMillion / 100) != 0) return shown_value(frame, value);
    std::string digits = std::to_string(value / kMillion);
    if (const std::int64_t rest = value % kMillion / (kMillion / 100); rest != 0) {
        std::string tail = std::to_string(100 + rest).substr(1);
        tail.erase(tail.find_last_not_of('0') + 1);
        digits += (frame.language == base::Language::Fr ? "," : ".") + tail;
    }
    return frame.language == base::Language::Fr ? digits + "\u00A0M€" : "€" + digits + "M";
}

void svg_text(std::string& out, std::string_view css_class, double x, double y, std::string_view text) {
    out.append("<text class=\"").append(css_class).append("\" x=\"").append(svg_number(x)).append("\" y=\"");
    out.append(svg_number(y)).append("\">").append(xml_escaped(text)).append("</text>");
}

void svg_rect(std::string& out, std::string_view css_class, double x, double y, double width, double height) {
    out.append("<rect class=\"").append(css_class).append("\" x=\"").append(svg_number(x)).append("\" y=\"");
    out.append(svg_number(y)).append("\" width=\"").append(svg_number(std::max(0.0, width))).append("\" height=\"");
    out.append(svg_number(std::max(0.0, height))).append("\"/>");
}

void svg_line(std::string& out, std::string_view css_class, double x1, double y1, double x2, double y2) {
    out.append("<line class=\"").append(css_class).append("\" x1=\"").append(svg_number(x1)).append("\" y1=\"");
    out.append(svg_number(y1)).append("\" x2=\"").append(svg_number(x2)).append("\" y2=\"");
    out.append(svg_number(y2)).append("\"/>");
}

std::string safe_href(std::string_view href) {
    const bool web = href.starts_with("https://") || href.starts_with("http://");
    const bool here = href.starts_with("/") && !href.starts_with("//") && !href.starts_with("/\\");
    const bool inside = href.starts_with("#") || href.starts_with("?");
    return web || here || inside ? std::string(href) : std::string();
}

}  // namespace beffroi::aides::publish
