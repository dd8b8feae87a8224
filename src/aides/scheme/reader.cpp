#include "aides/scheme/reader.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace beffroi::scheme {

namespace {

constexpr std::int64_t kLargestCount = 1'000'000'000;

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

bool good_id(std::string_view id) {
    if (id.empty() || id.size() > 60) return false;
    return std::all_of(id.begin(), id.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; });
}

}  // namespace

std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates) {
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
    if (word.size() > 80) return best;
    for (std::string_view candidate : candidates) {
        std::size_t d = distance(word, candidate);
        if (d < best_distance) {
            best_distance = d;
            best = candidate;
        }
    }
    return best;
}

void Context::add(int line, int column, std::string key, std::string_view sentence,
                  std::vector<std::pair<std::string, std::string>> args, std::string expected) {
    args.emplace_back("key", key);
    faults.push_back(
        {file, line, column, std::move(key), {std::string(sentence), std::move(args)}, std::move(expected)});
}

void Context::wrong(const Tree& found, const std::string& key, std::string_view sentence, std::string expected) {
    add(found.line, found.column, key, sentence, {{"found", found.shown()}},
        fmt::format("expected {}, found {}", expected, found.shown()));
}

void Context::wrong_word(const Tree& at, const std::string& key, std::string_view found,
                         const std::vector<std::string_view>& choices) {
    std::string list = fmt::format("{}", fmt::join(choices, ", "));
    std::string_view close = closest(found, choices);
    std::vector<std::pair<std::string, std::string>> args{{"found", std::string(found)}, {"choices", list}};
    std::string expected = fmt::format("expected one of: {}; found {}", list, found);
    if (close.empty()) {
        add(at.line, at.column, key, "scheme.fault.word", std::move(args), std::move(expected));
    } else {
        args.emplace_back("close", std::string(close));
        add(at.line, at.column, key, "scheme.fault.word_close", std::move(args),
            fmt::format("{}; did you mean {}?", expected, close));
    }
}

std::vector<Fault> Context::sorted() {
    std::sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) {
        return std::tie(a.line, a.column, a.key, a.expected) < std::tie(b.line, b.column, b.key, b.expected);
    });
    return std::move(faults);
}

bool read(Context& context, const Tree& tree, const std::string& key, base::Cents& out) {
    base::Cents amount;
    bool good = false;
    if (tree.kind == Tree::Kind::Integer && tree.integer >= 0 && tree.integer <= kLargestAmount.value / 100) {
        amount.value = tree.integer * 100;
        good = true;
    } else if (tree.kind == Tree::Kind::String) {
        if (auto parsed = base::parse_euros(tree.text)) {
            amount = *parsed;
            good = amount >= base::Cents{} && amount <= kLargestAmount;
        }
    }
    if (good)
        out = amount;
    else
        context.wrong(tree, key, "scheme.fault.euros",
                      "euros: a whole number such as 30000, or text such as \"17088.30\"");
    return good;
}

bool read(Context& context, const Tree& tree, const std::string& key, base::Rate& out) {
    if (tree.kind == Tree::Kind::String) {
        auto parsed = base::parse_percent(tree.text);
        if (parsed && parsed->per_10000 >= 0 && parsed->per_10000 <= 10000) {
            out = *parsed;
            return true;
        }
    }
    context.wrong(tree, key, "scheme.fault.percent", "a percentage in quotes, from \"0 %\" to \"100 %\"");
    return false;
}

bool read(Context& context, const Tree& tree, const std::string& key, std::int64_t& out) {
    if (tree.kind == Tree::Kind::Integer && tree.integer >= 0 && tree.integer <= kLargestCount) {
        out = tree.integer;
        return true;
    }
    context.wrong(tree, key, "scheme.fault.count", "a whole number, zero or more");
    return false;
}

bool read(Context& context, const Tree& tree, const std::string& key, bool& out) {
    if (tree.kind == Tree::Kind::Boolean) {
        out = tree.boolean;
        return true;
    }
    context.wrong(tree, key, "scheme.fault.yes_no", "true or false");
    return false;
}

bool read(Context& context, const Tree& tree, const std::string& key, base::Date& out) {
    if (tree.kind == Tree::Kind::Date && tree.date.ok() && int(tree.date.year()) >= 1900 &&
        int(tree.date.year()) <= 2199) {
        out = tree.date;
        return true;
    }
    context.wrong(tree, key, "scheme.fault.date", "a date such as 2022-11-22, without quotes");
    return false;
}

