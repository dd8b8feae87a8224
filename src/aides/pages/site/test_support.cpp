#include "aides/pages/site/test_support.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "documents/pdf.hpp"
#include "html/url.hpp"
#include "territory/test_support.hpp"

namespace beffroi::aides::pages {

namespace {

using accounts::MembershipRole;
using accounts::Principal;
using application::Action;
using application::ApplicationId;

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    ASSERT(file.good());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// Real names, codes and figures; a grouping within the region, one across two.
std::shared_ptr<const territory::Directory> small_territory(db::Database& db, const std::filesystem::path& folder) {
    using territory::FakePackage;
    const std::string hainaut = "200042190";
    const std::string eu = territory::siren_from("21760255");
    const std::string fressenneville = territory::siren_from("21800360");
    const std::string denain{kDenainSiren};
    auto year = [&](std::string_view version, int year, int denain_people, int lestrem_people) {
        return FakePackage()
            .town({"59172", "Denain", denain_people, denain})
            .town({"62502", "Lestrem", lestrem_people, std::string(kLestremSiren)})
            .town({"59350", "Lille", 234475, std::string(kLilleSiren)})
            .town({"76255", "Eu", 6700, eu, "", "28"})
            .town({"80360", "Fressenneville", 2180, fressenneville})
            .grouping(
                hainaut, "CA de la Porte du Hainaut", "CA",
                {"59172 " + denain + " " + std::to_string(denain_people) + " " + std::to_string(denain_people + 120)})
            .grouping(kSoeursSiren, "CC des Villes Sœurs", "CC",
                      {"76255 " + eu + " 6700 6800", "80360 " + fressenneville + " 2180 2230"})
            .write(folder / version, version, year, year, year);
    };
    base::value_or_throw(territory::import_packages(
        db, {year("2.0.0", 2022, 19877, 4595), year("3.0.0", 2023, 20415, 4600)}, base::Timestamp{}));
    return territory::load(db);
}

correspondence::Sender sender(const Settings& settings) {
    const Authority& a = settings.authority;
    return {.lines = {a.name, a.address},
            .place = a.place,
            .signatory_function = a.president,
            .signatory_name = a.signatory,
            .service = a.service,
            .email = a.contact,
            .phone = "03 20 00 00 00",
            .contact = a.contact,
            .court = a.court,
            .mail_name = a.name,
            .mail_address = settings.mail.from,
            .portal = settings.base_url};
}

Settings settings_in(const std::filesystem::path& folder) {
    Settings settings;
    settings.data_folder = folder;
    settings.share_folder = ".";
    settings.second_factor_required = false;
    return settings;
}

template <typename T>
T done(base::Result<T> result) {
    if (!result) FAIL(result.error().detail << " " << result.error().message.key);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::string whole_body(const http::Response& response) {
    if (const auto* text = std::get_if<std::string>(&response.body)) return *text;
    if (const auto* shared = std::get_if<http::SharedBody>(&response.body)) return *shared->bytes;
    if (const auto* file = std::get_if<http::FileBody>(&response.body)) {
        std::string text = text_of(file->path);
        return text.substr(file->offset, file->length ? *file->length : std::string::npos);
    }
    std::string text;
    const auto& next = std::get<http::StreamBody>(response.body).next;
    while (next(text)) continue;
    return text;
}

}  // namespace

std::string Answer::notice() const {
    for (const std::string& cookie : cookies)
        if (cookie.starts_with("notice=")) return cookie.substr(7, cookie.find(';') - 7);
    return {};
}

SiteFixture::SiteFixture()
    : clock(base::from_paris(base::make_date(2022, 6, 1), 10, 0)),
      log(stderr, clock, base::Level::Error),
      catalogue(base::value_or_throw(base::Catalogue::load("locale"))),
      db(db::migrated_database(folder.file("beffroi.db"))),
      territory(small_territory(*db, folder.path() / "territory")),
      blobs(base::value_or_throw(documents::BlobStore::open(folder.path() / "documents"))),
      templates(base::value_or_throw(documents::LetterTemplates::load("templates/fr"))),
      office{templates, blobs, sender(settings_in(folder.path()))},
      scanner(base::value_or_throw(documents::Scanner::make({}))),
      mailer(base::value_or_throw(documents::make_spool_mailer(folder.path() / "courriels"))),
      schemes(base::value_or_throw(scheme::SchemeLibrary::load("schemes"))),
      assets(base::value_or_throw(http::Assets::load("assets"))),
      hasher(crypto::cheap_for_tests()),
      sessions(*db, clock, {.region_needs_second_factor = false}),
      accounts(*db, clock, log, hasher, sessions, {}),
      desk{*db, *territory, editions, office, inspector, scanner, catalogue, clock},
      settings(settings_in(folder.path())),
      site{desk, schemes, accounts, *mailer, log, *assets, settings},
      routes(site, router) {
    edition = done(db->write([&](db::Writer& writer) {
        return application::publish(writer, text_of("schemes/hdf-videoprotection/2022.toml"),
                                    text_of("schemes/hdf-videoprotection/2022.cases.toml"), {}, clock.now());
    }));
    applicant = add_member("Claire Dubois", kDenainSiren);
    colleague = add_member("Karim Benali", kDenainSiren);
    cosigner = add_member("Jeanne Martin", kDenainSiren, MembershipRole::Cosigner);
    neighbour = add_member("Paul Petit", kLestremSiren);
    newcomer = add_person("Zoé Nouvelle");
    officer = add_person("Luc Moreau", {Role::Officer});
    head = add_person("Anne Roux", {Role::Head});
    finance = add_person("Hugo Faure", {Role::Finance});
    secretary = add_person("Marc Simon", {Role::Secretary});
    elected = add_person("Lucie Garnier", {Role::Elected});
    auditor = add_person("Inès Blanc", {Role::Auditor});
    admin = add_person("Éric Noir", {Role::Admin});
}

SiteFixture::~SiteFixture() = default;

// ---- people

Someone SiteFixture::add_person(std::string_view name, std::initializer_list<Role> roles) {
    std::string email = base::slug(name) + "@example.org";
    auto id = done(accounts.create_person(Principal::the_program(), {email, std::string(name)}, kPassword));
    for (Role role : roles) done(accounts.grant_role(Principal::the_program(), id, role));
    return sign_in_again({.id = id, .cookie = {}, .csrf = {}});
}

Someone SiteFixture::add_member(std::string_view name, std::string_view siren, MembershipRole role) {
    Someone someone = add_person(name);
    done(accounts.add_membership(Principal::the_program(), someone.id, siren, role));
    return someone;
}

Someone SiteFixture::sign_in_again(const Someone& who) {
    auto session = done(sessions.start(who.id, accounts::SecondFactor::Given, {}));
    return {.id = who.id, .cookie = "beffroi=" + session.token, .csrf = session.csrf_token};
}

const Someone& SiteFixture::nobody() {
    static const Someone none;
    return none;
}

// ---- through the router

Answer SiteFixture::ask(std::string_view lines, std::string_view body) {
    auto request = done(http::make_request(lines, body));
    http::Response response = router.handle(*request, error_page(site));
    Answer answer{.status = response.status,
                  .body = whole_body(response),
                  .location = std::string(response.find_header("Location")),
                  .content_type = std::string(response.find_header("Content-Type")),
                  .disposition = std::string(response.find_header("Content-Disposition")),
                  .cookies = {}};
    for (const auto& [name, value] : response.headers())
        if (name == "Set-Cookie") answer.cookies.push_back(value);
    return answer;
}

Answer SiteFixture::get(std::string_view target, const Someone& who, std::string_view headers) {
    std::string lines = "GET " + std::string(target) + " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n" + std::string(headers);
    if (!who.cookie.empty()) lines += "Cookie: " + who.cookie + "\r\n";
    return ask(lines, {});
}

Answer SiteFixture::post(std::string_view target, const FormFields& fields, const Someone& who,
                         std::string_view headers) {
    std::string body = "csrf=" + html::percent_encode(who.csrf);
    for (const auto& [name, value] : fields)
        body += "&" + html::percent_encode(name) + "=" + html::percent_encode(value);
    std::string lines = "POST " + std::string(target) +
                        " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
                        std::string(headers);
    if (!who.cookie.empty()) lines += "Cookie: " + who.cookie + "\r\n";
    return ask(lines, body);
}

Answer SiteFixture::upload(std::string_view target, const FormFields& fields, const File& file, const Someone& who,
                           std::string_view headers) {
    constexpr std::string_view kBoundary = "----beffroi-test-boundary";
    std::string body;
    auto part = [&](const std::string& disposition, std::string_view value) {
        body += "--" + std::string(kBoundary) + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" +
                std::string(value) + "\r\n";
    };
    part("name=\"csrf\"", who.csrf);
    for (const auto& [name, value] : fields) part("name=\"" + name + "\"", value);
    if (!file.field.empty()) part("name=\"" + file.field + "\"; filename=\"" + file.name + "\"", file.bytes);
    body += "--" + std::string(kBoundary) + "--\r\n";
    std::string lines =
        "POST " + std::string(target) +
        " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: multipart/form-data; boundary=" + std::string(kBoundary) +
        "\r\n" + std::string(headers);
    if (!who.cookie.empty()) lines += "Cookie: " + who.cookie + "\r\n";
    return ask(lines, body);
}

Answer SiteFixture::follow(const Answer& answer, const Someone& who) {
    INFO("status " << answer.status << ": " << answer.body.substr(0, 400));
    REQUIRE(answer.status == 303);
    Someone with_notice = who;
    if (auto key = answer.notice(); !key.empty()) with_notice.cookie += "; notice=" + key;
    return get(answer.location.substr(0, answer.location.find('#')), with_notice);
}

// ---- files

application::Fields SiteFixture::complete_form(std::string_view title, std::string_view ht) {
    return {{"title", std::string(title)},
            {"description", "Installation de 12 caméras autour de la gare."},
            {"nature", "extension"},
            {"cameras", "12"},
            {"places", "Place de la gare, rue de Villars"},
            {"purpose", "Prévention des atteintes à la sécurité des personnes et des biens"},
            {"start_on", "01/09/2022"},
            {"end_on", "31/12/2022"},
            {"vat_recovered", "yes"},
            {"contact.name", "Claire Dubois"},
            {"contact.phone", "03 27 00 00 00"},
            {"contact.email", "claire-dubois@example.org"},
            {"signatory.name", "Jeanne Martin"},
            {"signatory.role", "Maire"},
            {"expense.1.quote", "D-2022-17"},
            {"expense.1.supplier", "Vidéo du Nord"},
            {"expense.1.label", "Caméras dômes"},
            {"expense.1.category", "cameras"},
            {"expense.1.quantity", "12"},
            {"expense.1.ht", std::string(ht)},
            {"expense.1.vat", "20"},
            {"undertaking.accurate", "yes"},
            {"undertaking.authorisation", "yes"},
            {"undertaking.own_share", "yes"},
            {"undertaking.publicity", "yes"}};
}

ApplicationId SiteFixture::draft(const Someone& by, std::string_view siren) {
    return done(application::create_draft(desk, {.edition = edition, .siren = std::string(siren), .another = true},
                                          principal(by)))
        .id;
}

void SiteFixture::type(ApplicationId id, const application::Fields& fields, const Someone& by) {
    auto version = view(id, by).application.form_version;
    done(application::autosave(desk, id, version, {.set = fields, .remove_rows = {}}, principal(by)));
}

application::DocumentId SiteFixture::attach(ApplicationId id, std::string_view kind, const Someone& by) {
    const std::string pdf = small_pdf(kind);
    return done(application::attach(
        desk, id, {.kind = std::string(kind), .file_name = std::string(kind) + ".pdf", .bytes = pdf, .replaces = {}},
        principal(by)));
}

ApplicationId SiteFixture::ready(std::string_view title, std::string_view ht) {
    ApplicationId id = draft(applicant);
    type(id, complete_form(title, ht), applicant);
    attach(id, "resolution", applicant);
    attach(id, "quotes", applicant);
    return id;
}

ApplicationId SiteFixture::filed(std::string_view title, std::string_view ht) {
    ApplicationId id = ready(title, ht);
    act(id, Action::RequestSignature, applicant);
    act(id, Action::File, cosigner);
    return id;
}

application::Done SiteFixture::act(ApplicationId id, Action action, const Someone& by,
                                   const application::Params& params) {
    return done(application::perform(desk, id, action, principal(by), params));
}

ApplicationId SiteFixture::reviewed(std::string_view title, std::string_view ht) {
    ApplicationId id = filed(title, ht);
    act(id, Action::DeclareComplete, officer);
    act(id, Action::StartReview, officer);
    auto lines = done(db->read([&](db::Reader& r) { return application::proposed_review(desk, r, id); }));
    done(application::review_lines(desk, id, lines, principal(officer)));
    return id;
}

ApplicationId SiteFixture::proposed(std::string_view title, std::string_view ht) {
    if (!db->read([&](db::Reader& r) { return envelope::find(r, "hdf-videoprotection", "2022"); }))
        open_envelope(base::Cents{200'000'000});
    ApplicationId id = reviewed(title, ht);
    act(id, Action::Propose, officer);
    return id;
}

envelope::EnvelopeId SiteFixture::open_envelope(base::Cents cents) {
    return done(db->write([&](db::Writer& writer) {
        return envelope::open(writer, "hdf-videoprotection", "2022", "Vidéoprotection 2022", cents,
                              {.actor = finance.id, .at = clock.now(), .act = "2022.00001", .reason = "vote"});
    }));
}

application::State SiteFixture::state_of(ApplicationId id) {
    auto file = db->read([&](db::Reader& r) { return application::find(r, id); });
    REQUIRE(file);
    return file->state;
}

application::ApplicationView SiteFixture::view(ApplicationId id, const Someone& who) {
    return done(db->read([&](db::Reader& r) { return application::load(desk, r, id, principal(who)); }));
}

std::string SiteFixture::small_pdf(std::string_view text) {
    documents::Doc doc;
    doc.title = std::string(text);
    doc.blocks.emplace_back(documents::Paragraph{documents::plain(std::string(text)), {}, {}, {}});
    return done(documents::PdfWriter().write(doc));
}

}  // namespace beffroi::aides::pages
