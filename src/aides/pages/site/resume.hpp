// What was sent when the session was gone is not lost, also without script: it stands on the answer, ready to be sent
// again.
#pragma once

#include "aides/pages/site/context.hpp"

namespace beffroi::aides::pages {

// Signed out: says so, leads to the sign-in in another tab, and holds every field for another try. Signed in under
// another session than the form's (its CSRF token is not ours): shows what would be sent, and sends it only if the
// person says so on this page. Always 403. Not for forms with passwords or files.
[[nodiscard]] http::Response resume_page(const Context& context);
// The disk is full, or the database away: says so, and holds every field for another try, with the status of the error.
[[nodiscard]] http::Response unsaved_page(const Context& context, const base::Error& error);
// Throws what is no mistake in a form (no room, data damaged, a fault of ours): the boundary answers with that page.
void pass_on_ours(const base::Error& error);

}  // namespace beffroi::aides::pages
