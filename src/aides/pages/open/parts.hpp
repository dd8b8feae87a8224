// Shared by the public pages.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "aides/pages/site/answer_cache.hpp"
#include "aides/pages/site/routes.hpp"
#include "aides/sitting/grants.hpp"
#include "base/guarded.hpp"

namespace beffroi::aides::pages::open {

// What the public pages keep between two requests.
struct Shelf {
    explicit Shelf(const Site& the_site);
    const Site& site;
    sitting::Publisher publisher;
    AnswerCache answers{std::size_t{24} << 20U};

    // What a list sums up to, counted once for each filter until something is published: its pages share it.
    [[nodiscard]] sitting::GrantTotals totals(db::Reader& reader, const sitting::GrantFilter& filter) const;

  private:
    struct Totals {
        std::int64_t version = -1;
        std::map<std::string, sitting::GrantTotals> by_filter;
    };
    mutable base::Guarded<Totals> totals_;
};
using SharedShelf = std::shared_ptr<Shelf>;

// What an answer is made from, and so when it must be made anew.
enum class From {
    Publication,  // published sittings and editions
    Journal,      // any act
    Nothing,      // the program itself
};
// A page kept for strangers: by address, language and day. Whoever is signed in gets their own, made on the spot.
[[nodiscard]] PageHandler kept_page(const SharedShelf& shelf, From from, PageHandler make);
// A file, the same for everyone; says when its data changed, and may be kept by anyone who asks again each time.
[[nodiscard]] PageHandler kept_file(const SharedShelf& shelf, From from, PageHandler make);

// "réel", "simulé"; nothing for what this desk decided itself.
void provenance_tag(html::Writer& w, publish::Origin origin);
// A sitting that was really held is real in part: its votes were published nowhere, most of its rows are simulated.
void sitting_tag(html::Writer& w, std::string_view provenance);
[[nodiscard]] publish::Origin origin_of(std::string_view provenance);
// "Nord (59)", no département when the code is empty.
[[nodiscard]] std::string place_of(const publish::PublishedGrant& grant);
[[nodiscard]] std::string nature_name(const base::Text& t, std::string_view nature);
// A number with its noun, "1 aide", "2 aides": keys `key`.one and `key`.many with {n}.
[[nodiscard]] std::string counted(const base::Text& t, std::string_view key, std::int64_t n);
// The awards as a table, each with its place, sitting, amount and provenance.
void grants_table(html::Writer& w, std::string_view caption, const std::vector<publish::PublishedGrant>& grants,
                  std::string_view empty);
// What the list and the files of grants are asked for: q, departement, annee, edition, seance.
[[nodiscard]] sitting::GrantFilter grant_filter(const Context& c);
// The same as an address: `path` with what is not empty.
[[nodiscard]] std::string with_filter(std::string_view path, const sitting::GrantFilter& filter);
// The number, or `otherwise` when it is none.
[[nodiscard]] int number_or(std::string_view text, int otherwise);
void add_home(Routes& routes, const SharedShelf& shelf);
void add_schemes(Routes& routes, const SharedShelf& shelf);
void add_grants(Routes& routes, const SharedShelf& shelf);
void add_drawings(Routes& routes, const SharedShelf& shelf);
void add_sittings(Routes& routes, const SharedShelf& shelf);
void add_data(Routes& routes, const SharedShelf& shelf);
void add_territory(Routes& routes, const SharedShelf& shelf);
void add_notes(Routes& routes, const SharedShelf& shelf);

}  // namespace beffroi::aides::pages::open
