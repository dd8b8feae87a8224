// Laws that hold for every edition and every application: random editions, random facts.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "aides/scheme/edition.hpp"
#include "aides/scheme/simulate.hpp"

namespace beffroi::scheme {
namespace {

const base::Catalogue& catalogue() {
    static const base::Catalogue kCatalogue = base::value_or_throw(base::Catalogue::load("locale"));
    return kCatalogue;
}

int number(int low, int high) {
    return *rc::gen::inRange(low, high + 1);
}
bool coin() {
    return number(0, 1) == 1;
}
const char* one_of(std::initializer_list<const char*> words) {
    return *(words.begin() + number(0, static_cast<int>(words.size()) - 1));
}
std::string percent(int most = 100) {
    return fmt::format("\"{},{:02} %\"", number(0, most - 1), number(0, 99));
}
std::string value(const std::string& plain) {
    switch (number(0, 9)) {
        case 0:
            return "{ unknown = { fr = \"Combien ?\", en = \"How much?\" } }";
        case 1:
            return fmt::format("{{ assumed = {}, because = {{ fr = \"Essai.\", en = \"Trial.\" }} }}", plain);
        case 2:
            return fmt::format("[ {{ from = 2024-01-01, value = {0} }}, {{ from = 2024-06-01, value = {0} }} ]", plain);
        default:
            return plain;
    }
}
std::string known(const std::string& plain) {
    return plain;
}

std::string condition() {
    switch (number(0, 5)) {
        case 0:
            return "when = { tags = [\"zone\"] }\n";
        case 1:
            return "when = { not_tags = [\"fibre\"], natures = [\"installation\"] }\n";
        case 2:
            return "when = { applicants = [\"commune\"], population = { below = 5000 } }\n";
        case 3:
            return "when = { base = { at_least = 1000 } }\n";
        default:
            return "";
    }
}

// `simple`: one percentage and values all known, for the laws on amounts.
std::string edition_text(bool simple) {
    auto v = [&](const std::string& plain) { return simple ? known(plain) : value(plain); };
    std::string out = R"(format = 1
scheme = "demo"
edition = "2024"
[edition_info]
title = { fr = "Essai", en = "Trial" }
summary = { fr = "Un essai.", en = "A trial." }
funder = "Région"
year = 2024
effect_from = 2024-01-01
ref = "A"
)";
    out += fmt::format("rounding = \"{}\"\n",
                       simple ? "cent_down" : one_of({"cent_down", "cent_half_up", "cent_half_even", "euro_down"}));
    out += R"([sources.A]
title = "Acte"
mark = "read"
[tags.zone]
label = { fr = "zone", en = "zone" }
of = "territory"
ref = "A"
)";
    out += fmt::format(
        "[tags.fibre]\nlabel = {{ fr = \"fibre\", en = \"fibre\" }}\nof = \"project\"\nrule = \"{}\"\nref = \"A\"\n",
        simple ? "criterion" : one_of({"criterion", "required", "excluded"}));
    out += "[applicants]\nref = \"A\"\n[[applicants.allowed]]\nkind = \"commune\"\nregions = " + v("[\"32\"]") + "\n";
    if (!simple)
        out += fmt::format("[[applicants.allowed]]\nkind = \"grouping\"\nregions = [\"32\"]\ninside = \"{}\"\n",
                           one_of({"seat", "all_members", "any_member", "most_members"}));
    out += fmt::format("[natures]\nref = \"A\"\ninstallation = {}\nextension = {}\n", v("true"),
                       simple ? "true" : v("false"));
    out +=
        fmt::format("[population]\nref = \"A\"\nfigure = {}\nvintage = {}\n[[population.tests]]\nbelow = {}\nof = {}\n",
                    v("\"municipale\""), v("\"edition\""), v(std::to_string(number(1, 30000))),
                    v(coin() ? "\"own\"" : "\"any_member\""));
    out += fmt::format(
        "[categories]\nref = \"A\"\n[categories.cameras]\nlabel = {{ fr = \"c\", en = \"c\" }}\nunit = {{ fr = \"u\", "
        "en = \"u\" }}\neligible = {}\ngroup = \"g\"\n",
        v("true"));
    if (coin()) out += "unit_ceiling = " + v(std::to_string(number(1, 20000))) + "\n";
    if (!simple && coin()) out += "unit_amount = " + v(std::to_string(number(1, 500))) + "\n";
    out += fmt::format(
        "[categories.network]\nlabel = {{ fr = \"r\", en = \"n\" }}\neligible = {}\nreason = {{ fr = \"Non.\", en = "
        "\"No.\" }}\n",
        v("true"));
    out += fmt::format("[base]\nref = \"A\"\ntax = {}\n", v(coin() ? "\"ht\"" : "\"ttc\""));
    if (coin()) out += "maximum = " + v(std::to_string(number(1000, 100000))) + "\n";
    if (!simple && coin())
        out += "minimum = " + v(std::to_string(number(0, 5000))) +
               "\nspending_from = 2023-06-01\nworks_start = \"after_filing\"\n";
    out += "[rate]\nref = \"A\"\n";
    int rows = simple ? 0 : number(0, 3);
    for (int i = 0; i < rows; ++i) {
        out += "[[rate.rows]]\n" + condition();
        switch (number(0, 6)) {
            case 0:
                out += "up_to = " + v(percent()) + "\n";
                break;
            case 1:
                out += "range = { from = \"10 %\", to = " + v("\"60 %\"") + " }\n";
                break;
            case 2:
                out += "forfait = " + v(std::to_string(number(0, 9000))) + "\n";
                break;
            case 3:
                out += "unit_scale = true\n";
                break;
            case 4:
                out += "discretionary = true\n";
                break;
            case 5:
                out += "brackets = [ { up_to = 5000, percent = \"50 %\" }, { percent = " + v("\"20 %\"") + " } ]\n";
                break;
            default:
                out += "percent = " + v(percent()) + "\n";
        }
    }
    out += "[[rate.rows]]\npercent = " + v(percent()) + "\n";
    for (int i = 0, n = number(0, 2); i < n; ++i)
        out += fmt::format("[[ceilings]]\nid = \"c{}\"\n{}amount = {}\nper = \"{}\"\nyears = 2\nref = \"A\"\n{}", i,
                           simple ? "" : condition(), v(std::to_string(number(0, 40000))),
                           simple ? "file" : one_of({"file", "member", "period"}), coin() ? "group = \"g\"\n" : "");
    if (!simple && out.find("[[ceilings]]") != std::string::npos && coin())
        out += "[[bonuses]]\nid = \"b\"\n" + condition() + "amount = " + v("5000") + "\nref = \"A\"\n";
    if (coin())
        out += fmt::format(
            "[[cofunding]]\nid = \"own\"\ntest = \"own_share\"\nminimum = {}\nexceeded = {}\nref = \"A\"\n",
            v("\"20 %\""), v(simple ? "\"reduce\"" : fmt::format("\"{}\"", one_of({"reduce", "refuse", "warn"}))));
    if (!simple && coin())
        out += fmt::format(
            "[[cofunding]]\nid = \"state\"\ntest = \"share\"\nfunders = [\"public\"]\nmaximum = {}\nof = "
            "\"total\"\nexceeded = \"{}\"\nref = \"A\"\n",
            v("\"80 %\""), one_of({"reduce", "refuse", "warn"}));
    if (!simple && coin())
        out += fmt::format("[[cofunding]]\nid = \"f\"\ntest = \"{}\"\nfunders = [\"department\"]\nref = \"A\"\n",
                           one_of({"required_funders", "excluded_funders"}));
    if (!simple && coin())
        out += fmt::format(
            "[[history]]\nid = \"h\"\ntest = \"{}\"\nschemes = [\"demo\"]\nawards = 1\nyears = 3\nref = \"A\"\n{}",
            one_of({"not_aided", "once", "at_most", "not_same_year", "not_cumulable"}), condition());
    if (!simple && coin()) out += "[floors]\ngrant = " + v("300") + "\nref = \"A\"\n";
    out += "[[windows]]\nopens = " + v("2024-01-01T00:00:00") + "\ncloses = 2024-12-31T23:59:59\nref = \"A\"\n";
    out +=
        "[envelope]\namount = 1000000\nref = \"A\"\n[selection]\norder = \"first_come\"\nwhen_short = \"refuse\"\nref "
        "= \"A\"\n";
    return out;
}

