// What pages are made of besides forms and tables. A state is never told by its colour alone: it has words, and a sign.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "html/writer.hpp"

namespace beffroi::html {

enum class Tone : std::uint8_t { Neutral, Info, Good, Warning, Bad };

// ---- small ones: they fill holes and cells
// -------------------------------------------------------------------------------------

struct Link {
    Str href;
    Str text;
    Str context;  // hidden words that tell twins apart: "Modifier" + " le budget"
};
void render(Writer& w, const Link& link);

// A state: "En instruction".
struct Tag {
    Str text;
    Tone tone = Tone::Neutral;
};
void render(Writer& w, const Tag& tag);

// An amount that must not break, with figures of equal width.
struct Money {
    base::Cents amount;
};
void render(Writer& w, const Money& money);

// A date, or an instant in Paris, readable by machines too.
struct Day {
    base::Date date;
};
void render(Writer& w, const Day& day);
struct Moment {
    base::Timestamp at;
};
void render(Writer& w, const Moment& moment);

// Words for assistive technology only.
struct Hidden {
    Str text;
};
void render(Writer& w, const Hidden& hidden);

// ---- blocks
// --------------------------------------------------------------------------------------------------------------------

struct Notice {
    Tone tone = Tone::Info;
    Str title;
    Slot content;
    bool live = false;  // appeared because of what the person did: role alert when Bad, status otherwise
};
void notice(Writer& w, const Notice& notice);
void render(Writer& w, const Notice& notice);

// A heading of level 2, 3 or 4, that can be linked to when it has an id.
void heading(Writer& w, int level, std::string_view text, std::string_view id = {});
void paragraph(Writer& w, const Slot& content);
void lead(Writer& w, const Slot& content);  // the first paragraph, larger

struct SummaryRow {
    Str key;
    Slot value;
    Str change_href;  // empty: cannot be changed
    Str change_text;  // "Modifier" unless given
};
struct SummaryList {
    Str title;
    std::vector<SummaryRow> rows;
    Str change_href;  // changes the whole card
};
// Key and value pairs, "check your answers". Hidden words after each "Modifier" say what.
void summary_list(Writer& w, const SummaryList& list);

struct Task {
    Str text;
    Str href;  // empty: cannot be started yet
    Str hint;
    Tag status;  // "À faire", "Complet", "Erreur"…
};
// The steps of a file that can be done in any order.
void task_list(Writer& w, const std::vector<Task>& tasks);

struct Event {
    Str when;  // written date; `machine` its ISO form
    Str machine;
    Str title;
    Str who;
    Slot content;
    Tone tone = Tone::Neutral;
};
void timeline(Writer& w, const std::vector<Event>& events);

struct Step {
    Str text;
    Str hint;
    enum class State : std::uint8_t { Done, Current, Todo } state = State::Todo;
};
// Where a file stands on its way.
void steps(Writer& w, std::string_view label, const std::vector<Step>& steps);

struct Tab {
    Str href;
    Str text;
    bool current = false;
    int count = -1;  // -1 shows none
};
// Tabs are links: each has its address.
void tabs(Writer& w, std::string_view label, const std::vector<Tab>& tabs);

struct Details {
    Str summary;
    Slot content;
    bool open = false;
};
void details(Writer& w, const Details& details);

// Why an amount is what it is: each rule, whether it holds, its reference, what it rests on.
struct Reason {
    enum class Holds : std::uint8_t { Yes, No, Unknown, Neutral };
    Str text;
    Holds holds = Holds::Neutral;
    Str reference;  // "Délibération n° 2021.01968, art. 4"
    Str reference_href;
    std::vector<Reason> under;
};
void explanation(Writer& w, const std::vector<Reason>& reasons);

// One figure with what it says: "Montant probable", 17 088,30 €.
struct Figure {
    Str label;
    Slot value;
    Str hint;
    Str id;  // so that autosave's answer can refresh it ("live")
    bool strong = false;
};
void figures(Writer& w, const std::vector<Figure>& figures);

// A drawing and, folded under it, the same figures as a table.
struct Chart {
    Str caption;
    Slot drawing;  // an SVG with role="img" and aria-label
    Slot table;
    Str source;
};
void chart(Writer& w, const Chart& chart);

struct Bar {
    Str label;
    std::int64_t value = 0;
    Str text;  // the value as written
    Tone tone = Tone::Info;
};
// Horizontal bars, drawn as SVG scaled to the largest. The texts are real text: no second table needed.
void bars(Writer& w, std::string_view caption, const std::vector<Bar>& bars);

// A share of a whole: the 20/80 test, the envelope. `mark` draws the limit; 0 draws none. In ten-thousandths.
struct Gauge {
    Str label;
    int value = 0;
    int mark = 0;
    Str text;  // what it says in words
    Tone tone = Tone::Info;
    Str id;  // of the text; "<id>-bar" in a live answer moves the bar: "70.51 good"
};
void gauge(Writer& w, const Gauge& gauge);

struct EmptyState {
    Str title;
    Slot content;
    Str action_href;
    Str action_text;
};
void empty_state(Writer& w, const EmptyState& state);

struct CardItem {
    Str href;
    Str title;
    Slot content;
    Str footer;
};
void cards(Writer& w, const std::vector<CardItem>& items);

// Content in columns that become one on a phone: main, then a side of a third.
void columns(Writer& w, const Slot& main, const Slot& side);

}  // namespace beffroi::html
