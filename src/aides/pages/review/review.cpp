#include "aides/pages/review/review.hpp"

#include "aides/pages/review/parts.hpp"

namespace beffroi::aides::pages {

void add_review_pages(Routes& routes, const Site& site) {
    (void)site;  // pages reach it through their context
    const auto kept = keep_pages(std::size_t{24} << 20U);
    review::add_work_list(routes, kept);
    review::add_bulk(routes);
    review::add_exports(routes);
    review::add_summary(routes, kept);
    review::add_lines(routes);
    review::add_papers(routes);
    review::add_opinions(routes);
    review::add_messages(routes);
    review::add_history(routes);
    review::add_actions(routes);
    review::add_expert(routes);
    review::add_envelopes(routes);
    review::add_selection(routes);
}

}  // namespace beffroi::aides::pages
