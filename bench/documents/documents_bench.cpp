// What a sitting needs: report, annex of 300 rows (PDF and ODS), 300 notification letters; and the large exports.
//
//   bench_documents [folder for the files it makes]
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "documents/csv.hpp"
#include "documents/letters.hpp"
#include "documents/odt.hpp"
#include "documents/pdf.hpp"
#include "documents/sheet.hpp"

namespace {

using namespace beffroi;             // NOLINT(google-build-using-namespace)
using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)

constexpr auto kFr = base::Language::Fr;
constexpr int kGrants = 300;

struct Grant {
    std::string commune;
    std::string code;
    base::Cents base;
    base::Cents amount;
};

std::vector<Grant> grants(int count) {
    constexpr std::string_view kNames[] = {"Lestrem", "Saint-Jans-Cappel", "Marles-les-Mines", "Lillers", "Sachin",
                                           "Denain",  "Villers-Bretonneux"};
    std::vector<Grant> all;
    for (int i = 0; i < count; ++i) {
        const base::Cents base{2'000'00 + i * 193'47};
        all.push_back({std::string(kNames[i % 7]) + " " + std::to_string(i), fmt::format("{:05}", 59001 + i), base,
                       base::apply(base::Rate{3000}, base, base::Rounding::Down)});
    }
    return all;
}

Doc annex(const std::vector<Grant>& all) {
    Doc doc;
    doc.title = "Annexe : subventions proposées";
    doc.author = "Région Hauts-de-France";
    doc.date = base::make_date(2022, 11, 22);
    doc.landscape = true;
    doc.header = "Commission permanente du 22 novembre 2022 – Vidéoprotection – Annexe";
    doc.footer = "Région Hauts-de-France – Données de démonstration";
    doc.blocks.emplace_back(Heading{1, "Annexe : subventions proposées"});
    doc.blocks.emplace_back(Paragraph{parse_spans(
        "Dispositif de soutien aux communes de moins de 20 000 habitants, édition **2022**. Dépenses hors taxes.")});
    Table table;
    table.small = true;
    table.columns = {{"Commune", 3},
                     {"INSEE", 1},
                     {"Projet", 4.6},
                     {"Dépense éligible", 1.8, Align::Right},
                     {"Taux", 0.8, Align::Right},
                     {"Subvention", 1.8, Align::Right}};
    constexpr std::string_view kDepartments[] = {"Aisne (02)", "Nord (59)", "Oise (60)", "Pas-de-Calais (62)",
                                                 "Somme (80)"};
    const std::size_t share = all.size() / 5;
    base::Cents total;
    for (std::size_t d = 0; d < 5; ++d) {
        table.rows.push_back({{std::string(kDepartments[d])}, RowKind::Group});
        base::Cents sum;
        for (std::size_t i = d * share; i < (d + 1) * share; ++i) {
            const Grant& g = all[i];
            table.rows.push_back(
                {{g.commune, g.code,
                  i % 3 == 0
                      ? "Extension : 13 caméras sur la voie publique, mâts et raccordement au centre de supervision"
                      : "Installation de 13 caméras",
                  base::format_euros(g.base, kFr), base::format_percent({3000}, kFr),
                  base::format_euros(g.amount, kFr)}});
            sum += g.amount;
        }
        table.rows.push_back({{"Total " + std::string(kDepartments[d]), "", "", "", "", base::format_euros(sum, kFr)},
                              RowKind::Subtotal});
        total += sum;
    }
    table.rows.push_back({{"Total général", "", "", "", "", base::format_euros(total, kFr)}, RowKind::Total});
    doc.blocks.emplace_back(std::move(table));
    return doc;
}

Doc report() {
    Doc doc;
    doc.title = "Rapport du président à la commission permanente";
    doc.author = "Région Hauts-de-France";
    doc.date = base::make_date(2022, 11, 22);
    doc.draft = true;
    doc.header = "Commission permanente du 22 novembre 2022 – Vidéoprotection";
    doc.footer = "Région Hauts-de-France – Données de démonstration";
    doc.blocks.emplace_back(Heading{1, doc.title});
    doc.blocks.emplace_back(KeyValues{{{"Séance", "22 novembre 2022"},
                                       {"Objet", "Soutien à la vidéoprotection : attribution de 300 subventions"},
                                       {"Montant", parse_spans("**2 783 400,00 €**")}}});
    for (const char* title : {"Le dispositif", "Les demandes", "La proposition", "Les crédits"}) {
        doc.blocks.emplace_back(Heading{2, title});
        for (int i = 0; i < 3; ++i)
            doc.blocks.emplace_back(Paragraph{
                parse_spans("La Région soutient les communes et leurs groupements qui installent ou étendent un "
                            "système de vidéoprotection sur l’espace public. L’enveloppe ouverte pour 2022 est de **2 "
                            "000 000 €**, portée à **4 500 000 €**. Les demandes ont été étudiées au regard du "
                            "règlement, du plan de financement et de l’historique des aides.")});
        doc.blocks.emplace_back(BulletList{{plain("population municipale inférieure à 20 000 habitants ;"),
                                            plain("participation du maître d’ouvrage d’au moins 20 % ;"),
                                            plain("demande complète avant la clôture.")}});
    }
    doc.blocks.emplace_back(
        Signature{"Fait à Lille, le 22 novembre 2022", "Le président du conseil régional", "Prénom NOM"});
    return doc;
}

Tags tags(const Grant& grant) {
    Tags t;
    t.set("region", "Région Hauts-de-France")
        .set("region_adresse", std::vector<std::string>{"151, avenue du président Hoover", "59555 Lille Cedex"});
    t.set("service", "Service des aides aux communes")
        .set("service_courriel", "videoprotection@example.org")
        .set("service_telephone", "03 00 00 00 00");
    t.set("agent", "Camille Durand")
        .set("destinataire", std::vector<std::string>{"Madame la Maire", "Mairie de " + grant.commune,
                                                      "1, place de la République", grant.code + " " + grant.commune});
    t.set("civilite", "Madame la Maire")
        .set("beneficiaire", "la commune de " + grant.commune)
        .set("dispositif", "Vidéoprotection dans les communes de moins de 20 000 habitants");
    t.set("edition", "2022")
        .set("numero_dossier", "HDF-2022-" + grant.code)
        .set("projet", "Installation de 13 caméras sur la voie publique")
        .set("lieu", "Lille");
    t.set("signataire_fonction", "Pour le président du conseil régional et par délégation,")
        .set("signataire_nom", "Prénom NOM");
    t.set("date_seance", "22 novembre 2022")
        .set("numero_deliberation", "2022.01875")
        .set("montant", base::format_euros(grant.amount, kFr));
    t.set("montant_lettres", amount_in_words(grant.amount))
        .set("base_eligible", base::format_euros(grant.base, kFr))
        .set("taux", base::format_percent({3000}, kFr));
    t.set("tribunal", "tribunal administratif de Lille, 5, rue Geoffroy-Saint-Hilaire, CS 62039, 59014 Lille Cedex");
    t.set("date_limite_achevement", "22 novembre 2024")
        .set("pieces_versement", std::vector<std::string>{"les factures acquittées ;", "l’autorisation préfectorale ;",
                                                          "le plan de financement définitif."});
    t.set("depenses_ecartees",
          std::vector<std::string>{"contrat d’entretien, 1 200,00 € : dépense de fonctionnement."});
    return t;
}

double milliseconds() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Of all threads: what the work costs, also on a machine that is busy with something else.
double processor_milliseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

template <typename Make>
auto measured(std::string_view what, Make&& make) {
    const double from = milliseconds();
    const double processor = processor_milliseconds();
    auto result = make();
    fmt::print("{:50} {:9.1f} ms {:9.1f} ms of processor\n", what, milliseconds() - from,
               processor_milliseconds() - processor);
    return result;
}

void keep(const std::filesystem::path& folder, std::string_view name, const std::string& bytes) {
    if (!folder.empty()) std::ofstream(folder / name, std::ios::binary) << bytes;
}

Sheet sheet_of(const std::vector<Grant>& all) {
    Sheet sheet;
    sheet.name = "Annexe";
    sheet.columns = {{"Commune", 5}, {"INSEE", 2},        {"Dépense éligible", 3.5},
                     {"Taux", 2},    {"Subvention", 3.5}, {"Date", 2.5}};
    sheet.rows.reserve(all.size());
    for (const Grant& g : all)
        sheet.rows.push_back({{Cell{g.commune}, Cell{g.code}, Cell{g.base}, Cell{base::Rate{3000}}, Cell{g.amount},
                               Cell{base::make_date(2022, 11, 22)}}});
    return sheet;
}

}  // namespace

