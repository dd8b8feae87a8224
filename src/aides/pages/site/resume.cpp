#include "aides/pages/site/resume.hpp"

#include "html/components.hpp"

namespace beffroi::aides::pages {

namespace {

void fields_again(html::Writer& w, const http::Fields& fields) {
    for (const http::Field& field : fields)
        if (field.name != "csrf") html::hidden_field(w, field.name, field.value);
}

void fields_shown(html::Writer& w, const http::Fields& fields) {
    std::vector<html::SummaryRow> rows;
    for (const http::Field& field : fields)
        if (field.name != "csrf" && field.name != "version" && !field.value.empty())
            rows.push_back({.key = field.name, .value = [&field](html::Writer& inner) {
                                inner("<span class='typed'>{}</span>", field.value);
                            }});
    html::details(w, {.summary = w.t("site.resume.what"),
                      .content = [&](html::Writer& inner) { html::summary_list(inner, {.rows = rows}); }});
}

}  // namespace

http::Response resume_page(const Context& context) {
    const http::Fields& fields = context.request.form();
    const bool signed_in = context.session() != nullptr;
    // Nobody signed in has no token; the next try is then told apart by this one and asks again.
    const std::string_view token = signed_in ? context.csrf() : std::string_view("-");
    return context.page(
        {.title = context.t(signed_in ? "site.resume.confirm" : "site.resume.title"),
         .main =
             [&](html::Writer& w) {
                 html::lead(w, w.t(signed_in ? "site.resume.confirm.lead" : "site.resume.lead"));
                 if (!signed_in)
                     w("<p><a class='button primary' href='/connexion' target='_blank' "
                       "rel='noopener'>{}</a></p>",
                       w.t("site.resume.sign_in"));
                 html::form(w, {.action = context.request.target, .csrf = token}, [&] {
                     fields_again(w, fields);
                     html::buttons(w, [&] {
                         html::button(w, {.text = w.t("site.resume.send"),
                                          .weight = signed_in ? html::Weight::Primary : html::Weight::Secondary});
                     });
                 });
                 fields_shown(w, fields);
             }},
        403);
}

void pass_on_ours(const base::Error& error) {
    if (error.code == base::Code::Unavailable || error.code == base::Code::Corrupt ||
        error.code == base::Code::Internal)
        throw base::Failure(error);
}

http::Response unsaved_page(const Context& context, const base::Error& error) {
    const http::Fields& fields = context.request.form();
    return context.page({.title = context.t("site.unsaved.title"),
                         .main =
                             [&](html::Writer& w) {
                                 html::lead(w, context.t(error));
                                 html::paragraph(w, w.t("site.unsaved.kept"));
                                 html::form(w, {.action = context.request.target, .csrf = context.csrf()}, [&] {
                                     fields_again(w, fields);
                                     html::buttons(w, [&] { html::button(w, {.text = w.t("site.resume.send")}); });
                                 });
                                 fields_shown(w, fields);
                             }},
                        http::status_of(error.code));
}

}  // namespace beffroi::aides::pages
