#include "aides/publish/notes.hpp"

#include <array>
#include <map>

#include "aides/publish/utf8.hpp"

namespace beffroi::aides::publish {

namespace {

// Markdown that shows text as it is: what could be read as a mark or as HTML is written out.
std::string plain(std::string_view text) {
    constexpr std::string_view kMarks = "\\`*_{}[]()#+-!|<>&";
    std::string out;
    for (const char c : one_line(text)) {
        if (kMarks.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out;
}

}  // namespace

std::string write_notes(const base::Text& text, const NotesInput& input, std::span<const PublishedGrant> grants,
                        std::span<const Gap> gaps) {
    const base::Language language = text.language();
    std::string out = "# " + plain(input.title) + "\n\n";
    out += text("publish.notes.intro", {{"publisher", plain(input.publisher)},
                                        {"date", base::format_date(base::paris_date(input.written), language)}});
    out += "\n\n";
    if (!input.url.empty()) out += "<" + one_line(input.url) + ">\n\n";
    for (const std::string& file : input.files) out += "- `" + one_line(file) + "`\n";

    std::array<std::int64_t, 3> counts{};
    for (const PublishedGrant& grant : grants) ++counts.at(static_cast<std::size_t>(grant.provenance.origin));
    const auto line = [&](std::string_view key, std::int64_t n) {
        out += "- " + text(key, {{"n", base::format_count(n, language)}}) + "\n";
    };
    out.append("\n## ").append(text("publish.notes.origin")).append("\n\n");
    line("publish.notes.actual", counts[0]);
    line("publish.notes.reconstructed", counts[1]);
    line("publish.notes.simulated", counts[2]);
    if (counts[1] + counts[2] > 0) out.append("\n**").append(text("publish.notes.warning")).append("**\n");

    out.append("\n## ").append(text("publish.notes.conventions")).append("\n\n");
    for (const std::string_view key :
         {"publish.notes.convention_date", "publish.notes.convention_share", "publish.notes.convention_formula",
          "publish.notes.convention_period", "publish.notes.convention_eu"})
        out.append("- ").append(text(key)).append("\n");

    out.append("\n## ").append(text("publish.notes.gaps")).append("\n\n");
    if (gaps.empty()) {
        out.append(text("publish.notes.no_gap")).append("\n");
        return out;
    }
    std::map<std::pair<std::string, std::string>, std::vector<const Gap*>> by_kind;
    for (const Gap& gap : gaps) by_kind[{gap.column, gap.key}].push_back(&gap);
    for (const auto& [kind, list] : by_kind) {
        out += "### `" + kind.first + "` : " + std::string(text(kind.second)) + " (" +
               base::format_count(static_cast<std::int64_t>(list.size()), language) + ")\n\n";
        for (const Gap* gap : list) out += "- " + plain(gap->grant_id) + ", " + plain(gap->beneficiary) + "\n";
        out += "\n";
    }
    return out;
}

}  // namespace beffroi::aides::publish
