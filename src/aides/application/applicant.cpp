#include "aides/application/applicant.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "aides/application/state.hpp"

namespace beffroi::aides::application {

namespace {

using base::Code;
using territory::Directory;

constexpr db::Query kOwnAwards{
    "award_own",
    "SELECT e.scheme, e.name, a.state, a.decision, a.decided_on, a.filed_ms, a.granted_cents, a.insee, a.id "
    "FROM application a JOIN edition e ON e.id = a.edition_id WHERE a.siren = $1"};
constexpr db::Query kPastAwards{"award_past",
                                "SELECT scheme, edition, awarded_on, cents, insee, source FROM past_award "
                                "WHERE siren = $1"};
constexpr db::Query kAddPast{"award_add",
                             "INSERT INTO past_award (scheme, edition, siren, insee, awarded_on, cents, source) "
                             "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
// What this desk knows of a scheme: awards told from elsewhere, or its own decisions.
constexpr db::Query kCovered{"award_covered",
                             "SELECT scheme FROM past_award UNION SELECT e.scheme FROM edition e WHERE EXISTS "
                             "(SELECT 1 FROM application a WHERE a.edition_id = e.id AND a.state IN "
                             "('granted', 'refused', 'notified'))"};

bool is_open_request(State state) {
    switch (state) {
        case State::Filed:
        case State::Incomplete:
        case State::Complete:
        case State::UnderReview:
        case State::OpinionsAsked:
        case State::Proposed:
        case State::ProposedRefusal:
        case State::WaitingList:
        case State::OnAgenda:
        case State::Adjourned:
            return true;
        case State::Draft:
        case State::AwaitingSignature:
        case State::Granted:
        case State::Refused:
        case State::Withdrawn:
        case State::Notified:
            return false;
    }
    return false;
}

int year_of(base::Date date) {
    return static_cast<int>(date.year());
}

struct Bearer {
    std::string siren;
    std::string name;  // of the commune that merged; empty for the applicant itself
};

// Every SIREN whose awards are those of the applicant: its own, past and present, and those of the communes that merged
// into it.
std::vector<Bearer> bearers(const Directory& directory, std::string_view siren, int year) {
    std::vector<Bearer> all = {{std::string(siren), {}}};
    const auto add = [&](territory::Siren one, std::string name) {
        const auto text = one.str();
        if (std::none_of(all.begin(), all.end(), [&](const Bearer& b) { return b.siren == text; }))
            all.push_back({text, std::move(name)});
    };
    const auto parsed = territory::Siren::parse(siren);
    if (!parsed) return all;
    const auto commune = directory.commune(*parsed);
    if (!commune) return all;
    for (const auto& naming : directory.history(commune->code)) {
        // A SIREN that another commune bears today is not ours any more.
        if (!naming.siren) continue;
        const auto holder = directory.commune(*naming.siren);
        if (holder && holder->code == commune->code) add(*naming.siren, {});
    }
    for (const auto code : directory.predecessors(commune->code, year)) {
        const auto former = directory.commune(code);
        if (former && former->siren) add(*former->siren, std::string(former->name));
    }
    return all;
}

void add_own(db::Reader& reader, const Bearer& bearer, ApplicationId but, std::vector<Award>& found) {
    reader.query(kOwnAwards, {bearer.siren}, [&](const db::Row& row) {
        const auto id = row.id<ApplicationId>(8);
        const auto state = parse_state(row.text(2)).value_or(State::Draft);
        const bool granted =
            !row.is_null(3) && row.text(3) == "granted" && (state == State::Granted || state == State::Notified);
        const bool open = is_open_request(state);
        if (id == but || (!granted && !open)) return;
        Award award{.scheme = row.string(0),
                    .edition = row.string(1),
                    .siren = bearer.siren,
                    .insee = row.is_null(7) ? std::string() : row.string(7),
                    .through = bearer.name,
                    .application = id,
                    .source = "desk",
                    .open = open};
        award.on = granted ? row.optional_date(4).value_or(base::Date{}) : base::Date{};
        if (open) award.on = base::paris_date(row.timestamp(5));
        if (granted) award.cents = row.cents(6);
        found.push_back(std::move(award));
    });
}

void add_past(db::Reader& reader, const Bearer& bearer, std::vector<Award>& found) {
    reader.query(kPastAwards, {bearer.siren}, [&](const db::Row& row) {
        found.push_back({.scheme = row.string(0),
                         .edition = row.string(1),
                         .on = row.optional_date(2).value_or(base::Date{}),
                         .cents = row.cents(3),
                         .siren = bearer.siren,
                         .insee = row.is_null(4) ? std::string() : row.string(4),
                         .through = bearer.name,
                         .source = row.string(5)});
    });
}

scheme::PopulationFigure figure_of(territory::Figure figure) {
    return figure == territory::Figure::Municipale ? scheme::PopulationFigure::Municipale
                                                   : scheme::PopulationFigure::Totale;
}

constexpr territory::Figure kFigures[] = {territory::Figure::Municipale, territory::Figure::Totale};

std::vector<scheme::Population> commune_populations(const Directory& directory, territory::InseeCode code) {
    std::vector<scheme::Population> all;
    for (const auto figure : kFigures) {
        for (const int year : directory.years_in_force(figure)) {
            const auto one = directory.population(code, figure, year);
            if (one) all.push_back({figure_of(figure), year, one->value, std::string(one->source)});
        }
    }
    return all;
}

std::optional<scheme::GroupingType> type_of(territory::GroupingKind kind) {
    switch (kind) {
        case territory::GroupingKind::CommunauteDeCommunes:
            return scheme::GroupingType::Cc;
        case territory::GroupingKind::CommunauteAgglomeration:
            return scheme::GroupingType::Ca;
        case territory::GroupingKind::CommunauteUrbaine:
            return scheme::GroupingType::Cu;
        case territory::GroupingKind::Metropole:
        case territory::GroupingKind::MetropoleDeLyon:
            return scheme::GroupingType::Metro;
    }
    return std::nullopt;
}

std::string region_of(const Directory& directory, territory::DepartementCode code) {
    for (const auto& departement : directory.departements())
        if (departement.code == code) return departement.region.str();
    return {};
}

scheme::Applicant commune_applicant(const Directory& directory, const territory::Commune& commune) {
    return {.kind = scheme::ApplicantKind::Commune,
            .code = commune.code.str(),
            .name = std::string(commune.name),
            .type = {},
            .department = commune.departement.str(),
            .region = commune.region.str(),
            .populations = commune_populations(directory, commune.code),
            .members = {},
            .holder = {}};
}

scheme::Applicant grouping_applicant(const Directory& directory, const territory::Grouping& grouping, int year) {
    scheme::Applicant applicant{.kind = scheme::ApplicantKind::Grouping,
                                .code = grouping.siren.str(),
                                .name = std::string(grouping.name),
                                .type = type_of(grouping.kind),
                                .department = grouping.departement.str(),
                                .region = region_of(directory, grouping.departement),
                                .populations = {},
                                .members = {},
                                .holder = {}};
    for (const auto figure : kFigures) {
        for (const int in_force : directory.years_in_force(figure)) {
            const auto one = directory.population(grouping.siren, figure, in_force);
            if (!one || !one->complete) continue;  // a part of the members would make a wrong sum
            applicant.populations.push_back({figure_of(figure), in_force, one->value,
                                             one->members.empty() || !one->members.front().population
                                                 ? std::string()
                                                 : std::string(one->members.front().population->source)});
        }
    }
    for (const auto index : directory.members(grouping.siren, directory.cog_for(year))) {
        const auto commune = directory.commune_at(index);
        applicant.members.push_back({.code = commune.code.str(),
                                     .department = commune.departement.str(),
                                     .region = commune.region.str(),
                                     .populations = commune_populations(directory, commune.code)});
    }
    return applicant;
}

template <typename Code>
void add_territory_tags(const Directory& directory, const scheme::Edition& edition, Code code, base::Date at,
                        scheme::Facts& facts) {
    for (const auto& tag : edition.model().tags) {
        if (tag.of != scheme::TagOf::Territory) continue;
        const auto held = directory.has_tag(code, tag.id, at);
        if (held == territory::HasTag::NotLoaded) continue;
        facts.tags.push_back({tag.id, held == territory::HasTag::Yes});
    }
}

scheme::History history_of(db::Reader& reader, const Directory& directory, const scheme::Edition& edition,
                           std::string_view siren, ApplicationId but) {
    scheme::History history{.loaded = true, .schemes = {}, .aids = {}};
    std::set<std::string> covered;
    reader.query(kCovered, {}, [&](const db::Row& row) { covered.insert(row.string(0)); });
    // Nothing came before the first edition of a scheme.
    if (edition.model().predecessor.empty()) covered.insert(edition.model().scheme);
    history.schemes.assign(covered.begin(), covered.end());
    history.loaded = !history.schemes.empty();
    for (const auto& award : awards(reader, directory, siren, but))
        history.aids.push_back({award.scheme, award.edition, award.on, award.cents});
    return history;
}

}  // namespace

base::Result<ApplicantIdentity> identify(const Directory& directory, std::string_view siren) {
    const auto parsed = TRY(territory::Siren::parse(siren));
    if (const auto commune = directory.commune(parsed)) {
        return ApplicantIdentity{.siren = parsed.str(),
                                 .insee = commune->code.str(),
                                 .name = std::string(commune->name),
                                 .department = commune->departement.str()};
    }
    if (const auto grouping = directory.grouping(parsed)) {
        return ApplicantIdentity{.siren = parsed.str(),
                                 .insee = {},
                                 .name = std::string(grouping->name),
                                 .department = grouping->departement.str()};
    }
    return fail(Code::NotFound, "SIREN " + parsed.str() + " is no commune or grouping of the directory",
                {"application.unknown_applicant", {{"siren", parsed.spaced()}}});
}

std::vector<Award> awards(db::Reader& reader, const Directory& directory, std::string_view siren, ApplicationId but) {
    const auto years = directory.cog_years();
    std::vector<Award> found;
    for (const auto& bearer : bearers(directory, siren, years.empty() ? 0 : years.back())) {
        add_own(reader, bearer, but, found);
        add_past(reader, bearer, found);
    }
    std::sort(found.begin(), found.end(), [](const Award& a, const Award& b) {
        return a.on != b.on ? b.on < a.on : b.application < a.application;
    });
    return found;
}

void add_past_award(db::Writer& writer, std::string_view scheme, std::string_view edition, std::string_view siren,
                    std::string_view insee, std::optional<base::Date> on, base::Cents cents, std::string_view source) {
    const auto code = insee.empty() ? std::optional<std::string_view>() : std::optional(insee);
    const auto date = on ? std::optional(base::iso(*on)) : std::nullopt;
    writer.execute(kAddPast, {scheme, edition, siren, code, date, cents, source});
}

base::Result<scheme::Facts> applicant_facts(db::Reader& reader, const Directory& directory,
                                            const scheme::Edition& edition, std::string_view siren, base::Date at,
                                            ApplicationId but) {
    const auto parsed = TRY(territory::Siren::parse(siren));
    scheme::Facts facts;
    if (const auto commune = directory.commune(parsed)) {
        facts.applicant = commune_applicant(directory, *commune);
        add_territory_tags(directory, edition, commune->code, at, facts);
    } else if (const auto grouping = directory.grouping(parsed)) {
        facts.applicant = grouping_applicant(directory, *grouping, year_of(at));
        add_territory_tags(directory, edition, parsed, at, facts);
    } else {
        return std::unexpected(identify(directory, siren).error());
    }
    facts.history = history_of(reader, directory, edition, siren, but);
    return facts;
}

}  // namespace beffroi::aides::application
