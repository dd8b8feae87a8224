#include "aides/scheme/render.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "aides/scheme/evaluation_json.hpp"
#include "aides/scheme/reader.hpp"

namespace beffroi::scheme {

namespace json = boost::json;

namespace {

std::string count_text(std::size_t count) {
    return std::to_string(count);
}

void doubts(std::string& out, const std::vector<Doubt>& list, bool unknown, bool needed, std::string_view title,
            const base::Text& text) {
    bool first = true;
    for (const auto& doubt : list) {
        if ((doubt.state == State::Unknown) != unknown || (unknown && doubt.needed != needed)) continue;
        if (first) out += std::string(text(title)) + "\n";
        first = false;
        out += fmt::format("  {} ({}): {}\n", doubt.key, doubt.line, doubt.text.in(text.language()));
    }
}

json::array doubts_json(const std::vector<Doubt>& list, State state) {
    json::array out;
    for (const auto& doubt : list) {
        if (doubt.state != state) continue;
        out.push_back(json::object{{"key", doubt.key},
                                   {"line", doubt.line},
                                   {"needed", doubt.needed},
                                   {"text", bilingual_object(doubt.text)}});
    }
    return out;
}

json::array faults_json(const std::vector<Fault>& faults, const base::Text& text) {
    json::array out;
    for (const auto& fault : faults)
        out.push_back(json::object{{"file", fault.file},
                                   {"line", fault.line},
                                   {"column", fault.column},
                                   {"key", fault.key},
                                   {"text", text(fault.message)},
                                   {"expected", fault.expected}});
    return out;
}

std::string edition_id(const LibraryEntry& entry) {
    return entry.edition ? entry.edition->id()
                         : entry.file.parent_path().filename().string() + "/" + entry.file.stem().string();
}

void reasons(std::string& out, const std::vector<Node>& nodes, int depth, const Edition& edition,
             const base::Text& text) {
    for (const auto& node : nodes) {
        std::string_view mark = node.holds == Tri::True ? "✓" : node.holds == Tri::False ? "✗" : "?";
        out += fmt::format("{:{}}{} {}\n", "", 2 + 2 * depth, mark, sentence(node, text));
        std::string source = reference(node.refs, edition, text);
        if (!source.empty() && depth == 0)
            out += fmt::format("{:6}{}\n", "", text("scheme.amount.source", {{"reference", source}}));
        reasons(out, node.children, depth + 1, edition, text);
    }
}

std::string_view verdict_key(const Outcome& outcome) {
    if (outcome.eligible) return outcome.certain ? "scheme.amount.eligible" : "scheme.amount.eligible_to_check";
    return outcome.undetermined ? "scheme.amount.undetermined" : "scheme.amount.not_eligible";
}

base::Result<std::pair<std::string, base::Cents>> parse_pair(std::string_view argument, base::Message message) {
    std::size_t equal = argument.find('=');
    if (equal == std::string_view::npos || equal == 0)
        return base::fail(base::Code::Invalid, fmt::format("'{}' is not NAME=EUROS", argument), message);
    auto amount = base::parse_euros(argument.substr(equal + 1));
    if (!amount || *amount < base::Cents{} || *amount > kLargestAmount)
        return base::fail(base::Code::Invalid, fmt::format("'{}' holds no amount in euros after '='", argument),
                          std::move(message));
    return std::pair{std::string(argument.substr(0, equal)), *amount};
}

}  // namespace

bool CheckReport::valid() const {
    return loaded.edition && cases.faults.empty() &&
           std::all_of(results.begin(), results.end(), [](const CaseResult& result) { return result.passed(); });
}

bool CheckReport::openable() const {
    return valid() && !cases.cases.empty() && loaded.edition->missing_to_open().empty();
}

CheckReport check_file(const std::filesystem::path& file) {
    CheckReport out;
    out.file = file.string();
    out.loaded = load_edition_file(file);
    std::error_code error;
    std::filesystem::path beside = cases_beside(file);
    out.has_cases = std::filesystem::exists(beside, error);
    if (!out.loaded.edition || !out.has_cases) return out;
    out.cases = load_cases_file(beside, *out.loaded.edition);
    out.results = run_cases(*out.loaded.edition, out.cases);
    return out;
}

std::string check_text(const CheckReport& report, const base::Text& text) {
    std::string out;
    std::vector<Fault> faults = report.loaded.faults;
    faults.insert(faults.end(), report.cases.faults.begin(), report.cases.faults.end());
    if (!faults.empty()) {
        std::string count = count_text(faults.size());
        out += text("scheme.check.faults", {{"count", count}}) + "\n";
        for (const auto& fault : faults) out += "  " + fault.text(text) + "\n";
    } else {
        out += std::string(text("scheme.check.valid")) + "\n";
    }
    if (!report.loaded.edition) return out;
    const auto& list = report.loaded.edition->model().doubts;
    doubts(out, list, true, true, "scheme.check.unknown", text);
    doubts(out, list, true, false, "scheme.check.unknown_other", text);
    doubts(out, list, false, false, "scheme.check.assumed", text);
    if (!report.has_cases) out += std::string(text("scheme.check.no_cases")) + "\n";
    auto passed = static_cast<std::size_t>(
        std::count_if(report.results.begin(), report.results.end(), [](const auto& r) { return r.passed(); }));
    if (report.has_cases) {
        std::string passed_text = count_text(passed);
        std::string all = count_text(report.results.size());
        out += text("scheme.check.cases", {{"passed", passed_text}, {"count", all}}) + "\n";
    }
    for (const auto& result : report.results) {
        if (result.passed()) continue;
        std::string line = std::to_string(result.one->line);
        out += "  " +
               text("scheme.check.case_fails", {{"line", line}, {"name", result.one->name.in(text.language())}}) + "\n";
        for (const auto& d : result.differences)
            out += "    " +
                   text("scheme.check.difference", {{"what", d.what}, {"expected", d.expected}, {"found", d.found}}) +
                   "\n";
    }
    out += std::string(text(report.openable() ? "scheme.check.openable" : "scheme.check.not_openable")) + "\n";
    return out;
}

std::string check_json(const CheckReport& report, const base::Text& text) {
    json::object out;
    out["file"] = report.file;
    out["valid"] = report.valid();
    out["openable"] = report.openable();
    json::array faults = faults_json(report.loaded.faults, text);
    for (auto& fault : faults_json(report.cases.faults, text)) faults.push_back(std::move(fault));
    out["faults"] = std::move(faults);
    if (report.loaded.edition) {
        out["edition"] = report.loaded.edition->id();
        out["unknown"] = doubts_json(report.loaded.edition->model().doubts, State::Unknown);
        out["assumed"] = doubts_json(report.loaded.edition->model().doubts, State::Assumed);
    }
    json::array cases;
    for (const auto& result : report.results) {
        json::array differences;
        for (const auto& d : result.differences)
            differences.push_back(json::object{{"what", d.what}, {"expected", d.expected}, {"found", d.found}});
        cases.push_back(json::object{{"name", result.one->name.in(text.language())},
                                     {"line", result.one->line},
                                     {"passed", result.passed()},
                                     {"differences", std::move(differences)}});
    }
    out["cases"] = std::move(cases);
    return json::serialize(out);
}

std::string list_text(const SchemeLibrary& library, const base::Text& text) {
    if (library.entries().empty()) return std::string(text("scheme.list.none")) + "\n";
    std::size_t width = 0;
    for (const auto& entry : library.entries()) width = std::max(width, edition_id(entry).size());
    std::string out;
    for (const auto& entry : library.entries()) {
        out += fmt::format("{:<{}}  ", edition_id(entry), width);
        if (!entry.edition) {
            out += text("scheme.row", {{"name", std::string(text("scheme.list.faulty"))},
                                       {"value", entry.faults.empty() ? "" : entry.faults.front().text(text)}}) +
                   "\n";
            continue;
        }
        out += entry.edition->model().title.in(text.language());
        std::string missing = count_text(entry.edition->missing_to_open().size());
        std::string assumed = count_text(entry.edition->assumptions().size());
        std::string cases = count_text(entry.cases.cases.size());
        out += " · " + (missing == "0" ? std::string(text("scheme.list.open"))
                                       : text("scheme.list.closed", {{"count", missing}}));
        if (assumed != "0") out += " · " + text("scheme.list.assumed", {{"count", assumed}});
        out += " · " + text("scheme.list.cases", {{"count", cases}}) + "\n";
    }
    return out;
}

std::string list_json(const SchemeLibrary& library, const base::Text& text) {
    json::array out;
    for (const auto& entry : library.entries()) {
        json::object one;
        one["id"] = edition_id(entry);
        one["file"] = entry.file.string();
        one["valid"] = entry.edition != nullptr;
        if (entry.edition) {
            const Model& model = entry.edition->model();
            one["title"] = model.title.in(text.language());
            one["funder"] = model.funder;
            one["year"] = model.year;
            one["missing"] = entry.edition->missing_to_open().size();
            one["assumptions"] = entry.edition->assumptions().size();
            one["cases"] = entry.cases.cases.size();
        } else {
            one["faults"] = faults_json(entry.faults, text);
        }
        out.push_back(std::move(one));
    }
    return json::serialize(out);
}

std::string amount_text(const Evaluation& evaluation, const Edition& edition, const base::Text& text) {
    const Outcome& outcome = evaluation.outcome;
    base::Language language = text.language();
    auto row = [&](std::string_view name, std::string_view value) {
        return text("scheme.row", {{"name", std::string(name)}, {"value", std::string(value)}}) + "\n";
    };
    std::string out = row(evaluation.edition, text(verdict_key(outcome)));
    std::string amount = base::format_euros(outcome.amount, language);
    if (!outcome.amount_known)
        amount = text("scheme.amount.unknown");
    else if (outcome.at_most && outcome.eligible)
        amount = text("scheme.amount.at_most", {{"amount", amount}});
    out += row(text("scheme.amount.base"), base::format_euros(outcome.base, language));
    out += row(text("scheme.amount.amount"), amount);
    if (outcome.in_kind.value > 0)
        out += row(text("scheme.amount.in_kind"), base::format_euros(outcome.in_kind, language));
    out += std::string(text("scheme.amount.reasons")) + "\n";
    reasons(out, evaluation.reasons, 0, edition, text);
    return out;
}

std::string amount_json(const Evaluation& evaluation, const Edition& edition, const base::Text& text) {
    return to_json(evaluation, edition, text);
}

base::Result<ExpenseLine> parse_expense(const Edition& edition, std::string_view argument) {
    std::vector<std::string_view> known;
    std::string list;
    for (const auto& category : edition.model().categories) {
        known.push_back(category.id);
        list += (list.empty() ? "" : ", ") + category.id;
    }
    base::Message message{"scheme.argument.expense", {{"found", std::string(argument)}, {"known", list}}};
    auto pair = TRY(parse_pair(argument, message));
    ExpenseLine line;
    line.ht = pair.second;
    line.category = pair.first;
    if (std::size_t colon = line.category.find(':'); colon != std::string::npos) {
        std::string digits = line.category.substr(colon + 1);
        if (digits.empty() || digits.size() > 7 ||
            !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
            return base::fail(base::Code::Invalid, fmt::format("'{}': the quantity is a whole number", argument),
                              message);
        line.quantity = std::stoll(digits);
        line.category.resize(colon);
    }
    if (edition.model().category(line.category)) return line;
    std::string_view close = closest(line.category, known);
    return base::fail(base::Code::Invalid,
                      fmt::format("no category '{}' in {}; known: {}", line.category, edition.id(), list),
                      {close.empty() ? "scheme.argument.category" : "scheme.argument.category_close",
                       {{"found", line.category}, {"known", list}, {"close", std::string(close)}}});
}

base::Result<Funding> parse_funding(std::string_view argument) {
    auto pair = TRY(parse_pair(argument, {"scheme.argument.funding", {{"found", std::string(argument)}}}));
    auto funder = known_funder(pair.first);
    if (!funder)
        return base::fail(base::Code::Invalid, fmt::format("unknown funding source '{}'", pair.first),
                          {"scheme.argument.funder",
                           {{"found", pair.first},
                            {"known",
                             "detr, dsil, fipd, state, region, department, epci, commune, europe, agency, "
                             "other_public, private, own"}}});
    return Funding{pair.first, pair.second, *funder};
}

base::Result<Nature> parse_nature(std::string_view argument) {
    if (auto nature = parse_name<Nature>(argument)) return *nature;
    return base::fail(base::Code::Invalid,
                      fmt::format("'{}' is not a nature: installation, extension, renewal, improvement", argument),
                      {"scheme.argument.nature", {{"found", std::string(argument)}}});
}

}  // namespace beffroi::scheme
