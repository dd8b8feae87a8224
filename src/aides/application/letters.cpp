#include "aides/application/letters.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace beffroi::aides::application {

namespace {

using base::Language;
using documents::LetterKind;
using documents::Tags;

constexpr db::Query kOpenPieces{"letter_open_pieces",
                                "SELECT kind, reason, note, due_on FROM piece_request WHERE application_id = $1 AND "
                                "closed_ms IS NULL AND answered_ms IS NULL ORDER BY id"};
constexpr db::Query kPresent{"letter_present",
                             "SELECT DISTINCT kind FROM document WHERE application_id = $1 AND replaced_by IS NULL AND "
                             "withdrawn_ms IS NULL ORDER BY kind"};
constexpr db::Query kOrderNumber{"letter_order_number",
                                 "INSERT INTO counter (name, value) VALUES ($1, 1) "
                                 "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"};

bool starts_with_vowel(std::string_view name) {
    const auto folded = base::fold(name);
    return !folded.empty() && std::string_view("aeiouyh").find(folded.front()) != std::string_view::npos;
}

// "de" with the name: d’Arras, du Quesnoy, des Attaques, de La Bassée, de Lille.
std::string of(std::string_view name) {
    if (name.starts_with("Le ")) return "du " + std::string(name.substr(3));
    if (name.starts_with("Les ")) return "des " + std::string(name.substr(4));
    if (starts_with_vowel(name)) return "d’" + std::string(name);
    return "de " + std::string(name);
}

}  // namespace

std::string with_article(std::string_view name, bool commune) {
    if (commune) return "la commune " + of(name);
    constexpr std::pair<std::string_view, std::string_view> kKinds[] = {{"CC ", "la communauté de communes "},
                                                                        {"CA ", "la communauté d’agglomération "},
                                                                        {"CU ", "la communauté urbaine "}};
    for (const auto& [prefix, words] : kKinds)
        if (name.starts_with(prefix)) return std::string(words) + std::string(name.substr(prefix.size()));
    if (name.starts_with("Métropole"))
        return "la métropole" + std::string(name.substr(std::string_view("Métropole").size()));
    return std::string(name);
}

namespace internal {

namespace {

std::string on(base::Date date) {
    return base::format_date(date, Language::Fr);
}

// Letters are in French whatever the language of the pages.
class Writer {
  public:
    explicit Writer(const LetterContext& context) : c_(context), text_(context.desk.catalogue, Language::Fr) {}

    base::Result<Tags> tags(LetterKind kind, std::string_view order_number);

  private:
    void addressee();
    void common(LetterKind kind);
    void missing_pieces_listed();
    void money();
    void decision();
    void order(std::string_view number);
    std::vector<std::string> rejected_lines();
    std::vector<std::string> payment_pieces();
    std::vector<std::string> payment_terms();
    std::string label_of(std::string_view kind);

