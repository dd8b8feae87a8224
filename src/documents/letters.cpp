#include "documents/letters.hpp"

#include <algorithm>

#include "documents/files.hpp"
#include "documents/letter_syntax.hpp"

namespace beffroi::documents {

using base::Code;

Tags& Tags::set(std::string_view name, std::string value) {
    return set(name, std::vector{std::move(value)});
}

Tags& Tags::set(std::string_view name, std::vector<std::string> values) {
    std::erase_if(values, [](const std::string& value) { return value.empty(); });
    if (values.empty())
        values_.erase(std::string(name));
    else
        values_[std::string(name)] = std::move(values);
    return *this;
}

const std::vector<std::string>* Tags::find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
}

struct LetterTemplate::State {
    LetterKind kind = LetterKind::Receipt;
    std::string name;
    detail::LetterTree tree;
};

LetterKind LetterTemplate::kind() const {
    return state_->kind;
}

base::Result<LetterTemplate> LetterTemplate::parse(LetterKind kind, std::string_view text, std::string_view name) {
    State state{kind, std::string(name), TRY(detail::parse_letter(kind, text, name))};
    return LetterTemplate(std::make_shared<const State>(std::move(state)));
}

namespace {

base::Status check_tags(LetterKind kind, std::string_view name, const Tags& tags) {
    const auto allowed = allowed_tags(kind);
    for (const TagSpec& spec : allowed)
        if (spec.need == TagNeed::Required && !tags.present(spec.name))
            return base::fail(Code::Invalid, std::string(name) + ": no value for {{" + std::string(spec.name) + "}}",
                              {"documents.letter.missing",
                               {{"tag", std::string(spec.name)}, {"meaning", std::string(spec.meaning)}}});
    for (const auto& [tag, values] : tags.all())
        if (std::ranges::find(allowed, tag, &TagSpec::name) == allowed.end())
            return base::fail(Code::Internal, std::string(name) + ": this kind of letter has no tag " + tag);
    return {};
}

std::string value_of(const Tags& tags, std::string_view name) {
    const auto* values = tags.find(name);
    return values == nullptr ? std::string() : values->front();
}

LetterHead head_of(const Tags& tags, const std::string& subject, base::Date date) {
    LetterHead head;
    head.sender = {value_of(tags, "region"), value_of(tags, "service")};
    const auto& address = *tags.find("region_adresse");
    head.sender.insert(head.sender.end(), address.begin(), address.end());
    head.addressee = *tags.find("destinataire");
    head.place_and_date = value_of(tags, "lieu") + ", le " + base::format_date(date, base::Language::Fr);
    head.references.emplace_back("Dossier", value_of(tags, "numero_dossier"));
    if (tags.present("agent")) head.references.emplace_back("Suivi par", value_of(tags, "agent"));
    head.references.emplace_back("Courriel", value_of(tags, "service_courriel"));
    if (tags.present("service_telephone"))
        head.references.emplace_back("Téléphone", value_of(tags, "service_telephone"));
    head.subject = subject;
    head.salutation = value_of(tags, "civilite") + ",";
    return head;
}

}  // namespace

base::Result<Doc> LetterTemplate::render(const Tags& given, base::Date date) const {
    TRY(check_tags(state_->kind, state_->name, given));
    Tags tags = given;
    tags.set("date_courrier", base::format_date(date, base::Language::Fr));
    std::string subject;
    std::string title;
    for (const auto& [key, pieces] : state_->tree.fields) {
        const std::string text = detail::plain_text(detail::expand(pieces, tags));
        (key == "objet" ? subject : title) = text;
    }
    Doc doc;
    doc.title = title.empty() ? subject : title;
    doc.author = value_of(tags, "region");
    doc.subject = subject;
    doc.date = date;
    doc.footer = value_of(tags, "region") + " – " + value_of(tags, "service");
    if (tags.present("mention")) doc.footer = value_of(tags, "mention");
    Signature signature{"", value_of(tags, "signataire_fonction"), value_of(tags, "signataire_nom")};
    if (state_->kind == LetterKind::Order) {
        signature.place_and_date =
            "Fait à " + value_of(tags, "lieu") + ", le " + base::format_date(date, base::Language::Fr);
        doc.header = doc.title;
        doc.blocks.emplace_back(Heading{1, doc.title});
    } else {
        doc.letter = head_of(tags, subject, date);
        doc.header = value_of(tags, "region") + " – dossier " + value_of(tags, "numero_dossier");
    }
    if (tags.present("mention"))
        doc.blocks.emplace_back(Paragraph{.spans = {{value_of(tags, "mention"), true, false}}, .small = true});
    auto body = detail::blocks_of(detail::expand(state_->tree.body, tags), signature);
    doc.blocks.insert(doc.blocks.end(), std::make_move_iterator(body.begin()), std::make_move_iterator(body.end()));
    return doc;
}

base::Result<LetterTemplates> LetterTemplates::load(const std::filesystem::path& folder) {
    LetterTemplates all;
    for (const LetterKind kind : kLetterKinds) {
        const std::string name = std::string(template_name(kind)) + ".txt";
        constexpr std::uint64_t kMaxBytes = 256U << 10U;
        const std::string text = TRY(detail::read_file(folder / name, kMaxBytes));
        all.templates_.emplace(kind, TRY(LetterTemplate::parse(kind, text, name)));
    }
    return all;
}

base::Result<Doc> LetterTemplates::render_letter(LetterKind kind, const Tags& tags, base::Date date) const {
    return templates_.at(kind).render(tags, date);
}

}  // namespace beffroi::documents