bool read(Context& context, const Tree& tree, const std::string& key, base::Timestamp& out) {
    if (tree.kind == Tree::Kind::DateTime && tree.date.ok() && int(tree.date.year()) >= 1900 &&
        int(tree.date.year()) <= 2199 && tree.hour < 24 && tree.minute < 60 && tree.second < 60) {
        out = base::from_paris(tree.date, tree.hour, tree.minute);
        out.ms += std::int64_t{1000} * tree.second;
        return true;
    }
    context.wrong(tree, key, "scheme.fault.instant",
                  "a date and time of Paris such as 2023-06-16T23:59:59, without quotes nor zone");
    return false;
}

bool read(Context& context, const Tree& tree, const std::string& key, std::string& out) {
    if (tree.kind == Tree::Kind::String && !tree.text.empty() && tree.text.size() <= 4000) {
        out = tree.text;
        return true;
    }
    context.wrong(tree, key, "scheme.fault.string", "a text in quotes, not empty");
    return false;
}

bool read(Context& context, const Tree& tree, const std::string& key, Bilingual& out) {
    const Tree* fr = tree.find("fr");
    const Tree* en = tree.find("en");
    bool good = tree.kind == Tree::Kind::Table && tree.entries.size() == 2 && fr && en &&
                fr->kind == Tree::Kind::String && en->kind == Tree::Kind::String && !fr->text.empty() &&
                !en->text.empty();
    if (good)
        out = {fr->text, en->text};
    else
        context.wrong(tree, key, "scheme.fault.bilingual", "a text in both languages: { fr = \"…\", en = \"…\" }");
    return good;
}

bool read(Context& context, const Tree& tree, const std::string& key, std::vector<std::string>& out) {
    if (tree.kind != Tree::Kind::Array) {
        context.wrong(tree, key, "scheme.fault.list", "a list in [ ]");
        return false;
    }
    bool good = true;
    for (std::size_t i = 0; i < tree.items.size(); ++i) {
        std::string one;
        if (read(context, tree.items[i], fmt::format("{}[{}]", key, i), one))
            out.push_back(std::move(one));
        else
            good = false;
    }
    return good;
}

bool read_id(Context& context, const Tree& tree, const std::string& key, std::string& out) {
    if (tree.kind == Tree::Kind::String && good_id(tree.text)) {
        out = tree.text;
        return true;
    }
    context.wrong(tree, key, "scheme.fault.id", "an id: a-z, 0-9, '-', '_', at most 60 characters");
    return false;
}

Section::Section(Context& context, const Tree& table, std::string path, const Refs& inherited)
    : context_(context), table_(table), path_(std::move(path)), refs_(inherited) {
    const Tree* ref = take("ref", Need::Optional);
    if (!ref) return;
    Refs own;
    if (ref->kind == Tree::Kind::String)
        own.push_back(ref->text);
    else
        read(context_, *ref, key("ref"), own);
    std::vector<std::string_view> known(context_.sources.begin(), context_.sources.end());
    for (const auto& id : own) {
        if (context_.sources.contains(id)) continue;
        std::string_view close = closest(id, known);
        context_.add(ref->line, ref->column, key("ref"),
                     close.empty() ? "scheme.fault.source" : "scheme.fault.source_close",
                     {{"found", id}, {"close", std::string(close)}},
                     fmt::format("no source '{}' in [sources]{}", id,
                                 close.empty() ? "" : fmt::format("; did you mean {}?", close)));
    }
    refs_ = std::move(own);
}

Section::~Section() {
    std::vector<std::string_view> known;
    for (const auto& name : asked_)
        if (name != "unknown" || !path_.empty()) known.push_back(name);
    for (const auto& entry : table_.entries) {
        if (asked_.contains(entry.key)) continue;
        std::string_view close = closest(entry.key, known);
        std::string expected = fmt::format("unknown key; known here: {}", fmt::join(known, ", "));
        if (!close.empty()) expected += fmt::format("; did you mean {}?", close);
        context_.add(entry.line, entry.column, key(entry.key),
                     close.empty() ? "scheme.fault.unknown_key" : "scheme.fault.unknown_key_close",
                     {{"close", std::string(close)}, {"known", fmt::format("{}", fmt::join(known, ", "))}},
                     std::move(expected));
    }
}

