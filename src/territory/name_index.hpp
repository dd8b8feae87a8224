// Finds names among some ten thousands by the beginnings of their words, in any order, best first. Inside this module
// only.
//
// Entries are kept in order of rank (best first). A query is turned into ranges of the sorted lists of names and words.
// When the range is short it is gone through; when it is long, good entries are frequent, so entries are tried from the
// best until enough are found. Either way a query touches a few thousand integers at most, and never compares texts
// outside the binary searches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beffroi::territory {

class NameIndex {
  public:
    struct Entry {
        std::uint32_t id = 0;     // given back, the caller's own
        std::int64_t weight = 0;  // greater is better
        std::string name;         // folded by base::fold
    };
    struct Match {
        std::uint32_t id = 0;
        std::uint32_t entry = 0;  // its place in the order of ranks
    };

    NameIndex() = default;
    explicit NameIndex(std::vector<Entry> entries);

    // At most `limit` entries whose words begin with those of `folded`, each in one word of its own: the exact name
    // first, then names that begin so, then the others; in each the heaviest first. `accept` drops entries (by the
    // caller's id) as they come.
    [[nodiscard]] std::vector<Match> find(std::string_view folded, std::size_t limit,
                                          const std::function<bool(std::uint32_t id)>& accept) const;
    // For a name mistyped: those that share most pairs of letters with it, nearest first. Slower (some 100 µs to
    // milliseconds).
    [[nodiscard]] std::vector<Match> near(std::string_view folded, std::size_t limit,
                                          const std::function<bool(std::uint32_t id)>& accept) const;

    [[nodiscard]] std::size_t size() const { return ids_.size(); }
    [[nodiscard]] std::size_t memory() const;

  private:
    struct Range {
        std::uint32_t first = 0;
        std::uint32_t last = 0;
        [[nodiscard]] std::uint32_t size() const { return last - first; }
        [[nodiscard]] bool has(std::uint32_t at) const { return at >= first && at < last; }
    };
    struct Word {
        std::uint32_t offset = 0;  // in letters_
        std::uint32_t entry = 0;
        std::uint8_t size = 0;
    };
    class Search;

    [[nodiscard]] std::string_view name(std::uint32_t entry) const;
    [[nodiscard]] std::string_view text(const Word& word) const;
    [[nodiscard]] Range names_from(std::string_view prefix) const;
    [[nodiscard]] Range words_from(std::string_view prefix) const;

    std::string letters_;                     // all names, one after the other, by rank
    std::vector<std::uint32_t> name_at_;      // by rank, and one more: where its name begins in letters_
    std::vector<std::uint64_t> marks_;        // by rank: one bit for each pair of letters, to reject at a glance
    std::vector<std::uint32_t> ids_;          // by rank
    std::vector<std::uint32_t> names_;        // ranks in the order of names
    std::vector<std::uint32_t> place_of_;     // by rank: its place in names_
    std::vector<Word> words_;                 // in the order of words
    std::vector<std::uint32_t> word_from_;    // by rank, and one more: its part of word_places_
    std::vector<std::uint32_t> word_places_;  // places in words_, the words of a name in their order
};

}  // namespace beffroi::territory