EditionPtr random_edition(bool simple) {
    Loaded loaded = load_edition(edition_text(simple), "demo/2024.toml");
    if (!loaded.edition) RC_FAIL(loaded.error().detail);
    return loaded.edition;
}

Facts random_facts() {
    Facts facts;
    facts.applicant.code = "59001";
    facts.applicant.region = one_of({"32", "32", "28", ""});
    facts.applicant.department = "59";
    facts.applicant.recovers_vat = coin();
    if (number(0, 3) == 0) {
        facts.applicant.kind = ApplicantKind::Grouping;
        for (int i = 0, n = number(0, 4); i < n; ++i)
            facts.applicant.members.push_back(
                {"1", "59", one_of({"32", "28", ""}), {{PopulationFigure::Municipale, 2024, number(1, 9000), {}}}});
    }
    if (number(0, 9) > 0)
        facts.applicant.populations.push_back({PopulationFigure::Municipale, 2024, number(0, 40000), {}});
    if (coin()) facts.tags.push_back({"zone", coin()});
    if (coin()) facts.tags.push_back({"fibre", coin()});
    facts.nature = static_cast<Nature>(number(0, 3));
    for (int i = 0, n = number(0, 5); i < n; ++i) {
        ExpenseLine line;
        line.category = one_of({"cameras", "cameras", "network", "other"});
        line.ht.value = number(-1000, 9'000'000);
        if (coin()) line.ttc = base::Cents{line.ht.value + line.ht.value / 5};
        if (coin()) line.quantity = number(0, 50);
        if (coin()) line.date = base::make_date(number(2022, 2025), 6, 1);
        facts.expenses.push_back(line);
    }
    for (int i = 0, n = number(0, 2); i < n; ++i)
        facts.funding.push_back(
            {one_of({"detr", "departement", "private", "fctva", "whoever"}), base::Cents{number(0, 5'000'000)}, {}});
    facts.history.loaded = coin();
    if (coin())
        facts.history.aids.push_back(
            {"demo", one_of({"2023", "2024"}), base::make_date(2023, 5, 5), base::Cents{number(0, 2'000'000)}});
    if (coin()) facts.other_aids.emplace_back("demo");
    if (number(0, 4) == 0) facts.asked = base::Cents{number(0, 1'000'000)};
    if (coin()) facts.decided_rate = base::Rate{number(0, 10000)};
    if (coin()) facts.decided_amount = base::Cents{number(0, 1'000'000)};
    if (coin()) facts.filed = base::make_date(2024, static_cast<unsigned>(number(1, 12)), 1);
    return facts;
}

