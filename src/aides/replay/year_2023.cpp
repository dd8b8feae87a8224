#include "aides/envelope/ledger.hpp"
#include "aides/replay/years.hpp"
#include "aides/sitting/session.hpp"
#include "journal/journal.hpp"

namespace beffroi::aides::replay {

namespace {

using application::Action;
using application::Params;
using base::make_date;

constexpr std::string_view kEdition = "hdf-videoprotection/2023";
// The envelope of 2023 was published nowhere: this one is simulated, small enough for a waiting list.
constexpr base::Cents kEnvelope{30'000'000};

Params because(std::string_view reason) {
    Params params;
    params.reason = std::string(reason);
    return params;
}

Params pieces_of(base::Date today) {
    Params params;
    params.pieces.push_back(
        {"quotes", application::PieceReason::Incomplete, "Le devis ne détaille pas la part de la maintenance."});
    params.due_on = base::add_months(today, 1);
    return params;
}

// How far each file of the demonstration has gone.
enum class Stop {
    Draft,
    AwaitingSignature,
    Filed,
    Incomplete,
    Complete,
    UnderReview,
    Opinions,
    Proposed,
    ProposedRefusal,
    OnAgenda,
    Withdrawn,
    Waiting
};

class Year {
  public:
    Year(Stage& stage, Cast& cast, Random& random) : stage_(stage), cast_(cast), random_(random) {}

    base::Status tell(const std::vector<Planned>& pool, Replayed& result) {
        at(stage_, make_date(2023, 3, 10), 10);
        edition_ = TRY(open_edition(stage_, cast_, kEdition));
        TRY(open_envelope());
        constexpr Stop kStops[] = {
            Stop::Proposed, Stop::OnAgenda,        Stop::OnAgenda,    Stop::OnAgenda,          Stop::Proposed,
            Stop::Proposed, Stop::ProposedRefusal, Stop::UnderReview, Stop::UnderReview,       Stop::Opinions,
            Stop::Complete, Stop::Complete,        Stop::Incomplete,  Stop::Incomplete,        Stop::Filed,
            Stop::Filed,    Stop::Filed,           Stop::Withdrawn,   Stop::AwaitingSignature, Stop::Draft,
            Stop::Draft};
        std::size_t i = 0;
        for (Stop stop : kStops) {
            if (i >= pool.size()) break;
            at(stage_, base::add_days(make_date(2023, 3, 14), static_cast<int>(i) * 2), 9, 5);
            // Two communes of which visitors hold the accounts: a draft to finish, and one that waits for its
            // signature.
            bool visitors = stop == Stop::AwaitingSignature || (stop == Stop::Draft && i + 1 == std::size(kStops));
            files_.emplace_back(
                stop, TRY(write_draft(stage_, edition_, pool[i++], random_, visitors ? &cast_.accounts : nullptr)));
        }
        at(stage_, make_date(2023, 4, 26), 9);
        for (auto& [stop, file] : files_) TRY(go(stop, file));
        TRY(prepare_sitting());
        at(stage_, make_date(2023, 5, 15), 9);
        result.files_2023 = static_cast<int>(files_.size());
        return {};
    }

  private:
    base::Status open_envelope() {
        return stage_.desk.db.write([&](db::Writer& writer) -> base::Status {
            auto id = TRY(envelope::open(
                writer, "hdf-videoprotection", "2023", "Vidéoprotection des communes, 2023 (montant simulé)", kEnvelope,
                {cast_.finance.id, stage_.clock.now(), "Montant simulé", "Ouverture de l’enveloppe"}));
            journal::append(writer, {.at = stage_.clock.now(),
                                     .actor = cast_.finance.id.value,
                                     .actor_name = cast_.finance.name,
                                     .role = "finance",
                                     .kind = "envelope.opened",
                                     .subject = {"envelope", id.value},
                                     .detail = journal::details({{"authorised_cents", kEnvelope}})});
            return {};
        });
    }

    base::Status go(Stop stop, File& file) {
        const auto& officer = cast_.officers[0];
        if (stop == Stop::Draft) return {};
        if (stop == Stop::AwaitingSignature) {
            TRY(act(stage_, file, Action::RequestSignature, file.hall.writer));
            return {};
        }
        TRY(sign(stage_, file));
        stage_.clock.set({stage_.clock.now().ms + 7'200'000});
        switch (stop) {
            case Stop::Filed:
                return {};
            case Stop::Withdrawn:
                return done(
                    act(stage_, file, Action::Withdraw, file.hall.signer, because("Le projet est reporté (simulé).")));
            case Stop::Incomplete:
                return done(
                    act(stage_, file, Action::AskPieces, officer, pieces_of(base::paris_date(stage_.clock.now()))));
            case Stop::Complete:
                return done(act(stage_, file, Action::DeclareComplete, officer));
            case Stop::Draft:
            case Stop::AwaitingSignature:
            case Stop::UnderReview:
            case Stop::Opinions:
            case Stop::Proposed:
            case Stop::ProposedRefusal:
            case Stop::OnAgenda:
            case Stop::Waiting:
                break;
        }
        TRY(review(stage_, file, officer));
        if (stop == Stop::Opinions) {
            Params params;
            params.opinions.push_back({"Groupement de gendarmerie (simulé)",
                                       "",
                                       false,
                                       "L’implantation des caméras répond-elle au diagnostic ?",
                                       {},
                                       base::add_months(base::paris_date(stage_.clock.now()), 1)});
            return done(act(stage_, file, Action::AskOpinion, officer, params));
        }
        if (stop == Stop::ProposedRefusal)
            return done(act(stage_, file, Action::ProposeRefusal, officer,
                            because("Le projet porte sur des lieux fermés au public (simulé).")));
        if (stop == Stop::Proposed || stop == Stop::OnAgenda) return done(act(stage_, file, Action::Propose, officer));
        return {};
    }

    base::Status prepare_sitting() {
        at(stage_, make_date(2023, 5, 12), 10);
        sitting::NewSitting wanted{"Commission permanente du 15 mai 2023", make_date(2023, 5, 15), "simulated"};
        auto id = TRY(sitting::create(stage_.desk, wanted, cast_.secretary));
        for (const auto& [stop, file] : files_)
            if (stop == Stop::OnAgenda) TRY(sitting::put_on_agenda(stage_.desk, id, file.id, cast_.secretary));
        return {};
    }

    static base::Status done(base::Result<application::Done> result) {
        TRY(std::move(result));
        return {};
    }

    Stage& stage_;
    Cast& cast_;
    Random& random_;
    application::EditionId edition_;
    std::vector<std::pair<Stop, File>> files_;
};

}  // namespace

base::Status tell_2023(Stage& stage, Cast& cast, const std::vector<PlannedSitting>& before, Random& random,
                       Replayed& result) {
    return Year(stage, cast, random).tell(plan_2023(stage.desk.territory, before, 24, random), result);
}

}  // namespace beffroi::aides::replay
