// Forms: every control with its label, hint, error and the attributes that assistive technology and browsers need.
//
//   html::form(w, {.action = url("/dossiers/{}/projet", id), .csrf = csrf, .autosave = {.url = …, .key = …, .version =
//   7}}, [&] {
//       text_field(w, {.name = "title", .label = t("…"), .value = draft.title, .error = errors.of("title")});
//       money_field(w, {.name = "amount", .label = t("…"), .value = draft.amount_as_typed});
//       buttons(w, [&] { button(w, {.text = t("html.save")}); });
//   });
//
// Values are given back as the person typed them, right or wrong. The id of a control is field_id(name). Members of
// these structs must be named in their order of declaration (C++20).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "html/writer.hpp"

namespace beffroi::html {

// "lines[2].amount" → "f-lines-2--amount": valid as an id and as the target of a link.
[[nodiscard]] std::string field_id(std::string_view name);

// What is wrong in a form, in the order of its fields.
class Errors {
  public:
    void add(std::string field, std::string text) { list_.push_back({std::move(field), std::move(text)}); }
    // An error that no single field made.
    void add_general(std::string text) { list_.push_back({"", std::move(text)}); }
    [[nodiscard]] std::string_view of(std::string_view field) const;  // empty: nothing wrong there
    [[nodiscard]] bool empty() const { return list_.empty(); }
    [[nodiscard]] std::size_t size() const { return list_.size(); }

    struct One {
        std::string field;
        std::string text;
    };
    [[nodiscard]] const std::vector<One>& list() const { return list_; }

