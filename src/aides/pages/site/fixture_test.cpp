// The fixture that the tests of all pages stand on, held to what it promises.
#include <doctest/doctest.h>

#include "aides/pages/site/test_support.hpp"

namespace beffroi::aides::pages {

using application::State;

TEST_CASE("the fixture's pages know who asks, and its files stand where they say") {
    SiteFixture p;
    p.routes.get("/qui", kPerson, [](Context& c) {
        return c.page({.title = "Qui", .main = [&](html::Writer& w) { html::paragraph(w, c.principal().name); }});
    });
    p.routes.post("/qui", kApplicants, [](Context& c) { return c.see_other("/qui", "account.notice.saved"); });
    CHECK(p.get("/qui", p.applicant).has("Claire Dubois"));
    CHECK(p.get("/qui", p.nobody()).status == 303);
    CHECK(p.post("/qui", {}, p.officer).status == 403);
    CHECK(p.follow(p.post("/qui", {}, p.cosigner), p.cosigner).status == 200);

    CHECK(p.state_of(p.ready()) == State::Draft);
    auto file = p.filed("Caméras du parc");
    CHECK(p.state_of(file) == State::Filed);
    CHECK(p.view(file, p.officer).application.title == "Caméras du parc");
    CHECK(p.state_of(p.reviewed()) == State::UnderReview);
    CHECK(p.state_of(p.proposed()) == State::Proposed);
}

}  // namespace beffroi::aides::pages
