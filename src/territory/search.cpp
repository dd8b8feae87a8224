// From what a person types to communes and groupings.
#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "territory/directory_data.hpp"

namespace beffroi::territory {

namespace {

constexpr std::size_t kLongestQuery = 200;

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// 59, 59220, 2a: a word that can only be (the beginning of) a code.
bool is_code(std::string_view word) {
    if (word.size() >= 2 && (word.starts_with("2a") || word.starts_with("2b")))
        return word.size() == 2 || all_digits(word.substr(2));
    return all_digits(word);
}

std::string upper(std::string_view word) {
    std::string out(word);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return out;
}

// What was typed, taken apart: "Saint-Jans-Cappel (Nord, 59)" is what our lists show, so it comes back to us as it is.
struct Typed {
    std::string words;               // folded
    std::vector<std::string> codes;  // beginnings of INSEE or postal codes
    std::string digits;              // all of it, when nothing but a code was typed
};

Typed take_apart(std::string_view text) {
    Typed out;
    text = text.substr(0, kLongestQuery);
    std::string_view name = text;
    if (std::size_t open = text.rfind('('); open != std::string_view::npos && open > 0) {
        name = text.substr(0, open);
        std::string inside = base::fold(text.substr(open));
        std::vector<std::string_view> parts = base::split(inside, ' ');
        if (is_code(parts.back()))
            out.codes.push_back(upper(parts.back()));
        else
            name = text;
    }
    std::string folded = base::fold(name);
    for (std::string_view word : base::split(folded, ' ')) {
        if (is_code(word)) {
            out.codes.push_back(upper(word));
            out.digits += upper(word);
        } else if (!word.empty()) {
            out.words += (out.words.empty() ? "" : " ") + std::string(word);
        }
    }
    if (!out.words.empty()) out.digits.clear();
    return out;
}

class Query {
  public:
    Query(const Directory& directory, const Directory::Data& data, const SearchQuery& query)
        : directory_(directory), data_(data), query_(query) {
        if (query.region) region_ = data.place_of(*query.region);
    }

    std::vector<SearchHit> run() {
        if (query_.limit == 0 || (query_.region && !region_)) return {};
        Typed typed = take_apart(query_.words);
        if (!typed.digits.empty())
            by_code(typed.digits);
        else if (!typed.words.empty())
            by_name(typed);
        return std::move(hits_);
    }

  private:
    [[nodiscard]] bool full() const { return hits_.size() >= query_.limit; }

    [[nodiscard]] bool wanted(const Searchable& what) const {
        if (what.former && !query_.former) return false;
        if (what.grouping) {
            if (query_.kinds == SearchKinds::Communes) return false;
            return !region_ || (data_.grouping_regions[what.subject] >> *region_ & 1U) != 0;
        }
        if (query_.kinds == SearchKinds::Groupings) return false;
        return !region_ || data_.region[what.subject] == *region_;
    }

    [[nodiscard]] bool taken(const Searchable& what) const {
        return std::any_of(taken_.begin(), taken_.end(), [&](const auto& one) {
            return one.subject == what.subject && one.grouping == what.grouping;
        });
    }

    void add(const Searchable& what) {
        taken_.push_back(what);
        SearchHit hit;
        if (what.grouping) {
            Grouping grouping = directory_.grouping_at(what.subject);
            hit.label = grouping.label();
            hit.what = grouping;
            std::int64_t sum = 0;
            for (CommuneIndex member : directory_.members(grouping.siren, grouping.last_year))
                sum += data_.newest_population(member).value_or(0);
            hit.population = static_cast<std::int32_t>(sum);
        } else {
            Commune commune = directory_.commune_at(what.subject);
            hit.label = commune.label();
            hit.matched_name = what.former_name;
            hit.population = data_.newest_population(what.subject);
            if (!commune.current && !data_.cog_years.empty())
                hit.successor = directory_.successor(commune.code, data_.cog_years.back());
            hit.what = commune;
        }
        hits_.push_back(std::move(hit));
    }

    // Words, and beginnings of codes that must fit as well ("denain 59", "saint-aubin 02").
    void by_name(const Typed& typed) {
        auto accept = [&](std::uint32_t id) {
            const Searchable& what = data_.searchables[id];
            if (!wanted(what) || taken(what)) return false;
            for (const std::string& code : typed.codes)
                if (!fits(what, code)) return false;
            taken_.push_back(what);  // once, whatever the number of its names
            return true;
        };
        std::vector<NameIndex::Match> matches = data_.index.find(typed.words, query_.limit, accept);
        if (matches.empty()) matches = data_.index.near(typed.words, query_.limit, accept);
        for (const NameIndex::Match& match : matches) add(data_.searchables[match.id]);
    }