std::string Section::key(std::string_view name) const {
    return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

const Tree* Section::take(std::string_view name, Need need) {
    asked_.emplace(name);
    const Tree* found = table_.find(name);
    if (!found && need == Need::Mandatory)
        context_.add(table_.line, table_.column, key(name), "scheme.fault.missing", {}, "this key is missing");
    return found;
}

std::optional<Bilingual> Section::question() {
    const Tree* tree = take("unknown", Need::Optional);
    if (!tree) return std::nullopt;
    Bilingual text;
    if (!read(context_, *tree, key("unknown"), text)) return std::nullopt;
    context_.doubts.push_back({path_, tree->line, State::Unknown, context_.needed, text});
    return text;
}

void Section::need_reference(std::string_view name) {
    if (!refs_.empty()) return;
    context_.add(table_.line, table_.column, name.empty() ? path_ : key(name), "scheme.fault.no_reference", {},
                 "expected a reference: ref = \"…\" here or on the table");
}

std::string Section::id(std::string_view name, Need need) {
    const Tree* tree = take(name, need);
    std::string out;
    if (tree) read_id(context_, *tree, key(name), out);
    return out;
}

Range Section::range(std::string_view name, bool euros) {
    Range out;
    const Tree* tree = take(name, Need::Optional);
    if (!tree) return out;
    if (tree->kind != Tree::Kind::Table) {
        context_.wrong(*tree, key(name), "scheme.fault.range", "a range: { at_least = …, below = … }");
        return out;
    }
    Section bounds(context_, *tree, key(name), refs_);
    auto bound = [&](std::string_view which) -> std::optional<std::int64_t> {
        if (!bounds.has(which)) {
            bounds.take(which, Need::Optional);
            return std::nullopt;
        }
        if (euros) return bounds.plain<base::Cents>(which, Need::Optional).value;
        return bounds.plain<std::int64_t>(which, Need::Optional);
    };
    if (auto low = bound("at_least")) out.low = *low;
    if (auto low = bound("above")) out.low = *low + 1;
    if (auto high = bound("at_most")) out.high = *high;
    if (auto high = bound("below")) out.high = *high - 1;
    if (out.low > out.high)
        context_.wrong(*tree, key(name), "scheme.fault.empty_range", "a range that holds at least one number");
    return out;
}

When Section::when() {
    When out;
    const Tree* tree = take("when", Need::Optional);
    if (!tree) return out;
    if (tree->kind != Tree::Kind::Table) {
        context_.wrong(*tree, key("when"), "scheme.fault.table", "a table in { }");
        return out;
    }
    Section section(context_, *tree, key("when"), refs_);
    out.applicants = section.plain<std::vector<ApplicantKind>>("applicants", Need::Optional);
    out.types = section.plain<std::vector<GroupingType>>("types", Need::Optional);
    out.natures = section.plain<std::vector<Nature>>("natures", Need::Optional);
    out.tags = section.plain<std::vector<std::string>>("tags", Need::Optional);
    out.not_tags = section.plain<std::vector<std::string>>("not_tags", Need::Optional);
    out.departments = section.plain<std::vector<std::string>>("departments", Need::Optional);
    out.codes = section.plain<std::vector<std::string>>("codes", Need::Optional);
    if (section.has("population"))
        out.population = section.range("population", false);
    else
        section.take("population", Need::Optional);
    if (section.has("base"))
        out.base = section.range("base", true);
    else
        section.take("base", Need::Optional);
    return out;
}

std::optional<Section::Wrapped> Section::unwrap_one(const Tree& tree, const std::string& name, bool dated) {
    Wrapped out;
    out.key = name;
    bool table =
        tree.kind == Tree::Kind::Table && (tree.find("value") || tree.find("unknown") || tree.find("assumed") || dated);
    if (!table) {
        out.value = &tree;
        out.refs = refs_;
        if (refs_.empty())
            context_.add(tree.line, tree.column, name, "scheme.fault.no_reference", {},
                         "expected a reference: ref = \"…\" here or on the table");
        return out;
    }
    Section section(context_, tree, name, refs_);
    out.refs = section.refs();
    if (dated) out.from = section.plain<base::Date>("from", Need::Mandatory, out.from);
    const Tree* value = section.take("value", Need::Optional);
    const Tree* unknown = section.take("unknown", Need::Optional);
    const Tree* assumed = section.take("assumed", Need::Optional);
    if ((value != nullptr) + (unknown != nullptr) + (assumed != nullptr) != 1) {
        context_.wrong(tree, name, "scheme.fault.value", "exactly one of: value, unknown, assumed");
        for (std::string_view rest : {"because", "note"}) section.take(rest, Need::Optional);
        return std::nullopt;
    }
    if (unknown) {
        out.state = State::Unknown;
        out.remark = section.plain<Bilingual>("unknown", Need::Mandatory);
    } else if (assumed) {
        out.state = State::Assumed;
        out.value = assumed;
        out.key = name + ".assumed";
        out.remark = section.plain<Bilingual>("because", Need::Mandatory);
    } else {
        out.value = value;
        out.key = name + ".value";
        out.remark = section.plain<Bilingual>("note", Need::Optional);
        section.need_reference("");
    }
    if (out.state != State::Known) context_.doubts.push_back({name, tree.line, out.state, context_.needed, out.remark});
    return out;
}

std::vector<Section::Wrapped> Section::unwrap(const Tree& tree, const std::string& name, bool list_type) {
    std::vector<Wrapped> out;
    bool dated = tree.kind == Tree::Kind::Array && !tree.items.empty() && tree.items.front().kind == Tree::Kind::Table;
    if (!dated) {
        if (tree.kind == Tree::Kind::Array && !list_type) {
            context_.wrong(tree, name, "scheme.fault.dated",
                           "one value, or dated values: [ { from = 2022-01-01, value = … }, … ]");
            return out;
        }
        if (auto one = unwrap_one(tree, name, false)) out.push_back(std::move(*one));
        return out;
    }
    for (std::size_t i = 0; i < tree.items.size(); ++i) {
        const Tree& item = tree.items[i];
        std::string item_key = fmt::format("{}[{}]", name, i);
        if (item.kind != Tree::Kind::Table) {
            context_.wrong(item, item_key, "scheme.fault.dated", "a dated value: { from = 2022-01-01, value = … }");
            continue;
        }
        auto one = unwrap_one(item, item_key, true);
        if (!one) continue;
        if (!out.empty() && one->from <= out.back().from) {
            context_.wrong(item, item_key + ".from", "scheme.fault.date_order", "a date later than the one before");
            continue;
        }
        context_.change_dates.insert(one->from);
        out.push_back(std::move(*one));
    }
    return out;
}

void Section::each_entry(std::string_view name, const std::function<void(const std::string&, Section&)>& visit) {
    const Tree* tree = take(name, Need::Optional);
    if (!tree) return;
    if (tree->kind != Tree::Kind::Table) {
        context_.wrong(*tree, key(name), "scheme.fault.table", "a table");
        return;
    }
    // In the order of the file: it is the order in which people read them.
    std::vector<const TreeEntry*> entries;
    for (const auto& entry : tree->entries) entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(), [](const TreeEntry* a, const TreeEntry* b) {
        return std::pair(a->line, a->column) < std::pair(b->line, b->column);
    });
    Section parent(context_, *tree, key(name), refs_);
    for (const auto* entry : entries) {
        std::string entry_key = fmt::format("{}.{}", key(name), entry->key);
        parent.take(entry->key, Need::Optional);
        if (entry->key == "ref" && entry->value.kind != Tree::Kind::Table) continue;
        if (entry->value.kind != Tree::Kind::Table) {
            context_.wrong(entry->value, entry_key, "scheme.fault.table", "a table");
            continue;
        }
        if (!good_id(entry->key) && name != "sources")
            context_.add(entry->line, entry->column, entry_key, "scheme.fault.id", {{"found", entry->key}},
                         "expected an id: a-z, 0-9, '-', '_', at most 60 characters");
        Section section(context_, entry->value, entry_key, parent.refs());
        visit(entry->key, section);
    }
}

void Section::each_item(std::string_view name, const std::function<void(Section&)>& visit) {
    const Tree* tree = take(name, Need::Optional);
    if (!tree) return;
    if (tree->kind != Tree::Kind::Array) {
        context_.wrong(*tree, key(name), "scheme.fault.tables", "a list of tables: [[…]]");
        return;
    }
    for (std::size_t i = 0; i < tree->items.size(); ++i) {
        std::string item_key = fmt::format("{}[{}]", key(name), i);
        if (tree->items[i].kind != Tree::Kind::Table) {
            context_.wrong(tree->items[i], item_key, "scheme.fault.table", "a table");
            continue;
        }
        Section section(context_, tree->items[i], item_key, refs_);
        visit(section);
    }
}

}  // namespace beffroi::scheme