int main(int argc, char** argv) {
    const std::filesystem::path folder = argc > 1 ? argv[1] : "";
    const auto all = grants(kGrants);
    const auto templates = base::value_or_throw(LetterTemplates::load("templates/fr"));
    const auto day = base::make_date(2022, 11, 25);
    const double from = milliseconds();
    const double processor = processor_milliseconds();
    PdfWriter writer;
    keep(folder, "report.pdf", *measured("report, PDF, 3 pages", [&] { return writer.write(report()); }));
    keep(folder, "annex.pdf", *measured("annex of 300 rows, PDF", [&] { return writer.write(annex(all)); }));
    keep(folder, "annex.ods",
         *measured("annex of 300 rows, ODS", [&] { return write_ods({sheet_of(all)}, kFr, "Annexe", day); }));
    keep(folder, "report.odt", *measured("report, ODT", [&] { return write_odt(report()); }));
    const auto letters = measured("300 letters from their template", [&] {
        std::vector<Doc> docs;
        for (const Grant& g : all)
            docs.push_back(base::value_or_throw(templates.render_letter(LetterKind::Granted, tags(g), day)));
        return docs;
    });
    keep(folder, "letter.pdf", *writer.write(letters[3]));
    measured("300 letters, one PDF each, two threads", [&] {
        std::vector<std::string> made(letters.size());
        std::vector<std::jthread> workers;
        for (std::size_t w = 0; w < 2; ++w)
            workers.emplace_back([&, w] {
                PdfWriter mine;
                for (std::size_t i = w; i < letters.size(); i += 2)
                    made[i] = *mine.write(letters[i], {.compact = false});
            });
        workers.clear();
        return made.size();
    });
    fmt::print("{:50} {:9.1f} ms {:9.1f} ms of processor (target 2000)\n",
               "report + annex + 300 letters: all of the above", milliseconds() - from,
               processor_milliseconds() - processor);
    measured("300 letters, one PDF each, one thread", [&] {
        std::size_t size = 0;
        for (const Doc& letter : letters) size += writer.write(letter, {.compact = false})->size();
        return size;
    });
    measured("300 letters, one PDF each, compact, one thread", [&] {
        std::size_t size = 0;
        for (const Doc& letter : letters) size += writer.write(letter)->size();
        return size;
    });
    keep(folder, "letters.pdf", *measured("300 letters in one PDF", [&] { return writer.write_together(letters); }));

    const auto many = grants(100'000);
    measured("100,000 rows, CSV streamed", [&] {
        std::string out;
        CsvWriter csv(out, CsvProfile::OpenData);
        for (const Grant& g : many) {
            csv.text(g.commune).verbatim(g.code).money(g.base).percent({3000}).money(g.amount).date(day);
            csv.end_row();
        }
        return out.size();
    });
    const Sheet sheet = sheet_of(many);
    const std::string csv =
        measured("100,000 rows, CSV from a Sheet", [&] { return write_csv(sheet, CsvProfile::Spreadsheet); });
    measured("100,000 rows, CSV read", [&] { return read_csv(csv)->rows.size(); });
    measured("100,000 rows, ODS", [&] { return write_ods({sheet}, kFr, "Export", day)->size(); });
    return 0;
}
