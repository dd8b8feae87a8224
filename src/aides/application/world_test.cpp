#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "aides/application/test_support.hpp"

namespace beffroi::aides::application::testing {

namespace {

using accounts::MembershipRole;
using accounts::Role;

constexpr std::string_view kTerritory = R"(
INSERT INTO region VALUES ('32', 'Hauts-de-France');
INSERT INTO departement VALUES ('59', 'Nord', '32'), ('62', 'Pas-de-Calais', '32');
INSERT INTO territory_package VALUES ('2.0.0', 2022, 2022, 2019, 2022, 2022, 2019, 0), ('3.0.0', 2023, 2023, 2020, 2023, 2023, 2020, 0);
INSERT INTO commune VALUES
 ('62502', 'Lestrem', '216205021', '', '62', '32', '62136', 2022, 2023, NULL),
 ('59172', 'Denain', '215901729', '', '59', '32', '59220', 2022, 2023, NULL),
 ('62732', 'Sachin', '216207324', '', '62', '32', '62550', 2022, 2023, NULL),
 ('59535', 'Saint-Jans-Cappel', '215905357', '', '59', '32', '59270', 2022, 2023, NULL);
INSERT INTO commune_state SELECT code, name, siren, '', 12582912 FROM commune;
INSERT INTO population_source VALUES (1, '2.0.0', 'communes.json', 'municipale', 2022, 2019, 2022),
 (2, '3.0.0', 'communes.json', 'municipale', 2023, 2020, 2023);
INSERT INTO population VALUES (1, '62502', 4595), (1, '59172', 19877), (1, '62732', 320), (1, '59535', 1700),
 (2, '62502', 4600), (2, '59172', 20415), (2, '62732', 318), (2, '59535', 1710);
)";

std::unique_ptr<db::Database> stocked_database(const std::string& path) {
    auto database = db::migrated_database(path);
    auto done = database->write([](db::Writer& writer) -> base::Status {
        writer.script(kTerritory);
        return {};
    });
    REQUIRE(done);
    return database;
}

correspondence::Sender sender() {
    return {.lines = {"Région Hauts-de-France", "151 avenue du président Hoover", "59555 Lille Cedex"},
            .place = "Lille",
            .signatory_function = "Pour le président du conseil régional et par délégation",
            .signatory_name = "La directrice de la sécurité",
            .service = "Mission vidéoprotection",
            .email = "service@example.org",
            .phone = "03 20 00 00 00",
            .contact = "service@example.org",
            .court = "Tribunal administratif de Lille",
            .mail_name = "Région",
            .mail_address = "ne-pas-repondre@example.org",
            .portal = "http://127.0.0.1:8080"};
}

std::string small_pdf() {
    documents::Doc doc;
    doc.title = "Délibération";
    doc.blocks.emplace_back(
        documents::Paragraph{documents::plain("Le conseil municipal approuve l’opération."), {}, {}, {}});
    return base::value_or_throw(documents::PdfWriter().write(doc));
}

}  // namespace

std::string file_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

