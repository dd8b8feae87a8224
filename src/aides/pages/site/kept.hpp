// Pages of someone signed in, kept until anything is committed.
//
// Work lists and files are opened again and again between two acts. What is kept is bound to the session (the page
// bears its token), the language, the minute of the clock and the version of the database (db::version): any
// commit, by whomever, makes it unfit, so no rule is needed for what shows what. Never compressed: the page holds a
// secret beside what people type.
#pragma once

#include <cstddef>
#include <memory>

#include "aides/pages/site/answer_cache.hpp"
#include "aides/pages/site/routes.hpp"

namespace beffroi::aides::pages {

using KeptPages = std::shared_ptr<AnswerCache>;
[[nodiscard]] KeptPages keep_pages(std::size_t max_bytes);

// `make` must read nothing but the database, the clock to the minute, the request's address and who asks.
[[nodiscard]] PageHandler kept_for_person(const KeptPages& kept, PageHandler make);

}  // namespace beffroi::aides::pages
