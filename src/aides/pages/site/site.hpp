// What pages work with. Built once in apps/aides/main.cpp, borrowed by every page; safe from any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "accounts/accounts.hpp"
#include "accounts/sessions.hpp"
#include "aides/application/desk.hpp"
#include "aides/pages/site/settings.hpp"
#include "aides/scheme/library.hpp"
#include "base/log.hpp"
#include "documents/mailer.hpp"
#include "http/assets.hpp"

namespace beffroi::aides::pages {

struct Site {
    const application::Desk& desk;  // database, territory, editions, letters, clock, catalogue
    const scheme::SchemeLibrary& schemes;
    accounts::Accounts& accounts;
    const documents::Mailer& mailer;
    base::Log& log;
    const http::Assets& assets;
    const Settings& settings;
};

}  // namespace beffroi::aides::pages
