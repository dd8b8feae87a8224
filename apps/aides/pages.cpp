#include "pages.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "aides/correspondence/mail_queue.hpp"
#include "http/metrics.hpp"
#include "journal/journal.hpp"
#ifdef BEFFROI_PAGES_OPEN
#include "aides/pages/open/open.hpp"
#endif
#ifdef BEFFROI_PAGES_ACCOUNT
#include "aides/pages/account/account.hpp"
#endif
#ifdef BEFFROI_PAGES_APPLICANT
#include "aides/pages/applicant/applicant.hpp"
#endif
#ifdef BEFFROI_PAGES_REVIEW
#include "aides/pages/review/review.hpp"
#endif
#ifdef BEFFROI_PAGES_SITTING
#include "aides/pages/sitting/sitting.hpp"
#endif
#ifdef BEFFROI_PAGES_STEER
#include "aides/pages/steer/steer.hpp"
#endif

namespace beffroi::apps {

namespace {

using aides::pages::Context;
using aides::pages::kAnyone;

std::uintmax_t disk_free(const aides::pages::Site& site) {
    std::error_code error;
    const auto space = std::filesystem::space(site.settings.data_folder, error);
    return error ? 0 : space.available;
}

// A disk that fills up shows here before it shows to people. Reading goes on when it is full, so the answer stays 200:
// a proxy must not take the portal away.
std::string_view disk_state(std::uintmax_t free) {
    constexpr std::uintmax_t kMebi = 1U << 20U;
    if (free < kMebi) return "full";
    return free < 512 * kMebi ? "low" : "ok";
}

http::Response health(const aides::pages::Site& site) {
    std::int64_t entries = 0;
    aides::correspondence::QueueState mails;
    try {
        site.desk.db.read([&](db::Reader& reader) {
            entries = journal::head(reader).seq;
            mails = aides::correspondence::queue_state(reader);
        });
    } catch (const base::Failure& failure) {
        site.log.error("health", {{"detail", failure.error().detail}});
        return http::json(R"({"status":"unavailable"})", 503);
    }
    return http::json(fmt::format(
        R"({{"status":"ok","version":"{}","journal_entries":{},"mails_queued":{},"mails_failed":{},"antivirus":"{}","disk":"{}"}})",
        BEFFROI_VERSION, entries, mails.queued, mails.failed, site.desk.scanner.configured() ? "configured" : "none",
        disk_state(disk_free(site))));
}

bool is_loopback(std::string_view address) {
    return address.starts_with("127.") || address == "::1";
}

http::Response metrics(const aides::pages::Site& site, const http::Server& server) {
    aides::correspondence::QueueState mails;
    std::int64_t entries = 0;
    site.desk.db.read([&](db::Reader& reader) {
        entries = journal::head(reader).seq;
        mails = aides::correspondence::queue_state(reader);
    });
    http::MetricsText text;
    text.counter("beffroi_journal_entries_total", "Acts in the journal", static_cast<double>(entries));
    text.gauge("beffroi_mails_queued", "Mails that wait", static_cast<double>(mails.queued));
    text.gauge("beffroi_mails_failed", "Mails given up", static_cast<double>(mails.failed));
    text.gauge("beffroi_disk_free_bytes", "Room on the disk of the data folder", static_cast<double>(disk_free(site)));
    text.gauge("beffroi_sessions_in_memory", "Sessions kept in memory",
               static_cast<double>(site.accounts.sessions().kept_in_memory()));
    return http::content(http::kMetricsContentType, server.metrics_text() + text.take());
}

}  // namespace

void Portal::add(aides::pages::Routes& routes) {
    routes.get("/healthz", kAnyone, [](Context& c) { return health(c.site); });
    // For the machine's own collector only: figures of use are nobody else's business.
    routes.get("/metrics", kAnyone, [this](Context& c) -> http::Response {
        const http::Server* server = server_.load();
        if (server == nullptr || !is_loopback(c.request.remote))
            return c.error({base::Code::NotFound, "metrics are for loopback", {}});
        return metrics(c.site, *server);
    });
#ifdef BEFFROI_PAGES_OPEN
    aides::pages::add_open_pages(routes, site_);
#endif
#ifdef BEFFROI_PAGES_ACCOUNT
    aides::pages::add_account_pages(routes, site_);
#endif
#ifdef BEFFROI_PAGES_APPLICANT
    aides::pages::add_applicant_pages(routes, site_);
#endif
#ifdef BEFFROI_PAGES_REVIEW
    aides::pages::add_review_pages(routes, site_);
#endif
#ifdef BEFFROI_PAGES_SITTING
    aides::pages::add_sitting_pages(routes, site_);
#endif
#ifdef BEFFROI_PAGES_STEER
    aides::pages::add_steer_pages(routes, site_);
#endif
}

}  // namespace beffroi::apps
