#include <algorithm>
#include <iterator>

#include "aides/application/envelope_desk.hpp"
#include "aides/replay/years.hpp"
#include "aides/sitting/session.hpp"

namespace beffroi::aides::replay {

namespace {

using application::Action;
using application::Params;
using base::make_date;

constexpr std::string_view kEdition = "hdf-videoprotection/2023";
// The envelope of 2023 was published nowhere: this one is simulated. It opens with what the files proposed first take,
// so that those after them find none, and is topped up to this.
constexpr base::Cents kToppedUp{30'000'000};
constexpr base::Cents kThousandEuros{100'000};

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
    Waiting,
    // By the sitting of May 9, voted but not yet sent to the prefecture.
    Granted,
    Refused,
    Adjourned
};

struct Wanted {
    Stop stop;
    bool visitors = false;  // a commune of which visitors hold the accounts
};
// In the order in which they are reviewed. Those that wait come last: the others took what the envelope had.
constexpr Wanted kFiles[] = {{Stop::Proposed},
                             {Stop::OnAgenda},
                             {Stop::OnAgenda},
                             {Stop::OnAgenda},
                             {Stop::Proposed},
                             {Stop::Proposed},
                             {Stop::ProposedRefusal},
                             {Stop::UnderReview},
                             {Stop::UnderReview},
                             {Stop::Opinions},
                             {Stop::Complete},
                             {Stop::Complete},
                             {Stop::Incomplete},
                             {Stop::Incomplete},
                             {Stop::Filed},
                             {Stop::Filed},
                             {Stop::Filed},
                             {Stop::Withdrawn},
                             {Stop::AwaitingSignature, true},
                             {Stop::Draft},
                             {Stop::Draft, true},
                             {Stop::Granted},
                             {Stop::Granted},
                             {Stop::Refused},
                             {Stop::Adjourned},
                             {Stop::Waiting},
                             {Stop::Waiting}};

bool proposed_for_grant(Stop stop) {
    return stop == Stop::Proposed || stop == Stop::OnAgenda || stop == Stop::Granted || stop == Stop::Adjourned;
}
bool proposed_for_refusal(Stop stop) {
    return stop == Stop::ProposedRefusal || stop == Stop::Refused;
}
bool decided(Stop stop) {
    return stop == Stop::Granted || stop == Stop::Refused || stop == Stop::Adjourned;
}

class Year {
  public:
    Year(Stage& stage, Cast& cast, Random& random) : stage_(stage), cast_(cast), random_(random) {}

    base::Status tell(const std::vector<Planned>& pool, Replayed& result) {
        at(stage_, make_date(2023, 3, 10), 10);
        edition_ = TRY(open_edition(stage_, cast_, kEdition));
        TRY(open_envelope(pool));
        std::size_t count = std::min(std::size(kFiles), pool.size());
        for (std::size_t i = 0; i < count; ++i) {
            at(stage_, day_between(make_date(2023, 3, 14), make_date(2023, 4, 10), i, count), 9, 5);
            files_.emplace_back(kFiles[i].stop, TRY(write_draft(stage_, edition_, pool[i], random_,
                                                                kFiles[i].visitors ? &cast_.accounts : nullptr)));
        }
        for (std::size_t i = 0; i < count; ++i) {
            at(stage_, day_between(make_date(2023, 4, 11), make_date(2023, 4, 26), i, count), 9);
            TRY(go(files_[i].first, files_[i].second));
        }
        TRY(hold_sitting());
        TRY(top_up());
        TRY(prepare_sitting());
        at(stage_, make_date(2023, 5, 15), 9);
        result.files_2023 = static_cast<int>(files_.size());
        return {};
    }

  private:
    base::Status open_envelope(const std::vector<Planned>& pool) {
        base::Cents taken;
        for (std::size_t i = 0; i < std::min(std::size(kFiles), pool.size()); ++i)
            if (proposed_for_grant(kFiles[i].stop)) taken += pool[i].grant;
        opened_ = base::Cents{(taken.value / kThousandEuros.value + 1) * kThousandEuros.value};
        envelope_ =
            TRY(application::open_envelope(stage_.desk, edition_, "Vidéoprotection des communes, 2023 (montant simulé)",
                                           {opened_, "Montant simulé", "Ouverture de l’enveloppe"}, cast_.finance));
        return {};
    }

