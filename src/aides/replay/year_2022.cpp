#include <map>
#include <set>

#include <fmt/format.h>

#include "aides/application/envelope_desk.hpp"
#include "aides/replay/years.hpp"
#include "aides/sitting/session.hpp"

namespace beffroi::aides::replay {

namespace {

using application::Action;
using base::make_date;
using sitting::SittingId;

constexpr std::string_view kEdition = "hdf-videoprotection/2022";
constexpr base::Cents kOpened{200'000'000};
constexpr base::Cents kTopUp{250'000'000};

class Year {
  public:
    Year(Stage& stage, Cast& cast, Random& random, Replayed& result)
        : stage_(stage), cast_(cast), random_(random), result_(result) {}

    base::Status tell(const std::vector<PlannedSitting>& plan) {
        edition_ = TRY(open_edition(stage_, cast_, kEdition));
        TRY(open_envelope());
        int total = 0;
        for (const auto& sitting : plan) total += static_cast<int>(sitting.granted.size());
        // In the order of time: files come in between sittings, those of July find the envelope short in September and
        // wait for the top-up.
        TRY(receive(plan[0], total));
        TRY(receive(plan[1], total));
        TRY(hold(plan[0]));
        TRY(receive(plan[2], total));
        TRY(receive(plan[3], total));
        TRY(hold(plan[1], &plan[2]));
        TRY(top_up());
        TRY(hold(plan[2]));
        TRY(receive(plan[4], total));
        TRY(hold(plan[3]));
        TRY(hold(plan[4]));
        return {};
    }

  private:
    base::Status open_envelope() {
        at(stage_, make_date(2022, 2, 3), 10);
        envelope_ = TRY(application::open_envelope(stage_.desk, edition_, "Vidéoprotection des communes, 2022",
                                                   {kOpened, "Dispositif voté en 2022", "Ouverture de l’enveloppe"},
                                                   cast_.finance));
        return {};
    }

    base::Status top_up() {
        at(stage_, make_date(2022, 10, 3), 10);
        return application::top_up_envelope(
            stage_.desk, envelope_, {kTopUp, "Enveloppe complémentaire 2022", "Abondement de 2,5 M€"}, cast_.finance);
    }

    // Drafts, signatures, completeness and lines, in the order of arrival.
    base::Status receive(const PlannedSitting& planned, int total) {
        std::vector<File>& files = files_[planned.held_on];
        for (std::size_t i = 0; i < planned.granted.size(); ++i) {
            at(stage_, day_between(planned.filed_from, planned.filed_to, i, planned.granted.size()), 9,
               static_cast<int>(i % 50));
            File file = TRY(write_draft(stage_, edition_, planned.granted[i], random_));
            TRY(sign(stage_, file));
            at(stage_, base::paris_date(file.filed), 15);
            TRY(review(stage_, file, cast_.officers[i % 3]));
            files.push_back(std::move(file));
            if (stage_.progress && ++received_ % 20 == 0) stage_.progress("2022", received_, total);
        }
        return {};
    }

    // `waiting`: the files that find no money once those of this sitting are proposed.
    base::Status hold(const PlannedSitting& planned, const PlannedSitting* waiting = nullptr) {
        std::vector<File>& files = files_[planned.held_on];
        at(stage_, base::add_days(planned.held_on, -14), 9);
        bool called = listed_.contains(planned.held_on);
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (called)
                TRY(act(stage_, files[i], Action::CallFromWaitingList, cast_.head));
            else
                TRY(act(stage_, files[i], Action::Propose, cast_.officers[i % 3]));
        }
        if (waiting != nullptr) {
            std::vector<File>& left = files_[waiting->held_on];
            for (std::size_t i = 0; i < left.size(); ++i)
                TRY(act(stage_, left[i], Action::PutOnWaitingList, cast_.officers[i % 3]));
            listed_.insert(waiting->held_on);
        }
        sitting::NewSitting wanted{planned.name, planned.held_on, planned.real ? "real" : "simulated"};
        SittingId id = TRY(sitting::create(stage_.desk, wanted, cast_.secretary));
        for (const File& file : files) TRY(sitting::put_on_agenda(stage_.desk, id, file.id, cast_.secretary));
        at(stage_, base::add_days(planned.held_on, -12), 16);
        TRY(sitting::close_agenda(stage_.desk, id, planned.report, cast_.secretary));
        at(stage_, planned.held_on, 11);
        return vote(planned, id);
    }

    base::Status vote(const PlannedSitting& planned, SittingId id) {
        auto view = stage_.desk.db.read([&](db::Reader& reader) { return sitting::load(reader, id); });
        std::vector<sitting::ItemId> items;
        for (const auto& item : view->items) items.push_back(item.id);
        TRY(sitting::record_vote(stage_.desk, id, "Vote sur l’ensemble", draw_counts(random_), items, cast_.secretary));
        TRY(sitting::decide(
            stage_.desk, id,
            {planned.resolution, "Aides à l’équipement de vidéoprotection des communes de moins de 20 000 habitants"},
            cast_.secretary));
        at(stage_, base::add_days(planned.held_on, 2), 10);
        TRY(sitting::transmit(stage_.desk, id, fmt::format("@CTES (simulé) {}", planned.resolution), stage_.clock.now(),
                              cast_.secretary));
        at(stage_, base::add_days(planned.held_on, 3), 9);
        for (const auto& line : sitting::notify_all(stage_.desk, id, cast_.secretary))
            if (line.refusal) return std::unexpected(base::Error(*line.refusal).wrapped("notifying " + line.number));
        TRY(sitting::publish(stage_.desk, id, cast_.secretary));
        view = stage_.desk.db.read([&](db::Reader& reader) { return sitting::load(reader, id); });
        base::Cents sum = sitting::total(*view);
        result_.communes_2022 += static_cast<int>(items.size());
        result_.granted_2022 += sum;
        if (planned.real) {
            result_.communes_november = static_cast<int>(items.size());
            result_.granted_november = sum;
        }
        return {};
    }

    Stage& stage_;
    Cast& cast_;
    Random& random_;
    Replayed& result_;
    application::EditionId edition_;
    envelope::EnvelopeId envelope_;
    std::map<base::Date, std::vector<File>> files_;
    std::set<base::Date> listed_;
    int received_ = 0;
};

}  // namespace

base::Status tell_2022(Stage& stage, Cast& cast, const std::vector<PlannedSitting>& plan, Random& random,
                       Replayed& result) {
    return Year(stage, cast, random, result).tell(plan);
}

}  // namespace beffroi::aides::replay