    [[nodiscard]] bool fits(const Searchable& what, std::string_view code) const {
        if (what.grouping) return data_.departements[data_.grouping_departement[what.subject]].code.view() == code;
        if (data_.codes[what.subject].view().starts_with(code)) return true;
        auto postcodes = data_.postcodes.row(what.subject);
        return std::any_of(postcodes.begin(), postcodes.end(),
                           [&](std::uint32_t postcode) { return in(postcode, code, 5); });
    }

    // Whether a number, written with `width` digits, begins with `prefix`.
    [[nodiscard]] static bool in(std::uint32_t number, std::string_view prefix, std::size_t width) {
        auto [first, last] = range_of(prefix, width);
        return number >= first && number < last;
    }

    [[nodiscard]] static std::pair<std::uint32_t, std::uint32_t> range_of(std::string_view prefix, std::size_t width) {
        std::uint64_t number = 0;
        if (!all_digits(prefix) || prefix.size() > width) return {1, 0};
        std::from_chars(prefix.data(), prefix.data() + prefix.size(), number);
        std::uint64_t step = 1;
        for (std::size_t i = prefix.size(); i < width; ++i) step *= 10;
        return {static_cast<std::uint32_t>(number * step), static_cast<std::uint32_t>((number + 1) * step)};
    }

    void by_code(const std::string& code) {
        if (code.size() <= 5) return by_short_code(code);
        if (code.size() == 14 && !Siret::parse(code)) return;
        by_siren(code.size() == 14 ? std::string_view(code).substr(0, 9) : std::string_view(code));
    }

    // The very INSEE code, then postal codes and other INSEE codes that begin so, the most populated first.
    void by_short_code(std::string_view code) {
        std::vector<CommuneIndex> found;
        auto from = std::lower_bound(data_.codes.begin(), data_.codes.end(), code,
                                     [](const InseeCode& a, std::string_view b) { return a.view() < b; });
        for (; from != data_.codes.end() && from->view().starts_with(code); ++from)
            found.push_back(static_cast<CommuneIndex>(from - data_.codes.begin()));
        auto [first, last] = range_of(code, 5);
        auto postcode =
            std::lower_bound(data_.postcode_entries.begin(), data_.postcode_entries.end(), first,
                             [](const CodeEntry& entry, std::uint32_t wanted) { return entry.postcode < wanted; });
        for (; postcode != data_.postcode_entries.end() && postcode->postcode < last; ++postcode)
            found.push_back(postcode->commune);

        std::uint64_t newest = data_.newest_bit();
        auto rank = [&](CommuneIndex i) {
            return std::tuple(data_.codes[i].view() != code, (data_.years[i] & newest) == 0,
                              -data_.newest_population(i).value_or(0), i);
        };
        std::vector<decltype(rank(0))> ranked;
        for (CommuneIndex i : found)
            if (wanted({i, false, (data_.years[i] & newest) == 0, {}})) ranked.push_back(rank(i));
        std::sort(ranked.begin(), ranked.end());
        ranked.erase(std::unique(ranked.begin(), ranked.end()), ranked.end());
        for (std::size_t i = 0; i < ranked.size() && !full(); ++i) {
            CommuneIndex commune = std::get<3>(ranked[i]);
            add({commune, false, std::get<1>(ranked[i]), {}});
        }
    }

    void by_siren(std::string_view digits) {
        auto [first, last] = range_of(digits, 9);
        auto grouping = std::lower_bound(data_.grouping_sirens.begin(), data_.grouping_sirens.end(), first,
                                         [](Siren siren, std::uint32_t wanted) { return siren.number() < wanted; });
        for (; grouping != data_.grouping_sirens.end() && grouping->number() < last && !full(); ++grouping)
            add_once({static_cast<std::uint32_t>(grouping - data_.grouping_sirens.begin()), true, false, {}});
        auto entry =
            std::lower_bound(data_.siren_entries.begin(), data_.siren_entries.end(), first,
                             [](const SirenEntry& e, std::uint32_t wanted) { return e.siren.number() < wanted; });
        for (; entry != data_.siren_entries.end() && entry->siren.number() < last && !full(); ++entry) {
            // The one who bears it last, when two communes did.
            auto next = entry + 1;
            if (next != data_.siren_entries.end() && next->siren == entry->siren) continue;
            add_once({entry->commune, false, false, {}});
        }
    }

    void add_once(const Searchable& what) {
        if (wanted(what) && !taken(what)) add(what);
    }

    const Directory& directory_;
    const Directory::Data& data_;
    const SearchQuery& query_;
    std::optional<std::size_t> region_;
    std::vector<Searchable> taken_;
    std::vector<SearchHit> hits_;
};

}  // namespace

std::vector<SearchHit> Directory::search(const SearchQuery& query) const {
    return Query(*this, *data_, query).run();
}

}  // namespace beffroi::territory