  private:
    std::vector<One> list_;
};

// At the top of the page (Page::errors does it): title, and links to the fields. Takes the focus.
void error_summary(Writer& w, const Errors& errors);

struct Autosave {
    Str url;                   // empty: none
    Str key;                   // form and person, e.g. "42:projet:7": names the copy kept in the browser
    std::int64_t version = 0;  // of what is shown; sent as "version", a newer one on the server is a conflict
    Str sign_in = "/connexion";
};

struct Form {
    Str action;
    Str csrf;             // hidden field "csrf"; a POST form without it is our own mistake
    bool get = false;     // searches and filters
    bool upload = false;  // multipart
    Autosave autosave;
    Str id;
    Str label;  // for forms that are landmarks, e.g. a search
};
void form(Writer& w, const Form& form, const Slot& content);
// A form that is one button: delete, assign, sign out.
void button_form(Writer& w, const Form& form, const struct Button& button);

// How the need is marked, in words, in the label. Browsers' own blocking is off (drafts may have gaps): the server
// decides.
enum class Need : std::uint8_t { Required, Optional, Unmarked };
enum class Width : std::uint8_t { Full, Long, Medium, Short };  // what is expected, about 60, 30, 16, 8 characters

struct Field {
    Str name;
    Str label;
    Str hint;
    Str value;
    Str error;
    Need need = Need::Unmarked;
    Width width = Width::Full;
    Str autocomplete;    // "email", "organization", "tel"… (WCAG 1.3.5)
    Str prefix;          // before the control, e.g. "n°"
    Str suffix;          // after it, e.g. "€ HT"; read out with the label
    int max_length = 0;  // characters; announced by textarea
    bool readonly = false;
    bool hide_label = false;   // seen by assistive technology only (search boxes, cells)
    bool title_label = false;  // the label is the page's question: larger
    Attrs attrs;               // data-… and so on, on the control
};

enum class TextKind : std::uint8_t { Text, Email, Tel, Url, Search, Digits, Password, NewPassword, OneTimeCode };
void text_field(Writer& w, const Field& field, TextKind kind = TextKind::Text);
void text_area(Writer& w, const Field& field, int rows = 5);
void number_field(
    Writer& w, const Field& field);  // whole or decimal as people write it; not type=number (its wheel changes values)
void money_field(Writer& w, const Field& field);  // suffix "€" unless given
void date_field(Writer& w, const Field& field);   // 22/11/2022, the format announced as the hint unless given
void hidden_field(Writer& w, std::string_view name, std::string_view value);
// The value of a money field or a date field from what is stored.
[[nodiscard]] std::string as_typed(base::Cents amount, base::Language language);
[[nodiscard]] std::string as_typed(base::Date date);

struct Choice {
    Str value;
    Str label;
    Str hint;
    bool checked = false;
    Slot more;  // shown when it is chosen (always, without script)
};
void select(Writer& w, const Field& field,
            std::span<const Choice> choices);  // an empty value as the first choice says "choose"
void radios(Writer& w, const Field& field, std::span<const Choice> choices);      // label is the legend
void checkboxes(Writer& w, const Field& field, std::span<const Choice> choices);  // all under one name
// One box that says yes; sends "1".
void checkbox(Writer& w, const Field& field, bool checked);

struct Upload {
    std::int64_t max_bytes = 0;  // announced and checked before sending
    Str accept;                  // ".pdf,.odt,image/png"
    Str formats;                 // in words: "PDF, ODT ou PNG"
    bool multiple = false;
    Str current;  // name of the file already there
};
void file_field(Writer& w, const Field& field, const Upload& upload);
// 10 Mo / 10 MB, 850 ko / 850 kB (decimal units).
[[nodiscard]] std::string format_size(std::int64_t bytes, base::Language language);

// A place, or anything looked up by name. Without script: a text, a "search" button (name = <name>-search, value 1) and
// the results to choose from (radios under `code_name`). With script: suggestions as one types, from `source`?q=…,
// which answers
//   {"results": [{"code": "59172", "label": "Denain", "detail": "Nord, 19 877 habitants"}]}
struct Lookup {
    Str source = "/territoire/suggestions";
    Str code_name;                // the field that receives the code of what was chosen
    Str code;                     // chosen already; Field::value is its label
    std::vector<Choice> results;  // of the search just made
    bool searched = false;        // and it found nothing when results is empty
};
void lookup_field(Writer& w, const Field& field, const Lookup& lookup);

struct Range {
    std::int64_t min = 0, max = 100, step = 1, value = 0;
    Str unit;  // "%", "habitants"
};
// A slider with its number box: both say the same, the box alone is enough.
void range_field(Writer& w, const Field& field, const Range& range);

struct Group {
    Str legend;
    Str hint;
    Str error;
    Str id;
};
void fieldset(Writer& w, const Group& group, const Slot& content);

// Rows of a list that grows: expense lines. `rows` writes each one with `row`; a template row, hidden, carries __n__ in
// its names. Without script the buttons submit add=<name> and remove=<name>-<index>.
struct Repeater {
    Str name;  // "lines"
    Str legend;
    Str row_label;  // "Ligne de dépense {n}"
    Str add_label;  // "Ajouter une ligne"
    int count = 0;  // rows to write
    int max = 200;
    std::vector<int> indexes;  // of the rows to write, when they are not 0 … count − 1: a row taken away moves no other
};
// row(index as text, for the names): "lines-0-amount" is name + "-" + index + "-amount".
void repeater(Writer& w, const Repeater& repeater, const std::function<void(std::string_view index)>& row);

enum class Weight : std::uint8_t { Primary, Secondary, Danger, Quiet };
struct Button {
    Str text;
    Weight weight = Weight::Primary;
    Str name;
    Str value;
    Str context;      // hidden words that tell twins apart: "Retirer" + " la ligne 2"
    Str form_action;  // another address than the form's
    Attrs attrs;
};
void button(Writer& w, const Button& button);
// A link that leads to the next step, with the look of a button.
void button_link(Writer& w, std::string_view href, std::string_view text, Weight weight = Weight::Primary);
void buttons(Writer& w, const Slot& content);  // side by side, stacked on a phone

// A form whose fields are replaced in place as they change (the simulation): `region` is the id of the element that the
// answer, a piece of page, replaces; without script its submit button does it.
struct LiveForm {
    Str action;
    Str region;
    Str submit;  // text of the button
};
void live_form(Writer& w, const LiveForm& form, const Slot& content);

}  // namespace beffroi::html
