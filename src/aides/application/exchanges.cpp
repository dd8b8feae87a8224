// What people say about a file: opinions asked inside and outside, messages between the applicant and the Region.
#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>

#include "aides/application/internal.hpp"
#include "aides/application/letters.hpp"
#include "aides/application/review.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace beffroi::aides::application {

namespace {

using base::Code;
using internal::kRegionSide;

constexpr db::Query kOpinion{"opinion_file", "SELECT application_id, answered_ms FROM opinion WHERE id = $1"};
constexpr db::Query kAnswer{"opinion_answer",
                            "UPDATE opinion SET answer = $2, note = $3, answered_name = $4, answered_ms = $5, "
                            "token_hash = NULL WHERE id = $1 AND answered_ms IS NULL"};
constexpr db::Query kByToken{"opinion_by_token",
                             "SELECT o.id, o.application_id, a.number, o.question, o.due_on, o.shared FROM opinion o "
                             "JOIN application a ON a.id = o.application_id WHERE o.token_hash = $1 AND o.answered_ms "
                             "IS NULL"};
constexpr db::Query kInsertMessage{"message_insert",
                                   "INSERT INTO message (application_id, side, author_id, author_name, body, at_ms) "
                                   "VALUES ($1, $2, $3, $4, $5, $6) RETURNING id"};
constexpr db::Query kMarkRead{"message_mark_read",
                              "UPDATE message SET read_ms = $3 WHERE application_id = $1 AND side = $2 AND read_ms IS "
                              "NULL"};
constexpr db::Query kUnread{"message_unread",
                            "SELECT count(*) FROM message WHERE application_id = $1 AND side = $2 AND read_ms IS NULL"};

constexpr auto kAnswers = std::to_array<std::pair<OpinionAnswer, std::string_view>>({
    {OpinionAnswer::Favourable, "favourable"},
    {OpinionAnswer::Reserved, "reserved"},
    {OpinionAnswer::Unfavourable, "unfavourable"},
    {OpinionAnswer::None, "none"},
});

constexpr std::size_t kLongestText = 10'000;

base::Status check_text(std::string_view text, bool may_be_empty) {
    if (!may_be_empty && base::trim(text).empty())
        return fail(Code::Invalid, "nothing was written", {"application.text_empty", {}});
    if (text.size() > kLongestText)
        return fail(Code::TooLarge, "too long",
                    {"application.text_too_long", {{"limit", std::to_string(kLongestText)}}});
    if (!base::valid_utf8(text))
        return fail(Code::Invalid, "not UTF-8", {"application.field_not_text", {{"field", "text"}}});
    return {};
}

std::vector<std::string> parts_of(std::string_view json) {
    boost::system::error_code error;
    const auto value = boost::json::parse(boost::json::string_view(json.data(), json.size()), error);
    std::vector<std::string> parts;
    if (error || !value.is_array()) return parts;
    for (const auto& part : value.get_array())
        if (part.is_string()) parts.emplace_back(part.get_string().c_str());
    return parts;
}

bool shares(const SharedFile& file, std::string_view part) {
    return std::find(file.parts.begin(), file.parts.end(), part) != file.parts.end();
}

}  // namespace

std::string_view name(OpinionAnswer answer) {
    return std::find_if(kAnswers.begin(), kAnswers.end(), [&](const auto& row) { return row.first == answer; })->second;
}

std::optional<OpinionAnswer> parse_opinion_answer(std::string_view name) {
    auto found = std::find_if(kAnswers.begin(), kAnswers.end(), [&](const auto& row) { return row.second == name; });
    if (found == kAnswers.end()) return std::nullopt;
    return found->first;
}

std::string_view name(Side side) {
    switch (side) {
        case Side::Applicant:
            return "applicant";
        case Side::Region:
            return "region";
        case Side::Internal:
            return "internal";
    }
    return "";
}

base::Status record_opinion(const Desk& desk, OpinionId opinion, OpinionAnswer answer, std::string_view note,
                            std::string_view answered_by, const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        const ApplicationId id{writer.number(kOpinion, {opinion})};
        const auto file = TRY(internal::need_readable(writer, id, actor));
        TRY(internal::check_party(actor, file.siren, kRegionSide));
        TRY(check_text(note, true));
        TRY(check_text(answered_by, false));
        if (writer.execute(kAnswer, {opinion, name(answer), note, answered_by, desk.clock.now()}) == 0)
            return fail(Code::Conflict, "the opinion was given", {"application.opinion_given", {}});
        internal::note(desk, writer, actor, kRegionSide, file, "application.opinion_recorded",
                       journal::details({{"opinion", opinion}, {"answer", name(answer)}, {"by", answered_by}}));
        return {};
    });
}

