// Identifiers that cannot be mixed up: a PersonId is not an ApplicationId.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace beffroi::base {

template <typename Tag>
struct Id {
    std::int64_t value = 0;  // 0 means none; rows start at 1
    auto operator<=>(const Id&) const = default;
    [[nodiscard]] explicit operator bool() const { return value != 0; }
};

}  // namespace beffroi::base

template <typename Tag>
struct std::hash<beffroi::base::Id<Tag>> {
    std::size_t operator()(beffroi::base::Id<Tag> id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};
