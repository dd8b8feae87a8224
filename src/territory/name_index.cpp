#include "territory/name_index.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "base/text.hpp"

namespace beffroi::territory {

namespace {

// Under this share of all entries a range is gone through; above, entries are tried in order of rank.
constexpr std::uint32_t kShort = 24;
constexpr std::size_t kMaxWords = 8;

// The pairs of neighbouring letters of a text, spaces left out, sorted.
std::vector<std::uint16_t> pairs_of(std::string_view text) {
    std::vector<std::uint16_t> pairs;
    char before = '^';
    for (char c : text) {
        if (c == ' ') continue;
        pairs.push_back(
            static_cast<std::uint16_t>(static_cast<unsigned char>(before) << 8U | static_cast<unsigned char>(c)));
        before = c;
    }
    std::sort(pairs.begin(), pairs.end());
    return pairs;
}

std::size_t common(const std::vector<std::uint16_t>& a, const std::vector<std::uint16_t>& b) {
    std::size_t count = 0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i] == b[j])
            ++count, ++i, ++j;
        else if (a[i] < b[j])
            ++i;
        else
            ++j;
    }
    return count;
}

// One bit of 64 for each pair. Two pairs may share a bit: it only makes a glance less sharp.
std::uint64_t mark_of(const std::vector<std::uint16_t>& pairs) {
    std::uint64_t mark = 0;
    for (std::uint16_t pair : pairs) mark |= std::uint64_t{1} << (pair * 0x9E37U >> 7U & 63U);
    return mark;
}

}  // namespace

NameIndex::NameIndex(std::vector<Entry> entries) {
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.weight != b.weight ? a.weight > b.weight : a.id < b.id; });
    std::size_t letters = 0;
    for (const Entry& entry : entries) letters += entry.name.size();
    letters_.reserve(letters);
    name_at_.reserve(entries.size() + 1);
    ids_.reserve(entries.size());
    words_.reserve(entries.size() * 3);
    for (std::uint32_t rank = 0; rank < entries.size(); ++rank) {
        auto start = static_cast<std::uint32_t>(letters_.size());
        name_at_.push_back(start);
        ids_.push_back(entries[rank].id);
        marks_.push_back(mark_of(pairs_of(entries[rank].name)));
        letters_ += entries[rank].name;
        for (std::string_view word : base::split(entries[rank].name, ' ')) {
            auto offset = start + static_cast<std::uint32_t>(word.data() - entries[rank].name.data());
            if (!word.empty())
                words_.push_back({offset, rank, static_cast<std::uint8_t>(std::min<std::size_t>(word.size(), 255))});
        }
    }
    name_at_.push_back(static_cast<std::uint32_t>(letters_.size()));

    names_.resize(ids_.size());
    std::iota(names_.begin(), names_.end(), 0U);
    std::sort(names_.begin(), names_.end(), [&](std::uint32_t a, std::uint32_t b) {
        int order = name(a).compare(name(b));
        return order != 0 ? order < 0 : a < b;
    });
    place_of_.resize(ids_.size());
    for (std::uint32_t place = 0; place < names_.size(); ++place) place_of_[names_[place]] = place;

    std::sort(words_.begin(), words_.end(), [&](const Word& a, const Word& b) {
        int order = text(a).compare(text(b));
        return order != 0 ? order < 0 : a.offset < b.offset;
    });
    word_from_.assign(ids_.size() + 1, 0);
    for (const Word& word : words_) ++word_from_[word.entry + 1];
    std::partial_sum(word_from_.begin(), word_from_.end(), word_from_.begin());
    word_places_.resize(words_.size());
    std::vector<std::uint32_t> next(word_from_.begin(), word_from_.end());
    for (std::uint32_t place = 0; place < words_.size(); ++place) word_places_[next[words_[place].entry]++] = place;
}

std::string_view NameIndex::name(std::uint32_t entry) const {
    return std::string_view(letters_).substr(name_at_[entry], name_at_[entry + 1] - name_at_[entry]);
}