    base::Status top_up() {
        at(stage_, make_date(2023, 5, 11), 10);
        return application::top_up_envelope(
            stage_.desk, envelope_,
            {kToppedUp - opened_, "Montant simulé", "Abondement : les dossiers en attente peuvent être appelés"},
            cast_.finance);
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
            case Stop::Granted:
            case Stop::Refused:
            case Stop::Adjourned:
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
        if (proposed_for_refusal(stop))
            return done(act(stage_, file, Action::ProposeRefusal, officer,
                            because("Le projet porte sur des lieux fermés au public (simulé).")));
        if (proposed_for_grant(stop)) return done(act(stage_, file, Action::Propose, officer));
        if (stop == Stop::Waiting) return done(act(stage_, file, Action::PutOnWaitingList, officer));
        return {};
    }

    // Voted on the 9th and not yet sent to the prefecture: its files are granted, refused or adjourned, nobody was
    // told.
    base::Status hold_sitting() {
        at(stage_, make_date(2023, 4, 27), 10);
        base::Date held_on = make_date(2023, 5, 9);
        auto id = TRY(sitting::create(stage_.desk, {"Commission permanente du 9 mai 2023", held_on, "simulated"},
                                      cast_.secretary));
        for (const auto& [stop, file] : files_)
            if (decided(stop)) TRY(sitting::put_on_agenda(stage_.desk, id, file.id, cast_.secretary));
        at(stage_, make_date(2023, 4, 27), 16);
        TRY(sitting::close_agenda(stage_.desk, id, "2023-R01", cast_.secretary));
        at(stage_, held_on, 11);
        auto view = stage_.desk.db.read([&](db::Reader& reader) { return sitting::load(reader, id); });
        std::vector<sitting::ItemId> voted;
        for (const auto& item : view->items) {
            if (stop_of(item.application) == Stop::Adjourned)
                TRY(sitting::pull(stage_.desk, item.id, sitting::Outcome::Adjourned,
                                  "Le plan de financement est à revoir (simulé).", cast_.secretary));
            else
                voted.push_back(item.id);
        }
        TRY(sitting::record_vote(stage_.desk, id, "Vote sur l’ensemble", draw_counts(random_), voted, cast_.secretary));
        return sitting::decide(
            stage_.desk, id,
            {"2023.S01", "Aides à l’équipement de vidéoprotection des communes de moins de 20 000 habitants"},
            cast_.secretary);
    }

    // Left to visitors, who may hold it: it is for the day on which the demonstration opens.
    base::Status prepare_sitting() {
        at(stage_, make_date(2023, 5, 12), 10);
        sitting::NewSitting wanted{"Commission permanente du 15 mai 2023", make_date(2023, 5, 15), "simulated"};
        auto id = TRY(sitting::create(stage_.desk, wanted, cast_.secretary));
        for (const auto& [stop, file] : files_)
            if (stop == Stop::OnAgenda) TRY(sitting::put_on_agenda(stage_.desk, id, file.id, cast_.secretary));
        return {};
    }

    [[nodiscard]] Stop stop_of(ApplicationId id) const {
        return std::find_if(files_.begin(), files_.end(), [&](const auto& each) { return each.second.id == id; })
            ->first;
    }

    static base::Status done(base::Result<application::Done> result) {
        TRY(std::move(result));
        return {};
    }

    Stage& stage_;
    Cast& cast_;
    Random& random_;
    application::EditionId edition_;
    envelope::EnvelopeId envelope_;
    base::Cents opened_;
    std::vector<std::pair<Stop, File>> files_;
};

}  // namespace

base::Status tell_2023(Stage& stage, Cast& cast, const std::vector<PlannedSitting>& before, Random& random,
                       Replayed& result) {
    return Year(stage, cast, random)
        .tell(plan_2023(stage.desk.territory, before, static_cast<int>(std::size(kFiles)), random), result);
}

}  // namespace beffroi::aides::replay
