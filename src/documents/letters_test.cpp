#include "documents/letters.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/catalogue.hpp"
#include "documents/pdf.hpp"
#include "documents/test_support.hpp"

using namespace beffroi;             // NOLINT(google-build-using-namespace)
using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)
using test::contains;

namespace {

Tags all_tags(LetterKind kind, TagNeed at_most) {
    Tags tags;
    for (const TagSpec& spec : allowed_tags(kind)) {
        if (spec.need == TagNeed::Optional && at_most == TagNeed::Required) continue;
        if (spec.list)
            tags.set(spec.name, std::vector<std::string>{"un " + std::string(spec.name), "deux"});
        else
            tags.set(spec.name, "<" + std::string(spec.name) + ">");
    }
    return tags;
}

std::string text_of(const Doc& doc) {
    std::string text = doc.title + "\n";
    const auto add = [&](const Spans& spans) {
        for (const Span& span : spans) text += span.text;
        text += '\n';
    };
    for (const Block& block : doc.blocks) {
        if (const auto* p = std::get_if<Paragraph>(&block)) add(p->spans);
        if (const auto* h = std::get_if<Heading>(&block)) text += h->text + "\n";
        if (const auto* l = std::get_if<BulletList>(&block))
            for (const Spans& item : l->items) add(item);
        if (const auto* k = std::get_if<KeyValues>(&block))
            for (const auto& [key, value] : k->rows) {
                text += key + "=";
                add(value);
            }
        if (const auto* s = std::get_if<Signature>(&block)) text += "[" + s->function + "/" + s->name + "]\n";
    }
    return text;
}

std::string parse_error(std::string_view body, LetterKind kind = LetterKind::Receipt) {
    const auto parsed = LetterTemplate::parse(kind, body, "essai.txt");
    return parsed ? std::string("accepted") : parsed.error().detail;
}

}  // namespace

TEST_CASE("every letter of the repository is sound, with all its tags and with the required ones only") {
    const auto templates = LetterTemplates::load("templates/fr");
    REQUIRE_MESSAGE(templates.has_value(), test::why(templates));
    PdfWriter writer;
    for (const LetterKind kind : kLetterKinds) {
        CAPTURE(template_name(kind));
        for (const TagNeed need : {TagNeed::Required, TagNeed::Optional}) {
            const auto doc = templates->render_letter(kind, all_tags(kind, need), base::make_date(2022, 11, 25));
            REQUIRE_MESSAGE(doc.has_value(), test::why(doc));
            const std::string text = text_of(*doc);
            CHECK_FALSE(contains(text, "{{"));
            CHECK_FALSE(contains(text, "}}"));
            CHECK_FALSE(contains(text, "\x01"));
            CHECK_FALSE(contains(text, "\x02"));
            CHECK_FALSE(contains(text, "**"));
            CHECK(contains(text, "[<signataire_fonction>/<signataire_nom>]"));
            CHECK(doc->letter.has_value() == (kind != LetterKind::Order));
            CHECK(writer.write(*doc).has_value());
        }
    }
}

// CRPA L112-3 and R112-5 1° to 2° and last paragraph; L231-4 3°.
TEST_CASE("the receipt says what the law asks of it") {
    const auto templates = *LetterTemplates::load("templates/fr");
    Tags tags = all_tags(LetterKind::Receipt, TagNeed::Optional);
    tags.set("date_depot", "12 avril 2022")
        .set("date_rejet_implicite", "12 juin 2022")
        .set("tribunal", "tribunal administratif de Lille");
    const Doc doc = *templates.render_letter(LetterKind::Receipt, tags, base::make_date(2022, 4, 13));
    const std::string text = text_of(doc);
    for (const char* part :
         {"12 avril 2022", "Sans réponse de notre part le 12 juin 2022, votre demande sera considérée comme rejetée",
          "L.\u00A0231-4", "<service_telephone>", "<service_courriel>", "recours gracieux",
          "tribunal administratif de Lille", "deux mois", "L.\u00A0112-3", "R.\u00A0112-5"}) {
        CAPTURE(part);
        CHECK(contains(text, part));
    }
    CHECK(doc.letter->sender[1] == "<service>");
    CHECK(doc.letter->place_and_date == "<lieu>, le 13 avril 2022");
}

