#include <algorithm>

#include <fmt/format.h>

#include "aides/scheme/loader.hpp"

namespace beffroi::scheme {

namespace {

// Looks for the line of a key such as "ceilings[1].when.tags", for faults found after reading.
const Tree* locate(const Tree& root, std::string_view path) {
    const Tree* at = &root;
    while (!path.empty()) {
        std::size_t stop = path.find_first_of(".[");
        std::string_view name = path.substr(0, stop);
        if (!name.empty()) {
            const Tree* next = at->find(name);
            if (!next) return at;
            at = next;
        }
        if (stop == std::string_view::npos) return at;
        if (path[stop] == '[') {
            std::size_t close = path.find(']', stop);
            std::size_t index = 0;
            for (char c : path.substr(stop + 1, close - stop - 1))
                index = index * 10 + static_cast<std::size_t>(c - '0');
            if (index >= at->items.size()) return at;
            at = &at->items[index];
            path.remove_prefix(close + 1);
            if (path.starts_with(".")) path.remove_prefix(1);
        } else {
            path.remove_prefix(stop + 1);
        }
    }
    return at;
}

}  // namespace

void Loader::cross_check() {
    std::vector<std::string_view> tags;
    for (const auto& tag : model_.tags) tags.push_back(tag.id);
    std::vector<std::string_view> categories;
    std::vector<std::string_view> groups;
    for (const auto& category : model_.categories) {
        categories.push_back(category.id);
        if (!category.group.empty()) groups.push_back(category.group);
    }
    auto known = [&](const std::string& path, const std::string& found, const std::vector<std::string_view>& names) {
        if (std::find(names.begin(), names.end(), found) != names.end()) return;
        const Tree* at = locate(root_, path);
        context_.wrong_word(*at, path, found, names);
    };
    auto all_tags = [&](const std::string& path, const std::vector<std::string>& used) {
        for (const auto& tag : used) known(path, tag, tags);
    };
    // A condition on inhabitants needs to know which figure: without [population] it would never be known.
    auto population = [&](const std::string& path, const When& when) {
        if (!when.population || model_.figure.present() || model_.unknown_sections.contains("population")) return;
        const Tree* at = locate(root_, path + ".when");
        context_.add(at->line, at->column, path + ".when.population", "scheme.fault.no_population", {},
                     "expected a section [population], since a condition is on inhabitants");
    };
    auto when_tags = [&](const std::string& path, const When& when) {
        all_tags(path + ".when.tags", when.tags);
        all_tags(path + ".when.not_tags", when.not_tags);
        population(path, when);
    };
    auto rows = [&](std::string_view list, const auto& items, const auto& visit) {
        for (std::size_t i = 0; i < items.size(); ++i) visit(fmt::format("{}[{}]", list, i), items[i]);
    };
    auto distinct = [&](std::string_view list, const auto& items, const auto& id_of, std::string_view name) {
        std::set<std::string_view> seen;
        for (std::size_t i = 0; i < items.size(); ++i) {
            const std::string& id = id_of(items[i]);
            if (id.empty() || seen.insert(id).second) continue;
            std::string path = fmt::format("{}[{}].{}", list, i, name);
            const Tree* at = locate(root_, path);
            context_.add(at->line, at->column, path, "scheme.fault.duplicate", {{"found", id}},
                         fmt::format("'{}' stands twice in this list", id));
        }
    };
    auto limit = [&](std::string_view list, std::size_t count, std::size_t most) {
        if (count <= most) return;
        const Tree* at = locate(root_, list);
        context_.add(at->line, at->column, std::string(list), "scheme.fault.too_many", {{"most", std::to_string(most)}},
                     fmt::format("expected at most {}", most));
    };
    limit("tags", model_.tags.size(), 64);
    limit("categories", model_.categories.size(), 200);
    std::set<std::string_view> limited;
    for (const auto& ceiling : model_.ceilings)
        if (!ceiling.group.empty()) limited.insert(ceiling.group);
    limit("ceilings", limited.size(), 8);
    for (std::string_view list : {"ceilings", "bonuses", "cofunding", "history", "documents", "fields"})
        if (const Tree* tree = root_.find(list)) limit(list, tree->items.size(), 100);

    for (const auto& tag : model_.tags) when_tags("tags." + tag.id, tag.when);
    for (const auto& category : model_.categories) all_tags("categories." + category.id + ".tags", category.tags);
    rows("applicants.allowed", model_.applicants,
         [&](const std::string& path, const auto& row) { all_tags(path + ".tags", row.tags); });
    rows("population.tests", model_.population_tests,
         [&](const std::string& path, const auto& row) { all_tags(path + ".tags", row.tags); });
    rows("history", model_.history, [&](const std::string& path, const auto& row) { when_tags(path, row.when); });
    rows("rate.rows", model_.rates, [&](const std::string& path, const auto& row) { when_tags(path, row.when); });
    rows("ceilings", model_.ceilings, [&](const std::string& path, const auto& row) {
        when_tags(path, row.when);
        if (!row.group.empty()) known(path + ".group", row.group, groups);
    });
    std::vector<std::string_view> sets;
    for (const auto& ceiling : model_.ceilings) sets.push_back(ceiling.set);
    rows("bonuses", model_.bonuses, [&](const std::string& path, const auto& row) {
        when_tags(path, row.when);
        if (!model_.unknown_sections.contains("ceilings")) known(path + ".set", row.set, sets);
    });
    rows("cofunding", model_.cofunding, [&](const std::string& path, const auto& row) { when_tags(path, row.when); });
    rows("documents", model_.documents, [&](const std::string& path, const auto& row) { when_tags(path, row.when); });
    rows("selection.priorities", model_.selection.priorities,
         [&](const std::string& path, const auto& row) { when_tags(path, row.when); });
    rows("in_kind", model_.in_kind,
         [&](const std::string& path, const auto& row) { known(path + ".category", row.category, categories); });
    rows("fields", model_.fields, [&](const std::string& path, const auto& row) {
        if (!row.feeds_tag.empty()) known(path + ".feeds_tag", row.feeds_tag, tags);
    });
    auto by_id = [](const auto& item) -> const std::string& { return item.id; };
    auto by_key = [](const auto& item) -> const std::string& { return item.key; };
    distinct("history", model_.history, by_id, "id");
    distinct("rate.rows", model_.rates, by_id, "id");
    distinct("ceilings", model_.ceilings, by_id, "id");
    distinct("bonuses", model_.bonuses, by_id, "id");
    distinct("cofunding", model_.cofunding, by_id, "id");
    distinct("in_kind", model_.in_kind, by_id, "id");
    distinct("documents", model_.documents, by_key, "key");
    distinct("fields", model_.fields, by_key, "key");
    distinct("selection.priorities", model_.selection.priorities, by_id, "id");
}

}  // namespace beffroi::scheme