void check_texts(const std::vector<Node>& nodes) {
    for (const auto& node : nodes) {
        for (auto language : {base::Language::Fr, base::Language::En}) {
            std::string said = sentence(node, base::Text(catalogue(), language));
            if (said.empty() || said.find("scheme.r") != std::string::npos ||
                said.find("scheme.l") != std::string::npos || said.find('{') != std::string::npos)
                RC_FAIL(node.rule + " / " + node.sentence + " says: " + said);
        }
        check_texts(node.children);
    }
}

}  // namespace

TEST_CASE("with or without explanation the answer is the same, and every sentence is complete in both languages") {
    CHECK(rc::check([] {
        EditionPtr edition = random_edition(false);
        for (int i = 0; i < 8; ++i) {
            Facts facts = random_facts();
            Evaluation explained = evaluate(*edition, facts);
            RC_ASSERT(explained.outcome == evaluate_fast(*edition, facts));
            RC_ASSERT(explained.lines.size() == facts.expenses.size());
            check_texts(explained.reasons);
            // What is said agrees with what is decided.
            RC_ASSERT(explained.outcome.eligible == (explained.failed().empty() && !explained.outcome.undetermined));
            RC_ASSERT(explained.outcome.certain == explained.to_check().empty() || !explained.outcome.certain);
            if (!explained.outcome.eligible) RC_ASSERT(explained.outcome.amount == base::Cents{});
            std::string json = to_json(explained, *edition, base::Text(catalogue(), base::Language::Fr));
            RC_ASSERT(json.starts_with("{\"version\":1,"));
            RC_ASSERT(json ==
                      to_json(evaluate(*edition, facts), *edition, base::Text(catalogue(), base::Language::Fr)));
        }
    }));
}