std::string_view NameIndex::text(const Word& word) const {
    return std::string_view(letters_).substr(word.offset, word.size);
}

NameIndex::Range NameIndex::names_from(std::string_view prefix) const {
    auto first = std::partition_point(names_.begin(), names_.end(),
                                      [&](std::uint32_t e) { return name(e).substr(0, prefix.size()) < prefix; });
    auto last = std::partition_point(first, names_.end(), [&](std::uint32_t e) { return name(e).starts_with(prefix); });
    return {static_cast<std::uint32_t>(first - names_.begin()), static_cast<std::uint32_t>(last - names_.begin())};
}

NameIndex::Range NameIndex::words_from(std::string_view prefix) const {
    auto first = std::partition_point(words_.begin(), words_.end(),
                                      [&](const Word& w) { return text(w).substr(0, prefix.size()) < prefix; });
    auto last = std::partition_point(first, words_.end(), [&](const Word& w) { return text(w).starts_with(prefix); });
    return {static_cast<std::uint32_t>(first - words_.begin()), static_cast<std::uint32_t>(last - words_.begin())};
}

// One query under way.
class NameIndex::Search {
  public:
    Search(const NameIndex& index, std::size_t limit, const std::function<bool(std::uint32_t)>& accept)
        : index_(index), limit_(limit), accept_(accept) {}

    // Entries whose name begins with `folded`; the very name first.
    void names(std::string_view folded) {
        Range range = index_.names_from(folded);
        // The exact ones come first in the order of names.
        Range exact = range;
        exact.last = exact.first;
        while (exact.last < range.last && index_.name(index_.names_[exact.last]).size() == folded.size()) ++exact.last;
        take([&] { return from_names(exact); }, exact.size(),
             [&](std::uint32_t entry) { return exact.has(index_.place_of_[entry]); });
        range.first = exact.last;
        take([&] { return from_names(range); }, range.size(),
             [&](std::uint32_t entry) { return range.has(index_.place_of_[entry]); });
    }

    void words(std::string_view folded) {
        std::array<Range, kMaxWords> ranges;
        std::size_t count = 0;
        for (std::string_view word : base::split(folded, ' ')) {
            if (word.empty() || count == kMaxWords) continue;
            ranges[count] = index_.words_from(word);
            if (ranges[count].size() == 0) return;
            ++count;
        }
        if (count == 0) return;
        // The rarest first: it rejects soonest.
        std::sort(ranges.begin(), ranges.begin() + static_cast<std::ptrdiff_t>(count),
                  [](Range a, Range b) { return a.size() < b.size(); });
        std::span<const Range> wanted(ranges.data(), count);
        take([&] { return from_words(wanted[0]); }, wanted[0].size(),
             [&](std::uint32_t entry) { return has_all(entry, wanted); });
    }

    [[nodiscard]] std::vector<Match> done() && { return std::move(found_); }

  private:
    [[nodiscard]] bool full() const { return found_.size() >= limit_; }

    void add(std::uint32_t entry) {
        for (const Match& match : found_)
            if (match.entry == entry) return;
        if (accept_(index_.ids_[entry])) found_.push_back({index_.ids_[entry], entry});
    }

    // Candidates of a short list in order of rank, or every entry in order of rank: whichever is less work.
    template <typename List, typename Fits>
    void take(List&& list, std::uint32_t size, Fits&& fits) {
        if (full() || size == 0) return;
        if (size < index_.ids_.size() / kShort + 64) {
            std::vector<std::uint32_t> candidates = list();
            std::sort(candidates.begin(), candidates.end());
            candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
            for (std::size_t i = 0; i < candidates.size() && !full(); ++i)
                if (fits(candidates[i])) add(candidates[i]);
            return;
        }
        for (std::uint32_t entry = 0; entry < index_.ids_.size() && !full(); ++entry)
            if (fits(entry)) add(entry);
    }

