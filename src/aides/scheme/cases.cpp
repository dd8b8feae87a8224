#include "aides/scheme/cases.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "aides/scheme/reader.hpp"
#include "base/text.hpp"

namespace beffroi::scheme {

namespace {

class CaseReader {
  public:
    CaseReader(Context& context, const Edition& edition) : context_(context), model_(edition.model()) {
        for (const auto& category : model_.categories) categories_.push_back(category.id);
        for (const auto& tag : model_.tags) tags_.push_back(tag.id);
    }

    Case read_case(Section& section) {
        Case out;
        out.line = section.table().line;
        out.name = section.plain<Bilingual>("name", Need::Mandatory);
        out.source = section.plain<std::string>("source", Need::Mandatory);
        Facts& facts = out.facts;
        applicant(section, facts.applicant);
        tags(section, facts);
        facts.nature = section.plain<Nature>("nature", Need::Mandatory);
        facts.filed = optional<base::Date>(section, "filed");
        facts.completed = optional<base::Date>(section, "completed");
        facts.decided = optional<base::Date>(section, "decided");
        expenses(section, facts);
        section.each_item("funding", [&](Section& row) {
            facts.funding.push_back({row.plain<std::string>("source", Need::Mandatory),
                                     row.plain<base::Cents>("amount", Need::Mandatory),
                                     optional<Funder>(row, "funder")});
        });
        facts.other_aids = section.plain<std::vector<std::string>>("other_aids", Need::Optional);
        facts.history.loaded = section.has("history");
        facts.history.schemes = section.plain<std::vector<std::string>>("history_schemes", Need::Optional);
        section.each_item("history", [&](Section& row) {
            facts.history.aids.push_back({row.plain<std::string>("scheme", Need::Mandatory),
                                          row.plain<std::string>("edition", Need::Mandatory),
                                          row.plain<base::Date>("date", Need::Mandatory, base::make_date(1900, 1, 1)),
                                          row.plain<base::Cents>("amount", Need::Mandatory)});
        });
        facts.asked = optional<base::Cents>(section, "asked");
        facts.decided_rate = optional<base::Rate>(section, "decided_rate");
        facts.decided_amount = optional<base::Cents>(section, "decided_amount");
        const Tree* expect = section.take("expect", Need::Mandatory);
        if (expect && expect->kind == Tree::Kind::Table) {
            Section answer(context_, *expect, section.key("expect"));
            expectation(answer, out.expect);
        } else if (expect) {
            context_.wrong(*expect, section.key("expect"), "scheme.fault.table", "a table: [case.expect]");
        }
        return out;
    }

  private:
    template <typename T>
    std::optional<T> optional(Section& section, std::string_view name) {
        const Tree* tree = section.take(name, Need::Optional);
        T value{};
        if (!tree || !read(context_, *tree, section.key(name), value)) return std::nullopt;
        return value;
    }

    void populations(Section& section, std::vector<Population>& out) {
        section.each_item("populations", [&](Section& row) {
            Population one;
            one.figure = row.plain<PopulationFigure>("figure", Need::Mandatory);
            one.year = static_cast<int>(row.plain<std::int64_t>("year", Need::Mandatory));
            one.value = row.plain<std::int64_t>("value", Need::Mandatory);
            one.source = row.plain<std::string>("source", Need::Optional);
            out.push_back(std::move(one));
        });
    }

    void applicant(Section& section, Applicant& out) {
        out.kind = section.plain<ApplicantKind>("kind", Need::Optional, ApplicantKind::Commune);
        out.code = section.plain<std::string>("code", Need::Mandatory);
        out.type = optional<GroupingType>(section, "type");
        out.department = section.plain<std::string>("department", Need::Optional);
        out.region = section.plain<std::string>("region", Need::Optional);
        out.recovers_vat = section.plain<bool>("recovers_vat", Need::Optional, true);
        populations(section, out.populations);
        section.each_item("members", [&](Section& row) {
            Member member;
            member.code = row.plain<std::string>("code", Need::Mandatory);
            member.department = row.plain<std::string>("department", Need::Optional);
            member.region = row.plain<std::string>("region", Need::Optional);
            populations(row, member.populations);
            out.members.push_back(std::move(member));
        });
        const Tree* holder = section.take("holder", Need::Optional);
        if (holder && holder->kind == Tree::Kind::Table) {
            Section inner(context_, *holder, section.key("holder"));
            applicant(inner, out.holder.emplace_back());
        } else if (holder) {
            context_.wrong(*holder, section.key("holder"), "scheme.fault.table", "a table");
        }
    }

