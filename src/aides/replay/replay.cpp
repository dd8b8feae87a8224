#include "aides/replay/replay.hpp"

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