TEST_CASE("the grant never exceeds the rate, the ceiling, the amount asked, nor four fifths of the public money") {
    CHECK(rc::check([] {
        EditionPtr edition = random_edition(true);
        Facts facts = random_facts();
        facts.applicant.region = "32";
        Outcome found = evaluate_fast(*edition, facts);
        const Model& model = edition->model();
        base::Cents most =
            base::apply(model.rates.back().percent.settings.front().value, found.base, base::Rounding::Down);
        RC_ASSERT(found.amount <= most);
        RC_ASSERT(found.base <= found.total);
        RC_ASSERT(found.amount >= base::Cents{});
        for (const auto& ceiling : model.ceilings)
            if (ceiling.group.empty()) {
                RC_ASSERT(found.amount <= ceiling.amount.settings.front().value);
                break;
            }
        if (facts.asked) RC_ASSERT(found.amount <= *facts.asked);
        if (!model.cofunding.empty()) {
            base::Cents others, privately;
            for (const auto& one : facts.funding) {
                if (one.source == "private")
                    privately += one.amount;
                else if (one.source != "fctva")
                    others += one.amount;
            }
            base::Cents money = std::max(found.total - privately, base::Cents{});
            if (found.amount > base::Cents{}) RC_ASSERT((found.amount + others) * 10000 <= money * 8000);
        }
    }));
}

TEST_CASE("more eligible expenses never give a smaller grant") {
    CHECK(rc::check([] {
        EditionPtr edition = random_edition(true);
        Facts facts = random_facts();
        facts.applicant.region = "32";
        facts.nature = Nature::Installation;
        Outcome before = evaluate_fast(*edition, facts);
        ExpenseLine line;
        line.category = "network";
        line.ht.value = number(0, 2'000'000);
        line.ttc = line.ht;
        facts.expenses.push_back(line);
        Outcome after = evaluate_fast(*edition, facts);
        if (before.eligible && after.eligible) {
            RC_ASSERT(after.base >= before.base);
            RC_ASSERT(after.amount >= before.amount);
        }
    }));
}

TEST_CASE("simulation: what if it were 25,000 inhabitants and 40 %?") {
    Loaded loaded = load_edition_file("schemes/hdf-videoprotection/2022.toml");
    REQUIRE(loaded.edition);
    std::vector<std::string> codes{"59001", "59002", "62001", "62002", "76001"};
    std::vector<std::string> departments{"59", "59", "62", "62", "76"};
    std::vector<std::string> regions{"32", "32", "32", "32", "28"};
    std::vector<std::int64_t> populations{300, 20'400, 8'000, -1, 500};
    CommuneColumns communes{codes, departments, regions, populations, {}};
    Variation variation{
        .population_below = 25'000, .rate = base::Rate{4000}, .ceiling = base::Cents{4'000'000}, .envelope = {}};
    EditionPtr varied = vary(*loaded.edition, variation);
    SimulationOptions options;
    options.cost.spread_percent = 0;
    Simulation found = simulate(*varied, loaded.edition.get(), communes, options);
    CHECK(found.now.eligible == 3);
    CHECK(found.before.eligible == 2);
    CHECK(found.gained == std::vector<std::uint32_t>{1});
    CHECK(found.lost.empty());
    CHECK(found.now.undetermined == 1);
    CHECK(found.now.amounts.min == base::Cents{600'000});     // 4 cameras × 3,750 × 40 %
    CHECK(found.before.amounts.min == base::Cents{450'000});  // × 30 %
    CHECK(found.now.amounts.max == base::Cents{4'000'000});   // the ceiling
    CHECK(found.now.need == base::apply(base::Rate{620}, found.now.if_all_apply, base::Rounding::Down));
    CHECK(found.now.envelope == base::Cents{450'000'000});
    REQUIRE(found.departments.size() == 3);
    CHECK(found.departments[0].gained == 1);
    CHECK(simulate(*varied, loaded.edition.get(), communes, options).now.if_all_apply == found.now.if_all_apply);
}

}  // namespace beffroi::scheme
