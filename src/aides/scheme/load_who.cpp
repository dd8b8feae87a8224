#include "aides/scheme/loader.hpp"

namespace beffroi::scheme {

void Loader::who(Section& root) {
    root.take("tags", Need::Optional);
    root.each_entry("tags", [&](const std::string& id, Section& section) {
        Tag tag;
        tag.id = id;
        tag.label = section.plain<Bilingual>("label", Need::Mandatory);
        tag.of = section.plain<TagOf>("of", Need::Mandatory);
        tag.rule = section.plain<TagRule>("rule", Need::Optional, TagRule::Criterion);
        tag.when = section.when();
        section.need_reference("ref");
        tag.refs = section.refs();
        model_.tags.push_back(std::move(tag));
    });
    table(root, "applicants", true, Need::Mandatory, [&](Section& section) {
        section.take("allowed", Need::Mandatory);
        section.each_item("allowed", [&](Section& row) { allowed(row); });
        if (const Tree* rows = section.table().find("allowed");
            rows && rows->kind == Tree::Kind::Array && rows->items.empty())
            context_.wrong(*rows, section.key("allowed"), "scheme.fault.empty", "at least one applicant");
    });
    table(root, "natures", true, Need::Mandatory, [&](Section& section) {
        for (auto nature : {Nature::Installation, Nature::Extension, Nature::Renewal, Nature::Improvement})
            model_.natures[static_cast<std::size_t>(nature)] = section.value<bool>(name_of(nature), Need::Optional);
    });
    table(root, "population", true, Need::Optional, [&](Section& section) { population(section); });
    list(root, "history", true, Need::Optional, [&](Section& section) { history(section); });
}

void Loader::allowed(Section& section) {
    AllowedApplicant out;
    out.kind = section.plain<ApplicantKind>("kind", Need::Mandatory);
    out.types = section.value<std::vector<GroupingType>>("types", Need::Optional);
    out.regions = section.value<std::vector<std::string>>("regions", Need::Optional);
    out.departments = section.value<std::vector<std::string>>("departments", Need::Optional);
    out.codes = section.value<std::vector<std::string>>("codes", Need::Optional);
    out.inside = section.value<Inside>("inside", Need::Optional);
    out.judged_on = section.plain<JudgedOn>("judged_on", Need::Optional, JudgedOn::Applicant);
    out.tags = section.plain<std::vector<std::string>>("tags", Need::Optional);
    section.need_reference("ref");
    out.refs = section.refs();
    model_.applicants.push_back(std::move(out));
}

void Loader::population(Section& section) {
    model_.figure = section.value<PopulationFigure>("figure", Need::Mandatory);
    model_.vintage = section.value<Vintage>("vintage", Need::Mandatory);
    model_.population_refs = section.refs();
    section.each_item("tests", [&](Section& row) {
        PopulationTest test;
        test.applicants = row.plain<std::vector<ApplicantKind>>("applicants", Need::Optional);
        test.below = row.value<std::int64_t>("below", Need::Optional);
        test.at_most = row.value<std::int64_t>("at_most", Need::Optional);
        test.at_least = row.value<std::int64_t>("at_least", Need::Optional);
        test.above = row.value<std::int64_t>("above", Need::Optional);
        if (!test.below.present() && !test.at_most.present() && !test.at_least.present() && !test.above.present())
            context_.add(row.table().line, row.table().column, row.path(), "scheme.fault.bounds", {},
                         "expected at least one of: below, at_most, at_least, above");
        test.of = row.value<PopulationOf>("of", Need::Optional);
        test.tags = row.plain<std::vector<std::string>>("tags", Need::Optional);
        row.need_reference("ref");
        test.refs = row.refs();
        model_.population_tests.push_back(std::move(test));
    });
}

void Loader::history(Section& section) {
    HistoryRule rule;
    rule.id = section.id("id", Need::Mandatory);
    rule.label = section.plain<Bilingual>("label", Need::Optional);
    rule.test = section.plain<HistoryTest>("test", Need::Mandatory);
    Need schemes = rule.test == HistoryTest::NotSameYear || rule.test == HistoryTest::NotCumulable ? Need::Mandatory
                                                                                                   : Need::Optional;
    rule.schemes = section.value<std::vector<std::string>>("schemes", schemes);
    rule.editions = section.value<std::vector<std::string>>("editions", Need::Optional);
    Need limits = rule.test == HistoryTest::AtMost ? Need::Mandatory : Need::Optional;
    rule.awards = section.value<std::int64_t>("awards", limits);
    rule.years = section.value<std::int64_t>("years", limits);
    rule.when = section.when();
    section.need_reference("ref");
    rule.refs = section.refs();
    model_.history.push_back(std::move(rule));
}

}  // namespace beffroi::scheme
