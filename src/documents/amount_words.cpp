// French numerals as the reform of 1835 and every arrêté write them: hyphens below one hundred, "et" before un and
// onze, "vingt" and "cent" in the plural only when they end the number (but before "millions", which is a noun: deux
// cents millions).
#include <array>

#include "documents/letters.hpp"

namespace beffroi::documents {

namespace {

constexpr std::array<std::string_view, 17> kUnits{"zéro",  "un",     "deux",     "trois",  "quatre", "cinq",
                                                  "six",   "sept",   "huit",     "neuf",   "dix",    "onze",
                                                  "douze", "treize", "quatorze", "quinze", "seize"};
constexpr std::array<std::string_view, 7> kTens{"", "dix", "vingt", "trente", "quarante", "cinquante", "soixante"};

enum class Plural { Open, Closed };  // whether "vingt" and "cent" may take an s here

std::string below_hundred(std::int64_t n, Plural plural) {
    if (n < 17) return std::string(kUnits[static_cast<std::size_t>(n)]);
    if (n < 20) return "dix-" + std::string(kUnits[static_cast<std::size_t>(n - 10)]);
    if (n >= 80) {
        if (n == 80) return plural == Plural::Open ? "quatre-vingts" : "quatre-vingt";
        return "quatre-vingt-" + below_hundred(n - 80, plural);
    }
    const std::int64_t tens = n >= 60 ? 6 : n / 10;
    const std::int64_t rest = n - tens * 10;
    std::string text(kTens[static_cast<std::size_t>(tens)]);
    if (rest == 0) return text;
    text += rest == 1 || rest == 11 ? " et " : "-";
    return text + below_hundred(rest, plural);
}

std::string below_thousand(std::int64_t n, Plural plural) {
    if (n < 100) return below_hundred(n, plural);
    const std::int64_t hundreds = n / 100;
    const std::int64_t rest = n % 100;
    std::string text = hundreds == 1 ? "cent" : std::string(kUnits[static_cast<std::size_t>(hundreds)]) + " cent";
    if (rest == 0) return hundreds > 1 && plural == Plural::Open ? text + "s" : text;
    return text + " " + below_hundred(rest, plural);
}

std::string in_words(std::int64_t n) {
    std::string text;
    const auto add = [&](std::string_view words) {
        if (!text.empty()) text += ' ';
        text += words;
    };
    for (const auto& [size, noun] :
         {std::pair<std::int64_t, std::string_view>{1'000'000'000, "milliard"}, {1'000'000, "million"}}) {
        const std::int64_t count = n / size;
        if (count == 0) continue;
        add(below_thousand(count, Plural::Open) + " " + std::string(noun) + (count > 1 ? "s" : ""));
        n %= size;
    }
    if (const std::int64_t thousands = n / 1000; thousands > 0) {
        add(thousands == 1 ? "mille" : below_thousand(thousands, Plural::Closed) + " mille");
        n %= 1000;
    }
    if (n > 0 || text.empty()) add(below_thousand(n, Plural::Open));
    return text;
}

}  // namespace

std::string amount_in_words(base::Cents amount) {
    ASSERT(amount.value >= 0 && amount.value < 100'000'000'000'000);
    const std::int64_t euros = amount.value / 100;
    const std::int64_t cents = amount.value % 100;
    const bool noun = euros >= 1'000'000 && euros % 1'000'000 == 0;  // deux millions d’euros
    std::string text = in_words(euros) + (noun ? " d’" : " ") + (euros > 1 ? "euros" : "euro");
    if (cents > 0) text += " et " + in_words(cents) + (cents > 1 ? " centimes" : " centime");
    return text;
}

}  // namespace beffroi::documents
