#include "aides/replay/files.hpp"

#include <fmt/format.h>

#include "documents/pdf.hpp"

namespace beffroi::aides::replay {

namespace {

using application::Action;

base::Result<std::string> simulated_pdf(const Planned& planned, std::string title, base::Date date,
                                        const application::Project& project) {
    documents::Doc doc;
    doc.title = std::move(title);
    doc.author = "Démonstration";
    doc.date = date;
    doc.footer = "Document simulé pour la démonstration";
    doc.blocks.emplace_back(documents::Heading{1, fmt::format("{} — {}", doc.title, planned.commune)});
    doc.blocks.emplace_back(documents::Paragraph{
        .spans = documents::plain("Document simulé pour la démonstration : il ne provient d’aucune commune.")});
    documents::Table lines{
        .columns = {{"Ligne", 4, documents::Align::Left}, {"Montant HT", 2, documents::Align::Right}}};
    for (const auto& expense : project.expenses)
        lines.rows.push_back({{expense.label, base::format_euros(expense.ht, base::Language::Fr)}});
    lines.rows.push_back(
        {{"Total", base::format_euros(project.total_ht(), base::Language::Fr)}, documents::RowKind::Total});
    doc.blocks.emplace_back(std::move(lines));
    documents::PdfWriter writer;
    return writer.write(doc, {.compact = false});
}

base::Status attach(Stage& stage, const File& file, std::string_view kind, std::string_view name,
                    std::string_view bytes) {
    application::Upload upload;
    upload.kind = std::string(kind);
    upload.file_name = std::string(name);
    upload.bytes = bytes;
    TRY(application::attach(stage.desk, file.id, upload, file.hall.writer));
    return {};
}

}  // namespace

base::Result<File> write_draft(Stage& stage, application::EditionId edition, const Planned& planned, Random& random,
                               std::vector<DemoAccount>* visitors) {
    File file{.id = {}, .planned = planned, .hall = TRY(make_town_hall(stage, planned, visitors)), .filed = {}};
    application::NewDraft draft;
    draft.edition = edition;
    draft.siren = planned.siren;
    draft.provenance = planned.real ? application::Provenance::Real : application::Provenance::Simulated;
    auto created = TRY(application::create_draft(stage.desk, draft, file.hall.writer));
    file.id = created.id;
    base::Date today = base::paris_date(stage.clock.now());
    application::Project project = project_of(planned, today, random);
    application::FormChange change;
    change.set = application::write(project);
    TRY(application::autosave(stage.desk, file.id, 0, change, file.hall.writer));
    std::string resolution = TRY(simulated_pdf(planned, "Délibération du conseil municipal", today, project));
    std::string quotes = TRY(simulated_pdf(planned, "Devis", today, project));
    TRY(attach(stage, file, "resolution", fmt::format("deliberation-{}.pdf", planned.insee), resolution));
    TRY(attach(stage, file, "quotes", fmt::format("devis-{}.pdf", planned.insee), quotes));
    return file;
}

base::Result<application::Done> act(Stage& stage, const File& file, Action action, const accounts::Principal& who,
                                    const application::Params& params) {
    auto done = application::perform(stage.desk, file.id, action, who, params);
    if (!done)
        return std::unexpected(
            std::move(done.error()).wrapped(fmt::format("{} ({})", file.planned.commune, application::name(action))));
    return done;
}

base::Status sign(Stage& stage, File& file) {
    TRY(act(stage, file, Action::RequestSignature, file.hall.writer));
    stage.clock.set({stage.clock.now().ms + 3'600'000});
    TRY(act(stage, file, Action::File, file.hall.signer));
    file.filed = stage.clock.now();
    return {};
}

base::Status review(Stage& stage, const File& file, const accounts::Principal& officer) {
    TRY(application::assign(stage.desk, file.id, officer.id, officer));
    TRY(act(stage, file, Action::DeclareComplete, officer));
    TRY(act(stage, file, Action::StartReview, officer));
    auto lines = TRY(stage.desk.db.read(
        [&](db::Reader& reader) { return application::proposed_review(stage.desk, reader, file.id); }));
    return application::review_lines(stage.desk, file.id, lines, officer);
}

}  // namespace beffroi::aides::replay
