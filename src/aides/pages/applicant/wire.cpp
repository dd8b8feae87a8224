#include "aides/pages/applicant/wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace beffroi::aides::pages::applicant {

namespace {

constexpr auto kBlocks = std::to_array<std::string_view>({"expense", "funding", "other_aids"});
constexpr auto kPaths = std::to_array<std::string_view>(
    {"projet", "depenses", "financement", "calendrier", "contacts", "pieces", "verifier"});

// "expense-2-ht" or "expense-2": block, row of the form, the rest after its hyphen.
struct WireRow {
    std::string_view block;
    int row = 0;
    std::string_view column;
};

std::optional<WireRow> wire_row(std::string_view name) {
    for (std::string_view block : kBlocks) {
        if (!name.starts_with(block) || name.size() <= block.size() + 1 || name[block.size()] != '-') continue;
        const std::string_view rest = name.substr(block.size() + 1);
        const std::size_t end = std::min(rest.find('-'), rest.size());
        int index = -1;
        const auto [stop, error] = std::from_chars(rest.data(), rest.data() + end, index);
        if (error != std::errc{} || stop != rest.data() + end || index < 0 || index > 9998) return std::nullopt;
        if (end > 1 && rest.front() == '0') return std::nullopt;
        return WireRow{block, index + 1, end < rest.size() ? rest.substr(end + 1) : std::string_view{}};
    }
    return std::nullopt;
}

std::string row_name(std::string_view block, int row) {
    return std::string(block) + "." + std::to_string(row);
}

bool is_box(std::string_view name) {
    return name.starts_with("undertaking.");
}

}  // namespace

std::string wire_name(std::string_view name) {
    const auto row = application::row_field(name);
    if (!row) return std::string(name);
    return std::string(row->block) + "-" + std::to_string(row->row - 1) + "-" + std::string(row->column);
}

std::string form_name(std::string_view name) {
    std::string found(name);
    if (const auto row = wire_row(name)) found = row_name(row->block, row->row) + "." + std::string(row->column);
    return application::is_field(found) ? found : std::string();
}

std::string_view path_of(Step step) {
    return kPaths[static_cast<std::size_t>(step)];
}

std::optional<Step> step_named(std::string_view path) {
    const auto found = std::find(kPaths.begin(), kPaths.end(), path);
    if (found == kPaths.end()) return std::nullopt;
    return static_cast<Step>(found - kPaths.begin());
}

std::optional<Step> next(Step step) {
    if (step == Step::Check) return std::nullopt;
    return static_cast<Step>(static_cast<int>(step) + 1);
}

std::optional<Step> previous(Step step) {
    if (step == Step::Project) return std::nullopt;
    return static_cast<Step>(static_cast<int>(step) - 1);
}

Step step_of(std::string_view name) {
    if (name.starts_with("expense") || name == "vat_recovered") return Step::Expenses;
    if (name.starts_with("funding") || name.starts_with("other_aids")) return Step::Funding;
    if (name == "start_on" || name == "end_on") return Step::Calendar;
    if (name.starts_with("contact.") || name.starts_with("signatory.")) return Step::Contacts;
    if (name.starts_with("undertaking.")) return Step::Check;
    return Step::Project;
}

std::vector<std::string_view> blocks_of(Step step) {
    if (step == Step::Expenses) return {"expense"};
    if (step == Step::Funding) return {"funding", "other_aids"};
    return {};
}

std::optional<int> split_row(application::FormChange& change, std::string_view pressed,
                             const application::Fields& stored) {
    const auto from = wire_row(pressed);
    if (!from || from->block != "expense") return std::nullopt;
    int last = application::next_row(stored, from->block) - 1;
    for (const auto& [name, value] : change.set)
        if (const auto row = application::row_field(name); row && row->block == from->block)
            last = std::max(last, row->row);
    for (std::string_view column : {"label", "supplier", "quote", "date", "vat"}) {
        const auto found = change.set.find(row_name(from->block, from->row) + "." + std::string(column));
        if (found == change.set.end() || found->second.empty()) continue;
        const std::string text = found->second;
        change.set.emplace(row_name(from->block, last + 1) + "." + std::string(column), text);
    }
    return last + 1;
}

application::FormChange change_of(Step step, const http::Fields& sent, const application::Fields& stored) {
    application::FormChange change;
    const auto pressed = wire_row(sent.value("remove"));
    const std::string removed = pressed ? row_name(pressed->block, pressed->row) : std::string();
    std::set<std::string, std::less<>> present;
    for (const http::Field& field : sent) {
        const std::string name = form_name(field.name);
        if (name.empty() || step_of(name) != step) continue;
        if (const auto row = application::row_field(name)) {
            std::string line = row_name(row->block, row->row);
            if (line == removed) continue;
            present.insert(std::move(line));
        }
        change.set.emplace(name, is_box(name) ? std::string("yes") : field.value);
    }
    for (std::string_view block : blocks_of(step))
        for (int row : application::rows(stored, block))
            if (std::string line = row_name(block, row); !present.contains(line)) change.remove_rows.push_back(line);
    if (step == Step::Check)
        for (std::string_view id : application::undertakings())
            change.set.emplace("undertaking." + std::string(id), std::string());
    return change;
}

}  // namespace beffroi::aides::pages::applicant
