// From a tree to a Model: the sections of docs/formats/scheme.md. Internal.
#pragma once

#include "aides/scheme/reader.hpp"

namespace beffroi::scheme {

class Loader {
  public:
    Loader(Context& context, const Tree& root) : context_(context), root_(root) {}
    [[nodiscard]] Model load();

  private:
    // A section of the root, of values needed (or not) to open the edition. Calls `visit` unless the section is left
    // out or unknown.
    void table(Section& root, std::string_view name, bool needed, Need need,
               const std::function<void(Section&)>& visit);
    void list(Section& root, std::string_view name, bool needed, Need need, const std::function<void(Section&)>& visit);

    void head(Section& root);
    void sources(Section& root);
    void who(Section& root);  // load_who.cpp: tags, applicants, natures, population, history
    void allowed(Section& section);
    void population(Section& section);
    void history(Section& section);
    void money(Section& root);  // load_money.cpp: categories, base, rate, ceilings, bonuses, floors, co-funding
    void category(const std::string& id, Section& section);
    void rate_row(Section& section);
    void ceiling(Section& section);
    void cofunding(Section& section);
    void procedure(
        Section& root);  // load_procedure.cpp: documents, windows, envelope, selection, payment, in kind, fields
    void document(Section& section);
    void field(Section& section);
    void cross_check();  // load_check.cpp: names that must exist, ids that must differ

    Context& context_;
    const Tree& root_;
    Model model_;
};

}  // namespace beffroi::scheme
