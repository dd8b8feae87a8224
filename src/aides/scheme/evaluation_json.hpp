// Evaluation as a Boost.JSON value, for the writers of this folder. Internal: included by .cpp files only.
#pragma once

#include <boost/json.hpp>

#include "aides/scheme/edition.hpp"

namespace beffroi::scheme {

[[nodiscard]] boost::json::object evaluation_object(const Evaluation& evaluation, const Edition& edition,
                                                    const base::Text& text);
[[nodiscard]] boost::json::value tri_value(Tri holds);
[[nodiscard]] boost::json::object bilingual_object(const Bilingual& bilingual);

}  // namespace beffroi::scheme