base::Result<SharedFile> shared_file(db::Reader& reader, std::string_view token) {
    auto found = reader.first(kByToken, {crypto::hex(crypto::sha256(token))}, [](const db::Row& row) {
        return SharedFile{.opinion = row.id<OpinionId>(0),
                          .application = row.id<ApplicationId>(1),
                          .number = row.string(2),
                          .question = row.string(3),
                          .due_on = row.date(4),
                          .parts = parts_of(row.text(5)),
                          .documents = {}};
    });
    if (!found || token.empty())
        return fail(Code::NotFound, "no such link, or it was used", {"application.link_dead", {}});
    for (const auto& document : document_rows(reader, found->application)) {
        const bool shared = document.restricted ? shares(*found, "restricted_documents") : shares(*found, "documents");
        if (shared && document.current()) found->documents.push_back(document.id);
    }
    return std::move(*found);
}

base::Status answer_by_link(const Desk& desk, std::string_view token, OpinionAnswer answer, std::string_view note,
                            std::string_view name_of_expert) {
    return desk.db.write([&](db::Writer& writer) -> base::Status {
        const auto shared = TRY(shared_file(writer, token));
        TRY(check_text(note, true));
        TRY(check_text(name_of_expert, false));
        if (writer.execute(kAnswer, {shared.opinion, name(answer), note, name_of_expert, desk.clock.now()}) == 0)
            return fail(Code::Conflict, "the opinion was given", {"application.opinion_given", {}});
        const auto file = TRY(internal::need(writer, shared.application));
        journal::append(writer, {.at = desk.clock.now(),
                                 .actor = 0,
                                 .actor_name = std::string(name_of_expert),
                                 .role = "expert",
                                 .kind = "application.opinion_received",
                                 .subject = {.kind = "application", .id = file.id.value},
                                 .detail = journal::details({{"opinion", shared.opinion}, {"answer", name(answer)}})});
        return {};
    });
}

base::Result<MessageId> post_message(const Desk& desk, ApplicationId id, std::string_view body, bool internal_only,
                                     const Actor& actor) {
    return desk.db.write([&](db::Writer& writer) -> base::Result<MessageId> {
        const auto file = TRY(internal::need_readable(writer, id, actor));
        TRY(check_text(body, false));
        const bool member = actor.acts_for(file.siren);
        if (!member) TRY(internal::check_party(actor, file.siren, kRegionSide));
        if (member && (internal_only || !file.filed))
            return fail(Code::Refused, "not before filing, and nothing internal for applicants",
                        {"application.message_not_yet", {}});
        const auto side = member ? Side::Applicant : internal_only ? Side::Internal : Side::Region;
        // One mail until the other side has read: ten messages in a row are one notice.
        const bool first_unread = writer.number(kUnread, {id, name(side)}) == 0;
        const auto made =
            writer.insert<MessageId>(kInsertMessage, {id, name(side), actor.id, actor.name, body, desk.clock.now()});
        if (side != Side::Internal && first_unread)
            TRY(internal::mail_of_message(desk, writer, file, side == Side::Region));
        internal::note(desk, writer, actor, member ? internal::kApplicantSide : kRegionSide, file,
                       "application.message", journal::details({{"message", made}, {"side", name(side)}}));
        return made;
    });
}

void mark_read(const Desk& desk, ApplicationId id, const Actor& actor) {
    auto done = desk.db.write([&](db::Writer& writer) -> base::Status {
        const auto file = TRY(internal::need_readable(writer, id, actor));
        const bool member = actor.acts_for(file.siren);
        const auto parties = parties_of(actor, file.siren);
        if (!member && !parties.has(Party::Officer) && !parties.has(Party::Head)) return {};
        writer.execute(kMarkRead, {id, name(member ? Side::Region : Side::Applicant), desk.clock.now()});
        return {};
    });
    (void)done;  // who may not see the file marks nothing
}

}  // namespace beffroi::aides::application
