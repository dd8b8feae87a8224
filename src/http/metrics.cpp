#include "http/metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/result.hpp"

namespace beffroi::http {

namespace {

std::string number(double value) {
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    if (std::isnan(value)) return "NaN";
    char text[32];
    const auto result = std::to_chars(text, text + sizeof text, value);
    return {text, result.ptr};
}

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {
    ASSERT(std::ranges::is_sorted(bounds_));
}

void Histogram::observe(double value) {
    const auto at = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
    counts_[static_cast<std::size_t>(at)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
}

std::vector<std::uint64_t> Histogram::counts() const {
    std::vector<std::uint64_t> out;
    out.reserve(counts_.size());
    for (const auto& count : counts_) out.push_back(count.load(std::memory_order_relaxed));
    return out;
}

void MetricsText::head(std::string_view name, std::string_view help, std::string_view type) {
    if (last_name_ == name) return;
    last_name_ = name;
    out_ += "# HELP ";
    out_ += name;
    out_ += ' ';
    for (const char c : help) {
        if (c == '\n') {
            out_ += ' ';
        } else {
            out_ += c;
        }
    }
    out_ += "\n# TYPE ";
    out_ += name;
    out_ += ' ';
    out_ += type;
    out_ += '\n';
}

void MetricsText::sample(std::string_view name, std::string_view suffix, Labels labels, std::string_view extra_name,
                         std::string_view extra_value, double value) {
    out_ += name;
    out_ += suffix;
    char separator = '{';
    auto label = [&](std::string_view label_name, std::string_view label_value) {
        out_ += separator;
        separator = ',';
        out_ += label_name;
        out_ += "=\"";
        append_escaped(out_, label_value);
        out_ += '"';
    };
    for (const auto& [label_name, label_value] : labels) label(label_name, label_value);
    if (!extra_name.empty()) label(extra_name, extra_value);
    if (separator == ',') out_ += '}';
    out_ += ' ';
    out_ += number(value);
    out_ += '\n';
}

void MetricsText::counter(std::string_view name, std::string_view help, double value, Labels labels) {
    head(name, help, "counter");
    sample(name, "", labels, "", "", value);
}

void MetricsText::gauge(std::string_view name, std::string_view help, double value, Labels labels) {
    head(name, help, "gauge");
    sample(name, "", labels, "", "", value);
}

void MetricsText::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                            std::span<const std::uint64_t> counts, double sum, Labels labels) {
    ASSERT(counts.size() == bounds.size() + 1);
    head(name, help, "histogram");
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        total += counts[i];
        sample(name, "_bucket", labels, "le", i < bounds.size() ? number(bounds[i]) : "+Inf",
               static_cast<double>(total));
    }
    sample(name, "_sum", labels, "", "", sum);
    sample(name, "_count", labels, "", "", static_cast<double>(total));
}

void MetricsText::histogram(std::string_view name, std::string_view help, const Histogram& histogram_of,
                            Labels labels) {
    histogram(name, help, histogram_of.bounds(), histogram_of.counts(), histogram_of.sum(), labels);
}

}  // namespace beffroi::http
