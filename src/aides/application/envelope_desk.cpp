#include "aides/application/envelope_desk.hpp"

#include "aides/application/editions.hpp"
#include "base/text.hpp"
#include "journal/journal.hpp"

namespace beffroi::aides::application {

namespace {

using accounts::Role;
using base::Code;
using base::Status;
using envelope::EnvelopeId;

constexpr std::size_t kLongestAct = 100;
constexpr std::size_t kLongestReason = 2000;

Status check(const EnvelopeMove& move, const Actor& actor) {
    if (!handles_envelopes(actor))
        return fail(Code::Refused, "neither finance nor head", {"application.not_yours", {}});
    for (const auto* text : {&move.act, &move.reason})
        if (base::trim(*text).empty() || !base::valid_utf8(*text))
            return fail(Code::Invalid, "no act or no reason", {"application.guard.reasoned", {}});
    if (move.act.size() > kLongestAct || move.reason.size() > kLongestReason)
        return fail(Code::Invalid, "too long",
                    {"application.text_too_long", {{"limit", std::to_string(kLongestReason)}}});
    return {};
}

envelope::Stamp stamp(const Desk& desk, const EnvelopeMove& move, const Actor& actor) {
    return {.actor = actor.id,
            .at = desk.clock.now(),
            .act = std::string(base::trim(move.act)),
            .reason = std::string(base::trim(move.reason))};
}

void note(const Desk& desk, db::Writer& writer, EnvelopeId id, std::string_view kind, const EnvelopeMove& move,
          const Actor& actor) {
    const auto role = actor.has(Role::Finance) ? Role::Finance : Role::Head;
    journal::append(
        writer,
        {.at = desk.clock.now(),
         .actor = actor.id.value,
         .actor_name = actor.name,
         .role = actor.program ? std::string("system") : std::string(accounts::role_name(role)),
         .kind = std::string(kind),
         .subject = {.kind = "envelope", .id = id.value},
         .detail = journal::details({{"amount_cents", move.cents}, {"act", move.act}, {"reason", move.reason}})});
}

}  // namespace

bool handles_envelopes(const Actor& actor) {
    return actor.program || actor.has(Role::Finance) || actor.has(Role::Head);
}

base::Result<EnvelopeId> open_envelope(const Desk& desk, EditionId edition, const std::string& name,
                                       const EnvelopeMove& move, const Actor& actor) {
    TRY(check(move, actor));
    const auto title = base::trim(name);
    if (title.empty() || title.size() > kLongestAct || !base::valid_utf8(title))
        return fail(Code::Invalid, "no name", {"application.text_empty", {}});
    return desk.db.write([&](db::Writer& writer) -> base::Result<EnvelopeId> {
        const auto row = find_edition(writer, edition);
        if (!row) return fail(Code::NotFound, "no such edition");
        const auto id =
            TRY(envelope::open(writer, row->scheme, row->edition, title, move.cents, stamp(desk, move, actor)));
        note(desk, writer, id, "envelope.opened", move, actor);
        return id;
    });
}

Status top_up_envelope(const Desk& desk, EnvelopeId id, const EnvelopeMove& move, const Actor& actor) {
    TRY(check(move, actor));
    return desk.db.write([&](db::Writer& writer) -> Status {
        TRY(envelope::top_up(writer, id, move.cents, stamp(desk, move, actor)));
        note(desk, writer, id, "envelope.topped_up", move, actor);
        return {};
    });
}

Status reduce_envelope(const Desk& desk, EnvelopeId id, const EnvelopeMove& move, const Actor& actor) {
    TRY(check(move, actor));
    return desk.db.write([&](db::Writer& writer) -> Status {
        TRY(envelope::reduce(writer, id, move.cents, stamp(desk, move, actor)));
        note(desk, writer, id, "envelope.reduced", move, actor);
        return {};
    });
}

}  // namespace beffroi::aides::application