    void tags(Section& section, Facts& facts) {
        const Tree* tree = section.take("tags", Need::Optional);
        if (!tree) return;
        if (tree->kind != Tree::Kind::Table) {
            context_.wrong(*tree, section.key("tags"), "scheme.fault.table", "a table: { zsp = true }");
            return;
        }
        for (const auto& entry : tree->entries) {
            bool held = false;
            std::string key = section.key("tags") + "." + entry.key;
            if (std::find(tags_.begin(), tags_.end(), entry.key) == tags_.end())
                context_.wrong_word(entry.value, key, entry.key, tags_);
            else if (read(context_, entry.value, key, held))
                facts.tags.push_back({entry.key, held});
        }
    }

    void expenses(Section& section, Facts& facts) {
        section.each_item("expenses", [&](Section& row) {
            ExpenseLine line;
            line.category = row.plain<std::string>("category", Need::Mandatory);
            if (const Tree* tree = row.table().find("category");
                tree && !line.category.empty() &&
                std::find(categories_.begin(), categories_.end(), line.category) == categories_.end())
                context_.wrong_word(*tree, row.key("category"), line.category, categories_);
            line.ht = row.plain<base::Cents>("ht", Need::Mandatory);
            line.ttc = optional<base::Cents>(row, "ttc");
            line.quantity = optional<std::int64_t>(row, "quantity");
            line.date = optional<base::Date>(row, "date");
            line.label = row.plain<std::string>("label", Need::Optional);
            facts.expenses.push_back(std::move(line));
        });
    }

    void expectation(Section& section, Expectation& out) {
        out.eligible = section.plain<bool>("eligible", Need::Mandatory);
        out.certain = optional<bool>(section, "certain");
        out.base = optional<base::Cents>(section, "base");
        out.amount = optional<base::Cents>(section, "amount");
        out.failed = optional<std::vector<std::string>>(section, "failed");
        out.to_check = optional<std::vector<std::string>>(section, "to_check");
        out.limit = optional<Limit>(section, "limit");
    }

