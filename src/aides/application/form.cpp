#include "aides/application/form.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include <boost/json.hpp>

#include "base/text.hpp"

namespace beffroi::aides::application {

namespace {

using base::Code;

constexpr auto kPlainFields = std::to_array<std::string_view>(
    {"title", "description", "nature", "cameras", "places", "purpose", "start_on", "end_on", "vat_recovered",
     "contact.name", "contact.role", "contact.phone", "contact.email", "signatory.name", "signatory.role"});

struct Block {
    std::string_view name;
    std::span<const std::string_view> columns;
};
constexpr auto kExpenseColumns =
    std::to_array<std::string_view>({"quote", "supplier", "label", "category", "quantity", "ht", "vat", "date"});
constexpr auto kFundingColumns = std::to_array<std::string_view>({"source", "name", "amount", "status"});
constexpr auto kOtherAidColumns = std::to_array<std::string_view>({"scheme"});
constexpr auto kBlocks = std::to_array<Block>(
    {{"expense", kExpenseColumns}, {"funding", kFundingColumns}, {"other_aids", kOtherAidColumns}});

constexpr int kLastRow = 9999;

bool is_key(std::string_view text) {
    return !text.empty() && text.size() <= 60 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

std::optional<int> whole_number(std::string_view text, int last) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > last) return std::nullopt;
    if (text.front() == '0' || text.front() == '+') return std::nullopt;  // one spelling for one row
    return value;
}

bool has_control_characters(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
    });
}

std::size_t weight(const Fields& fields) {
    std::size_t bytes = 0;
    for (const auto& [name, value] : fields) bytes += name.size() + value.size() + 6;
    return bytes;
}

bool of_row(std::string_view field, std::string_view row) {
    return field.size() > row.size() && field.starts_with(row) && field[row.size()] == '.';
}

}  // namespace

std::string to_json(const Fields& fields) {
    std::string json = "{";
    for (const auto& [name, value] : fields) {
        if (json.size() > 1) json += ',';
        json += base::json_string(name);
        json += ':';
        json += base::json_string(value);
    }
    json += '}';
    return json;
}

base::Result<Fields> from_json(std::string_view json) {
    boost::system::error_code error;
    const auto value = boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
    if (error || !value.is_object()) return fail(Code::Corrupt, "a form is not a JSON object");
    Fields fields;
    for (const auto& member : value.get_object()) {
        if (!member.value().is_string()) return fail(Code::Corrupt, "a field of a form is not a string");
        const auto& text = member.value().get_string();
        fields.emplace(std::string(member.key()), std::string(text.data(), text.size()));
    }
    return fields;
}

std::optional<RowField> row_field(std::string_view name) {
    const auto parts = base::split(name, '.');
    if (parts.size() != 3) return std::nullopt;
    for (const auto& block : kBlocks) {
        if (parts[0] != block.name) continue;
        const auto row = whole_number(parts[1], kLastRow);
        if (!row || std::find(block.columns.begin(), block.columns.end(), parts[2]) == block.columns.end()) break;
        return RowField{.block = block.name, .row = *row, .column = parts[2]};
    }
    return std::nullopt;
}

bool is_field(std::string_view name) {
    if (std::find(kPlainFields.begin(), kPlainFields.end(), name) != kPlainFields.end()) return true;
    if (name.starts_with("field.")) return is_key(name.substr(6));
    if (name.starts_with("undertaking.")) {
        const auto& known = undertakings();
        return std::find(known.begin(), known.end(), name.substr(12)) != known.end();
    }
    return row_field(name).has_value();
}

