// The controls of each step of the form.
#pragma once

#include "aides/pages/applicant/parts.hpp"

namespace beffroi::aides::pages::applicant {

struct StepForm {
    const ApplicationView& view;
    Step step;
    const application::Fields& values;  // as typed, right or wrong
    const html::Errors& errors;         // by name on the wire
    const application::Estimate& estimate;
    const Live& live;
    std::string_view added;  // the block that gets one more empty row; empty: none
    const Site& site;
    base::Date today;
};

void step_fields(html::Writer& w, const StepForm& form);

}  // namespace beffroi::aides::pages::applicant
