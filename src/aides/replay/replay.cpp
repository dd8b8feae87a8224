#include "aides/replay/replay.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "aides/application/editions.hpp"
#include "aides/replay/years.hpp"

namespace beffroi::aides::replay {

void at(Stage& stage, base::Date day, int hour, int minute) {
    base::Timestamp wanted = base::from_paris(day, hour, minute);
    // Time never goes back: acts of one day keep their order.
    if (wanted > stage.clock.now())
        stage.clock.set(wanted);
    else
        stage.clock.set({stage.clock.now().ms + 1000});
}

base::Date day_between(base::Date from, base::Date to, std::size_t index, std::size_t count) {
    std::int64_t days = base::days_between(from, to);
    base::Date day = base::add_days(from, static_cast<int>(days * static_cast<std::int64_t>(index) /
                                                           static_cast<std::int64_t>(std::max<std::size_t>(count, 1))));
    std::chrono::weekday weekday{std::chrono::sys_days{day}};
    if (weekday == std::chrono::Saturday) return base::add_days(day, 2);
    if (weekday == std::chrono::Sunday) return base::add_days(day, 1);
    return day;
}

sitting::Counts draw_counts(Random& random) {
    int members = 60;
    int against = static_cast<int>(random.between(0, 6));
    int abstaining = static_cast<int>(random.between(0, 6));
    int voting = members - static_cast<int>(random.between(0, 8));
    return {members, voting, voting - against - abstaining, against, abstaining};
}

base::Result<application::EditionId> open_edition(Stage& stage, const Cast& cast, std::string_view id) {
    const scheme::LibraryEntry* entry = stage.schemes.entry(id);
    if (entry == nullptr) return std::unexpected(stage.schemes.find(id).error());
    auto text = [](const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    std::filesystem::path cases = entry->file;
    cases.replace_extension(".cases.toml");
    return stage.desk.db.write([&](db::Writer& writer) {
        return application::publish(writer, text(entry->file), text(cases), cast.head.id, stage.clock.now());
    });
}

base::Result<Replayed> replay(Stage& stage) {
    Random random(stage.seed);
    Replayed result;
    at(stage, base::make_date(2022, 2, 1), 9);
    Cast cast = TRY(make_cast(stage));
    std::vector<PlannedSitting> plan = TRY(plan_2022(stage.desk.territory, random));
    TRY(tell_2022(stage, cast, plan, random, result));
    TRY(tell_2023(stage, cast, plan, random, result));
    result.accounts = std::move(cast.accounts);
    result.now = stage.clock.now();
    return result;
}

}  // namespace beffroi::aides::replay
