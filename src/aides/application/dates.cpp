#include "aides/application/dates.hpp"

namespace beffroi::aides::application {

base::Date implicit_rejection_date(base::Timestamp received) {
    return base::add_months(base::paris_date(received), 2);
}

base::Date after_suspension(base::Date implicit_rejection, base::Date asked, base::Date due, base::Date answered) {
    const auto end = answered < due ? answered : due;
    const auto days = base::days_between(asked, end);
    return days > 0 ? base::add_days(implicit_rejection, static_cast<int>(days)) : implicit_rejection;
}

base::Date answer_date(base::Timestamp asked, int days) {
    return base::add_days(base::paris_date(asked), days);
}

}  // namespace beffroi::aides::application
