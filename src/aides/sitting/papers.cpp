#include "aides/sitting/papers.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "aides/application/editions.hpp"
#include "aides/application/view.hpp"
#include "aides/correspondence/acts.hpp"
#include "aides/envelope/ledger.hpp"
#include "documents/pdf.hpp"

namespace beffroi::aides::sitting {

namespace {

using application::Desk;
using base::Cents;
using base::Language;
using documents::Align;
using documents::Doc;
using documents::RowKind;

constexpr Language kFrench = Language::Fr;

std::string euros(Cents amount) {
    return base::format_euros(amount, kFrench);
}

std::string department_name(const Desk& desk, std::string_view code) {
    auto parsed = territory::DepartementCode::parse(code);
    std::string_view name = parsed ? desk.territory.name_of(*parsed) : std::string_view();
    return name.empty() ? std::string(code) : fmt::format("{} ({})", name, code);
}

std::string institution(const Desk& desk) {
    return desk.office.sender.lines.empty() ? std::string() : desk.office.sender.lines.front();
}

bool decided(const View& view) {
    return view.sitting.status == Status::Held || view.sitting.status == Status::Published;
}

// The rows of the annex: before the session what is proposed, after it what was granted.
std::vector<const Item*> annex_rows(const View& view) {
    std::vector<const Item*> rows;
    for (const Item& item : view.items) {
        bool shown = decided(view) ? item.outcome == Outcome::Granted
                                   : item.state == ItemState::Listed && item.proposal == Proposal::Grant;
        if (shown) rows.push_back(&item);
    }
    return rows;
}

std::vector<const Item*> refusal_rows(const View& view) {
    std::vector<const Item*> rows;
    for (const Item& item : view.items) {
        bool shown = decided(view) ? item.outcome == Outcome::Refused
                                   : item.state == ItemState::Listed && item.proposal == Proposal::Refusal;
        if (shown) rows.push_back(&item);
    }
    return rows;
}

std::string provenance_note(const View& view) {
    bool simulated = view.sitting.provenance == "simulated";
    bool real = false;
    for (const Item& item : view.items) {
        simulated = simulated || item.provenance == "simulated";
        real = real || item.provenance == "real";
    }
    if (!simulated) return {};
    return real ? "Document de démonstration : montants simulés, sauf les lignes marquées « réel », tirées de sources "
                  "publiques."
                : "Document de démonstration : toutes les données sont simulées.";
}

std::string mark(const Item& item) {
    return item.provenance == "real" ? " (réel)" : item.provenance == "simulated" ? " (simulé)" : "";
}

std::string nature_name(const Desk& desk, const Item& item) {
    return std::string(desk.catalogue.text(kFrench, "sitting.nature." + item.nature));
}

Doc blank(const Desk& desk, const View& view, std::string title) {
    Doc doc;
    doc.title = std::move(title);
    doc.author = institution(desk);
    doc.date = view.sitting.held_on;
    doc.header = fmt::format("{} — {}", institution(desk), view.sitting.name);
    doc.footer = provenance_note(view);
    doc.draft = view.sitting.status == Status::Preparing;
    return doc;
}

void add_note(Doc& doc, const View& view) {
    if (std::string note = provenance_note(view); !note.empty())
        doc.blocks.emplace_back(documents::Paragraph{.spans = {{note, true, false}}, .small = true});
}

void paragraph(Doc& doc, std::string text) {
    doc.blocks.emplace_back(documents::Paragraph{.spans = documents::parse_spans(text)});
}

struct Group {
    std::string department;
    std::vector<const Item*> rows;
    Cents base;
    Cents amount;
};

std::vector<Group> by_department(const std::vector<const Item*>& rows) {
    std::map<std::string, Group> groups;
    for (const Item* item : rows) {
        Group& group = groups[item->department];
        group.department = item->department;
        group.rows.push_back(item);
        group.base += item->base;
        group.amount += amount_of(*item);
    }
    std::vector<Group> sorted;
    for (auto& [code, group] : groups) sorted.push_back(std::move(group));
    return sorted;
}

std::string code_of(const Item& item) {
    return item.insee.empty() ? item.siren : item.insee;
}

std::string plural(std::size_t count, std::string_view one, std::string_view many) {
    return fmt::format("{}\u00a0{}", base::format_count(static_cast<std::int64_t>(count), kFrench),
                       count > 1 ? many : one);
}

base::Status keep(const Desk& desk, db::Writer& writer, const View& view, std::string kind, std::string number,
                  const Doc& doc, const application::Actor& actor) {
    documents::PdfWriter pdf;
    std::string bytes = TRY(pdf.write(doc));
    correspondence::NewAct act{
        .kind = std::move(kind), .number = std::move(number), .sitting = view.sitting.id, .title = doc.title};
    auto id = TRY(correspondence::draft_document(writer, desk.office, act, bytes));
    return correspondence::issue(writer, id, act.tags, actor.id, desk.clock.now());
}

}  // namespace

std::vector<EnvelopeLine> envelope_lines(const Desk& desk, db::Reader& reader, const View& view) {
    std::map<std::int64_t, EnvelopeLine> lines;
    for (const Item* item : annex_rows(view)) {
        auto file = application::find(reader, item->application);
        if (!file) continue;
        auto [at, fresh] = lines.try_emplace(file->edition.value);
        EnvelopeLine& line = at->second;
        if (fresh) {
            auto row = application::find_edition(reader, file->edition);
            auto edition = desk.editions.get(reader, file->edition);
            if (!row || !edition) continue;
            line.edition = row->name();
            line.title = (*edition)->model().title.fr;
            for (const auto& basis : (*edition)->model().legal_basis) line.legal_basis.push_back(basis.text.fr);
            if (auto envelope = envelope::find(reader, row->scheme, row->edition)) {
                line.authorised = envelope->balance.authorised;
                line.committed = envelope->balance.committed;
                line.reserved = envelope->balance.reserved;
            }
        }
        line.proposed += amount_of(*item);
        ++line.rows;
    }
    std::vector<EnvelopeLine> sorted;
    for (auto& [id, line] : lines) sorted.push_back(std::move(line));
    return sorted;
}

Doc report(const Desk& desk, const View& view, const std::vector<EnvelopeLine>& envelopes) {
    Doc doc = blank(desk, view, fmt::format("Rapport n° {} — Aides à la vidéoprotection", view.sitting.report_number));
    doc.blocks.emplace_back(documents::Heading{1, doc.title});
    doc.blocks.emplace_back(
        documents::KeyValues{{{"Séance", view.sitting.name},
                              {"Date", base::format_date(view.sitting.held_on, kFrench)},
                              {"Objet", "Attribution de subventions d’équipement"},
                              {"Demandes", plural(annex_rows(view).size(), "aide proposée", "aides proposées")},
                              {"Montant", euros(total(view))}}});
    add_note(doc, view);
    doc.blocks.emplace_back(documents::Heading{2, "Le cadre"});
    for (const EnvelopeLine& line : envelopes) {
        paragraph(doc, fmt::format("**{}** ({}).", line.title, line.edition));
        documents::BulletList bases;
        for (const std::string& text : line.legal_basis) bases.items.push_back(documents::plain(text));
        if (!bases.items.empty()) doc.blocks.emplace_back(std::move(bases));
    }
    doc.blocks.emplace_back(documents::Heading{2, "L’enveloppe"});
    documents::Table money{.caption = "État de l’enveloppe, dans lequel les aides proposées sont déjà réservées",
                           .columns = {{"Édition", 3, Align::Left},
                                       {"Ouvert", 2, Align::Right},
                                       {"Déjà engagé", 2, Align::Right},
                                       {"Réservé", 2, Align::Right},
                                       {"Proposé ici", 2, Align::Right},
                                       {"Reste libre", 2, Align::Right}}};
    for (const EnvelopeLine& line : envelopes)
        money.rows.push_back({{line.edition, euros(line.authorised), euros(line.committed), euros(line.reserved),
                               euros(line.proposed), euros(line.authorised - line.committed - line.reserved)}});
    doc.blocks.emplace_back(std::move(money));
    doc.blocks.emplace_back(documents::Heading{2, "Les aides proposées par département"});
    documents::Table departments{
        .columns = {{"Département", 4, Align::Left}, {"Aides", 1, Align::Right}, {"Montant", 2, Align::Right}}};
    std::size_t rows = 0;
    for (const DepartmentTotal& d : department_totals(view)) {
        departments.rows.push_back(
            {{department_name(desk, d.department), base::format_count(d.rows, kFrench), euros(d.amount)}});
        rows += static_cast<std::size_t>(d.rows);
    }
    departments.rows.push_back(
        {{"Total", base::format_count(static_cast<std::int64_t>(rows), kFrench), euros(total(view))}, RowKind::Total});
    doc.blocks.emplace_back(std::move(departments));
    if (auto refusals = refusal_rows(view); !refusals.empty()) {
        doc.blocks.emplace_back(documents::Heading{2, "Les refus proposés"});
        documents::BulletList list;
        for (const Item* item : refusals)
            list.items.push_back(documents::plain(
                fmt::format("{} — {} ({}){}", item->number, item->applicant, item->department, mark(*item))));
        doc.blocks.emplace_back(std::move(list));
    }
    doc.blocks.emplace_back(documents::Heading{2, "La décision demandée"});
    paragraph(doc, fmt::format("Il est proposé d’attribuer {} pour un total de **{}**, selon l’annexe, et de les "
                               "engager sur les enveloppes ci-dessus.",
                               plural(annex_rows(view).size(), "aide", "aides"), euros(total(view))));
    return doc;
}

Doc annex(const Desk& desk, const View& view) {
    bool after = decided(view);
    Doc doc =
        blank(desk, view,
              after ? fmt::format("Annexe à la délibération n° {} — Aides attribuées", view.sitting.resolution_number)
                    : fmt::format("Annexe au rapport n° {} — Aides proposées", view.sitting.report_number));
    doc.landscape = true;
    doc.blocks.emplace_back(documents::Heading{1, doc.title});
    add_note(doc, view);
    documents::Table table{.columns = {{"Dossier", 2.2, Align::Left},
                                       {"Bénéficiaire", 4, Align::Left},
                                       {"Code", 1.5, Align::Left},
                                       {"Projet", 5, Align::Left},
                                       {"Dépense retenue HT", 2.4, Align::Right},
                                       {"Taux", 1.2, Align::Right},
                                       {"Aide", 2.2, Align::Right}},
                           .small = true};
    Cents base_total;
    std::size_t count = 0;
    for (const Group& group : by_department(annex_rows(view))) {
        table.rows.push_back({{department_name(desk, group.department)}, RowKind::Group});
        for (const Item* item : group.rows) {
            std::string project = fmt::format("{} — {}{}", nature_name(desk, *item), item->title, mark(*item));
            if (item->decided && *item->decided != item->proposed)
                project += fmt::format(" (amendé : {})", item->amendment);
            table.rows.push_back({{item->number, item->applicant, code_of(*item), std::move(project), euros(item->base),
                                   base::format_percent(item->rate, kFrench), euros(amount_of(*item))}});
        }
        table.rows.push_back({{"", fmt::format("Sous-total : {}", plural(group.rows.size(), "aide", "aides")), "", "",
                               euros(group.base), "", euros(group.amount)},
                              RowKind::Subtotal});
        base_total += group.base;
        count += group.rows.size();
    }
    table.rows.push_back({{"", fmt::format("Total : {}", plural(count, "aide", "aides")), "", "", euros(base_total), "",
                           euros(total(view))},
                          RowKind::Total});
    doc.blocks.emplace_back(std::move(table));
    return doc;
}

documents::Sheet annex_sheet(const Desk& desk, const View& view) {
    documents::Sheet sheet{
        .name = "Annexe",
        .title = fmt::format("{} — {}{}", view.sitting.name, decided(view) ? "aides attribuées" : "aides proposées",
                             provenance_note(view).empty() ? "" : " — " + provenance_note(view)),
        .columns = {{"Dossier", 3.2},
                    {"Département", 4},
                    {"Bénéficiaire", 6},
                    {"Code INSEE ou SIREN", 3.2},
                    {"Nature", 3},
                    {"Projet", 9},
                    {"Dépense retenue HT", 4},
                    {"Taux", 2},
                    {"Aide", 4},
                    {"Provenance", 2.6}},
        .summed_columns = {6, 8}};
    Cents base_total;
    for (const Group& group : by_department(annex_rows(view))) {
        for (const Item* item : group.rows)
            sheet.rows.push_back(
                {{item->number, department_name(desk, item->department), item->applicant, code_of(*item),
                  nature_name(desk, *item), item->title, item->base, item->rate, amount_of(*item),
                  std::string(desk.catalogue.text(kFrench, "sitting.provenance." + item->provenance))}});
        sheet.rows.push_back(
            {{documents::Empty{}, fmt::format("Sous-total {}", department_name(desk, group.department)),
              documents::Empty{}, documents::Empty{}, documents::Empty{}, documents::Empty{}, group.base,
              documents::Empty{}, group.amount, documents::Empty{}},
             documents::SheetRowKind::Subtotal});
        base_total += group.base;
    }
    sheet.rows.push_back(
        {{documents::Empty{}, std::string("Total"), documents::Empty{}, documents::Empty{}, documents::Empty{},
          documents::Empty{}, base_total, documents::Empty{}, total(view), documents::Empty{}},
         documents::SheetRowKind::Total});
    return sheet;
}

Doc resolution(const Desk& desk, const View& view) {
    Doc doc = blank(desk, view, fmt::format("Délibération n° {}", view.sitting.resolution_number));
    doc.blocks.emplace_back(documents::Heading{1, doc.title});
    paragraph(doc, fmt::format("**{}**", view.sitting.resolution_title));
    doc.blocks.emplace_back(documents::KeyValues{{{"Séance", view.sitting.name},
                                                  {"Date", base::format_date(view.sitting.held_on, kFrench)},
                                                  {"Rapport", view.sitting.report_number}}});
    add_note(doc, view);
    doc.blocks.emplace_back(documents::Heading{2, "Votes"});
    documents::Table votes{.columns = {{"Vote", 4, Align::Left},
                                       {"Membres", 1.5, Align::Right},
                                       {"Votants", 1.5, Align::Right},
                                       {"Pour", 1.1, Align::Right},
                                       {"Contre", 1.3, Align::Right},
                                       {"Abstentions", 2, Align::Right},
                                       {"Résultat", 1.8, Align::Left}}};
    for (const Vote& vote : view.votes) {
        const Counts& c = vote.counts;
        votes.rows.push_back(
            {{vote.title, fmt::to_string(c.members), fmt::to_string(c.voting), fmt::to_string(c.in_favour),
              fmt::to_string(c.against), fmt::to_string(c.abstaining), c.carried() ? "adopté" : "non adopté"}});
    }
    doc.blocks.emplace_back(std::move(votes));
    documents::BulletList recusals;
    for (const Item& item : view.items)
        for (const std::string& member : item.recusals)
            recusals.items.push_back(documents::plain(fmt::format("{} n’a pris part ni au débat ni au vote sur {} ({})",
                                                                  member, item.applicant, item.number)));
    if (!recusals.items.empty()) {
        doc.blocks.emplace_back(documents::Heading{2, "Déports"});
        doc.blocks.emplace_back(std::move(recusals));
    }
    doc.blocks.emplace_back(documents::Heading{2, "Décision"});
    auto granted = annex_rows(view);
    paragraph(doc, fmt::format("La commission permanente attribue {} pour un total de **{}**, selon l’annexe.",
                               plural(granted.size(), "subvention", "subventions"), euros(total(view))));
    documents::BulletList others;
    for (const Item& item : view.items) {
        if (item.outcome == Outcome::Refused)
            others.items.push_back(documents::plain(fmt::format("Refus : {} ({})", item.applicant, item.number)));
        if (item.outcome == Outcome::Adjourned)
            others.items.push_back(
                documents::plain(fmt::format("Ajourné : {} ({}). {}", item.applicant, item.number, item.amendment)));
        if (item.outcome == Outcome::Withdrawn)
            others.items.push_back(
                documents::plain(fmt::format("Retiré : {} ({}). {}", item.applicant, item.number, item.amendment)));
    }
    if (!others.items.empty()) doc.blocks.emplace_back(std::move(others));
    return doc;
}

Doc agenda_paper(const Desk& desk, const View& view) {
    Doc doc = blank(desk, view, fmt::format("Ordre du jour — {}", view.sitting.name));
    doc.blocks.emplace_back(documents::Heading{1, doc.title});
    documents::KeyValues head{{{"Date", base::format_date(view.sitting.held_on, kFrench)}}};
    if (!view.sitting.report_number.empty()) head.rows.emplace_back("Rapport", view.sitting.report_number);
    head.rows.emplace_back("Total proposé", euros(total(view)));
    doc.blocks.emplace_back(std::move(head));
    add_note(doc, view);
    documents::Table table{.columns = {{"N°", 0.8, Align::Right},
                                       {"Dossier", 2.2, Align::Left},
                                       {"Demandeur", 4, Align::Left},
                                       {"Département", 2.6, Align::Left},
                                       {"Proposition", 2.4, Align::Left},
                                       {"Aide", 2.2, Align::Right}}};
    int position = 0;
    for (const Item& item : view.items) {
        if (item.state == ItemState::Removed) continue;
        std::string proposal = item.proposal == Proposal::Grant ? "attribution" : "refus";
        if (item.state == ItemState::Pulled) proposal = "retiré du vote";
        table.rows.push_back({{fmt::to_string(++position), item.number + mark(item), item.applicant,
                               department_name(desk, item.department), std::move(proposal),
                               item.proposal == Proposal::Grant ? euros(item.decided.value_or(item.proposed)) : ""}});
    }
    doc.blocks.emplace_back(std::move(table));
    return doc;
}

Doc press_release(const Desk& desk, const View& view) {
    auto rows = annex_rows(view);
    Doc doc = blank(desk, view,
                    fmt::format("Vidéoprotection : {} pour {}", plural(rows.size(), "commune aidée", "communes aidées"),
                                euros(total(view))));
    doc.blocks.emplace_back(documents::Heading{1, doc.title});
    add_note(doc, view);
    paragraph(doc, fmt::format("Le {}, la commission permanente ({}) a attribué {} à des communes et groupements qui "
                               "équipent leur espace public, pour un total de **{}**.",
                               base::format_date(view.sitting.held_on, kFrench), institution(desk),
                               plural(rows.size(), "aide", "aides"), euros(total(view))));
    for (const Group& group : by_department(rows)) {
        doc.blocks.emplace_back(
            documents::Heading{2, fmt::format("{} : {}, {}", department_name(desk, group.department),
                                              plural(group.rows.size(), "aide", "aides"), euros(group.amount))});
        documents::BulletList list;
        for (const Item* item : group.rows)
            list.items.push_back(
                documents::plain(fmt::format("{} : {}{}", item->applicant, euros(amount_of(*item)), mark(*item))));
        doc.blocks.emplace_back(std::move(list));
    }
    paragraph(doc, fmt::format("Délibération n° {}. Contact : {}", view.sitting.resolution_number,
                               desk.office.sender.contact));
    return doc;
}

base::Status issue_agenda_papers(const Desk& desk, db::Writer& writer, const View& view,
                                 const application::Actor& actor) {
    TRY(keep(desk, writer, view, "report", view.sitting.report_number,
             report(desk, view, envelope_lines(desk, writer, view)), actor));
    return keep(desk, writer, view, "annex", view.sitting.report_number, annex(desk, view), actor);
}

base::Status issue_resolution(const Desk& desk, db::Writer& writer, const View& view, const application::Actor& actor) {
    TRY(keep(desk, writer, view, "resolution", view.sitting.resolution_number, resolution(desk, view), actor));
    return keep(desk, writer, view, "annex", view.sitting.resolution_number, annex(desk, view), actor);
}

}  // namespace beffroi::aides::sitting
