// Shared by agenda.cpp and session.cpp: who may, rows under change, the journal.
#pragma once

#include <initializer_list>
#include <string_view>

#include "aides/application/desk.hpp"
#include "aides/sitting/sitting.hpp"
#include "journal/journal.hpp"

namespace beffroi::aides::sitting::internal {

// Secretary or head of unit; gives the role in which they act, for the journal.
[[nodiscard]] base::Result<std::string_view> role_of(const application::Actor& actor);
// The sitting in one of these states, or Conflict.
[[nodiscard]] base::Result<Sitting> expect(db::Reader& reader, SittingId id, std::initializer_list<Status> statuses);
struct RowRef {
    Item item;
    Sitting sitting;
};
[[nodiscard]] base::Result<RowRef> expect_row(db::Reader& reader, ItemId id, std::initializer_list<Status> statuses);
[[nodiscard]] base::Status need_reason(std::string_view reason);
void note(const application::Desk& desk, db::Writer& writer, const application::Actor& actor, std::string_view kind,
          SittingId sitting, std::initializer_list<journal::Fact> facts);

}  // namespace beffroi::aides::sitting::internal