std::vector<int> rows(const Fields& fields, std::string_view block) {
    std::vector<int> found;
    const std::string prefix = std::string(block) + ".";
    for (auto it = fields.lower_bound(prefix); it != fields.end() && it->first.starts_with(prefix); ++it) {
        const auto field = row_field(it->first);
        if (field && (found.empty() || found.back() != field->row)) found.push_back(field->row);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

int next_row(const Fields& fields, std::string_view block) {
    const auto used = rows(fields, block);
    return used.empty() ? 1 : used.back() + 1;
}

base::Status check(const FormChange& change, const Fields& current) {
    Fields after = current;
    for (const auto& row : change.remove_rows)
        std::erase_if(after, [&](const auto& f) { return of_row(f.first, row); });
    for (const auto& [name, value] : change.set) {
        if (!is_field(name)) continue;
        if (value.size() > kFormLimits.field_bytes) {
            return fail(
                Code::TooLarge, name + " is too long",
                {"application.field_too_long", {{"limit", std::to_string(kFormLimits.field_bytes)}, {"field", name}}});
        }
        if (!base::valid_utf8(value) || has_control_characters(value)) {
            return fail(Code::Invalid, name + " is not text", {"application.field_not_text", {{"field", name}}});
        }
        after[name] = value;
    }
    if (weight(after) > kFormLimits.form_bytes) {
        return fail(Code::TooLarge, "the form is too large",
                    {"application.form_too_long", {{"limit", std::to_string(kFormLimits.form_bytes / 1000)}}});
    }
    for (const auto& block : kBlocks) {
        if (rows(after, block.name).size() > kFormLimits.rows) {
            return fail(Code::TooLarge, "too many rows",
                        {"application.too_many_rows", {{"limit", std::to_string(kFormLimits.rows)}}});
        }
    }
    return {};
}

base::Cents ExpenseLine::ttc() const {
    return ht + base::apply(vat, ht, base::Rounding::HalfUp);
}

base::Cents Project::total_ht() const {
    base::Cents sum;
    for (const auto& line : expenses) sum += line.ht;
    return sum;
}

base::Cents Project::total_ttc() const {
    base::Cents sum;
    for (const auto& line : expenses) sum += line.ttc();
    return sum;
}

const std::vector<std::string_view>& undertakings() {
    static const std::vector<std::string_view> list = {"accurate", "authorisation", "own_share", "publicity"};
    return list;
}

const std::vector<std::string_view>& funding_sources() {
    static const std::vector<std::string_view> list = {"detr",         "dsil",     "fipd",    "state",
                                                       "department",   "grouping", "commune", "europe",
                                                       "other_public", "private",  "own",     "loan"};
    return list;
}

namespace {

// Reads one form: every getter notes what is missing or wrong and gives something usable.
class Reader {
  public:
    Reader(const Fields& fields, const scheme::Edition& edition) : fields_(fields), edition_(edition) {}

    Reading read();

  private:
    enum class Need { Required, Optional };

    std::string_view raw(std::string_view name) const {
        auto found = fields_.find(name);
        return found == fields_.end() ? std::string_view{} : base::trim(found->second);
    }
    void fault(std::string_view name, std::string_view key, std::string_view value = {}) {
        base::Message message{std::string(key), {}};
        if (!value.empty()) message.args.emplace_back("value", std::string(value.substr(0, 60)));
        result_.faults.emplace(std::string(name), std::move(message));
    }
    void missing(std::string_view name) {
        fault(name, "application.fault.required");
        result_.missing.emplace(name);
    }
    std::string text(std::string_view name, Need need, std::size_t longest);
    std::optional<base::Date> date(std::string_view name, Need need);
    std::int64_t count(std::string_view name, Need need, std::int64_t otherwise);
    base::Cents euros(std::string_view name);
    base::Rate percent(std::string_view name);
    void email(std::string_view name);
    void expense(int row);
    void funding(int row);
    void answers();
    void answer(const scheme::Field& field, const std::string& name, std::string_view value);
    void calendar();

    const Fields& fields_;
    const scheme::Edition& edition_;
    Reading result_;
};

std::string Reader::text(std::string_view name, Need need, std::size_t longest) {
    const auto value = raw(name);
    if (value.empty() && need == Need::Required) missing(name);
    if (value.size() > longest) fault(name, "application.fault.too_long");
    return std::string(value);
}

std::optional<base::Date> Reader::date(std::string_view name, Need need) {
    const auto value = raw(name);
    if (value.empty()) {
        if (need == Need::Required) missing(name);
        return std::nullopt;
    }
    auto parsed = base::parse_person_date(value);
    if (!parsed) {
        fault(name, "error.date", value);
        return std::nullopt;
    }
    return *parsed;
}

std::int64_t Reader::count(std::string_view name, Need need, std::int64_t otherwise) {
    const auto value = raw(name);
    if (value.empty()) {
        if (need == Need::Required) missing(name);
        return otherwise;
    }
    const auto parsed = whole_number(value, 1'000'000);
    if (!parsed) {
        fault(name, "application.fault.count", value);
        return otherwise;
    }
    return *parsed;
}

base::Cents Reader::euros(std::string_view name) {
    const auto value = raw(name);
    if (value.empty()) {
        missing(name);
        return {};
    }
    auto parsed = base::parse_euros(value);
    if (!parsed) {
        fault(name, "error.number", value);
        return {};
    }
    if (*parsed <= base::Cents{} || *parsed > scheme::kLargestAmount) {
        fault(name, "application.fault.amount", value);
        return {};
    }
    return *parsed;
}

base::Rate Reader::percent(std::string_view name) {
    const auto value = raw(name);
    if (value.empty()) {
        missing(name);
        return {};
    }
    auto parsed = base::parse_percent(value);
    if (!parsed || parsed->per_10000 < 0 || parsed->per_10000 > 10'000) {
        fault(name, "application.fault.percent", value);
        return {};
    }
    return *parsed;
}

void Reader::email(std::string_view name) {
    const auto value = raw(name);
    const auto at = value.find('@');
    const bool plain = at != std::string_view::npos && at > 0 && value.find('@', at + 1) == std::string_view::npos &&
                       value.find('.', at) != std::string_view::npos && value.back() != '.' && value.size() <= 254 &&
                       value.find_first_of(" \t\r\n<>,;\"") == std::string_view::npos;
    if (!value.empty() && !plain) fault(name, "application.fault.email", value);
}

void Reader::expense(int row) {
    const std::string prefix = "expense." + std::to_string(row) + ".";
    const auto name = [&](std::string_view column) { return prefix + std::string(column); };
    const bool empty = std::all_of(kExpenseColumns.begin(), kExpenseColumns.end(),
                                   [&](std::string_view column) { return raw(name(column)).empty(); });
    if (empty) return;
    ExpenseLine line{.row = row};
    line.quote = text(name("quote"), Need::Optional, 200);
    line.supplier = text(name("supplier"), Need::Optional, 200);
    line.label = text(name("label"), Need::Required, 500);
    line.category = text(name("category"), Need::Required, 60);
    if (!line.category.empty() && !edition_.model().category(line.category))
        fault(name("category"), "application.fault.category", line.category);
    line.quantity = count(name("quantity"), Need::Optional, 1);
    line.ht = euros(name("ht"));
    line.vat = percent(name("vat"));
    line.date = date(name("date"), Need::Optional);
    result_.project.expenses.push_back(std::move(line));
}

void Reader::funding(int row) {
    const std::string prefix = "funding." + std::to_string(row) + ".";
    const auto name = [&](std::string_view column) { return prefix + std::string(column); };
    const bool empty = raw(name("source")).empty() && raw(name("name")).empty() && raw(name("amount")).empty();
    if (empty) return;
    FundingLine line{.row = row};
    line.source = text(name("source"), Need::Required, 60);
    if (!line.source.empty() && !scheme::known_funder(line.source) &&
        !edition_.model().funder_names.contains(line.source))
        fault(name("source"), "application.fault.funding_source", line.source);
    line.name = text(name("name"), Need::Optional, 200);
    line.cents = euros(name("amount"));
    const auto status = raw(name("status"));
    if (!status.empty() && status != "asked" && status != "obtained")
        fault(name("status"), "application.fault.choice", status);
    line.obtained = status == "obtained";
    result_.project.funding.push_back(std::move(line));
}

void Reader::answer(const scheme::Field& field, const std::string& name, std::string_view value) {
    switch (field.type) {
        case scheme::FieldType::Text:
        case scheme::FieldType::LongText:
            return;
        case scheme::FieldType::Count:
            (void)count(name, Need::Optional, 0);
            return;
        case scheme::FieldType::Euros:
            if (!base::parse_euros(value)) fault(name, "error.number", value);
            return;
        case scheme::FieldType::Date:
            (void)date(name, Need::Optional);
            return;
        case scheme::FieldType::YesNo:
            if (value != "yes" && value != "no") fault(name, "application.fault.choice", value);
            return;
        case scheme::FieldType::Choice:
            if (std::none_of(field.choices.begin(), field.choices.end(),
                             [&](const scheme::Choice& choice) { return choice.key == value; }))
                fault(name, "application.fault.choice", value);
            return;
    }
}

void Reader::answers() {
    for (const auto& field : edition_.model().fields) {
        const std::string name = "field." + field.key;
        const auto value = raw(name);
        if (value.empty()) {
            if (field.required) missing(name);
            continue;
        }
        answer(field, name, value);
    }
    // What was typed for questions that the edition does not ask stays in the project too: nothing is lost.
    for (auto it = fields_.lower_bound("field."); it != fields_.end() && it->first.starts_with("field."); ++it) {
        const auto value = base::trim(it->second);
        if (!value.empty()) result_.project.answers.emplace(it->first.substr(6), std::string(value));
    }
}

void Reader::calendar() {
    auto& project = result_.project;
    project.start_on = date("start_on", Need::Required);
    project.end_on = date("end_on", Need::Required);
    if (project.start_on && project.end_on && *project.end_on < *project.start_on)
        fault("end_on", "application.fault.end_before_start");
}

Reading Reader::read() {
    auto& project = result_.project;
    project.title = text("title", Need::Required, 300);
    project.description = text("description", Need::Required, kFormLimits.field_bytes);
    project.nature = text("nature", Need::Required, 60);
    if (!project.nature.empty() && !scheme::parse_name<scheme::Nature>(project.nature))
        fault("nature", "application.fault.choice", project.nature);
    project.cameras = count("cameras", Need::Required, 0);
    project.places = text("places", Need::Required, kFormLimits.field_bytes);
    project.purpose = text("purpose", Need::Required, kFormLimits.field_bytes);
    calendar();
    const auto vat = raw("vat_recovered");
    if (!vat.empty() && vat != "yes" && vat != "no") fault("vat_recovered", "application.fault.choice", vat);
    project.vat_recovered = vat != "no";
    project.contact = {.name = text("contact.name", Need::Required, 200),
                       .role = text("contact.role", Need::Optional, 200),
                       .phone = text("contact.phone", Need::Optional, 40),
                       .email = text("contact.email", Need::Required, 254)};
    email("contact.email");
    project.signatory_name = text("signatory.name", Need::Required, 200);
    project.signatory_role = text("signatory.role", Need::Required, 200);
    for (const int row : rows(fields_, "expense")) expense(row);
    if (project.expenses.empty()) missing("expense");
    for (const int row : rows(fields_, "funding")) funding(row);
    for (const int row : rows(fields_, "other_aids")) {
        auto aid = text("other_aids." + std::to_string(row) + ".scheme", Need::Optional, 60);
        if (!aid.empty()) project.other_aids.push_back(std::move(aid));
    }
    for (const auto id : undertakings()) {
        const std::string name = "undertaking." + std::string(id);
        if (raw(name) == "yes")
            project.undertakings.emplace(id);
        else
            missing(name);
    }
    answers();
    return std::move(result_);
}

std::string percent_text(base::Rate rate) {
    auto cents = std::to_string(rate.per_10000 / 100);
    const auto rest = rate.per_10000 % 100;
    if (rest == 0) return cents;
    return cents + "." + (rest < 10 ? "0" : "") + std::to_string(rest);
}

// As a French person would have typed it: what a form shows again must not look foreign.
std::string with_comma(std::string number) {
    std::replace(number.begin(), number.end(), '.', ',');
    return number;
}

void put(Fields& fields, const std::string& name, std::string value) {
    if (!value.empty()) fields.emplace(name, std::move(value));
}

}  // namespace

Reading read(const Fields& fields, const scheme::Edition& edition) {
    return Reader(fields, edition).read();
}

Fields write(const Project& project) {
    Fields fields;
    put(fields, "title", project.title);
    put(fields, "description", project.description);
    put(fields, "nature", project.nature);
    if (project.cameras > 0) put(fields, "cameras", std::to_string(project.cameras));
    put(fields, "places", project.places);
    put(fields, "purpose", project.purpose);
    if (project.start_on) put(fields, "start_on", base::short_date(*project.start_on));
    if (project.end_on) put(fields, "end_on", base::short_date(*project.end_on));
    put(fields, "vat_recovered", project.vat_recovered ? "yes" : "no");
    put(fields, "contact.name", project.contact.name);
    put(fields, "contact.role", project.contact.role);
    put(fields, "contact.phone", project.contact.phone);
    put(fields, "contact.email", project.contact.email);
    put(fields, "signatory.name", project.signatory_name);
    put(fields, "signatory.role", project.signatory_role);
    for (const auto& line : project.expenses) {
        const std::string prefix = "expense." + std::to_string(line.row) + ".";
        put(fields, prefix + "quote", line.quote);
        put(fields, prefix + "supplier", line.supplier);
        put(fields, prefix + "label", line.label);
        put(fields, prefix + "category", line.category);
        put(fields, prefix + "quantity", std::to_string(line.quantity));
        put(fields, prefix + "ht", with_comma(base::plain_euros(line.ht)));
        put(fields, prefix + "vat", with_comma(percent_text(line.vat)));
        if (line.date) put(fields, prefix + "date", base::short_date(*line.date));
    }
    for (const auto& line : project.funding) {
        const std::string prefix = "funding." + std::to_string(line.row) + ".";
        put(fields, prefix + "source", line.source);
        put(fields, prefix + "name", line.name);
        put(fields, prefix + "amount", with_comma(base::plain_euros(line.cents)));
        put(fields, prefix + "status", line.obtained ? "obtained" : "asked");
    }
    for (std::size_t i = 0; i < project.other_aids.size(); ++i)
        put(fields, "other_aids." + std::to_string(i + 1) + ".scheme", project.other_aids[i]);
    for (const auto& id : project.undertakings) put(fields, "undertaking." + id, "yes");
    for (const auto& [key, value] : project.answers) put(fields, "field." + key, value);
    return fields;
}

}  // namespace beffroi::aides::application