    [[nodiscard]] std::vector<std::uint32_t> from_names(Range range) const {
        return {index_.names_.begin() + range.first, index_.names_.begin() + range.last};
    }
    [[nodiscard]] std::vector<std::uint32_t> from_words(Range range) const {
        std::vector<std::uint32_t> out;
        out.reserve(range.size());
        for (std::uint32_t place = range.first; place < range.last; ++place) out.push_back(index_.words_[place].entry);
        return out;
    }

    // Each wanted word in a word of the name of its own ("saint saint" asks for two). Names have few words: trying in
    // turn is enough.
    [[nodiscard]] bool has_all(std::uint32_t entry, std::span<const Range> wanted) const {
        std::uint32_t from = index_.word_from_[entry];
        std::uint32_t to = index_.word_from_[entry + 1];
        std::uint64_t used = 0;
        for (const Range& range : wanted) {
            bool found = false;
            for (std::uint32_t i = from; i < to && !found; ++i) {
                std::uint64_t bit = std::uint64_t{1} << ((i - from) & 63U);
                if ((used & bit) != 0 || !range.has(index_.word_places_[i])) continue;
                used |= bit;
                found = true;
            }
            if (!found) return false;
        }
        return true;
    }

    const NameIndex& index_;
    std::size_t limit_;
    const std::function<bool(std::uint32_t)>& accept_;
    std::vector<Match> found_;
};

std::vector<NameIndex::Match> NameIndex::find(std::string_view folded, std::size_t limit,
                                              const std::function<bool(std::uint32_t)>& accept) const {
    Search search(*this, limit, accept);
    if (!folded.empty()) {
        search.names(folded);
        search.words(folded);
    }
    return std::move(search).done();
}

std::vector<NameIndex::Match> NameIndex::near(std::string_view folded, std::size_t limit,
                                              const std::function<bool(std::uint32_t)>& accept) const {
    std::vector<std::uint16_t> wanted = pairs_of(folded.substr(0, 100));
    if (wanted.size() < 3) return {};
    constexpr std::size_t kNearEnough = 600;
    struct Near {
        std::size_t score;  // Dice's coefficient, in thousandths
        std::uint32_t entry;
    };
    std::uint64_t mark = mark_of(wanted);
    std::size_t sharing = wanted.size() - static_cast<std::size_t>(std::popcount(mark));  // pairs that share a bit
    std::vector<Near> found;
    for (std::uint32_t entry = 0; entry < ids_.size(); ++entry) {
        std::string_view name = this->name(entry);
        if (name.size() * 2 < folded.size() || folded.size() * 2 < name.size()) continue;
        std::size_t at_most = static_cast<std::size_t>(std::popcount(mark & marks_[entry])) + sharing;
        // It has at least as many pairs as it shares: the best score it could have.
        if ((2000 - kNearEnough) * at_most < kNearEnough * wanted.size()) continue;
        std::vector<std::uint16_t> pairs = pairs_of(name);
        std::size_t score = 2000 * common(wanted, pairs) / (wanted.size() + pairs.size());
        if (score >= kNearEnough && accept(ids_[entry])) found.push_back({score, entry});
    }
    std::sort(found.begin(), found.end(),
              [](const Near& a, const Near& b) { return a.score != b.score ? a.score > b.score : a.entry < b.entry; });
    std::vector<Match> matches;
    for (std::size_t i = 0; i < found.size() && i < limit; ++i)
        matches.push_back({ids_[found[i].entry], found[i].entry});
    return matches;
}

std::size_t NameIndex::memory() const {
    return letters_.capacity() + marks_.capacity() * sizeof(std::uint64_t) + words_.capacity() * sizeof(Word) +
           (name_at_.capacity() + ids_.capacity() + names_.capacity() + place_of_.capacity() + word_from_.capacity() +
            word_places_.capacity()) *
               sizeof(std::uint32_t);
}

}  // namespace beffroi::territory
