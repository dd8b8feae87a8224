#include "html/forms.hpp"

#include <algorithm>

#include "html/field.hpp"

namespace beffroi::html {

std::string field_id(std::string_view name) {
    std::string id = "f-";
    for (char c : name) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        id += plain ? c : '-';
    }
    return id;
}

std::string_view Errors::of(std::string_view field) const {
    for (const One& error : list_)
        if (error.field == field) return error.text;
    return {};
}

void error_summary(Writer& w, const Errors& errors) {
    if (errors.empty()) return;
    w(
        "<div class='error-summary' role='alert' tabindex='-1' data-focus><h2>{}</h2><ul>{}</ul></div>",
        [&] {
            if (errors.size() == 1)
                w.put(w.t("html.errors.one"));
            else
                w.put(w.t("html.errors.many", {{"n", std::to_string(errors.size())}}));
        },
        [&] {
            for (const Errors::One& error : errors.list()) {
                if (error.field.empty())
                    w("<li>{}</li>", error.text);
                else
                    w("<li><a href='{}'>{}</a></li>", "#" + field_id(error.field), error.text);
            }
        });
}

namespace {

// What app.js says; it holds no sentence of its own.
Attrs autosave_attributes(Writer& w, const Autosave& autosave) {
    return {
        attr("data-autosave", autosave.url.view()),
        attr("data-key", autosave.key.view()),
        attr("data-sign-in", autosave.sign_in.view()),
        attr("data-t-saved", w.t("html.saved")),
        attr("data-t-failed", w.t("html.autosave.failed")),
        attr("data-t-nowhere", w.t("html.autosave.failed_nowhere")),
        attr("data-t-retry", w.t("html.autosave.retry")),
        attr("data-t-session", w.t("html.autosave.session")),
        attr("data-t-sign-in", w.t("html.autosave.sign_in")),
        attr("data-t-conflict", w.t("html.autosave.conflict")),
        attr("data-t-reload", w.t("html.autosave.reload")),
        attr("data-t-restore", w.t("html.autosave.restore")),
        attr("data-t-yes", w.t("html.autosave.restore.yes")),
        attr("data-t-no", w.t("html.autosave.restore.no")),
        attr("data-t-restored", w.t("html.autosave.restored")),
        attr("data-t-error", w.t("html.error")),
    };
}

}  // namespace

