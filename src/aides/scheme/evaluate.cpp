#include "aides/scheme/edition.hpp"
#include "aides/scheme/machine.hpp"
#include "aides/scheme/machine_money.hpp"
#include "aides/scheme/machine_who.hpp"

namespace beffroi::scheme {

namespace {

void gather(const std::vector<Node>& nodes, Tri wanted, bool deep, std::vector<std::string>& out) {
    for (const auto& node : nodes) {
        if (node.holds == wanted && std::find(out.begin(), out.end(), node.rule) == out.end()) out.push_back(node.rule);
        if (deep) gather(node.children, wanted, true, out);
    }
}

}  // namespace

Evaluation evaluate(const Edition& edition, const Facts& facts) {
    Evaluation out;
    out.edition = edition.id();
    base::Date judged = edition.judgement_date(facts);
    Machine<true>(edition.program(judged), facts, judged, &out).run();
    return out;
}

Outcome evaluate_fast(const Edition& edition, const Facts& facts) {
    base::Date judged = edition.judgement_date(facts);
    return Machine<false>(edition.program(judged), facts, judged, nullptr).run();
}

Outcome evaluate_fast(const Edition& edition, const Program& program, const Facts& facts) {
    return Machine<false>(program, facts, edition.judgement_date(facts), nullptr).run();
}

std::vector<std::string> Evaluation::failed() const {
    std::vector<std::string> out;
    gather(reasons, Tri::False, false, out);
    return out;
}

std::vector<std::string> Evaluation::to_check() const {
    std::vector<std::string> out;
    gather(reasons, Tri::Unknown, true, out);
    return out;
}

}  // namespace beffroi::scheme
