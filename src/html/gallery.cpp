#include "html/gallery.hpp"

#include "html/components.hpp"

namespace beffroi::html {

namespace {

using base::Cents;
using base::make_date;

void words(Writer& w) {
    heading(w, 2, "Textes, états, messages", "textes");
    lead(w,
         "Une commune de plus de 20 000 habitants peut demander une aide de 30 % de ses dépenses de vidéoprotection.");
    w("<p>{} {} {} {} {}</p>", Tag{"Brouillon"}, Tag{"En instruction", Tone::Info}, Tag{"Votée", Tone::Good},
      Tag{"Pièces attendues", Tone::Warning}, Tag{"Refusée", Tone::Bad});
    w("<p>Votée le {} : {} pour {}. Reçue le {}.</p>", Day{make_date(2022, 11, 22)}, Money{Cents{1708830}},
      Link{.href = "#tableaux", .text = "Raillencourt-Sainte-Olle"},
      Moment{base::from_paris(make_date(2022, 9, 1), 9, 30)});
    notice(w, {.title = "Les dépôts pour l’édition 2026 sont ouverts", .content = "Jusqu’au 30 juin 2026 à minuit."});
    notice(w, {.tone = Tone::Good,
               .title = "Votre demande est déposée",
               .content = "Le récépissé vous est envoyé par courriel."});
    notice(w, {.tone = Tone::Warning, .title = "Il manque deux pièces", .content = [](Writer& inner) {
                   inner("<ul><li>{}</li><li>{}</li></ul>", "la délibération du conseil municipal",
                         "le diagnostic de sûreté");
               }});
    notice(w, {.tone = Tone::Bad, .content = "L’enregistrement n’a pas pu se faire."});
    details(w, {.summary = "Comment est compté le nombre d’habitants ?",
                .content = "C’est la population municipale en vigueur l’année du dépôt, publiée par l’Insee."});
}

void progress(Writer& w) {
    heading(w, 2, "Où en est le dossier", "suivi");
    steps(w, "Étapes de la demande",
          {{.text = "Déposée", .hint = "1er septembre", .state = Step::State::Done},
           {.text = "Complète", .hint = "8 septembre", .state = Step::State::Done},
           {.text = "En instruction", .state = Step::State::Current},
           {.text = "Commission permanente", .hint = "22 novembre"},
           {.text = "Notifiée"}});
    columns(
        w,
        [&] {
            task_list(w, {{.text = "Demandeur et contacts", .href = "#f1", .status = {"Complet", Tone::Good}},
                          {.text = "Projet",
                           .href = "#f2",
                           .hint = "Caméras, lieux, calendrier",
                           .status = {"Commencé", Tone::Info}},
                          {.text = "Dépenses et financement", .href = "#f3", .status = {"2 erreurs", Tone::Bad}},
                          {.text = "Pièces", .href = "#f4", .hint = "2 reçues sur 5", .status = {"À faire"}},
                          {.text = "Vérifier et déposer",
                           .hint = "Quand les quatre parties sont complètes",
                           .status = {"Pas encore possible"}}});
        },
        [&] {
            timeline(w, {{.when = "8 septembre 2022",
                          .machine = "2022-09-08",
                          .title = "Dossier complet",
                          .who = "Claire Vasseur",
                          .tone = Tone::Good},
                         {.when = "5 septembre 2022",
                          .machine = "2022-09-05",
                          .title = "Pièce demandée",
                          .who = "Claire Vasseur",
                          .content = "Le devis n° 2 n’est pas daté.",
                          .tone = Tone::Warning},
                         {.when = "1er septembre 2022",
                          .machine = "2022-09-01",
                          .title = "Demande déposée",
                          .who = "Mairie de Denain"}});
        });
    summary_list(
        w, {.title = "Le projet",
            .rows = {{.key = "Intitulé", .value = "Extension du réseau, quartier de la gare", .change_href = "#f2"},
                     {.key = "Nature", .value = "Extension", .change_href = "#f2"},
                     {.key = "Caméras", .value = "12", .change_href = "#f2"},
                     {.key = "Début des travaux",
                      .value = Slot([](Writer& inner) { inner.put(Day{make_date(2023, 3, 1)}); }),
                      .change_href = "#f2"}}});
}

void amounts(Writer& w) {
    heading(w, 2, "Montants et raisons", "montants");
    figures(w, {{.label = "Dépenses présentées", .value = Slot([](Writer& i) { i.put(Money{Cents{6200000}}); })},
                {.label = "Base éligible",
                 .value = Slot([](Writer& i) { i.put(Money{Cents{5696100}}); }),
                 .hint = "hors taxes"},
                {.label = "Aide probable",
                 .value = Slot([](Writer& i) { i.put(Money{Cents{1708830}}); }),
                 .hint = "30 % de la base",
                 .id = "live-amount",
                 .strong = true}});
    using Holds = Reason::Holds;
    explanation(
        w, {{.text = "La commune est éligible à l’édition 2022.",
             .holds = Holds::Yes,
             .under = {{.text = "Denain est une commune de la région.",
                        .holds = Holds::Yes,
                        .reference = "Délibération 2021.01968, art. 2"},
                       {.text = "Sa population est inférieure à 20 000 habitants : 19 877 en vigueur en 2022.",
                        .holds = Holds::Yes,
                        .reference = "art. 2",
                        .reference_href = "#ref"},
                       {.text = "Aucune aide reçue pour le même objet depuis quatre ans.", .holds = Holds::Unknown}}},
            {.text = "Deux dépenses sont écartées.",
             .holds = Holds::No,
             .under = {{.text = "Maintenance : 4 800,00 €. Les dépenses de fonctionnement ne sont pas aidées.",
                        .holds = Holds::No}}},
            {.text = "30 % de 56 961,00 € = 17 088,30 €, sous le plafond de 30 000 €."}});
    gauge(w, {.label = "Part des aides publiques",
              .value = 6400,
              .mark = 8000,
              .text = "64 % (limite : 80 %)",
              .tone = Tone::Good});
    gauge(w, {.label = "Enveloppe engagée", .value = 9300, .text = "93 %, il reste 315 000 €", .tone = Tone::Warning});
    bars(w, "Aides votées par département en 2022",
         {{.label = "Nord", .value = 184, .text = "1,84 M€"},
          {.label = "Pas-de-Calais", .value = 121, .text = "1,21 M€"},
          {.label = "Oise", .value = 80, .text = "0,80 M€"},
          {.label = "Somme", .value = 41, .text = "0,41 M€"},
          {.label = "Aisne", .value = 24, .text = "0,24 M€"}});
    chart(w, {.caption = "Demandes reçues par mois",
              .drawing =
                  [](Writer& i) {
                      i("<svg viewBox='0 0 300 90' role='img' aria-label='De 12 demandes en janvier à 41 en mai'><g "
                        "class='series'>{}</g></svg>",
                        [&] {
                            const int values[] = {12, 18, 25, 37, 41, 22};
                            int x = 8;
                            for (const int value : values) {
                                i("<rect x='{}' y='{}' width='34' height='{}'/>", x, 85 - value * 2, value * 2);
                                x += 50;
                            }
                        });
                  },
              .table =
                  [](Writer& i) {
                      table(i,
                            {.caption = "Demandes par mois",
                             .columns = {{.label = "Mois"}, {.label = "Demandes", .kind = Column::Kind::Number}}},
                            [](Rows& rows) {
                                rows.row().cell("Janvier").cell(12);
                                rows.row().cell("Mai").cell(41);
                            });
                  },
              .source = "Région, données simulées"});
}

void lists(Writer& w) {
    heading(w, 2, "Tableaux et listes", "tableaux");
    tabs(w, "Listes de dossiers",
         {{.href = "#a", .text = "À instruire", .current = true, .count = 12},
          {.href = "#b", .text = "En attente de pièces", .count = 4},
          {.href = "#c", .text = "Tous", .count = 1056}});
    filter_bar(
        w, {.action = "/galerie", .label = "Filtrer les dossiers", .summary = "56 dossiers", .reset = "/galerie"}, [&] {
            const Choice states[] = {{.value = "", .label = "Tous"}, {.value = "review", .label = "En instruction"}};
            text_field(w, {.name = "q", .label = "Commune ou numéro", .value = "denain"}, TextKind::Search);
            select(w, {.name = "state", .label = "État", .value = "review"}, states);
        });
    table(w,
          {.caption = "Dossiers proposés à la commission permanente du 22 novembre 2022",
           .columns = {{.label = "Commune", .sort = "commune"},
                       {.label = "Département"},
                       {.label = "Base éligible", .kind = Column::Kind::Number, .sort = "base"},
                       {.label = "Aide", .kind = Column::Kind::Number, .sort = "amount"},
                       {.label = "État"},
                       {.label = "Actions", .hide_label = true}},
           .sort_url = "/galerie?q=denain",
           .sorted_by = "-amount"},
          [&](Rows& rows) {
              rows.row()
                  .cell(Link{"#d1", "Raillencourt-Sainte-Olle"})
                  .cell("Nord")
                  .cell(Cents{5696100})
                  .cell(Cents{1708830});
              rows.cell(Tag{"Proposée", Tone::Good})
                  .cell(Link{.href = "#d1", .text = "Ouvrir", .context = "Raillencourt-Sainte-Olle"});
              rows.row()
                  .cell(Link{"#d2", "Saint-Laurent-Blangy"})
                  .cell("Pas-de-Calais")
                  .cell(Cents{4210050})
                  .cell(Cents{1263015});
              rows.cell(Tag{"Avis demandé", Tone::Info})
                  .cell(Link{.href = "#d2", .text = "Ouvrir", .context = "Saint-Laurent-Blangy"});
              rows.row().total().cell("Total").cell("").cell(Cents{9906150}).cell(Cents{2971845}).cell("").cell("");
          });
    pagination(w, {.url = "/galerie?q=denain", .page = 4, .pages = 12});
    table(w,
          {.caption = "Simulation par tranche de population (défile sur un petit écran)",
           .columns = {{.label = "Tranche"},
                       {.label = "Communes", .kind = Column::Kind::Number},
                       {.label = "Éligibles", .kind = Column::Kind::Number},
                       {.label = "Besoin", .kind = Column::Kind::Number},
                       {.label = "Médiane", .kind = Column::Kind::Number},
                       {.label = "Maximum", .kind = Column::Kind::Number}},
           .narrow = Narrow::Scroll},
          [&](Rows& rows) {
              rows.row()
                  .cell("Moins de 2 000")
                  .cell(3012)
                  .cell(3012)
                  .cell(Cents{610000000})
                  .cell(Cents{812000})
                  .cell(Cents{3000000});
              rows.row()
                  .cell("2 000 à 20 000")
                  .cell(720)
                  .cell(720)
                  .cell(Cents{480000000})
                  .cell(Cents{1210000})
                  .cell(Cents{3000000});
          });
    table(w,
          {.caption = "Demandes de paiement",
           .columns = {{.label = "Numéro"}},
           .empty = "Aucune demande pour l’instant."},
          [](Rows&) {});
    empty_state(w, {.title = "Aucun dossier ne correspond à ces filtres",
                    .content = "Essayez sans le département.",
                    .action_href = "/galerie",
                    .action_text = "Voir tous les dossiers"});
    cards(w, {{.href = "#2022", .title = "Édition 2022", .content = "233 communes aidées.", .footer = "4,5 M€"},
              {.href = "#2023", .title = "Édition 2023", .content = "Dépôts clos.", .footer = "3,2 M€"},
              {.href = "#2024", .title = "Édition 2024", .content = "Ouverte jusqu’au 30 juin.", .footer = "2 M€"}});
}

void form_fields(Writer& w, const Errors& errors) {
    text_field(w, {.name = "title",
                   .label = "Intitulé du projet",
                   .hint = "Une ligne, comme dans la délibération.",
                   .value = "Extension <gare>",
                   .need = Need::Required,
                   .max_length = 120});
    text_field(w,
               {.name = "email",
                .label = "Courriel du contact",
                .value = "mairie@",
                .error = errors.of("email"),
                .need = Need::Required,
                .width = Width::Long,
                .autocomplete = "email"},
               TextKind::Email);
    text_area(
        w, {.name = "purpose", .label = "À quoi serviront les caméras ?", .need = Need::Optional, .max_length = 600});
    lookup_field(w,
                 {.name = "commune",
                  .label = "Commune",
                  .hint = "Nom ou code Insee.",
                  .need = Need::Required,
                  .width = Width::Long},
                 {.source = "/territoire/suggestions", .code_name = "commune_code"});
    const Choice natures[] = {
        {.value = "installation", .label = "Première installation"},
        {.value = "extension",
         .label = "Extension",
         .hint = "De nouvelles caméras sur un réseau existant.",
         .checked = true,
         .more = Slot([](Writer& i) {
             number_field(i, {.name = "existing", .label = "Caméras déjà en service", .width = Width::Short});
         })},
        {.value = "renewal", .label = "Renouvellement"}};
    radios(w, {.name = "nature", .label = "Nature du projet", .error = errors.of("nature"), .need = Need::Required},
           natures);
    const Choice purposes[] = {{.value = "1", .label = "Protection des bâtiments publics"},
                               {.value = "2", .label = "Régulation du trafic"}};
    checkboxes(w, {.name = "purposes", .label = "Finalités", .hint = "Plusieurs réponses possibles."}, purposes);
    date_field(w, {.name = "start", .label = "Début des travaux", .need = Need::Required});
    const Choice offices[] = {
        {.value = "", .label = ""}, {.value = "59", .label = "Nord"}, {.value = "62", .label = "Pas-de-Calais"}};
    select(w, {.name = "department", .label = "Département", .width = Width::Medium}, offices);
    repeater(
        w,
        {.name = "lines",
         .legend = "Dépenses",
         .row_label = "Dépense {n}",
         .add_label = "Ajouter une dépense",
         .count = 2},
        [&](std::string_view n) {
            const std::string prefix = "lines-" + std::string(n);
            text_field(w, {.name = prefix + "-label", .label = "Objet", .value = n == "0" ? "12 caméras dômes" : ""});
            money_field(w, {.name = prefix + "-amount", .label = "Montant HT", .value = n == "0" ? "56 961,00" : ""});
        });
    file_field(w, {.name = "quote", .label = "Devis signé", .need = Need::Required},
               {.max_bytes = 10'000'000, .accept = ".pdf,.png,.jpg,.odt", .formats = "PDF, PNG, JPEG ou ODT"});
    checkbox(w, {.name = "sworn", .label = "Je certifie que ces renseignements sont exacts.", .need = Need::Required},
             false);
    buttons(w, [&] {
        button(w, {.text = "Enregistrer et continuer"});
        button(w, {.text = "Vérifier", .weight = Weight::Secondary, .name = "check", .value = "1"});
        button(w, {.text = "Supprimer le brouillon", .weight = Weight::Danger, .name = "delete", .value = "1"});
        button(w, {.text = "Annuler", .weight = Weight::Quiet, .name = "cancel", .value = "1"});
    });
}

void forms(Writer& w, const Errors& errors) {
    heading(w, 2, "Formulaires", "formulaires");
    form(w,
         {.action = "/galerie/enregistrer",
          .csrf = "jeton-de-galerie",
          .upload = true,
          .autosave = {.url = "/galerie/brouillon", .key = "galerie:1", .version = 1},
          .id = "demo-form"},
         [&] { form_fields(w, errors); });
    heading(w, 2, "Simulation", "simulation");
    live_form(w, {.action = "/galerie/simulation", .region = "simulation-result", .submit = "Calculer"}, [&] {
        range_field(w, {.name = "population", .label = "Population au plus"},
                    {.min = 2000, .max = 50'000, .step = 500, .value = 20'000, .unit = "habitants"});
        range_field(w, {.name = "rate", .label = "Taux"}, {.min = 10, .max = 60, .step = 1, .value = 30, .unit = "%"});
    });
    w("<div id='simulation-result'>{}</div>", [&] { gallery_simulation(w, 20'000, 30); });
}

}  // namespace

void gallery_simulation(Writer& w, int population, int rate) {
    w("<p data-announce>{} communes éligibles à {} %</p>", base::format_count(population / 6, w.language()), rate);
}

void gallery(Writer& w) {
    Errors errors;
    errors.add("email", "Écrivez une adresse complète, comme mairie@exemple.fr.");
    errors.add("nature", "Choisissez la nature du projet.");
    page(w, {.title = "Galerie des composants",
             .path = "/galerie",
             .banner = "Démonstration : données simulées",
             .visitor = {.name = "Claire Vasseur", .place = "Service sécurité", .csrf = "jeton-de-galerie"},
             .nav = {{.href = "/galerie", .text = "Dossiers", .current = true, .count = 12},
                     {.href = "#seances", .text = "Séances"},
                     {.href = "#enveloppe", .text = "Enveloppe"},
                     {.href = "#editions", .text = "Éditions"}},
             .breadcrumb = {{.href = "/", .text = "Accueil"}, {.href = "#guide", .text = "Guide"}},
             .errors = &errors,
             .caption = "Guide de style",
             .aside = Slot([&] { w.put(Tag{"Édition 2026", Tone::Info}); }),
             .wide = true,
             .main = [&] {
                 words(w);
                 progress(w);
                 amounts(w);
                 lists(w);
                 forms(w, errors);
             }});
}

}  // namespace beffroi::html