void form(Writer& w, const Form& form, const Slot& content) {
    ASSERT(form.get || !form.csrf.empty());
    const bool saves = !form.autosave.url.empty();
    Attrs attrs = {attr("id", form.id.view()), attr("aria-label", form.label.view()),
                   attr("enctype", form.upload ? "multipart/form-data" : "")};
    if (form.upload) {
        attrs.push_back(attr("data-upload", true));
        attrs.push_back(attr("data-t-progress", w.t("html.file.progress")));
        attrs.push_back(attr("data-t-upload-failed", w.t("html.file.failed")));
    }
    if (saves) {
        Attrs more = autosave_attributes(w, form.autosave);
        attrs.insert(attrs.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }
    w(
        "<form method='{}' action='{}' novalidate{}>{}{}{}</form>", form.get ? "get" : "post", form.action, attrs,
        [&] {
            if (!form.csrf.empty()) hidden_field(w, "csrf", form.csrf);
            if (saves) hidden_field(w, "version", std::to_string(form.autosave.version));
            // Enter in a field presses the first button of the form: this one, not the search or the removal that
            // happens to come first.
            if (!form.get) w("<button class='sr' tabindex='-1' aria-hidden='true'>{}</button>", w.t("html.save"));
        },
        [&] {
            // Both regions are there from the start: what is written into them later is then read out.
            if (saves)
                w("<div class='save-trouble' role='alert' data-save-trouble></div>"
                  "<p class='save-state' role='status' data-save-state></p>");
        },
        content);
}

void button_form(Writer& w, const Form& description, const Button& description_of_button) {
    form(w, description, [&] { button(w, description_of_button); });
}

void hidden_field(Writer& w, std::string_view name, std::string_view value) {
    w("<input type='hidden' name='{}' value='{}'>", name, value);
}

std::string as_typed(base::Cents amount, base::Language language) {
    return base::format_amount(amount, language);
}
std::string as_typed(base::Date date) {
    return base::short_date(date);
}

void text_field(Writer& w, const Field& field, TextKind kind) {
    std::string_view type = "text";
    std::string_view inputmode;
    std::string_view autocomplete = field.autocomplete;
    switch (kind) {
        case TextKind::Text:
            break;
        case TextKind::Email:
            type = "email";
            break;
        case TextKind::Tel:
            type = "tel";
            break;
        case TextKind::Url:
            type = "url";
            break;
        case TextKind::Search:
            type = "search";
            break;
        case TextKind::Digits:
            inputmode = "numeric";
            break;
        case TextKind::Password:
            type = "password";
            if (autocomplete.empty()) autocomplete = "current-password";
            break;
        case TextKind::NewPassword:
            type = "password";
            if (autocomplete.empty()) autocomplete = "new-password";
            break;
        case TextKind::OneTimeCode:
            inputmode = "numeric";
            if (autocomplete.empty()) autocomplete = "one-time-code";
            break;
    }
    const bool literal = kind != TextKind::Text && kind != TextKind::Search;  // not prose: no spelling marks
    detail::frame(w, field, [&](const detail::Ids& ids) {
        w("<input class='{}' type='{}' id='{}' name='{}' value='{}'{}{}{}{}{}>", detail::width_class(field.width), type,
          ids.id, field.name, field.value, attr("inputmode", inputmode), attr("autocomplete", autocomplete),
          attr("maxlength", field.max_length > 0 ? std::to_string(field.max_length) : std::string()),
          attr("spellcheck", literal ? "false" : ""), detail::common_attributes(field, ids));
    });
}

void text_area(Writer& w, const Field& field, int rows) {
    const std::string limit = field.max_length > 0 ? std::to_string(field.max_length) : std::string();
    detail::frame(w, field, [&](const detail::Ids& frame_ids) {
        detail::Ids ids = frame_ids;
        if (!limit.empty()) ids.described_by = detail::described_by({ids.described_by, ids.id + "-limit"});
        // The browser drops a first line end: one is given to it.
        Attrs counter;
        if (!limit.empty())
            counter = {attr("data-limit", limit), attr("data-t-left", w.t("html.characters.left")),
                       attr("data-t-over", w.t("html.characters.over"))};
        w("<textarea class='{}' id='{}' name='{}' rows='{}'{}{}>\n{}</textarea>{}", detail::width_class(field.width),
          ids.id, field.name, rows, detail::common_attributes(field, ids), counter, field.value, [&] {
              if (!limit.empty())
                  w("<p class='hint' id='{}-limit' data-counter>{}</p>", ids.id,
                    w.t("html.characters", {{"n", limit}}));
          });
    });
}

namespace {

void typed_number(Writer& w, const Field& field, std::string_view default_suffix) {
    Field shown = field;
    if (shown.suffix.empty()) shown.suffix = default_suffix;
    if (shown.width == Width::Full) shown.width = Width::Medium;
    detail::frame(w, shown, [&](const detail::Ids& ids) {
        w("<input class='{} num' type='text' inputmode='decimal' autocomplete='off' id='{}' name='{}' value='{}'{}>",
          detail::width_class(shown.width), ids.id, shown.name, shown.value, detail::common_attributes(shown, ids));
    });
}

}  // namespace

void number_field(Writer& w, const Field& field) {
    typed_number(w, field, {});
}

void money_field(Writer& w, const Field& field) {
    typed_number(w, field, "€");
}

void date_field(Writer& w, const Field& field) {
    Field shown = field;
    if (shown.hint.empty()) shown.hint = w.t("html.date.hint");
    if (shown.width == Width::Full) shown.width = Width::Medium;
    detail::frame(w, shown, [&](const detail::Ids& ids) {
        w("<input class='{}' type='text' id='{}' name='{}' value='{}'{}{}>", detail::width_class(shown.width), ids.id,
          shown.name, shown.value, attr("autocomplete", shown.autocomplete.empty() ? "off" : shown.autocomplete.view()),
          detail::common_attributes(shown, ids));
    });
}

void fieldset(Writer& w, const Group& group, const Slot& content) {
    const std::string id = group.id.empty() ? std::string() : std::string(group.id.view());
    const bool described = !id.empty();
    w(
        "<fieldset class='group'{}{}><legend>{}</legend>{}{}{}</fieldset>", attr("id", id),
        attr("aria-describedby", described ? detail::described_by({group.hint.empty() ? "" : id + "-hint",
                                                                   group.error.empty() ? "" : id + "-error"})
                                           : std::string()),
        group.legend,
        [&] {
            if (!group.hint.empty())
                w("<p class='hint'{}>{}</p>", attr("id", described ? id + "-hint" : id), group.hint);
        },
        [&] {
            if (!group.error.empty()) detail::error_line(w, described ? id + "-error" : id, group.error);
        },
        content);
}

void button(Writer& w, const Button& button) {
    w("<button class='button {}'{}{}{}{}>{}{}</button>", detail::weight_class(button.weight),
      attr("name", button.name.view()), attr("value", button.value.view()),
      attr("formaction", button.form_action.view()), button.attrs, button.text, [&] {
          if (!button.context.empty()) w(" <span class='sr'>{}</span>", button.context);
      });
}

void button_link(Writer& w, std::string_view href, std::string_view text, Weight weight) {
    w("<a class='button {}' href='{}'>{}</a>", detail::weight_class(weight), href, text);
}

void buttons(Writer& w, const Slot& content) {
    w("<div class='buttons'>{}</div>", content);
}

void live_form(Writer& w, const LiveForm& form, const Slot& content) {
    w("<form method='get' action='{}' novalidate data-live-region='{}'>{}<div class='buttons' data-live-submit>{}</div>"
      "<p class='sr' role='status' data-live-status></p></form>",
      form.action, form.region, content, [&] { button(w, {.text = form.submit.view()}); });
}

}  // namespace beffroi::html