    Context& context_;
    const Model& model_;
    std::vector<std::string_view> categories_, tags_;
};

std::string joined(std::vector<std::string> list) {
    std::sort(list.begin(), list.end());
    return fmt::format("[{}]", fmt::join(list, ", "));
}

CaseResult run_case(const Edition& edition, const Case& one) {
    CaseResult out;
    out.one = &one;
    out.evaluation = evaluate(edition, one.facts);
    const Outcome& found = out.evaluation.outcome;
    auto compare = [&](std::string what, std::string expected, std::string got) {
        if (expected != got) out.differences.push_back({std::move(what), std::move(expected), std::move(got)});
    };
    auto yes_no = [](bool value) { return std::string(value ? "true" : "false"); };
    compare("eligible", yes_no(one.expect.eligible), yes_no(found.eligible));
    if (one.expect.certain) compare("certain", yes_no(*one.expect.certain), yes_no(found.certain));
    if (one.expect.base) compare("base", base::plain_euros(*one.expect.base), base::plain_euros(found.base));
    if (one.expect.amount)
        compare("amount", base::plain_euros(*one.expect.amount),
                found.amount_known ? base::plain_euros(found.amount) : "unknown");
    if (one.expect.failed) compare("failed", joined(*one.expect.failed), joined(out.evaluation.failed()));
    if (one.expect.to_check) compare("to_check", joined(*one.expect.to_check), joined(out.evaluation.to_check()));
    if (one.expect.limit) compare("limit", std::string(name_of(*one.expect.limit)), std::string(name_of(found.limit)));
    return out;
}

}  // namespace

Cases load_cases(std::string_view text, std::string_view file, const Edition& edition) {
    Cases out;
    out.file = file;
    Context context;
    context.file = file;
    auto give_up = [&](int line, std::string_view sentence, std::string what) {
        context.add(line, 1, "", sentence, {{"what", what}}, what);
        out.faults = context.sorted();
        return out;
    };
    if (text.size() > kLargestFile) return give_up(1, "scheme.fault.too_large", "the file is larger than 1 MiB");
    if (!base::valid_utf8(text)) return give_up(1, "scheme.fault.utf8", "the file is not UTF-8");
    auto tree = parse_tree(text);
    if (!tree) return give_up(tree.error().line, "scheme.fault.syntax", tree.error().what);
    for (const auto& source : edition.model().sources) context.sources.insert(source.id);
    {
        Section root(context, *tree, "");
        if (root.plain<std::int64_t>("format", Need::Mandatory, 1) != 1)
            context.wrong(*tree->find("format"), "format", "scheme.fault.format", "format = 1");
        CaseReader reader(context, edition);
        root.each_item("case", [&](Section& section) { out.cases.push_back(reader.read_case(section)); });
    }
    out.faults = context.sorted();
    return out;
}

Cases load_cases_file(const std::filesystem::path& file, const Edition& edition) {
    std::ifstream stream(file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (stream.is_open() && !stream.bad()) return load_cases(text, file.string(), edition);
    Cases out;
    out.file = file.string();
    out.faults.push_back(
        {out.file, 0, 0, "", {"scheme.fault.unreadable", {{"key", ""}, {"found", out.file}}}, "can't read this file"});
    return out;
}

std::filesystem::path cases_beside(const std::filesystem::path& edition_file) {
    std::filesystem::path out = edition_file;
    return out.replace_extension(".cases.toml");
}

std::vector<CaseResult> run_cases(const Edition& edition, const Cases& cases) {
    std::vector<CaseResult> out;
    out.reserve(cases.cases.size());
    for (const auto& one : cases.cases) out.push_back(run_case(edition, one));
    return out;
}

base::Status publishable(const Edition& edition, const Cases& cases) {
    std::string list;
    for (const auto& doubt : edition.missing_to_open())
        list += fmt::format("\n  {} (line {}): {}", doubt.key, doubt.line, doubt.text.en);
    if (!list.empty()) {
        std::string keys;
        for (const auto& doubt : edition.missing_to_open()) keys += (keys.empty() ? "" : ", ") + doubt.key;
        return base::fail(base::Code::Refused,
                          fmt::format("{} can't be opened, these values are unknown:{}", edition.id(), list),
                          {"scheme.publish.unknown", {{"edition", edition.id()}, {"keys", keys}}});
    }
    if (!cases.faults.empty())
        return base::fail(base::Code::Invalid, cases.faults.front().detail(),
                          {"scheme.publish.case_file", {{"file", cases.file}}});
    if (cases.cases.empty())
        return base::fail(base::Code::Refused, fmt::format("{} has no case beside it", edition.id()),
                          {"scheme.publish.no_case", {{"edition", edition.id()}}});
    for (const auto& result : run_cases(edition, cases)) {
        if (result.passed()) continue;
        const Difference& first = result.differences.front();
        return base::fail(base::Code::Refused,
                          fmt::format("{}:{}: case '{}' fails: {} expected {}, found {}", cases.file, result.one->line,
                                      result.one->name.en, first.what, first.expected, first.found),
                          {"scheme.publish.case_fails",
                           {{"edition", edition.id()},
                            {"case", result.one->name.fr},
                            {"what", first.what},
                            {"expected", first.expected},
                            {"found", first.found}}});
    }
    return {};
}

}  // namespace beffroi::scheme
