#include <algorithm>
#include <fstream>
#include <iterator>
#include <tuple>

#include <fmt/format.h>

#include "aides/scheme/loader.hpp"
#include "base/text.hpp"

namespace beffroi::scheme {

namespace {

constexpr std::int64_t kFormat = 1;

bool digits(std::string_view text, std::size_t count) {
    return text.size() == count && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void Loader::table(Section& root, std::string_view name, bool needed, Need need,
                   const std::function<void(Section&)>& visit) {
    const Tree* tree = root.take(name, need);
    if (!tree) return;
    if (tree->kind != Tree::Kind::Table) {
        context_.wrong(*tree, std::string(name), "scheme.fault.table", "a table: [" + std::string(name) + "]");
        return;
    }
    context_.needed = needed;
    Section section(context_, *tree, std::string(name));
    if (auto question = section.question())
        model_.unknown_sections.emplace(name, *question);
    else
        visit(section);
    context_.needed = false;
}

void Loader::list(Section& root, std::string_view name, bool needed, Need need,
                  const std::function<void(Section&)>& visit) {
    const Tree* tree = root.take(name, need);
    if (!tree) return;
    if (tree->kind == Tree::Kind::Table && tree->find("unknown")) {
        table(root, name, needed, need, [](Section&) {});
        return;
    }
    context_.needed = needed;
    root.each_item(name, visit);
    context_.needed = false;
}

void Loader::sources(Section& root) {
    // First of all: every `ref` is checked against them.
    if (const Tree* tree = root.table().find("sources"); tree && tree->kind == Tree::Kind::Table)
        for (const auto& entry : tree->entries) context_.sources.insert(entry.key);
    root.take("sources", Need::Mandatory);
    root.each_entry("sources", [&](const std::string& id, Section& section) {
        Source source;
        source.id = id;
        source.line = section.table().line;
        source.title = section.plain<std::string>("title", Need::Mandatory);
        source.url = section.plain<std::string>("url", Need::Optional);
        if (section.has("date")) source.date = section.plain<base::Date>("date", Need::Optional);
        section.take("date", Need::Optional);
        source.mark = section.plain<Mark>("mark", Need::Mandatory);
        model_.sources.push_back(std::move(source));
    });
}

void Loader::head(Section& root) {
    if (auto format = root.plain<std::int64_t>("format", Need::Mandatory, kFormat); format != kFormat)
        context_.wrong(*root.table().find("format"), "format", "scheme.fault.format", "format = 1");
    model_.scheme = root.id("scheme", Need::Mandatory);
    model_.edition = root.id("edition", Need::Mandatory);
    table(root, "edition_info", true, Need::Mandatory, [&](Section& section) {
        model_.title = section.plain<Bilingual>("title", Need::Mandatory);
        model_.summary = section.plain<Bilingual>("summary", Need::Mandatory);
        model_.funder = section.plain<std::string>("funder", Need::Mandatory);
        model_.funder_siren = section.plain<std::string>("funder_siren", Need::Optional);
        if (!model_.funder_siren.empty() && !digits(model_.funder_siren, 9))
            context_.wrong(*section.table().find("funder_siren"), section.key("funder_siren"), "scheme.fault.siren",
                           "a SIREN: 9 digits");
        model_.funder_kind = section.plain<Funder>("funder_kind", Need::Optional, Funder::Region);
        model_.year = static_cast<int>(section.plain<std::int64_t>("year", Need::Mandatory));
        if (const Tree* year = section.table().find("year"); year && (model_.year < 1900 || model_.year > 2199))
            context_.wrong(*year, section.key("year"), "scheme.fault.year", "a year from 1900 to 2199");
        model_.effect_from = section.value<base::Date>("effect_from", Need::Mandatory);
        model_.effect_to = section.value<base::Date>("effect_to", Need::Optional);
        model_.judged_at = section.plain<JudgedAt>("judged_at", Need::Optional, JudgedAt::Filing);
        model_.rounding = section.value<RoundingRule>("rounding", Need::Optional);
        model_.predecessor = section.plain<std::string>("predecessor", Need::Optional);
        section.need_reference("ref");
        model_.refs = section.refs();
    });
    list(root, "legal_basis", false, Need::Optional, [&](Section& section) {
        LegalBasis basis{section.plain<Bilingual>("text", Need::Mandatory),
                         section.plain<bool>("contested", Need::Optional), section.refs()};
        section.need_reference("ref");
        model_.legal_basis.push_back(std::move(basis));
    });
}

Model Loader::load() {
    {
        Section root(context_, root_, "");
        sources(root);
        head(root);
        who(root);
        money(root);
        procedure(root);
    }
    cross_check();
    model_.doubts = std::move(context_.doubts);
    std::sort(model_.doubts.begin(), model_.doubts.end(),
              [](const Doubt& a, const Doubt& b) { return std::tie(a.line, a.key) < std::tie(b.line, b.key); });
    model_.change_dates.assign(context_.change_dates.begin(), context_.change_dates.end());
    return std::move(model_);
}

Loaded load_edition(std::string_view text, std::string_view file) {
    Loaded out;
    Context context;
    context.file = file;
    auto give_up = [&](int line, int column, std::string_view sentence, std::string what) {
        context.add(line, column, "", sentence, {{"what", what}}, what);
        out.faults = context.sorted();
    };
    if (text.size() > kLargestFile) {
        give_up(1, 1, "scheme.fault.too_large", "the file is larger than 1 MiB");
        return out;
    }
    if (!base::valid_utf8(text)) {
        give_up(1, 1, "scheme.fault.utf8", "the file is not UTF-8");
        return out;
    }
    auto tree = parse_tree(text);
    if (!tree) {
        give_up(tree.error().line, tree.error().column, "scheme.fault.syntax", tree.error().what);
        return out;
    }
    Loader loader(context, *tree);
    Model model = loader.load();
    std::filesystem::path path(file);
    if (path.extension() == ".toml" && path.has_parent_path() && path.parent_path().has_filename()) {
        const std::pair<std::string_view, std::pair<std::string, std::string>> names[] = {
            {"scheme", {path.parent_path().filename().string(), model.scheme}},
            {"edition", {path.stem().string(), model.edition}},
        };
        for (const auto& [key, both] : names) {
            const Tree* found = tree->find(key);
            if (found && !both.second.empty() && both.first != both.second)
                context.add(found->line, found->column, std::string(key), "scheme.fault.name",
                            {{"found", both.second}, {"expected", both.first}},
                            fmt::format("expected \"{}\", the name of the {}, found \"{}\"", both.first,
                                        key == "scheme" ? "folder" : "file", both.second));
        }
    }
    out.faults = context.sorted();
    if (out.faults.empty()) out.edition = std::make_shared<const Edition>(std::move(model));
    return out;
}

Loaded load_edition_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (!stream.is_open() || stream.bad()) {
        Loaded out;
        out.faults.push_back({file.string(),
                              0,
                              0,
                              "",
                              {"scheme.fault.unreadable", {{"key", ""}, {"found", file.string()}}},
                              "can't read this file"});
        return out;
    }
    return load_edition(text, file.string());
}

std::string Fault::text(const base::Text& text) const {
    return fmt::format("{}:{}: {}", file, line, text(message));
}

std::string Fault::detail() const {
    return key.empty() ? fmt::format("{}:{}: {}", file, line, expected)
                       : fmt::format("{}:{}: {}: {}", file, line, key, expected);
}

base::Error Loaded::error() const {
    std::string detail;
    for (const auto& fault : faults) detail += (detail.empty() ? "" : "\n") + fault.detail();
    base::Message message;
    if (!faults.empty()) message = faults.front().message;
    return {base::Code::Invalid, std::move(detail), std::move(message)};
}

}  // namespace beffroi::scheme
