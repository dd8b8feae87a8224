#include <algorithm>

#include "aides/scheme/loader.hpp"

namespace beffroi::scheme {

void Loader::procedure(Section& root) {
    list(root, "documents", false, Need::Optional, [&](Section& section) { document(section); });
    list(root, "windows", true, Need::Mandatory, [&](Section& section) {
        Window window{section.value<base::Timestamp>("opens", Need::Mandatory),
                      section.value<base::Timestamp>("closes", Need::Mandatory)};
        for (const auto& open : window.opens.settings)
            for (const auto& close : window.closes.settings)
                if (open.state != State::Unknown && close.state != State::Unknown && close.value <= open.value)
                    context_.add(section.table().line, section.table().column, section.key("closes"),
                                 "scheme.fault.window", {}, "expected an instant after opens");
        model_.windows.push_back(std::move(window));
    });
    table(root, "envelope", true, Need::Mandatory, [&](Section& section) {
        model_.envelope = section.value<base::Cents>("amount", Need::Mandatory);
        section.each_item("quotas", [&](Section& row) {
            Quota quota;
            quota.department = row.plain<std::string>("department", Need::Mandatory);
            quota.share = row.value<base::Rate>("share", Need::Optional);
            quota.amount = row.value<base::Cents>("amount", Need::Optional);
            if (quota.share.present() == quota.amount.present())
                context_.add(row.table().line, row.table().column, row.path(), "scheme.fault.quota", {},
                             "expected exactly one of: share, amount");
            model_.quotas.push_back(std::move(quota));
        });
    });
    table(root, "selection", true, Need::Mandatory, [&](Section& section) {
        Selection& selection = model_.selection;
        selection.order = section.value<SelectionOrder>("order", Need::Mandatory);
        selection.date = section.value<SelectionDate>("date", Need::Optional);
        selection.when_short = section.value<WhenShort>("when_short", Need::Mandatory);
        selection.top_up_reopens = section.value<bool>("top_up_reopens", Need::Optional);
        section.each_item("priorities", [&](Section& row) {
            selection.priorities.push_back(
                {row.id("id", Need::Mandatory), row.when(), row.plain<Bilingual>("label", Need::Mandatory)});
        });
        selection.refs = section.refs();
    });
    table(root, "payment", false, Need::Optional, [&](Section& section) {
        Payment& payment = model_.payment;
        payment.advance_max = section.value<base::Rate>("advance_max", Need::Optional);
        payment.instalments = section.value<std::int64_t>("instalments", Need::Optional);
        payment.instalments_max = section.value<base::Rate>("instalments_max", Need::Optional);
        payment.minimum_instalment = section.value<base::Cents>("minimum_instalment", Need::Optional);
        payment.pro_rata = section.value<ProRata>("pro_rata", Need::Optional);
        payment.shortfall = section.value<base::Rate>("shortfall", Need::Optional);
        payment.start_within_months = section.value<std::int64_t>("start_within_months", Need::Optional);
        payment.complete_within_months = section.value<std::int64_t>("complete_within_months", Need::Optional);
        payment.justify_within_months = section.value<std::int64_t>("justify_within_months", Need::Optional);
        payment.extension_months = section.value<std::int64_t>("extension_months", Need::Optional);
        payment.refs = section.refs();
    });
    list(root, "in_kind", false, Need::Optional, [&](Section& section) {
        InKind out;
        out.id = section.id("id", Need::Mandatory);
        out.label = section.plain<Bilingual>("label", Need::Mandatory);
        out.paid_to = section.plain<Bilingual>("paid_to", Need::Mandatory);
        out.category = section.id("category", Need::Mandatory);
        out.unit_amount = section.value<base::Cents>("unit_amount", Need::Mandatory);
        section.need_reference("ref");
        out.refs = section.refs();
        model_.in_kind.push_back(std::move(out));
    });
    list(root, "fields", false, Need::Optional, [&](Section& section) { field(section); });
}

void Loader::document(Section& section) {
    Document out;
    out.key = section.id("key", Need::Mandatory);
    out.label = section.plain<Bilingual>("label", Need::Mandatory);
    out.help = section.plain<Bilingual>("help", Need::Optional);
    out.due = section.value<Due>("due", Need::Mandatory);
    // Only what is asked at filing must be settled before the first applicant comes.
    bool filing = false;
    for (const auto& setting : out.due.settings)
        filing |= setting.state == State::Unknown || setting.value == Due::Filing;
    context_.needed = filing;
    out.required = section.value<bool>("required", Need::Mandatory);
    context_.needed = false;
    out.formats = section.plain<std::vector<std::string>>("formats", Need::Optional);
    if (out.formats.empty()) out.formats = {"pdf"};
    static const std::vector<std::string_view> kFormats{"pdf", "odt", "ods", "docx", "xlsx", "png", "jpg", "csv"};
    for (const auto& format : out.formats)
        if (std::find(kFormats.begin(), kFormats.end(), format) == kFormats.end())
            context_.wrong_word(*section.table().find("formats"), section.key("formats"), format, kFormats);
    out.restricted = section.plain<bool>("restricted", Need::Optional);
    out.when = section.when();
    section.need_reference("ref");
    out.refs = section.refs();
    model_.documents.push_back(std::move(out));
}

void Loader::field(Section& section) {
    Field out;
    out.key = section.id("key", Need::Mandatory);
    out.label = section.plain<Bilingual>("label", Need::Mandatory);
    out.help = section.plain<Bilingual>("help", Need::Optional);
    out.type = section.plain<FieldType>("type", Need::Mandatory);
    section.each_item("choices", [&](Section& choice) {
        out.choices.push_back({choice.id("key", Need::Mandatory), choice.plain<Bilingual>("label", Need::Mandatory)});
    });
    if ((out.type == FieldType::Choice) == out.choices.empty())
        context_.add(section.table().line, section.table().column, section.key("choices"), "scheme.fault.choices", {},
                     "expected choices for type = \"choice\", and for that type only");
    out.required = section.plain<bool>("required", Need::Optional);
    out.feeds_tag = section.has("feeds_tag") ? section.id("feeds_tag", Need::Optional) : "";
    section.take("feeds_tag", Need::Optional);
    if (!out.feeds_tag.empty() && out.type != FieldType::YesNo)
        context_.add(section.table().line, section.table().column, section.key("feeds_tag"), "scheme.fault.feeds_tag",
                     {}, "expected type = \"yes_no\" for a field that feeds a tag");
    section.need_reference("ref");
    out.refs = section.refs();
    model_.fields.push_back(std::move(out));
}

}  // namespace beffroi::scheme
