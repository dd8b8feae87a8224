// The explanation kept with an award, as it was written on that day: read back, not computed again.
#include <algorithm>

#include <boost/json.hpp>

#include "aides/pages/open/estimator.hpp"

namespace beffroi::aides::pages::open {

namespace {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Steps of the computation only tell; the other rules hold or not.
bool is_step(std::string_view rule) {
    return rule == "expenses" || rule == "rate" || rule.starts_with("category.") || rule.starts_with("ceiling.");
}

// "Page de la Région <https://…> ; …": the titles, and the first address as the link.
void split_reference(std::string_view reference, html::Reason& reason) {
    std::string titles;
    std::string address;
    while (!reference.empty()) {
        const std::size_t open = std::min(reference.find(" <http"), reference.size());
        titles += reference.substr(0, open);
        reference.remove_prefix(open);
        if (reference.empty()) break;
        const std::size_t close = std::min(reference.find('>'), reference.size());
        std::string_view found = reference.substr(2, close - 2);
        if (address.empty() && html::safe_url(found)) address = std::string(found);
        reference.remove_prefix(std::min(close + 1, reference.size()));
    }
    reason.reference = std::move(titles);
    reason.reference_href = std::move(address);
}

std::vector<html::Reason> reasons(const json::value* list, std::string_view text_key, int depth) {
    std::vector<html::Reason> out;
    if (list == nullptr || !list->is_array() || depth > 20) return out;
    for (const json::value& one : list->get_array()) {
        if (!one.is_object()) continue;
        const json::object& node = one.get_object();
        html::Reason reason{.text = text_at(node, text_key)};
        if (reason.text.empty()) reason.text = text_at(node, "text");
        const json::value* holds = node.if_contains("holds");
        if (holds != nullptr && holds->is_bool())
            reason.holds = !holds->get_bool()               ? html::Reason::Holds::No
                           : is_step(text_at(node, "rule")) ? html::Reason::Holds::Neutral
                                                            : html::Reason::Holds::Yes;
        else
            reason.holds = html::Reason::Holds::Unknown;
        split_reference(text_at(node, "reference"), reason);
        reason.under = reasons(node.if_contains("children"), text_key, depth + 1);
        out.push_back(std::move(reason));
    }
    return out;
}

}  // namespace

std::vector<html::Reason> reasons_of_json(std::string_view evaluation, base::Language language) {
    json::error_code error;
    json::value whole = json::parse(evaluation, error);
    if (error || !whole.is_object()) return {};
    return reasons(whole.get_object().if_contains("reasons"), language == base::Language::Fr ? "text_fr" : "text_en",
                   0);
}

}  // namespace beffroi::aides::pages::open
