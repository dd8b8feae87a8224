// Controls that choose: lists, boxes, files, lookups, sliders, rows that grow.
#include <algorithm>

#include "html/blocks.hpp"
#include "html/field.hpp"
#include "html/forms.hpp"

namespace beffroi::html {

void select(Writer& w, const Field& field, std::span<const Choice> choices) {
    detail::frame(w, field, [&](const detail::Ids& ids) {
        w("<select class='{}' id='{}' name='{}'{}{}>{}</select>", detail::width_class(field.width), ids.id, field.name,
          attr("autocomplete", field.autocomplete.view()), detail::common_attributes(field, ids), [&] {
              for (const Choice& choice : choices) {
                  const bool chosen =
                      choice.checked || (!field.value.empty() && choice.value.view() == field.value.view());
                  w("<option value='{}'{}>{}</option>", choice.value, attr("selected", chosen),
                    choice.label.empty() ? w.t("html.choose") : choice.label.view());
              }
          });
    });
}

namespace {

enum class Box : std::uint8_t { Radio, Check };

void box_list(Writer& w, const Field& field, std::span<const Choice> choices, Box box) {
    detail::group_frame(w, field, [&](const detail::Ids& ids) {
        std::size_t index = 0;
        for (const Choice& choice : choices) {
            // The first one carries the id that the error summary leads to.
            const std::string id = index == 0 ? ids.id : ids.id + "-" + std::to_string(index);
            const std::string hint = choice.hint.empty() ? std::string() : id + "-item-hint";
            const std::string more = choice.more.empty() ? std::string() : id + "-more";
            const bool checked = choice.checked || (!field.value.empty() && choice.value.view() == field.value.view());
            ++index;
            w(
                "<div class='choice'><input type='{}' id='{}' name='{}' value='{}'{}{}{}{}{}><label "
                "for='{}'>{}</label>{}{}</div>",
                box == Box::Radio ? "radio" : "checkbox", id, field.name, choice.value, attr("checked", checked),
                attr("required", box == Box::Radio && field.need == Need::Required), attr("aria-describedby", hint),
                attr("data-more", more), field.attrs, id, choice.label,
                [&] {
                    if (!hint.empty()) w("<p class='hint' id='{}'>{}</p>", hint, choice.hint);
                },
                [&] {
                    if (!more.empty()) w("<div class='choice-more' id='{}'>{}</div>", more, choice.more);
                });
        }
    });
}

}  // namespace

void radios(Writer& w, const Field& field, std::span<const Choice> choices) {
    box_list(w, field, choices, Box::Radio);
}

void checkboxes(Writer& w, const Field& field, std::span<const Choice> choices) {
    box_list(w, field, choices, Box::Check);
}

void checkbox(Writer& w, const Field& field, bool checked) {
    const std::string id = field_id(field.name);
    const std::string described =
        detail::described_by({field.hint.empty() ? "" : id + "-hint", field.error.empty() ? "" : id + "-error"});
    w(
        "<div class='{}'>{}<div class='choice'><input type='checkbox' id='{}' name='{}' value='1'{}{}><label "
        "for='{}'>{}{}</label>{}</div></div>",
        field.error.empty() ? "field" : "field wrong",
        [&] {
            if (!field.error.empty()) detail::error_line(w, id + "-error", field.error);
        },
        id, field.name, attr("checked", checked),
        detail::common_attributes(field, {.id = id, .described_by = described}), id, field.label,
        [&] { detail::need(w, field.need); },
        [&] {
            if (!field.hint.empty()) w("<p class='hint' id='{}-hint'>{}</p>", id, field.hint);
        });
}

std::string format_size(std::int64_t bytes, base::Language language) {
    const bool french = language == base::Language::Fr;
    static constexpr std::string_view kFrench[] = {"octets", "ko", "Mo", "Go"};
    static constexpr std::string_view kEnglish[] = {"bytes", "kB", "MB", "GB"};
    std::size_t unit = 0;
    std::int64_t scale = 1;
    while (unit < 3 && bytes >= scale * 1000) {
        scale *= 1000;
        ++unit;
    }
    // One decimal below ten, rounded, none when it is zero.
    const std::int64_t tenths = (bytes * 10 + scale / 2) / scale;
    std::string out = std::to_string(tenths / 10);
    if (tenths < 100 && tenths % 10 != 0) out += (french ? "," : ".") + std::to_string(tenths % 10);
    out += "\u00a0";
    out += french ? kFrench[unit] : kEnglish[unit];
    return out;
}

void file_field(Writer& w, const Field& field, const Upload& upload) {
    Field shown = field;
    const std::string size = format_size(upload.max_bytes, w.language());
    const std::string limits = upload.formats.empty()
                                   ? w.t("html.file.size", {{"size", size}})
                                   : w.t(upload.multiple ? "html.file.limits_many" : "html.file.limits",
                                         {{"formats", upload.formats}, {"size", size}});
    shown.hint = field.hint.empty() ? limits : std::string(field.hint.view()) + " " + limits;
    detail::frame(w, shown, [&](const detail::Ids& ids) {
        if (!upload.current.empty())
            w("<p class='current-file'>{}</p>", w.t("html.file.current", {{"name", upload.current}}));
        const Attrs data = {attr("data-max-bytes", std::to_string(upload.max_bytes)),
                            attr("data-t-large", w.t("html.file.too_large")),
                            attr("data-t-type", w.t("html.file.wrong_type")), attr("data-t-error", w.t("html.error")),
                            attr("data-formats", upload.formats.view())};
        w("<input type='file' id='{}' name='{}'{}{}{}{}>", ids.id, field.name, attr("accept", upload.accept.view()),
          attr("multiple", upload.multiple), detail::common_attributes(shown, ids), data);
    });
}

void lookup_field(Writer& w, const Field& field, const Lookup& lookup) {
    const bool found = !lookup.results.empty();
    w(
        "<div class='lookup' data-lookup='{}' data-code='{}'{}{}{}{}{}>{}{}{}</div>", lookup.source, lookup.code_name,
        attr("data-t-list", w.t("html.lookup.suggestions")), attr("data-t-one", w.t("html.lookup.one")),
        attr("data-t-many", w.t("html.lookup.many")), attr("data-t-none", w.t("html.lookup.none")),
        attr("data-t-failed", w.t("html.lookup.failed")),
        [&] {
            detail::frame(w, field, [&](const detail::Ids& ids) {
                w("<div class='lookup-line'><input class='{}' type='text' id='{}' name='{}' value='{}' "
                  "autocomplete='off' spellcheck='false'{}>"
                  "<button class='button secondary' name='{}-search' value='1' data-lookup-button>{}</button></div>",
                  detail::width_class(field.width), ids.id, field.name, field.value,
                  detail::common_attributes(field, ids), field.name, w.t("html.lookup.search"));
            });
        },
        [&] {
            if (!found) hidden_field(w, lookup.code_name, lookup.code);
        },
        [&] {
            if (lookup.searched && !found)
                w("<p class='hint' role='status' data-lookup-results>{}</p>", w.t("html.lookup.none"));
            if (found)
                w("<div data-lookup-results>{}</div>", [&] {
                    radios(w,
                           {.name = lookup.code_name.view(),
                            .label = w.t("html.lookup.results"),
                            .value = lookup.code.view()},
                           lookup.results);
                });
            w("<p class='sr' role='status' data-lookup-status></p>");
        });
}

void range_field(Writer& w, const Field& field, const Range& range) {
    Field shown = field;
    shown.suffix = range.unit.view();
    detail::frame(w, shown, [&](const detail::Ids& ids) {
        // The box carries the value; the slider, without a name, moves it and only appears with the script.
        w("<input class='slider' type='range' min='{}' max='{}' step='{}' value='{}' aria-label='{}' data-slider='{}' "
          "hidden>"
          "<input class='w-short num' type='text' inputmode='numeric' autocomplete='off' id='{}' name='{}' "
          "value='{}'{}>",
          range.min, range.max, range.step, range.value, field.label, ids.id, ids.id, field.name,
          field.value.empty() ? std::to_string(range.value) : std::string(field.value.view()),
          detail::common_attributes(shown, ids));
    });
}

namespace {

void repeater_row(Writer& w, const Repeater& repeater, std::string_view index,
                  const std::function<void(std::string_view)>& row) {
    const bool pattern = index == "__n__";
    const std::string number = pattern ? std::string("__number__") : std::to_string(std::stoi(std::string(index)) + 1);
    std::string label(repeater.row_label.empty() ? w.t("html.repeater.row") : repeater.row_label.view());
    if (const std::size_t at = label.find("{n}"); at != std::string::npos) label.replace(at, 3, number);
    w(
        "<fieldset class='row' data-row='{}'><legend>{}</legend><div class='row-fields'>{}</div>{}</fieldset>", index,
        label, [&] { row(index); },
        [&] {
            button(w, {.text = w.t("html.repeater.remove"),
                       .weight = Weight::Quiet,
                       .name = "remove",
                       .value = std::string(repeater.name.view()) + "-" + std::string(index),
                       .context = label,
                       .attrs = {attr("data-remove", true)}});
        });
}

}  // namespace

void repeater(Writer& w, const Repeater& repeater, const std::function<void(std::string_view index)>& row) {
    w(
        "<fieldset class='repeater' data-repeater='{}' data-max='{}'{}{}><legend>{}</legend><div data-rows>{}</div>"
        "<template>{}</template><p class='sr' role='status' data-repeater-status></p>{}</fieldset>",
        repeater.name, repeater.max, attr("data-t-added", w.t("html.repeater.added")),
        attr("data-t-removed", w.t("html.repeater.removed")), repeater.legend,
        [&] {
            if (repeater.indexes.empty())
                for (int i = 0; i < repeater.count; ++i) repeater_row(w, repeater, std::to_string(i), row);
            for (int index : repeater.indexes) repeater_row(w, repeater, std::to_string(index), row);
        },
        [&] { repeater_row(w, repeater, "__n__", row); },
        [&] {
            button(w, {.text = repeater.add_label.empty() ? w.t("html.repeater.add") : repeater.add_label.view(),
                       .weight = Weight::Secondary,
                       .name = "add",
                       .value = repeater.name.view(),
                       .attrs = {attr("data-add", true)}});
        });
}

}  // namespace beffroi::html