World::World(std::int64_t cents, std::string edition_source)
    : db(stocked_database(folder.file("desk.db"))),
      clock(base::from_paris(base::make_date(2022, 5, 2), 10, 0)),
      catalogue(base::value_or_throw(base::Catalogue::load("locale"))),
      directory(base::value_or_throw(territory::Directory::load(*db))),
      blobs(base::value_or_throw(documents::BlobStore::open(folder.path() / "blobs"))),
      templates(base::value_or_throw(documents::LetterTemplates::load("templates/fr"))),
      scanner(base::value_or_throw(documents::Scanner::make({}))),
      office{templates, blobs, sender()},
      desk{*db, *directory, editions, office, inspector, scanner, catalogue, clock},
      pdf(small_pdf()) {
    if (edition_source.empty()) edition_source = file_text("schemes/hdf-videoprotection/2022.toml");
    const auto cases = file_text("schemes/hdf-videoprotection/2022.cases.toml");
    auto opened = db->write([&](db::Writer& writer) -> base::Status {
        edition = TRY(publish(writer, edition_source, cases, {}, clock.now()));
        envelope = TRY(envelope::open(writer, "hdf-videoprotection", "2022", "Vidéoprotection 2022", base::Cents{cents},
                                      {.actor = {}, .at = clock.now(), .act = "2022.00001", .reason = "vote"}));
        return {};
    });
    if (!opened) FAIL(opened.error().detail);
    const std::vector<std::string_view> towns = {kLestrem, kSachin, kSaintJans};
    std::vector<std::pair<std::string_view, MembershipRole>> writes;
    std::vector<std::pair<std::string_view, MembershipRole>> signs;
    for (const auto town : towns) {
        writes.emplace_back(town, MembershipRole::Applicant);
        signs.emplace_back(town, MembershipRole::Cosigner);
    }
    secretary_of_town = person("secretaire@lestrem.example.org", "Claire Dubois", {Role::Applicant}, writes);
    mayor = person("maire@lestrem.example.org", "Jeanne Martin", {Role::Cosigner}, signs);
    stranger =
        person("maire@denain.example.org", "Paul Petit", {Role::Cosigner}, {{kDenain, MembershipRole::Cosigner}});
    officer = person("instructeur@region.example.org", "Luc Moreau", {Role::Officer}, {});
    other_officer = person("instructrice@region.example.org", "Nadia Leroy", {Role::Officer}, {});
    head = person("cheffe@region.example.org", "Anne Roux", {Role::Head}, {});
    assembly = person("assemblees@region.example.org", "Marc Simon", {Role::Secretary}, {});
    auditor = person("audit@region.example.org", "Inès Blanc", {Role::Auditor}, {});
    admin = person("admin@region.example.org", "Éric Noir", {Role::Admin}, {});
}

Actor World::person(const std::string& email, const std::string& name, accounts::RoleSet roles,
                    const std::vector<std::pair<std::string_view, MembershipRole>>& memberships) {
    constexpr db::Query kPerson{
        "test_person",
        "INSERT INTO person (email, email_key, name, name_key, created_ms) VALUES ($1, $1, $2, $2, 0) "
        "RETURNING id"};
    constexpr db::Query kRole{
        "test_role", "INSERT INTO person_role (person_id, role, granted_by, granted_ms) VALUES ($1, $2, 0, 0)"};
    Actor actor;
    actor.name = name;
    actor.email = email;
    actor.roles = roles;
    auto done = db->write([&](db::Writer& writer) -> base::Status {
        actor.id = writer.insert<accounts::PersonId>(kPerson, {email, name});
        for (const auto role : accounts::kAllRoles)
            if (roles.has(role) && accounts::is_region_role(role))
                writer.execute(kRole, {actor.id, accounts::role_name(role)});
        return {};
    });
    REQUIRE(done);
    for (const auto& [siren, role] : memberships) actor.memberships.push_back({{}, std::string(siren), role});
    return actor;
}

const Actor& World::as(Party party) const {
    switch (party) {
        case Party::Applicant:
            return secretary_of_town;
        case Party::Cosigner:
            return mayor;
        case Party::Officer:
            return officer;
        case Party::Head:
            return head;
        case Party::Secretary:
            return assembly;
    }
    return stranger;
}

Fields World::good_form(const std::string& euros) const {
    return {{"title", "Vidéoprotection du centre-bourg"},
            {"description", "Installation de 47 caméras aux entrées de la commune."},
            {"nature", "extension"},
            {"cameras", "47"},
            {"places", "Mairie, école, entrées de ville"},
            {"purpose", "Prévention des atteintes à la sécurité des personnes et des biens"},
            {"start_on", "01/09/2022"},
            {"end_on", "31/12/2022"},
            {"contact.name", "Claire Dubois"},
            {"contact.email", "secretaire@lestrem.example.org"},
            {"signatory.name", "Jeanne Martin"},
            {"signatory.role", "Madame la Maire"},
            {"expense.1.label", "Caméras"},
            {"expense.1.category", "cameras"},
            {"expense.1.quantity", "47"},
            {"expense.1.ht", euros},
            {"expense.1.vat", "20"},
            {"expense.2.label", "Maintenance"},
            {"expense.2.category", "maintenance"},
            {"expense.2.ht", "1 000,00"},
            {"expense.2.vat", "20 %"},
            {"funding.1.source", "detr"},
            {"funding.1.amount", "500"},
            {"undertaking.accurate", "yes"},
            {"undertaking.authorisation", "yes"},
            {"undertaking.own_share", "yes"},
            {"undertaking.publicity", "yes"}};
}

