// What the controls share: label, hint, error, and the attributes that tie them together. For forms*.cpp only.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "html/forms.hpp"

namespace beffroi::html::detail {

struct Ids {
    std::string id;
    std::string described_by;  // ids of hint, error, suffix, limit
};

[[nodiscard]] std::string described_by(std::initializer_list<std::string_view> ids);
[[nodiscard]] std::string_view width_class(Width width);
[[nodiscard]] std::string_view weight_class(Weight weight);
// required, readonly, aria-invalid, aria-describedby, and the field's own.
[[nodiscard]] Attrs common_attributes(const Field& field, const Ids& ids);

void error_line(Writer& w, std::string_view id, std::string_view text);
void need(Writer& w, Need need);

// A control with one label.
void frame(Writer& w, const Field& field, const std::function<void(const Ids&)>& control);
// Several controls under one legend.
void group_frame(Writer& w, const Field& field, const std::function<void(const Ids&)>& controls);

}  // namespace beffroi::html::detail
