// What must not compile: each function below is one mistake, and rejected.cmake looks for its error in the compiler's output.
#include "html/components.hpp"

namespace beffroi::html {

// expect: an_element_is_left_open
void open_element(Writer& w) { w("<p>"); }
// expect: an_element_is_closed_that_was_not_open
void closed_twice(Writer& w) { w("<p></p></p>"); }
// expect: an_element_is_closed_that_was_not_open
void crossed(Writer& w) { w("<b><i></b></i>"); }
// expect: an_attribute_must_be_in_quotes
void bare_attribute(Writer& w, std::string_view x) { w("<p id={}></p>", x); }
// expect: only_attr_goes_between_the_attributes_of_a_tag
void text_in_tag(Writer& w, std::string_view x) { w("<p {}></p>", x); }
// expect: attributes_go_between_the_attributes_of_a_tag
void attribute_in_text(Writer& w) { w("<p>{}</p>", attr("id", "x")); }
// expect: inline_handlers_styles_and_documents_are_forbidden
void handler(Writer& w, std::string_view x) { w("<p onclick='{}'></p>", x); }
// expect: inline_handlers_styles_and_documents_are_forbidden
void style(Writer& w) { w("<p style='color:red'></p>"); }
// expect: inline_handlers_styles_and_documents_are_forbidden
Attr handler_attribute() { return attr("ONfocus", "x"); }
// expect: a_script_must_be_empty_and_come_from_a_file
void script(Writer& w, std::string_view x) { w("<script>{}</script>", x); }
// expect: style_elements_comments_and_base_are_forbidden
void comment(Writer& w, std::string_view x) { w("<!-- {} -->", x); }
// expect: more_holes_than_values
void too_few(Writer& w) { w("<p>{}</p>"); }
// expect: more_values_than_holes
void too_many(Writer& w) { w("<p></p>", 1); }
// expect: an_amount_or_a_date_in_an_attribute_must_say_its_format
void amount_in_attribute(Writer& w) { w("<p title='{}'></p>", base::Cents{1}); }
// expect: content_goes_between_tags
void content_in_attribute(Writer& w) { w("<p title='{}'></p>", [] {}); }
// expect: an_address_hole_must_be_followed_by_a_slash_question_mark_hash_or_the_end
void glued_address(Writer& w, std::string_view x) { w("<a href='{}:alert'></a>", x); }
// expect: only_void_elements_and_shapes_close_themselves
void self_closed(Writer& w) { w("<div/>"); }
// expect: a_url_template_starts_with_a_slash
std::string elsewhere() { return url("{}", "x"); }
// expect: this type cannot be written on a page
void a_boolean(Writer& w) { w("<p>{}</p>", true); }
// expect: call to consteval function
void not_a_literal(Writer& w, const char (&text)[8]) { w(text); }

}  // namespace beffroi::html
