#include "app.hpp"

#include <fstream>

#include <fmt/format.h>

#include "db/migrate.hpp"

namespace beffroi::apps {

namespace {

using base::Code;

aides::correspondence::Sender sender_of(const Settings& settings) {
    const auto& a = settings.authority;
    aides::correspondence::Sender sender;
    sender.lines = {a.name, a.address};
    sender.place = a.place;
    sender.signatory_function = a.president;
    sender.signatory_name = a.signatory;
    sender.service = a.service;
    sender.contact = a.contact;
    sender.court = a.court;
    sender.mail_name = a.name;
    sender.mail_address = settings.mail.from;
    sender.portal = settings.base_url;
    return sender;
}

base::Result<std::unique_ptr<documents::Mailer>> make_mailer(const Settings& settings) {
    if (settings.mail.host.empty()) return documents::make_spool_mailer(settings.data_folder / "courriels");
    documents::SmtpOptions smtp;
    smtp.host = settings.mail.host;
    smtp.port = settings.mail.port;
    smtp.tls = settings.mail.tls == "none"       ? documents::SmtpTls::None
               : settings.mail.tls == "implicit" ? documents::SmtpTls::Implicit
                                                 : documents::SmtpTls::StartTls;
    smtp.user = settings.mail.user;
    if (!settings.mail.password_file.empty()) {
        std::ifstream file(settings.mail.password_file);
        if (!std::getline(file, smtp.password))
            return base::fail(Code::NotFound, fmt::format("mail.password_file: {} cannot be read",
                                                          settings.mail.password_file.string()));
    }
    return documents::make_smtp_mailer(std::move(smtp));
}

}  // namespace

std::filesystem::path database_file(const Settings& settings) {
    return settings.data_folder / "beffroi.db";
}
std::filesystem::path documents_folder(const Settings& settings) {
    return settings.data_folder / "documents";
}

base::Result<base::Catalogue> load_catalogue(const Settings& settings) {
    return base::Catalogue::load(settings.share_folder / "locale");
}

// What can fail, made before the App itself.
struct App::Parts {
    base::Catalogue catalogue;
    std::unique_ptr<db::Database> db;
    scheme::SchemeLibrary schemes;
    std::shared_ptr<const territory::Directory> territory;
    documents::BlobStore blobs;
    documents::LetterTemplates templates;
    documents::Scanner scanner;
    std::unique_ptr<documents::Mailer> mailer;
};

base::Result<std::unique_ptr<App>> App::open(Settings settings, const base::Clock& clock) {
    std::error_code error;
    std::filesystem::create_directories(settings.data_folder, error);
    if (error)
        return base::fail(Code::Unavailable, fmt::format("{}: {}", settings.data_folder.string(), error.message()));
    // Images of public money and, later, of people: the owner's alone.
    std::filesystem::permissions(settings.data_folder, std::filesystem::perms::owner_all, error);
    base::Catalogue catalogue = TRY(load_catalogue(settings));
    std::unique_ptr<db::Database> db = TRY(db::Database::open(
        // Mapped memory would count once for each connection that maps it.
        {.path = database_file(settings).string(), .mmap_bytes = 0}));
    TRY(db::migrate(*db, settings.share_folder / "migrations", clock.now()));
    scheme::SchemeLibrary schemes = TRY(scheme::SchemeLibrary::load(settings.share_folder / "schemes"));
    std::shared_ptr<const territory::Directory> territory = TRY(territory::Directory::load(*db));
    documents::BlobStore blobs = TRY(documents::BlobStore::open(documents_folder(settings)));
    documents::LetterTemplates templates =
        TRY(documents::LetterTemplates::load(settings.share_folder / "templates" / "fr"));
    documents::Scanner scanner = TRY(documents::Scanner::make({.address = settings.clamd}));
    std::unique_ptr<documents::Mailer> mailer = TRY(make_mailer(settings));
    Parts parts{std::move(catalogue), std::move(db),        std::move(schemes), std::move(territory),
                std::move(blobs),     std::move(templates), std::move(scanner), std::move(mailer)};
    return std::unique_ptr<App>(new App(std::move(settings), clock, std::move(parts)));
}

App::App(Settings s, const base::Clock& c, Parts parts)
    : settings(std::move(s)),
      clock(c),
      log(stderr, clock, base::level_named(settings.log_level)),
      catalogue(std::move(parts.catalogue)),
      db(std::move(parts.db)),
      schemes(std::move(parts.schemes)),
      territory(std::move(parts.territory)),
      blobs(std::move(parts.blobs)),
      templates(std::move(parts.templates)),
      office{templates, blobs, sender_of(settings)},
      scanner(std::move(parts.scanner)),
      mailer(std::move(parts.mailer)),
      hasher(crypto::PasswordCost{}),
      sessions(*db, clock, {.region_needs_second_factor = settings.second_factor_required}),
      accounts(*db, clock, log, hasher, sessions, {}) {
    desk.emplace(*db, *territory, editions, office, inspector, scanner, catalogue, clock);
}

base::Status App::reload_territory() {
    territory = TRY(territory::Directory::load(*db));
    desk.emplace(*db, *territory, editions, office, inspector, scanner, catalogue, clock);
    return {};
}

}  // namespace beffroi::apps
