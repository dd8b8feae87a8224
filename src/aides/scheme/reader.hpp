// Strict reading of a table: each key is asked for once, with its type; what nobody asked for is a fault, and all
// faults are gathered. Internal.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "aides/scheme/edition.hpp"
#include "aides/scheme/tree.hpp"

namespace beffroi::scheme {

enum class Need { Mandatory, Optional };

// What all the sections of one file share.
struct Context {
    std::string file;
    std::vector<Fault> faults;
    std::set<std::string, std::less<>> sources;  // ids that `ref` may name
    std::vector<Doubt> doubts;
    std::set<base::Date> change_dates;
    bool needed = false;  // are the values of this section needed to open the edition

    // `expected` is the English detail; `message` is completed with {key}.
    void add(int line, int column, std::string key, std::string_view sentence,
             std::vector<std::pair<std::string, std::string>> args, std::string expected);
    void wrong(const Tree& found, const std::string& key, std::string_view sentence, std::string expected);
    void wrong_word(const Tree& at, const std::string& key, std::string_view found,
                    const std::vector<std::string_view>& choices);
    [[nodiscard]] std::vector<Fault> sorted();
};

// The closest of the candidates when it is close enough to be a slip, or empty.
[[nodiscard]] std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates);

// One scalar or list, of the type asked; false, with a fault, when it is not. Ranges: euros 0 to 100 billion, percents
// 0 to 100, counts ≥ 0.
bool read(Context& context, const Tree& tree, const std::string& key, base::Cents& out);
bool read(Context& context, const Tree& tree, const std::string& key, base::Rate& out);
bool read(Context& context, const Tree& tree, const std::string& key, std::int64_t& out);
bool read(Context& context, const Tree& tree, const std::string& key, bool& out);
bool read(Context& context, const Tree& tree, const std::string& key, base::Date& out);
bool read(Context& context, const Tree& tree, const std::string& key, base::Timestamp& out);
bool read(Context& context, const Tree& tree, const std::string& key, std::string& out);
bool read(Context& context, const Tree& tree, const std::string& key, Bilingual& out);
bool read(Context& context, const Tree& tree, const std::string& key, std::vector<std::string>& out);
bool read_id(Context& context, const Tree& tree, const std::string& key, std::string& out);

template <typename E>
    requires std::is_enum_v<E>
bool read(Context& context, const Tree& tree, const std::string& key, E& out) {
    if (tree.kind == Tree::Kind::String) {
        if (auto parsed = parse_name<E>(tree.text)) {
            out = *parsed;
            return true;
        }
    }
    auto all = names<E>();
    context.wrong_word(tree, key, tree.kind == Tree::Kind::String ? tree.text : tree.shown(),
                       std::vector<std::string_view>(all.begin(), all.end()));
    return false;
}

template <typename E>
    requires std::is_enum_v<E>
bool read(Context& context, const Tree& tree, const std::string& key, std::vector<E>& out) {
    if (tree.kind != Tree::Kind::Array) {
        context.wrong(tree, key, "scheme.fault.list", "a list in [ ]");
        return false;
    }
    bool good = true;
    for (std::size_t i = 0; i < tree.items.size(); ++i) {
        E one{};
        if (read(context, tree.items[i], key + "[" + std::to_string(i) + "]", one))
            out.push_back(one);
        else
            good = false;
    }
    return good;
}

class Section {
  public:
    // `inherited`: references that hold unless this table has its own. The table must outlive the section.
    Section(Context& context, const Tree& table, std::string path, const Refs& inherited = {});
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;
    ~Section();  // reports the keys that nobody asked for

    [[nodiscard]] Context& context() { return context_; }
    [[nodiscard]] const Refs& refs() const { return refs_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const Tree& table() const { return table_; }
    [[nodiscard]] std::string key(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const { return table_.find(name) != nullptr; }
    // Marks the key as known; nothing when it is not there (a fault if mandatory).
    const Tree* take(std::string_view name, Need need);
    // `unknown = { fr, en }`: the question when the whole section is unknown.
    std::optional<Bilingual> question();
    // Something in this section must be backed by a source.
    void need_reference(std::string_view name);

    template <typename T>
    T plain(std::string_view name, Need need, T otherwise = {}) {
        const Tree* tree = take(name, need);
        T out{};
        if (!tree || !read(context_, *tree, key(name), out)) return otherwise;
        return out;
    }
    std::string id(std::string_view name, Need need);
    Range range(std::string_view name, bool euros);
    When when();

    template <typename T>
    Value<T> value(std::string_view name, Need need);

    // A table of tables ("categories") or a list of tables ("ceilings"): calls with each as a section.
    void each_entry(std::string_view name, const std::function<void(const std::string& id, Section&)>& visit);
    void each_item(std::string_view name, const std::function<void(Section&)>& visit);

  private:
    struct Wrapped {
        State state = State::Known;
        const Tree* value = nullptr;
        Bilingual remark;
        Refs refs;
        base::Date from = base::make_date(1900, 1, 1);
        std::string key;
    };
    // The settings of a value, unwrapped from its five ways of being written; empty with faults.
    std::vector<Wrapped> unwrap(const Tree& tree, const std::string& name, bool list_type);
    std::optional<Wrapped> unwrap_one(const Tree& tree, const std::string& name, bool dated);

    Context& context_;
    const Tree& table_;
    std::string path_;
    Refs refs_;
    std::set<std::string, std::less<>> asked_;
};

template <typename T>
struct IsList : std::false_type {};
template <typename T>
struct IsList<std::vector<T>> : std::true_type {};

template <typename T>
Value<T> Section::value(std::string_view name, Need need) {
    Value<T> out;
    out.key = key(name);
    const Tree* tree = take(name, need);
    if (!tree) return out;
    for (Wrapped& wrapped : unwrap(*tree, out.key, IsList<T>::value)) {
        Setting<T> setting;
        setting.from = wrapped.from;
        setting.state = wrapped.state;
        setting.remark = std::move(wrapped.remark);
        setting.refs = std::move(wrapped.refs);
        setting.line = tree->line;
        if (wrapped.value && !read(context_, *wrapped.value, wrapped.key, setting.value)) continue;
        out.settings.push_back(std::move(setting));
    }
    return out;
}

}  // namespace beffroi::scheme
