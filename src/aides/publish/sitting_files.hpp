// SCDL délibérations 2.1.5: one row per resolution, 17 columns.
#pragma once

#include <span>
#include <string>

#include "aides/publish/published.hpp"

namespace beffroi::aides::publish {

[[nodiscard]] std::string write_deliberations(std::span<const PublishedSitting> sittings);

}  // namespace beffroi::aides::publish
