#include "aides/publish/figures.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_set>

namespace beffroi::aides::publish {

namespace {

base::Cents part(base::Rate share, base::Cents amount) {
    if (share.per_10000 == 10000) return amount;
    return base::apply(share, amount, base::Rounding::Down);
}

// sum / n to the nearest, ties to even; both non-negative in practice, the sign of `sum` is kept.
base::Cents divided(base::Cents sum, std::int64_t n) {
    if (n <= 0) return {};
    const bool negative = sum.value < 0;
    const std::int64_t size = negative ? -sum.value : sum.value;
    std::int64_t quotient = size / n;
    const std::int64_t rest = size % n;
    if (rest > n - rest || (rest == n - rest && quotient % 2 != 0)) ++quotient;
    return {negative ? -quotient : quotient};
}

std::string_view beneficiary_key(const PublishedGrant& grant) {
    if (!grant.beneficiary_siren.empty()) return grant.beneficiary_siren;
    if (!grant.insee_code.empty()) return grant.insee_code;
    return grant.beneficiary_name;
}

base::Cents median_of(std::vector<std::int64_t>& amounts) {
    if (amounts.empty()) return {};
    const std::size_t middle = amounts.size() / 2;
    const auto at = amounts.begin() + static_cast<std::ptrdiff_t>(middle);
    std::nth_element(amounts.begin(), at, amounts.end());
    if (amounts.size() % 2 != 0) return {*at};
    const std::int64_t below = *std::max_element(amounts.begin(), at);
    return divided(base::Cents{below} + base::Cents{*at}, 2);
}

template <typename Grants>
Figures figures_of(const Grants& grants) {
    Figures out;
    std::vector<std::int64_t> amounts;
    amounts.reserve(grants.size());
    std::unordered_set<std::string_view> seen;
    for (const PublishedGrant* grant : grants) {
        const base::Cents awarded = awarded_to_beneficiary(*grant);
        if (out.grants == 0 || awarded < out.smallest) out.smallest = awarded;
        if (out.grants == 0 || awarded > out.largest) out.largest = awarded;
        ++out.grants;
        out.asked += part(grant->share, grant->asked);
        out.eligible_base += part(grant->share, grant->eligible_base);
        out.awarded += awarded;
        out.cameras += static_cast<std::size_t>(std::max(0, grant->cameras.value_or(0)));
        if (grant->provenance.origin != Origin::Actual) ++out.not_actual;
        amounts.push_back(awarded.value);
        seen.insert(beneficiary_key(*grant));
    }
    out.beneficiaries = seen.size();
    out.mean = divided(out.awarded, static_cast<std::int64_t>(out.grants));
    out.median = median_of(amounts);
    return out;
}

struct Label {
    std::string order;
    std::string key;
    std::string label;
};

Label label_of(const PublishedGrant& grant, GroupBy by) {
    const auto same = [](const std::string& key) { return Label{key, key, key}; };
    switch (by) {
        case GroupBy::Sitting:
            return {base::iso(grant.decision_date) + grant.sitting_id, grant.sitting_id,
                    grant.sitting_label.empty() ? grant.sitting_id : grant.sitting_label};
        case GroupBy::Departement:
            return {grant.departement_code, grant.departement_code,
                    grant.departement_name.empty() ? grant.departement_code : grant.departement_name};
        case GroupBy::Year:
            return same(std::to_string(static_cast<int>(grant.decision_date.year())));
        case GroupBy::Edition:
            return same(grant.scheme_id + "/" + grant.edition);
        case GroupBy::ProjectNature:
            return same(grant.project_nature);
        case GroupBy::Origin:
            return same(std::string(origin_name(grant.provenance.origin)));
    }
    return {};
}

}  // namespace

base::Cents awarded_to_beneficiary(const PublishedGrant& grant) {
    return part(grant.share, grant.awarded);
}

Figures figures(std::span<const PublishedGrant> grants) {
    std::vector<const PublishedGrant*> all;
    all.reserve(grants.size());
    for (const PublishedGrant& grant : grants) all.push_back(&grant);
    return figures_of(all);
}

std::vector<Group> group(std::span<const PublishedGrant> grants, GroupBy by) {
    struct Heap {
        Label label;
        std::vector<const PublishedGrant*> grants;
    };
    std::map<std::string, Heap> heaps;
    for (const PublishedGrant& grant : grants) {
        Label label = label_of(grant, by);
        Heap& heap = heaps[label.order];
        if (heap.grants.empty()) heap.label = std::move(label);
        heap.grants.push_back(&grant);
    }
    std::vector<Group> out;
    out.reserve(heaps.size());
    for (auto& [order, heap] : heaps)
        out.push_back({std::move(heap.label.key), std::move(heap.label.label), figures_of(heap.grants)});
    return out;
}

std::vector<Step> spread(std::span<const PublishedGrant> grants, std::span<const base::Cents> bounds) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        ASSERT(i == 0 || bounds[i - 1] < bounds[i]);
        Step step{.from = bounds[i]};
        if (i + 1 < bounds.size()) step.to = bounds[i + 1];
        steps.push_back(step);
    }
    if (steps.empty()) return steps;
    for (const PublishedGrant& grant : grants) {
        const auto above = std::upper_bound(bounds.begin(), bounds.end(), awarded_to_beneficiary(grant));
        const auto index = above == bounds.begin() ? 0 : std::distance(bounds.begin(), above) - 1;
        ++steps[static_cast<std::size_t>(index)].grants;
    }
    return steps;
}

}  // namespace beffroi::aides::publish
