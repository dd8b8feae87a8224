#include "aides/application/acts.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "aides/application/dates.hpp"
#include "aides/application/guards.hpp"
#include "aides/application/internal.hpp"
#include "aides/application/letters.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace beffroi::aides::application {

namespace {

using base::Cents;
using base::Code;
using internal::Findings;

constexpr db::Query kMove{"act_move",
                          "UPDATE application SET state = $2, updated_ms = $3 WHERE id = $1 AND state = $4"};
constexpr db::Query kSignatureAsked{"act_signature_asked",
                                    "UPDATE application SET signature_requested_ms = $2, signature_requested_by = $3 "
                                    "WHERE id = $1"};
constexpr db::Query kFiled{"act_filed",
                           "UPDATE application SET filed_ms = coalesce(filed_ms, $2), filed_by = $3, "
                           "implicit_rejection_on = $4 WHERE id = $1"};
constexpr db::Query kVersion{"act_version",
                             "UPDATE application SET version = version + 1, title = $2, nature = $3, total_cents = $4, "
                             "asked_cents = $5 WHERE id = $1 RETURNING version"};
constexpr db::Query kAddLine{"act_add_line",
                             "INSERT INTO expense_line (application_id, version, position, quote, supplier, label, "
                             "category, quantity, ht_cents, vat, spent_on, retained_cents, reject_reason, reviewed_by, "
                             "reviewed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"};
constexpr db::Query kAddFunding{"act_add_funding",
                                "INSERT INTO funding_line (application_id, version, position, source, name, cents, "
                                "obtained) VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr db::Query kFileDocuments{"act_file_documents",
                                   "UPDATE document SET version = $2 WHERE application_id = $1 AND version IS NULL AND "
                                   "withdrawn_ms IS NULL"};
constexpr db::Query kAskPiece{"act_ask_piece",
                              "INSERT INTO piece_request (application_id, kind, reason, note, asked_by, asked_ms, "
                              "due_on) VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr db::Query kOldestPiece{"act_oldest_piece",
                                 "SELECT min(asked_ms), max(due_on) FROM piece_request WHERE application_id = $1 AND "
                                 "closed_ms IS NULL"};
constexpr db::Query kAnswerPieces{"act_answer_pieces",
                                  "UPDATE piece_request SET answered_ms = $2, answered_by = $3 WHERE application_id = "
                                  "$1 AND closed_ms IS NULL AND answered_ms IS NULL"};
constexpr db::Query kImplicit{"act_implicit", "UPDATE application SET implicit_rejection_on = $2 WHERE id = $1"};
constexpr db::Query kClosePieces{"act_close_pieces",
                                 "UPDATE piece_request SET closed_ms = $2 WHERE application_id = $1 AND closed_ms IS "
                                 "NULL"};
constexpr db::Query kComplete{"act_complete", "UPDATE application SET complete_ms = $2, priority = $3 WHERE id = $1"};
constexpr db::Query kTakeFile{"act_take_file",
                              "UPDATE application SET officer_id = coalesce(officer_id, $2) WHERE id = $1"};
constexpr db::Query kAskOpinion{"act_ask_opinion",
                                "INSERT INTO opinion (application_id, asked_of, email, token_hash, outside, question, "
                                "shared, asked_by, asked_ms, due_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                                "RETURNING id"};
constexpr db::Query kCloseOpinions{"act_close_opinions",
                                   "UPDATE opinion SET answer = 'none', answered_ms = $2, token_hash = NULL "
                                   "WHERE application_id = $1 AND answered_ms IS NULL"};
constexpr db::Query kPropose{"act_propose",
                             "UPDATE application SET base_cents = $2, rate = $3, proposed_cents = $4, "
                             "proposed_by = $5, proposed_ms = $6, population_figure = $7, population_year = $8, "
                             "population = $9, refusal_reason = NULL WHERE id = $1"};
constexpr db::Query kExplain{"act_explain", "UPDATE application_text SET evaluation = $2 WHERE application_id = $1"};
constexpr db::Query kProposeRefusal{"act_propose_refusal",
                                    "UPDATE application SET proposed_cents = 0, refusal_reason = $2, proposed_by = $3, "
                                    "proposed_ms = $4 WHERE id = $1"};
constexpr db::Query kBackToReview{
    "act_back_to_review",
    "UPDATE application SET proposed_cents = 0, refusal_reason = NULL, sitting_id = NULL, "
    "decision = NULL, decided_on = NULL WHERE id = $1"};
constexpr db::Query kAgenda{"act_agenda", "UPDATE application SET sitting_id = $2 WHERE id = $1"};
constexpr db::Query kDecide{"act_decide",
                            "UPDATE application SET decision = $2, decided_on = $3, granted_cents = $4 WHERE id = $1"};
constexpr db::Query kRefusalReason{"act_refusal_reason", "UPDATE application SET refusal_reason = $2 WHERE id = $1"};
constexpr db::Query kNotified{"act_notified", "UPDATE application SET notified_ms = $2 WHERE id = $1"};
constexpr db::Query kHeldOn{"act_held_on", "SELECT held_on, resolution_number FROM sitting WHERE id = $1"};

constexpr auto kReasons = std::to_array<std::pair<PieceReason, std::string_view>>({
    {PieceReason::Missing, "missing"},
    {PieceReason::Incorrect, "incorrect"},
    {PieceReason::Incomplete, "incomplete"},
    {PieceReason::Outdated, "outdated"},
});

constexpr int kOpinionDays = 30;

// One act being performed: the row before it, what the guard found, and what it leaves behind.
class Act {
  public:
    Act(const Desk& desk, db::Writer& writer, Application file, scheme::EditionPtr edition,
        const Transition& transition, const Actor& actor, const Params& params)
        : desk_(desk),
          writer_(writer),
          file_(std::move(file)),
          edition_(std::move(edition)),
          transition_(transition),
          actor_(actor),
          params_(params),
          now_(desk.clock.now()),
          today_(base::paris_date(now_)) {}

    base::Result<Done> run();

  private:
    base::Status columns();
    base::Status effects();
    base::Status freeze_lines();
    base::Status start_clock();
    base::Status ask_opinions();
    base::Status reserve();
    base::Status commit();
    base::Status letters();
    base::Status notify();
    void ask_pieces();
    base::Status answer_pieces();
    base::Status complete();
    void propose(Cents amount);
    void decide(std::string_view decision, base::Date on, Cents granted);
    std::string journal_detail() const;
    envelope::Stamp stamp() const;
    base::Status reread();
    [[nodiscard]] internal::LetterContext context() {
        return {desk_, writer_, file_, *edition_, actor_, params_, found_};
    }

    const Desk& desk_;
    db::Writer& writer_;
    Application file_;
    scheme::EditionPtr edition_;
    const Transition& transition_;
    const Actor& actor_;
    const Params& params_;
    base::Timestamp now_;
    base::Date today_;
    Findings found_;
    Done done_;
};

envelope::Stamp Act::stamp() const {
    return {.actor = actor_.id, .at = now_, .act = file_.number, .reason = std::string(name(transition_.action))};
}

base::Status Act::reread() {
    file_ = TRY(internal::need(writer_, file_.id));
    return {};
}

base::Result<Done> Act::run() {
    found_ = TRY(internal::check_guard(transition_.guard, {desk_, writer_, file_, *edition_, actor_, params_,
                                                           transition_.action, internal::Mode::Perform}));
    done_ = {.id = file_.id, .from = transition_.from, .to = transition_.to, .amount = {}, .issued = {}, .links = {}};
    if (writer_.execute(kMove, {file_.id, name(transition_.to), now_, name(transition_.from)}) == 0)
        return fail(Code::Conflict, "the file moved meanwhile", {"application.moved", {}});
    TRY(columns());
    TRY(effects());
    TRY(reread());
    if (params_.letters) {
        TRY(letters());
        TRY(notify());
    }
    internal::note(desk_, writer_, actor_, transition_.who, file_,
                   "application." + std::string(name(transition_.action)), journal_detail());
    return std::move(done_);
}

std::string Act::journal_detail() const {
    return journal::details({{"from", name(transition_.from)},
                             {"to", name(transition_.to)},
                             {"reason", params_.reason},
                             {"amount_cents", done_.amount},
                             {"version", file_.version},
                             {"sitting", file_.sitting}});
}

// What the state alone does not say.
base::Status Act::columns() {
    switch (transition_.action) {
        case Action::RequestSignature:
            writer_.execute(kSignatureAsked, {file_.id, now_, actor_.id});
            return {};
        case Action::TakeBack:
            writer_.execute(kSignatureAsked, {file_.id, nullptr, nullptr});
            return {};
        case Action::File:
            internal::index_words(writer_, file_.id);
            return {};
        case Action::AskPieces:
            ask_pieces();
            return {};
        case Action::AnswerPieces:
            return answer_pieces();
        case Action::DeclareComplete:
            return complete();
        case Action::StartReview:
            writer_.execute(kTakeFile, {file_.id, actor_.id});
            return {};
        case Action::AskOpinion:
            return ask_opinions();
        case Action::ReceiveOpinions:
            writer_.execute(kCloseOpinions, {file_.id, now_});
            return {};
        case Action::Propose:
        case Action::PutOnWaitingList:
            propose(found_.amount);
            return {};
        case Action::CallFromWaitingList:
            return {};
        case Action::ProposeRefusal:
            writer_.execute(kProposeRefusal, {file_.id, params_.reason, actor_.id, now_});
            return {};
        case Action::SendBackToReview:
        case Action::TakeOffAgenda:
            writer_.execute(kBackToReview, {file_.id});
            return {};
        case Action::PutOnAgenda:
            writer_.execute(kAgenda, {file_.id, params_.sitting});
            return {};
        case Action::Grant:
            decide("granted", found_.held_on.value_or(today_), found_.amount);
            return {};
        case Action::Refuse:
            decide("refused", found_.held_on.value_or(today_), {});
            if (!base::trim(params_.reason).empty()) writer_.execute(kRefusalReason, {file_.id, params_.reason});
            return {};
        case Action::Adjourn: {
            struct Held {
                base::Date on{};
                std::string number;
            };
            const auto held = writer_.first(kHeldOn, {file_.sitting}, [](const db::Row& row) {
                return Held{row.date(0), row.is_null(1) ? std::string() : row.string(1)};
            });
            if (held) {
                found_.held_on = held->on;
                found_.resolution = held->number;
            }
            decide("adjourned", held ? held->on : today_, {});
            return {};
        }
        case Action::Withdraw:
            decide("withdrawn", today_, {});
            return {};
        case Action::Notify:
            writer_.execute(kNotified, {file_.id, now_});
            return {};
    }
    return {};
}

void Act::decide(std::string_view decision, base::Date on, Cents granted) {
    writer_.execute(kDecide, {file_.id, decision, base::iso(on), granted});
}

void Act::propose(Cents amount) {
    const auto& outcome = found_.estimate->evaluation.outcome;
    const base::Text french(desk_.catalogue, base::Language::Fr);
    const auto explanation = scheme::to_json(found_.estimate->evaluation, *edition_, french);
    std::optional<std::string_view> figure;
    std::optional<int> year;
    std::optional<std::int64_t> population;
    if (const auto& used = found_.estimate->evaluation.population) {
        figure = scheme::name_of(used->figure);
        year = used->year;
        population = used->value;
    }
    writer_.execute(
        kPropose, {file_.id, outcome.base, outcome.rate.per_10000, amount, actor_.id, now_, figure, year, population});
    writer_.execute(kExplain, {file_.id, explanation});
}

void Act::ask_pieces() {
    for (const auto& piece : params_.pieces)
        writer_.execute(kAskPiece, {file_.id, piece.kind, name(piece.reason), piece.note, actor_.id, now_,
                                    base::iso(*params_.due_on)});
}

// Asking for pieces had suspended the delay after which silence is a rejection: it runs again from here.
base::Status Act::answer_pieces() {
    struct Open {
        base::Timestamp asked;
        base::Date due{};
    };
    const auto open = writer_.first(kOldestPiece, {file_.id}, [](const db::Row& row) -> std::optional<Open> {
        if (row.is_null(0)) return std::nullopt;
        return Open{row.timestamp(0), row.date(1)};
    });
    if (open && *open && file_.implicit_rejection) {
        const auto& piece = **open;
        const auto later =
            after_suspension(*file_.implicit_rejection, base::paris_date(piece.asked), piece.due, today_);
        writer_.execute(kImplicit, {file_.id, base::iso(later)});
    }
    writer_.execute(kAnswerPieces, {file_.id, now_, actor_.id});
    return {};
}

base::Status Act::complete() {
    const auto facts = TRY(internal::reviewed_facts(desk_, writer_, file_, *edition_));
    const auto outcome = scheme::evaluate_fast(*edition_, facts);
    writer_.execute(kComplete, {file_.id, now_, priority_rank(*edition_, facts, outcome)});
    writer_.execute(kClosePieces, {file_.id, now_});
    writer_.execute(kTakeFile, {file_.id, actor_.id});
    return {};
}

base::Status Act::ask_opinions() {
    if (params_.opinions.empty())
        return fail(Code::Invalid, "no opinion is asked", {"application.guard.opinions_listed", {}});
    for (const auto& ask : params_.opinions) {
        if (base::trim(ask.asked_of).empty() || base::trim(ask.question).empty())
            return fail(Code::Invalid, "an opinion without name or question",
                        {"application.guard.opinions_listed", {}});
        if (ask.outside) TRY(documents::check_address(ask.email));
        std::string shared = "[";
        for (const auto& part : ask.shared) {
            if (std::find(std::begin(kShareableParts), std::end(kShareableParts), part) == std::end(kShareableParts))
                return fail(Code::Invalid, "no such part: " + part, {"application.guard.unknown_part", {}});
            shared += (shared.size() > 1 ? "," : "") + base::json_string(part);
        }
        shared += "]";
        const auto due = ask.due_on.value_or(base::add_days(today_, kOpinionDays));
        const auto token = ask.outside ? crypto::random_token() : std::string();
        const auto hash = ask.outside ? std::optional(crypto::hex(crypto::sha256(token))) : std::nullopt;
        const auto email = ask.outside ? std::optional(ask.email) : std::nullopt;
        const auto id = writer_.insert<OpinionId>(kAskOpinion, {file_.id, ask.asked_of, email, hash, ask.outside,
                                                                ask.question, shared, actor_.id, now_, base::iso(due)});
        if (!ask.outside) continue;
        done_.links.emplace_back(id, token);
        if (params_.letters) TRY(internal::mail_expert(context(), ask, due, token));
    }
    return {};
}

base::Status Act::effects() {
    const auto& effects = transition_.effects;
    if (effects.has(Effect::StartClock)) TRY(start_clock());
    if (effects.has(Effect::FreezeLines)) TRY(freeze_lines());
    if (effects.has(Effect::Reserve)) TRY(reserve());
    if (effects.has(Effect::Commit)) TRY(commit());
    if (effects.has(Effect::Unreserve)) done_.amount = TRY(envelope::unreserve(writer_, file_.id, stamp()));
    return {};
}

base::Status Act::start_clock() {
    const auto filed = file_.filed.value_or(now_);
    writer_.execute(kFiled, {file_.id, now_, actor_.id, base::iso(implicit_rejection_date(filed))});
    return {};
}

base::Status Act::reserve() {
    ASSERT(found_.envelope.has_value());
    TRY(envelope::reserve(writer_, found_.envelope->id, file_.id, found_.amount, stamp()));
    done_.amount = found_.amount;
    return {};
}

base::Status Act::commit() {
    auto by_resolution = stamp();
    by_resolution.act = found_.resolution;
    TRY(envelope::commit(writer_, file_.id, found_.amount, by_resolution));
    done_.amount = found_.amount;
    return {};
}

bool same_line(const ExpenseRow& a, const ExpenseLine& b) {
    return a.label == b.label && a.category == b.category && a.quantity == b.quantity && a.ht == b.ht &&
           a.vat == b.vat && a.date == b.date;
}

// The form becomes a numbered version. A line that did not change since the last one keeps what the review said of it.
base::Status Act::freeze_lines() {
    const auto fields = TRY(internal::fields_of(writer_, file_.id));
    const auto project = read(fields, *edition_).project;
    const auto facts = TRY(internal::facts_for(desk_, writer_, file_, *edition_, project));
    const auto outcome = scheme::evaluate_fast(*edition_, facts);
    const auto former = expense_rows(writer_, file_.id, file_.version);
    const auto version =
        writer_.number(kVersion, {file_.id, project.title, project.nature, project.total_ht(), outcome.amount});
    for (const auto& line : project.expenses) {
        const auto old = std::find_if(former.begin(), former.end(), [&](const ExpenseRow& row) {
            return row.position == line.row && row.retained && same_line(row, line);
        });
        const bool kept = old != former.end();
        const auto spent = line.date ? std::optional(base::iso(*line.date)) : std::nullopt;
        const auto retained = kept ? old->retained : std::nullopt;
        const auto reason = kept ? std::optional(old->reject_reason) : std::nullopt;
        const auto by = kept ? std::optional(old->reviewed_by) : std::nullopt;
        const auto at = kept ? std::optional(now_) : std::nullopt;
        writer_.execute(kAddLine, {file_.id, version, line.row, line.quote, line.supplier, line.label, line.category,
                                   line.quantity, line.ht, line.vat.per_10000, spent, retained, reason, by, at});
    }
    for (const auto& line : project.funding)
        writer_.execute(kAddFunding, {file_.id, version, line.row, line.source, line.name, line.cents, line.obtained});
    writer_.execute(kFileDocuments, {file_.id, version});
    if (project.title != file_.title) internal::index_words(writer_, file_.id);
    return {};
}

std::optional<documents::LetterKind> letter_of(Action action) {
    switch (action) {
        case Action::File:
            return documents::LetterKind::Receipt;
        case Action::AskPieces:
            return documents::LetterKind::Incomplete;
        case Action::DeclareComplete:
            return documents::LetterKind::Complete;
        case Action::PutOnWaitingList:
            return documents::LetterKind::WaitingList;
        case Action::Adjourn:
            return documents::LetterKind::Adjourned;
        case Action::RequestSignature:
        case Action::TakeBack:
        case Action::AnswerPieces:
        case Action::StartReview:
        case Action::AskOpinion:
        case Action::ReceiveOpinions:
        case Action::Propose:
        case Action::ProposeRefusal:
        case Action::CallFromWaitingList:
        case Action::SendBackToReview:
        case Action::PutOnAgenda:
        case Action::TakeOffAgenda:
        case Action::Grant:
        case Action::Refuse:
        case Action::Withdraw:
        case Action::Notify:
            return std::nullopt;
    }
    return std::nullopt;
}

base::Status Act::letters() {
    const auto& effects = transition_.effects;
    if (effects.has(Effect::IssueDecision)) {
        done_.issued = TRY(internal::issue_decision(context()));
        return {};
    }
    if (!effects.has(Effect::IssueReceipt) && !effects.has(Effect::NotifyApplicant)) return {};
    if (const auto kind = letter_of(transition_.action))
        done_.issued.push_back(TRY(internal::issue_letter(context(), *kind)));
    return {};
}

base::Status Act::notify() {
    const auto& effects = transition_.effects;
    const auto letter = done_.issued.empty() ? correspondence::ActId{} : done_.issued.front();
    if (effects.has(Effect::NotifyApplicant)) {
        TRY(internal::mail_applicant(context(), transition_.action, letter));
        // The order goes with its letter, each in its own message: one row of the queue carries one document.
        for (std::size_t i = 1; i < done_.issued.size(); ++i)
            TRY(internal::mail_applicant(context(), transition_.action, done_.issued[i]));
    }
    if (effects.has(Effect::NotifyOfficer)) TRY(internal::mail_officer(context(), transition_.action));
    return {};
}

base::Status check_edition(const EditionRow& edition) {
    if (edition.status != EditionStatus::Suspended) return {};
    return fail(Code::Refused, "the edition is suspended", {"application.edition_suspended", {}});
}

}  // namespace

std::string_view name(PieceReason reason) {
    return std::find_if(kReasons.begin(), kReasons.end(), [&](const auto& row) { return row.first == reason; })->second;
}

std::optional<PieceReason> parse_piece_reason(std::string_view name) {
    auto found = std::find_if(kReasons.begin(), kReasons.end(), [&](const auto& row) { return row.second == name; });
    if (found == kReasons.end()) return std::nullopt;
    return found->first;
}

base::Result<Done> perform(const Desk& desk, db::Writer& writer, ApplicationId id, Action action, const Actor& actor,
                           const Params& params) {
    auto file = TRY(internal::need_readable(writer, id, actor));
    const auto* transition = find_transition(file.state, action);
    if (!transition) {
        return fail(Code::Conflict, std::string(name(action)) + " from " + std::string(name(file.state)),
                    {"application.not_possible", {{"number", file.number}}});
    }
    TRY(internal::check_party(actor, file.siren, transition->who));
    if (params.expected_version && *params.expected_version != file.form_version)
        return fail(Code::Conflict, "the form moved", {"application.form_moved", {}});
    const auto row = find_edition(writer, file.edition);
    ASSERT(row.has_value());
    TRY(check_edition(*row));
    auto edition = TRY(internal::edition_of(desk, writer, file));
    return Act(desk, writer, std::move(file), std::move(edition), *transition, actor, params).run();
}

base::Result<Done> perform(const Desk& desk, ApplicationId id, Action action, const Actor& actor,
                           const Params& params) {
    return desk.db.write([&](db::Writer& writer) { return perform(desk, writer, id, action, actor, params); });
}

std::vector<BulkLine> perform_all(const Desk& desk, const std::vector<ApplicationId>& ids, Action action,
                                  const Actor& actor, const Params& params) {
    std::vector<BulkLine> lines;
    for (const auto id : ids) {
        const auto done = perform(desk, id, action, actor, params);
        const auto file = desk.db.read([&](db::Reader& reader) { return find(reader, id); });
        lines.push_back({.id = id,
                         .number = file && internal::readable(*file, actor) ? file->number : std::string(),
                         .refusal = done ? std::nullopt : std::optional(done.error())});
    }
    return lines;
}

std::vector<Available> available_actions(const Desk& desk, db::Reader& reader, ApplicationId id, const Actor& actor) {
    std::vector<Available> offered;
    const auto file = internal::need_readable(reader, id, actor);
    if (!file) return offered;
    const auto row = find_edition(reader, file->edition);
    const auto edition = internal::edition_of(desk, reader, *file);
    if (!row || !edition) return offered;
    const auto parties = parties_of(actor, file->siren);
    const Params params;
    for (const auto& transition : transitions()) {
        if (transition.from != file->state || (parties.bits & transition.who.bits) == 0) continue;
        Available one{.action = transition.action, .to = transition.to, .guard = transition.guard, .refusal = {}};
        one.needs_reason = transition.guard == Guard::Reasoned;
        one.needs_pieces = transition.guard == Guard::PiecesListed;
        one.needs_opinions = transition.action == Action::AskOpinion;
        one.needs_sitting = transition.guard == Guard::SittingOpen;
        auto holds = check_edition(*row);
        if (holds) {
            auto guard = internal::check_guard(transition.guard, {desk, reader, *file, **edition, actor, params,
                                                                  transition.action, internal::Mode::Offer});
            if (!guard) holds = std::unexpected(guard.error());
        }
        if (!holds) one.refusal = holds.error().message;
        offered.push_back(std::move(one));
    }
    return offered;
}

base::Result<std::vector<Preview>> preview(const Desk& desk, ApplicationId id, Action action, const Actor& actor,
                                           const Params& params) {
    std::vector<Preview> letters;
    // The act itself, then undone: what is shown is what would go, byte for byte.
    auto undone = desk.db.write([&](db::Writer& writer) -> base::Status {
        const auto done = TRY(perform(desk, writer, id, action, actor, params));
        for (const auto act : done.issued) {
            const auto found = correspondence::find(writer, act);
            ASSERT(found.has_value());
            letters.push_back({found->title, TRY(correspondence::bytes(desk.office, *found))});
        }
        return fail(Code::Internal, "preview");
    });
    ASSERT(!undone);
    if (undone.error().code != Code::Internal || undone.error().detail != "preview")
        return std::unexpected(undone.error());
    return letters;
}

base::Result<std::vector<PreviewLine>> preview_all(const Desk& desk, const std::vector<ApplicationId>& ids,
                                                   Action action, const Actor& actor, const Params& params) {
    std::vector<PreviewLine> lines;
    auto undone = desk.db.write([&](db::Writer& writer) -> base::Status {
        lines.clear();
        for (const auto id : ids) {
            const auto file = find(writer, id);
            auto& line = lines.emplace_back(PreviewLine{id, file ? file->number : std::string(), {}, {}});
            const auto done = perform(desk, writer, id, action, actor, params);
            if (!done) {
                line.refusal = done.error();
                break;
            }
            for (const auto act : done->issued) {
                const auto found = correspondence::find(writer, act);
                ASSERT(found.has_value());
                line.letters.push_back({found->title, TRY(correspondence::bytes(desk.office, *found))});
            }
        }
        return fail(Code::Internal, "preview");
    });
    ASSERT(!undone);
    if (undone.error().code != Code::Internal || undone.error().detail != "preview")
        return std::unexpected(undone.error());
    return lines;
}

}  // namespace beffroi::aides::application