    const LetterContext& c_;
    base::Text text_;
    Fields fields_;
    Tags tags_;
};

std::string Writer::label_of(std::string_view kind) {
    for (const auto& document : c_.edition.model().documents)
        if (document.key == kind) return document.label.fr;
    return std::string(text_(kind == "form" ? "application.piece.form" : "application.piece.other"));
}

void Writer::addressee() {
    const auto field = [&](std::string_view name) {
        auto found = fields_.find(name);
        return found == fields_.end() ? std::string() : std::string(base::trim(found->second));
    };
    const auto role = field("signatory.role");
    std::vector<std::string> lines;
    const auto add = [&](std::string line) {
        if (!line.empty()) lines.push_back(std::move(line));
    };
    add(field("signatory.name"));
    add(role);
    add(c_.file.applicant_name);
    if (const auto code = territory::InseeCode::parse(c_.file.insee)) {
        const auto postal = c_.desk.territory.postal_codes(*code);
        if (!postal.empty()) add(fmt::format("{:05} {}", postal.front(), c_.file.applicant_name));
    }
    tags_.set("destinataire", std::move(lines));
    const bool says_title = role.starts_with("Madame") || role.starts_with("Monsieur");
    tags_.set("civilite", says_title ? role : std::string(text_("application.letter.salutation")));
}

void Writer::common(LetterKind kind) {
    correspondence::set_sender(tags_, c_.desk.office.sender, kind);
    addressee();
    tags_.set("beneficiaire", with_article(c_.file.applicant_name, !c_.file.insee.empty()));
    tags_.set("dispositif", c_.edition.model().title.fr);
    tags_.set("edition", c_.edition.model().edition);
    tags_.set("numero_dossier", c_.file.number);
    tags_.set("projet", c_.file.title);
    // A letter leaves the portal: it says itself that nobody decided it.
    if (c_.file.provenance != Provenance::Live)
        tags_.set("mention",
                  std::string(text_(c_.file.provenance == Provenance::Real ? "application.letter.reconstructed"
                                                                           : "application.letter.simulated")));
}

void Writer::missing_pieces_listed() {
    std::vector<std::string> lines;
    std::string due;
    c_.writer.query(kOpenPieces, {c_.file.id}, [&](const db::Row& row) {
        auto line = label_of(row.text(0)) + " : " + std::string(text_("application.piece_reason." + row.string(1)));
        if (!row.text(2).empty()) line += " (" + row.string(2) + ")";
        lines.push_back(std::move(line));
        due = on(row.date(3));
    });
    tags_.set("pieces_manquantes", std::move(lines));
    tags_.set("date_limite", due);
    tags_.set("base_reglementaire", std::string(text_("application.letter.pieces_law")));
}

void Writer::money() {
    const auto& file = c_.file;
    tags_.set("montant", base::format_euros(file.granted, Language::Fr));
    tags_.set("montant_lettres", documents::amount_in_words(file.granted));
    tags_.set("base_eligible", base::format_euros(file.base, Language::Fr));
    tags_.set("taux", file.rate.per_10000 > 0 ? base::format_percent(file.rate, Language::Fr)
                                              : std::string(text_("application.letter.flat")));
    tags_.set("pieces_versement", payment_pieces());
}

void Writer::decision() {
    if (c_.findings.held_on) tags_.set("date_seance", on(*c_.findings.held_on));
    tags_.set("numero_deliberation", c_.findings.resolution);
}

std::vector<std::string> Writer::rejected_lines() {
    std::vector<std::string> lines;
    for (const auto& line : expense_rows(c_.writer, c_.file.id, c_.file.version)) {
        if (!line.retained || *line.retained >= line.ht) continue;
        lines.push_back(line.label + " (" + euros(line.ht - *line.retained) + ") : " + line.reject_reason);
    }
    return lines;
}

std::vector<std::string> Writer::payment_pieces() {
    std::vector<std::string> lines;
    for (const auto& document : c_.edition.model().documents) {
        const auto today = base::paris_date(c_.desk.clock.now());
        if (document.due.value_or(today, scheme::Due::Filing) == scheme::Due::Payment)
            lines.push_back(document.label.fr);
    }
    return lines;
}

std::vector<std::string> Writer::payment_terms() {
    const auto today = base::paris_date(c_.desk.clock.now());
    const auto& terms = c_.edition.model().payment;
    std::vector<std::string> lines;
    if (const auto advance = terms.advance_max.value_or(today, {}); advance.per_10000 > 0)
        lines.push_back(text_("application.letter.advance", {{"rate", base::format_percent(advance, Language::Fr)}}));
    if (const auto most = terms.instalments_max.value_or(today, {}); most.per_10000 > 0)
        lines.push_back(text_("application.letter.instalments", {{"rate", base::format_percent(most, Language::Fr)}}));
    lines.emplace_back(text_("application.letter.balance"));
    return lines;
}

void Writer::order(std::string_view number) {
    tags_.set("numero_arrete", std::string(number));
    tags_.set("siren", c_.file.siren);
    // The template names the resolution and the request itself.
    tags_.set("visas", std::vector<std::string>{std::string(text_("application.letter.visa_code"))});
    tags_.set("modalites_versement", payment_terms());
}

base::Result<Tags> Writer::tags(LetterKind kind, std::string_view order_number) {
    fields_ = TRY(fields_of(c_.writer, c_.file.id));
    common(kind);
    const auto now = base::paris_date(c_.desk.clock.now());
    const auto filed = c_.file.filed ? on(base::paris_date(*c_.file.filed)) : std::string();
    const auto implicit = c_.file.implicit_rejection ? on(*c_.file.implicit_rejection) : std::string();
    switch (kind) {
        case LetterKind::Receipt: {
            std::vector<std::string> pieces;
            c_.writer.query(kPresent, {c_.file.id},
                            [&](const db::Row& row) { pieces.push_back(label_of(row.text(0))); });
            tags_.set("date_depot", filed).set("date_rejet_implicite", implicit).set("pieces", std::move(pieces));
            if (c_.file.asked > base::Cents{}) tags_.set("montant_demande", euros(c_.file.asked));
            break;
        }
        case LetterKind::Incomplete:
            tags_.set("date_depot", filed);
            missing_pieces_listed();
            break;
        case LetterKind::Complete:
            tags_.set("date_depot", filed).set("date_rejet_implicite", implicit).set("date_complet", on(now));
            break;
        case LetterKind::WaitingList:
            tags_.set("date_rejet_implicite", implicit);
            if (c_.findings.choice) {
                tags_.set("explication", text_(c_.findings.choice->why));
                tags_.set("rang", std::to_string(c_.findings.choice->rank));
            }
            tags_.set("montant_probable", euros(c_.findings.amount));
            break;
        case LetterKind::Adjourned:
            if (c_.findings.held_on) tags_.set("date_seance", on(*c_.findings.held_on));
            tags_.set("motif", c_.params.reason);
            break;
        case LetterKind::Granted:
            decision();
            money();
            tags_.set("depenses_ecartees", rejected_lines());
            if (!order_number.empty()) tags_.set("numero_arrete", std::string(order_number));
            break;
        case LetterKind::Refused:
            decision();
            tags_.set("motifs", std::vector<std::string>{c_.file.refusal_reason});
            break;
        case LetterKind::Order:
            decision();
            money();
            order(order_number);
            break;
    }
    return std::move(tags_);
}

std::string title_of(const Desk& desk, LetterKind kind) {
    return std::string(
        desk.catalogue.text(Language::Fr, "application.letter_title." + std::string(documents::template_name(kind))));
}

base::Result<correspondence::NewLetter> letter(const LetterContext& c, LetterKind kind, std::string_view number) {
    return correspondence::NewLetter{kind,
                                     {.kind = std::string(documents::template_name(kind)),
                                      .number = kind == LetterKind::Order ? std::string(number) : std::string(),
                                      .application = c.file.id,
                                      .sitting = {},
                                      .title = title_of(c.desk, kind),
                                      .tags = TRY(Writer(c).tags(kind, number))}};
}

base::Result<std::vector<correspondence::ActId>> issue(const LetterContext& c,
                                                       std::span<const correspondence::NewLetter> letters) {
    const auto now = c.desk.clock.now();
    return correspondence::issue_letters(c.writer, c.desk.office, letters, base::paris_date(now), c.actor.id, now);
}

struct Recipient {
    std::string email;
    Language language = Language::Fr;
};

constexpr db::Query kPerson{"letter_person",
                            "SELECT email, language FROM person WHERE id = $1 AND disabled_ms IS NULL"};

std::optional<Recipient> person(db::Reader& reader, PersonId id) {
    return reader.first(kPerson, {id}, [](const db::Row& row) {
        return Recipient{row.string(0), row.text(1) == "en" ? Language::En : Language::Fr};
    });
}

std::string service_address(const Desk& desk) {
    const auto& sender = desk.office.sender;
    return sender.email.empty() ? sender.contact : sender.email;
}

void add_recipient(std::vector<Recipient>& all, Recipient one) {
    if (!documents::check_address(one.email)) return;
    const auto same = [&](const Recipient& other) { return other.email == one.email; };
    if (std::none_of(all.begin(), all.end(), same)) all.push_back(std::move(one));
}

base::Result<std::vector<Recipient>> applicant_recipients(db::Reader& reader, const Application& file) {
    std::vector<Recipient> all;
    for (const auto id : {file.filed_by, file.signature_requested_by, file.created_by})
        if (auto found = id ? person(reader, id) : std::nullopt) add_recipient(all, std::move(*found));
    const auto fields = TRY(fields_of(reader, file.id));
    if (const auto contact = fields.find("contact.email"); contact != fields.end())
        add_recipient(all, {std::string(base::trim(contact->second)), Language::Fr});
    return all;
}

base::Status send(const Desk& desk, db::Writer& writer, const Application& file,
                  const std::vector<Recipient>& recipients, std::string_view key, correspondence::ActId act,
                  std::string_view path, std::string_view note = {}) {
    for (const auto& recipient : recipients) {
        const base::Text text(desk.catalogue, recipient.language);
        const auto link = desk.office.sender.portal + std::string(path) + std::to_string(file.id.value);
        const auto prefix = "application.mail." + std::string(key);
        auto body =
            text(prefix + ".body", {{"number", file.number}, {"title", file.title}, {"link", link}, {"note", note}});
        body += "\n\n" + desk.office.sender.service + "\n" + desk.office.sender.contact;
        TRY(correspondence::queue(writer,
                                  {.application = file.id,
                                   .act = act,
                                   .recipient = recipient.email,
                                   .subject = text(prefix + ".subject", {{"number", file.number}}),
                                   .body = std::move(body)},
                                  desk.clock.now()));
    }
    return {};
}

}  // namespace

base::Result<correspondence::ActId> issue_letter(const LetterContext& context, LetterKind kind) {
    const std::array letters{TRY(letter(context, kind, {}))};
    return TRY(issue(context, letters)).front();
}

base::Result<std::vector<correspondence::ActId>> issue_decision(const LetterContext& c) {
    if (c.file.decision != "granted") {
        const std::array refusal{TRY(letter(c, LetterKind::Refused, {}))};
        return issue(c, refusal);
    }
    const auto year = static_cast<int>(base::paris_date(c.desk.clock.now()).year());
    const auto counter = fmt::format("AR-{}", year);
    const auto number = fmt::format("{}-{:05}", counter, c.writer.number(kOrderNumber, {counter}));
    const std::array both{TRY(letter(c, LetterKind::Granted, number)), TRY(letter(c, LetterKind::Order, number))};
    return issue(c, both);
}

base::Status mail_applicant(const LetterContext& c, Action action, correspondence::ActId act) {
    return send(c.desk, c.writer, c.file, TRY(applicant_recipients(c.writer, c.file)), name(action), act,
                c.desk.office.sender.applicant_path, c.params.reason);
}

base::Status mail_officer(const LetterContext& c, Action action) {
    std::vector<Recipient> recipients;
    if (auto officer = c.file.officer ? person(c.writer, c.file.officer) : std::nullopt)
        add_recipient(recipients, std::move(*officer));
    else
        add_recipient(recipients, {service_address(c.desk), Language::Fr});
    return send(c.desk, c.writer, c.file, recipients, "officer_" + std::string(name(action)), {},
                c.desk.office.sender.region_path);
}

base::Status mail_expert(const LetterContext& c, const OpinionAsk& ask, base::Date due_on, std::string_view token) {
    const base::Text text(c.desk.catalogue, Language::Fr);
    const auto link = c.desk.office.sender.portal + c.desk.office.sender.opinion_path + std::string(token);
    auto body = text("application.mail.expert.body", {{"number", c.file.number},
                                                      {"applicant", c.file.applicant_name},
                                                      {"question", ask.question},
                                                      {"date", on(due_on)},
                                                      {"link", link}});
    body += "\n\n" + c.desk.office.sender.service + "\n" + c.desk.office.sender.contact;
    TRY(correspondence::queue(c.writer,
                              {.application = c.file.id,
                               .act = {},
                               .recipient = ask.email,
                               .subject = text("application.mail.expert.subject", {{"number", c.file.number}}),
                               .body = std::move(body)},
                              c.desk.clock.now()));
    return {};
}

base::Status mail_of_message(const Desk& desk, db::Writer& writer, const Application& file, bool to_applicant) {
    if (to_applicant)
        return send(desk, writer, file, TRY(applicant_recipients(writer, file)), "message", {},
                    desk.office.sender.applicant_path);
    std::vector<Recipient> recipients;
    if (auto officer = file.officer ? person(writer, file.officer) : std::nullopt)
        add_recipient(recipients, std::move(*officer));
    else
        add_recipient(recipients, {service_address(desk), Language::Fr});
    return send(desk, writer, file, recipients, "officer_message", {}, desk.office.sender.region_path);
}

}  // namespace internal

}  // namespace beffroi::aides::application