TEST_CASE("a value is printed as it is and never becomes markup") {
    const auto templates = *LetterTemplates::load("templates/fr");
    Tags tags = all_tags(LetterKind::Refused, TagNeed::Optional);
    tags.set("motifs", std::vector<std::string>{"- # **gras** _x_ \\ {{montant}} :: fin", "ligne\nsuivante"})
        .set("projet", "a :: b");
    const std::string text = text_of(*templates.render_letter(LetterKind::Refused, tags, base::make_date(2022, 1, 1)));
    CHECK(contains(text, "- # **gras** _x_ \\ {{montant}} :: fin\n"));
    CHECK(contains(text, "ligne suivante\n"));
    CHECK(contains(text, "a :: b"));
}

TEST_CASE("a mistake in a template names the line and what was expected") {
    const std::string head = "objet: x\n---\n";
    CHECK(contains(parse_error(head + "\n{{date_depo}}\n{{signature}}"),
                   "essai.txt:4: unknown tag {{date_depo}}: did you mean date_depot? Allowed: region,"));
    CHECK(contains(parse_error(head + "{{motifs}}\n{{signature}}"), "essai.txt:3: unknown tag {{motifs}}"));
    CHECK(contains(parse_error(head + "{{si pieces}}\n- {{pieces}}\n{{signature}}"),
                   "essai.txt:3: {{si pieces}} is never closed"));
    CHECK(contains(parse_error(head + "{{fin}}\n{{signature}}"), "essai.txt:3: {{fin}} without {{si}}"));
    CHECK(contains(parse_error(head + "{{date_depot\n{{signature}}"), "essai.txt:3: {{ without }}"));
    CHECK(contains(parse_error(head + "{{montant_demande}}\n{{signature}}"),
                   "essai.txt:3: {{montant_demande}} may be absent"));
    CHECK(contains(parse_error(head + "Texte\n"), "{{signature}} is missing"));
    CHECK(contains(parse_error("sujet: x\n---\n{{signature}}"), "essai.txt:1: expected \"objet"));
    CHECK(contains(parse_error("objet: x\n{{signature}}"), "essai.txt:2: expected"));
    CHECK(parse_error(head + "a{{si agent}} {{agent}}{{sinon}} nul{{fin}}\n{{signature}}") == "accepted");
    const auto templates = *LetterTemplates::load("templates/fr");
    Tags missing = all_tags(LetterKind::Granted, TagNeed::Optional);
    missing.set("montant", "");
    const auto doc = templates.render_letter(LetterKind::Granted, missing, base::make_date(2022, 1, 1));
    CHECK(contains(doc.error().detail, "no value for {{montant}}"));
}

TEST_CASE("every sentence of this folder exists in both languages") {
    const auto catalogue = base::Catalogue::load("locale");
    REQUIRE_MESSAGE(catalogue.has_value(), test::why(catalogue));
    for (const char* key : {"documents.disk_full", "documents.file.type", "documents.letter.unknown_tag_near",
                            "documents.csv.latin1", "documents.scan.error"})
        CHECK(catalogue->has(key));
}

// Rules of the French numerals (Académie, "Questions de langue"): hyphens below cent, "et" before un and onze, s of
// vingt and cent.
TEST_CASE("amounts in words, as orders write them") {
    const std::pair<std::int64_t, const char*> cases[] = {
        {1708830, "dix-sept mille quatre-vingt-huit euros et trente centimes"},
        {3000000, "trente mille euros"},
        {60000, "six cents euros"},
        {1419600, "quatorze mille cent quatre-vingt-seize euros"},
        {0, "zéro euro"},
        {101, "un euro et un centime"},
        {2100, "vingt et un euros"},
        {7100, "soixante et onze euros"},
        {8000, "quatre-vingts euros"},
        {8100, "quatre-vingt-un euros"},
        {9100, "quatre-vingt-onze euros"},
        {8000000, "quatre-vingt mille euros"},
        {20000000, "deux cent mille euros"},
        {100000, "mille euros"},
        {200000000, "deux millions d’euros"},
        {20000000000, "deux cents millions d’euros"},
        {450000000, "quatre millions cinq cent mille euros"},
        {99999999999999,
         "neuf cent quatre-vingt-dix-neuf milliards neuf cent quatre-vingt-dix-neuf millions neuf cent "
         "quatre-vingt-dix-neuf mille neuf cent quatre-vingt-dix-neuf euros et quatre-vingt-dix-neuf centimes"},
    };
    for (const auto& [cents, words] : cases) CHECK(amount_in_words(base::Cents{cents}) == words);
    rc::check("two amounts never read the same", [] {
        const auto a = *rc::gen::inRange<std::int64_t>(0, 100'000'000'000'000);
        const auto b = *rc::gen::inRange<std::int64_t>(0, 100'000'000'000'000);
        RC_ASSERT((a == b) == (amount_in_words(base::Cents{a}) == amount_in_words(base::Cents{b})));
    });
}
