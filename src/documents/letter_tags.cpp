// Which tags each kind of letter knows. Names are French: agents write them.
#include <array>
#include <vector>

#include "documents/letters.hpp"

namespace beffroi::documents {

namespace {

constexpr auto kRequired = TagNeed::Required;
constexpr auto kOptional = TagNeed::Optional;

constexpr std::array kCommon{
    TagSpec{"region", kRequired, false, "nom de la Région, comme en tête du courrier"},
    TagSpec{"region_adresse", kRequired, true, "adresse postale du service, ligne par ligne"},
    TagSpec{"service", kRequired, false, "service chargé du dossier"},
    TagSpec{"service_courriel", kRequired, false, "adresse électronique du service"},
    TagSpec{"service_telephone", kOptional, false, "téléphone du service"},
    TagSpec{"mention", kOptional, false,
            "mention au pied de chaque page et en tête, remplie par le logiciel (démonstration)"},
    TagSpec{"agent", kOptional, false, "agent qui suit le dossier"},
    TagSpec{"destinataire", kRequired, true, "adresse du destinataire, ligne par ligne (6 au plus)"},
    TagSpec{"civilite", kRequired, false, "formule d’appel, sans virgule : « Madame la Maire »"},
    TagSpec{"beneficiaire", kRequired, false, "demandeur avec son article : « la commune de Lestrem »"},
    TagSpec{"dispositif", kRequired, false, "nom du dispositif"},
    TagSpec{"edition", kRequired, false, "millésime : « 2022 »"},
    TagSpec{"numero_dossier", kRequired, false, "numéro du dossier"},
    TagSpec{"projet", kRequired, false, "intitulé du projet"},
    TagSpec{"lieu", kRequired, false, "ville où le courrier est signé"},
    TagSpec{"date_courrier", kOptional, false, "date du courrier, remplie par le logiciel"},
    TagSpec{"signataire_fonction", kRequired, false, "qualité du signataire"},
    TagSpec{"signataire_nom", kRequired, false, "nom du signataire"},
};

constexpr TagSpec kCourt{"tribunal", kRequired, false, "tribunal administratif compétent, avec son adresse"};
constexpr TagSpec kFiled{"date_depot", kRequired, false, "date de dépôt de la demande"};
constexpr TagSpec kImplicit{"date_rejet_implicite", kRequired, false, "date à laquelle le silence vaut rejet"};
constexpr TagSpec kSitting{"date_seance", kRequired, false, "date de la séance de la commission permanente"};
constexpr TagSpec kResolution{"numero_deliberation", kRequired, false, "numéro de la délibération"};
constexpr TagSpec kAmount{"montant", kRequired, false, "montant de la subvention : « 17 088,30 € »"};
constexpr TagSpec kAmountWords{"montant_lettres", kOptional, false, "montant en toutes lettres"};
constexpr TagSpec kBase{"base_eligible", kRequired, false, "dépense éligible retenue"};
constexpr TagSpec kRate{"taux", kRequired, false, "taux appliqué : « 30 % »"};
constexpr TagSpec kStart{"date_limite_demarrage", kOptional, false,
                         "date avant laquelle les travaux doivent commencer"};
constexpr TagSpec kCompletion{"date_limite_achevement", kOptional, false,
                              "date avant laquelle le projet doit être achevé"};
constexpr TagSpec kPaymentPapers{"pieces_versement", kOptional, true, "pièces à fournir pour être payé"};
constexpr TagSpec kStartRule{"regle_demarrage", kOptional, false,
                             "ce que l’édition dit du début des travaux, en une phrase"};
constexpr TagSpec kConditions{"conditions", kOptional, true, "conditions particulières de l’aide"};

std::vector<TagSpec> own_tags(LetterKind kind) {
    switch (kind) {
        case LetterKind::Receipt:
            return {kFiled,
                    kImplicit,
                    kCourt,
                    {"montant_demande", kOptional, false, "montant demandé"},
                    {"pieces", kOptional, true, "pièces reçues avec la demande"}};
        case LetterKind::Incomplete:
            return {kFiled,
                    {"pieces_manquantes", kRequired, true, "pièces ou informations manquantes, avec la raison"},
                    {"date_limite", kRequired, false, "date limite pour les fournir"},
                    {"base_reglementaire", kOptional, false, "texte qui exige ces pièces"}};
        case LetterKind::Complete:
            return {
                kFiled,
                kImplicit,
                kStartRule,
                {"date_complet", kRequired, false, "date à laquelle le dossier a été complet"},
                {"autorisation_demarrage", kOptional, false, "date à partir de laquelle les travaux peuvent commencer"},
                {"date_seance_prevue", kOptional, false, "séance à laquelle le dossier pourrait être présenté"}};
        case LetterKind::Granted:
            return {kSitting,
                    kResolution,
                    kAmount,
                    kAmountWords,
                    kBase,
                    kRate,
                    kStart,
                    kCompletion,
                    kPaymentPapers,
                    kConditions,
                    kCourt,
                    {"numero_arrete", kOptional, false, "numéro de l’arrêté joint"},
                    {"depenses_ecartees", kOptional, true, "dépenses non retenues, avec la raison"},
                    {"plafond", kOptional, false, "plafond qui a limité l’aide"}};
        case LetterKind::Refused:
            return {kSitting, kResolution, kCourt, {"motifs", kRequired, true, "raisons du refus"}};
        case LetterKind::WaitingList:
            return {{"date_seance", kOptional, false, "date de la séance, si l’aide y a été examinée"},
                    {"explication", kRequired, false, "pourquoi l’enveloppe ne suffit pas, et l’ordre suivi"},
                    {"rang", kOptional, false, "rang sur la liste"},
                    {"montant_probable", kOptional, false, "montant qui serait proposé"},
                    {"date_fin_validite", kOptional, false, "jusqu’à quand la demande reste en attente"},
                    kStartRule,
                    kImplicit};
        case LetterKind::Adjourned:
            return {kSitting,
                    {"motif", kRequired, false, "raison de l’ajournement, en une phrase"},
                    {"pieces_demandees", kOptional, true, "ce que le demandeur doit fournir"},
                    {"date_limite", kOptional, false, "date limite pour le fournir"},
                    {"prochaine_seance", kOptional, false, "séance à laquelle le dossier reviendra"}};
        case LetterKind::Order:
            return {kSitting,
                    kResolution,
                    kAmount,
                    kAmountWords,
                    kBase,
                    kRate,
                    kStart,
                    kCompletion,
                    kPaymentPapers,
                    kConditions,
                    kCourt,
                    {"numero_arrete", kRequired, false, "numéro de l’arrêté"},
                    {"visas", kRequired, true, "textes visés, sans « Vu »"},
                    {"siren", kRequired, false, "SIREN du bénéficiaire"},
                    {"modalites_versement", kRequired, true, "comment l’aide est versée"},
                    {"imputation", kOptional, false, "imputation budgétaire"}};
    }
    return {};
}

std::vector<TagSpec> all_tags(LetterKind kind) {
    std::vector<TagSpec> tags(kCommon.begin(), kCommon.end());
    const auto own = own_tags(kind);
    tags.insert(tags.end(), own.begin(), own.end());
    return tags;
}

}  // namespace

std::string_view template_name(LetterKind kind) {
    switch (kind) {
        case LetterKind::Receipt:
            return "accuse_reception";
        case LetterKind::Incomplete:
            return "demande_pieces";
        case LetterKind::Complete:
            return "dossier_complet";
        case LetterKind::Granted:
            return "notification_attribution";
        case LetterKind::Refused:
            return "notification_refus";
        case LetterKind::WaitingList:
            return "liste_attente";
        case LetterKind::Adjourned:
            return "ajournement";
        case LetterKind::Order:
            return "arrete_attributif";
    }
    return "";
}

std::span<const TagSpec> allowed_tags(LetterKind kind) {
    static const auto table = [] {
        std::map<LetterKind, std::vector<TagSpec>> tags;
        for (const LetterKind each : kLetterKinds) tags[each] = all_tags(each);
        return tags;
    }();
    return table.at(kind);
}

}  // namespace beffroi::documents
