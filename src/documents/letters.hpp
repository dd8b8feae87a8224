// Letters and orders from texts that agents can edit (templates/fr/*.txt): no code in them, only tags.
//
//   objet: Votre demande de subvention n° {{numero_dossier}}
//   ---
//   Nous avons reçu votre demande le **{{date_depot}}**.
//
//   {{si pieces_manquantes}}
//   Il manque :
//   - {{pieces_manquantes}}
//   {{sinon}}
//   Votre dossier est complet.
//   {{fin}}
//
// The syntax is told in templates/README.md. Letters are official documents of a French administration: they exist in
// French only.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "documents/doc.hpp"

namespace beffroi::documents {

enum class LetterKind {
    Receipt,      // accusé de réception
    Incomplete,   // demande de pièces
    Complete,     // dossier complet
    Granted,      // notification d’attribution
    Refused,      // notification de refus
    WaitingList,  // liste d’attente
    Adjourned,    // ajournement
    Order,        // arrêté attributif
};

inline constexpr LetterKind kLetterKinds[] = {LetterKind::Receipt,   LetterKind::Incomplete, LetterKind::Complete,
                                              LetterKind::Granted,   LetterKind::Refused,    LetterKind::WaitingList,
                                              LetterKind::Adjourned, LetterKind::Order};

// "accuse_reception", "demande_pieces", …: the file's name in templates/fr, without ".txt".
[[nodiscard]] std::string_view template_name(LetterKind kind);

enum class TagNeed { Required, Optional };

struct TagSpec {
    std::string_view name;  // as agents write it: "date_depot"
    TagNeed need = TagNeed::Required;
    bool list = false;         // several values: the line that holds it is repeated for each
    std::string_view meaning;  // French, for the page where templates are edited
};

// The tags that a kind allows, in the order to show them.
[[nodiscard]] std::span<const TagSpec> allowed_tags(LetterKind kind);

// Values by tag. A tag of one value has one element; an empty list or empty text counts as absent.
class Tags {
  public:
    Tags& set(std::string_view name, std::string value);
    Tags& set(std::string_view name, std::vector<std::string> values);
    [[nodiscard]] const std::vector<std::string>* find(std::string_view name) const;  // null when absent
    [[nodiscard]] bool present(std::string_view name) const { return find(name) != nullptr; }
    [[nodiscard]] const std::map<std::string, std::vector<std::string>, std::less<>>& all() const { return values_; }

  private:
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

// A parsed template. Unchanging, safe from any thread.
class LetterTemplate {
  public:
    // `name` is for messages ("accuse_reception.txt"). Invalid with the line: unknown tag (the allowed ones are listed,
    // the nearest is proposed), unclosed {{, si without fin, an optional tag outside the {{si}} that tests it.
    [[nodiscard]] static base::Result<LetterTemplate> parse(LetterKind kind, std::string_view text,
                                                            std::string_view name);

    // Invalid when a required tag has no value: names it. `tags` may hold more than the template uses, never what the
    // kind ignores.
    [[nodiscard]] base::Result<Doc> render(const Tags& tags, base::Date date) const;
    [[nodiscard]] LetterKind kind() const;

  private:
    struct State;
    explicit LetterTemplate(std::shared_ptr<const State> state) : state_(std::move(state)) {}
    std::shared_ptr<const State> state_;
};

// All of templates/fr, checked. Unchanging, safe from any thread.
class LetterTemplates {
  public:
    [[nodiscard]] static base::Result<LetterTemplates> load(const std::filesystem::path& folder);
    [[nodiscard]] base::Result<Doc> render_letter(LetterKind kind, const Tags& tags, base::Date date) const;

  private:
    std::map<LetterKind, LetterTemplate> templates_;
};

// "dix-sept mille quatre-vingt-huit euros et trente centimes": amounts of orders are written out too. Up to 999 999 999
// 999,99 €.
[[nodiscard]] std::string amount_in_words(base::Cents amount);

}  // namespace beffroi::documents