ApplicationId World::draft(std::string_view siren, const std::string& euros) {
    auto created =
        create_draft(desk, {.edition = edition, .siren = std::string(siren), .another = true}, secretary_of_town);
    if (!created) FAIL(created.error().detail);
    auto saved = autosave(desk, created->id, 0, {.set = good_form(euros), .remove_rows = {}}, secretary_of_town);
    if (!saved) FAIL(saved.error().detail);
    return created->id;
}

void World::attach_all(ApplicationId id) {
    for (const char* kind : {"resolution", "quotes"}) {
        auto done =
            attach(desk, id, {.kind = kind, .file_name = "piece.pdf", .bytes = pdf, .replaces = {}}, secretary_of_town);
        if (!done) FAIL(done.error().detail);
    }
}

ApplicationId World::filed(std::string_view siren, const std::string& euros) {
    const auto id = draft(siren, euros);
    attach_all(id);
    auto asked = perform(desk, id, Action::RequestSignature, secretary_of_town);
    if (!asked) FAIL(key_of(asked.error()));
    auto done = perform(desk, id, Action::File, mayor);
    if (!done) FAIL(key_of(done.error()) << " " << done.error().detail);
    return id;
}

ApplicationId World::reviewed(std::string_view siren, const std::string& euros) {
    const auto id = filed(siren, euros);
    for (const auto action : {Action::DeclareComplete, Action::StartReview}) {
        auto done = perform(desk, id, action, officer);
        if (!done) FAIL(key_of(done.error()) << " " << done.error().detail);
    }
    auto lines = db->read([&](db::Reader& reader) { return proposed_review(desk, reader, id); });
    REQUIRE(lines);
    auto done = review_lines(desk, id, *lines, officer);
    if (!done) FAIL(key_of(done.error()));
    return id;
}

SittingId World::sitting() {
    constexpr db::Query kSitting{
        "test_sitting",
        "INSERT INTO sitting (name, held_on, status, provenance, created_by, created_ms) "
        "VALUES ('Commission permanente', '2022-11-22', 'preparing', 'live', 0, 0) RETURNING id"};
    return base::value_or_throw(
        db->write([&](db::Writer& w) -> base::Result<SittingId> { return w.insert<SittingId>(kSitting, {}); }));
}

void World::vote(SittingId sitting, ApplicationId id, const std::string& proposal, int in_favour, int against) {
    sql(
        fmt::format("INSERT INTO sitting_vote (sitting_id, position, title, members, voting, in_favour, against, "
                    "abstaining, recorded_by, recorded_ms) VALUES ({0}, 1, 'Lot', 100, {3}, {1}, {2}, 0, 0, 0)",
                    sitting.value, in_favour, against, in_favour + against));
    sql(fmt::format(
        "INSERT INTO sitting_item (sitting_id, application_id, position, proposal, base_cents, rate, "
        "proposed_cents, state, vote_id) SELECT {0}, id, 1, '{2}', base_cents, rate, proposed_cents, 'listed', "
        "(SELECT max(id) FROM sitting_vote) FROM application WHERE id = {1}",
        sitting.value, id.value, proposal));
    sql(fmt::format(
        "UPDATE sitting SET status = 'held', resolution_number = '2022.01789', transmitted_ms = 1 WHERE id = {}",
        sitting.value));
    sql(fmt::format("UPDATE application SET sitting_id = {} WHERE id = {}", sitting.value, id.value));
}

void World::sql(const std::string& text) {
    auto done = db->write([&](db::Writer& writer) -> base::Status {
        writer.script(text);
        return {};
    });
    REQUIRE(done);
}

Application World::row(ApplicationId id) {
    auto found = db->read([&](db::Reader& reader) { return find(reader, id); });
    REQUIRE(found);
    return *found;
}

envelope::Balance World::balance() {
    return db->read([&](db::Reader& r) { return base::value_or_throw(envelope::balance(r, envelope)); });
}

}  // namespace beffroi::aides::application::testing
