// The papers of a session, read from its rows: report, annex, resolution, press release. Official documents: in French
// only.
//
// The same View gives the same bytes. What is simulated or real is said on each of them.
#pragma once

#include "aides/application/desk.hpp"
#include "aides/sitting/sitting.hpp"
#include "documents/doc.hpp"
#include "documents/sheet.hpp"

namespace beffroi::aides::sitting {

// What the report says of the envelope of each edition it draws on.
struct EnvelopeLine {
    std::string edition;  // "hdf-videoprotection/2022"
    std::string title;
    base::Cents authorised;
    base::Cents committed;
    base::Cents reserved;
    base::Cents proposed;  // by this session
    int rows = 0;
    std::vector<std::string> legal_basis;
};
[[nodiscard]] std::vector<EnvelopeLine> envelope_lines(const application::Desk& desk, db::Reader& reader,
                                                       const View& view);

// Rapport: the grounds, the rules, the envelope, what is proposed; the annex is apart.
[[nodiscard]] documents::Doc report(const application::Desk& desk, const View& view,
                                    const std::vector<EnvelopeLine>& envelopes);
// Annex: one row per file, by department with sub-totals; after the session it shows what was decided.
[[nodiscard]] documents::Doc annex(const application::Desk& desk, const View& view);
[[nodiscard]] documents::Sheet annex_sheet(const application::Desk& desk, const View& view);
// The resolution with its votes and recusals.
[[nodiscard]] documents::Doc resolution(const application::Desk& desk, const View& view);
// Ordre du jour: the order in which files are taken, for those who sit.
[[nodiscard]] documents::Doc agenda_paper(const application::Desk& desk, const View& view);
// For the press: how many, how much, where; the list.
[[nodiscard]] documents::Doc press_release(const application::Desk& desk, const View& view);

// Draws up report and annex and keeps them as acts of the session; former ones are superseded.
[[nodiscard]] base::Status issue_agenda_papers(const application::Desk& desk, db::Writer& writer, const View& view,
                                               const application::Actor& actor);
// The same for the resolution, with the annex as decided.
[[nodiscard]] base::Status issue_resolution(const application::Desk& desk, db::Writer& writer, const View& view,
                                            const application::Actor& actor);

}  // namespace beffroi::aides::sitting
