#include "html/field.hpp"

namespace beffroi::html::detail {

std::string described_by(std::initializer_list<std::string_view> ids) {
    std::string out;
    for (std::string_view id : ids) {
        if (id.empty()) continue;
        if (!out.empty()) out += ' ';
        out += id;
    }
    return out;
}

std::string_view width_class(Width width) {
    switch (width) {
        case Width::Full:
            return "w-full";
        case Width::Long:
            return "w-long";
        case Width::Medium:
            return "w-medium";
        case Width::Short:
            return "w-short";
    }
    return "w-full";
}

std::string_view weight_class(Weight weight) {
    switch (weight) {
        case Weight::Primary:
            return "primary";
        case Weight::Secondary:
            return "secondary";
        case Weight::Danger:
            return "danger";
        case Weight::Quiet:
            return "quiet";
    }
    return "primary";
}

Attrs common_attributes(const Field& field, const Ids& ids) {
    Attrs attrs = {attr("required", field.need == Need::Required), attr("readonly", field.readonly),
                   attr("aria-invalid", field.error.empty() ? "" : "true"),
                   attr("aria-describedby", std::string(ids.described_by))};
    attrs.insert(attrs.end(), field.attrs.begin(), field.attrs.end());
    return attrs;
}

void error_line(Writer& w, std::string_view id, std::string_view text) {
    w("<p class='error'{}><span class='sr'>{}</span> {}</p>", attr("id", id), w.t("html.error"), text);
}

void need(Writer& w, Need need) {
    switch (need) {
        case Need::Required:
            w(" <span class='need'>{}</span>", w.t("html.required"));
            break;
        case Need::Optional:
            w(" <span class='need'>{}</span>", w.t("html.optional"));
            break;
        case Need::Unmarked:
            break;
    }
}

namespace {

Ids ids_of(const Field& field) {
    Ids ids{.id = field_id(field.name), .described_by = {}};
    ids.described_by =
        described_by({field.hint.empty() ? "" : ids.id + "-hint", field.error.empty() ? "" : ids.id + "-error",
                      field.suffix.empty() ? "" : ids.id + "-suffix"});
    return ids;
}

void hint_and_error(Writer& w, const Field& field, const Ids& ids) {
    if (!field.hint.empty()) w("<p class='hint' id='{}-hint'>{}</p>", ids.id, field.hint);
    if (!field.error.empty()) error_line(w, ids.id + "-error", field.error);
}

std::string_view frame_class(const Field& field) {
    return field.error.empty() ? "field" : "field wrong";
}

}  // namespace

void frame(Writer& w, const Field& field, const std::function<void(const Ids&)>& control) {
    const Ids ids = ids_of(field);
    w(
        "<div class='{}'><label class='{}' for='{}'>{}{}</label>{}{}</div>", frame_class(field),
        field.hide_label    ? "label sr"
        : field.title_label ? "label large"
                            : "label",
        ids.id, field.label, [&] { need(w, field.need); }, [&] { hint_and_error(w, field, ids); },
        [&] {
            if (field.prefix.empty() && field.suffix.empty()) {
                control(ids);
                return;
            }
            w(
                "<div class='affix'>{}{}{}</div>",
                [&] {
                    if (!field.prefix.empty()) w("<span class='prefix' aria-hidden='true'>{}</span>", field.prefix);
                },
                [&] { control(ids); },
                [&] {
                    if (!field.suffix.empty()) w("<span class='suffix' id='{}-suffix'>{}</span>", ids.id, field.suffix);
                });
        });
}

void group_frame(Writer& w, const Field& field, const std::function<void(const Ids&)>& controls) {
    const Ids ids = ids_of(field);
    w(
        "<fieldset class='{}'{}><legend class='{}'>{}{}</legend>{}{}</fieldset>", frame_class(field),
        attr("aria-describedby", std::string(ids.described_by)),
        field.hide_label    ? "label sr"
        : field.title_label ? "label large"
                            : "label",
        field.label, [&] { need(w, field.need); }, [&] { hint_and_error(w, field, ids); }, [&] { controls(ids); });
}

}  // namespace beffroi::html::detail
