// The dates that follow from a filing.
#pragma once

#include "base/time.hpp"

namespace beffroi::aides::application {

// Silence of the Region for two months on a request of a financial nature is a rejection (CRPA L231-4, 3°): the same
// day two months after the day of receipt in Paris, or the last day of that month.
[[nodiscard]] base::Date implicit_rejection_date(base::Timestamp received);
// Asking for missing pieces suspends that delay from the day of asking until they come, at the latest until the day set
// for them (CRPA L114-5, last paragraph).
[[nodiscard]] base::Date after_suspension(base::Date implicit_rejection, base::Date asked, base::Date due,
                                          base::Date answered);
// The last day to answer a request for pieces, `days` after the day of asking in Paris.
[[nodiscard]] base::Date answer_date(base::Timestamp asked, int days);

}  // namespace beffroi::aides::application
