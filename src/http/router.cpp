#include "http/router.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "http/boundary.hpp"

namespace beffroi::http {

namespace {

constexpr std::size_t kMethods = 6;
std::size_t index_of(Method method) {
    return static_cast<std::size_t>(method);
}

// One end of the tree: what answers each method there.
struct Leaf {
    struct Entry {
        const Route* route = nullptr;
        std::vector<std::string_view> names;  // of the parameters, into the pattern of the route
    };
    std::array<Entry, kMethods> entries;

    [[nodiscard]] bool any() const {
        return std::ranges::any_of(entries, [](const Entry& entry) { return entry.route != nullptr; });
    }
    [[nodiscard]] const Entry* find(Method method) const {
        const Method asked =
            method == Method::Head && entries[index_of(method)].route == nullptr ? Method::Get : method;
        const Entry& entry = entries[index_of(asked)];
        return entry.route != nullptr ? &entry : nullptr;
    }
    [[nodiscard]] std::string allow() const {
        std::string out;
        for (std::size_t i = 0; i < kMethods; ++i) {
            const auto method = static_cast<Method>(i);
            const bool given = find(method) != nullptr || method == Method::Options;
            if (given) out += (out.empty() ? "" : ", ") + std::string(method_name(method));
        }
        return out;
    }
};

// Segments captured on the way; patterns are no deeper than this.
struct Captures {
    static constexpr std::size_t kMost = 16;
    std::array<std::string_view, kMost> values;
    std::size_t count = 0;
};

}  // namespace

struct Router::Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;
    std::unique_ptr<Leaf> rest;
    Leaf leaf;

    // `path` is what follows the slash; literal before parameter before rest.
    [[nodiscard]] const Leaf* find(std::string_view path, Captures& captures) const {
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        auto descend = [&](const Node& node) -> const Leaf* {
            if (slash == std::string_view::npos) return node.leaf.any() ? &node.leaf : nullptr;
            return node.find(path.substr(slash + 1), captures);
        };
        if (const auto literal = literals.find(segment); literal != literals.end()) {
            if (const Leaf* found = descend(*literal->second)) return found;
        }
        const std::size_t before = captures.count;
        if (parameter && !segment.empty()) {
            captures.values[captures.count++] = segment;
            if (const Leaf* found = descend(*parameter)) return found;
            captures.count = before;
        }
        if (rest && !path.empty()) {
            captures.values[captures.count++] = path;
            return rest.get();
        }
        return nullptr;
    }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::add(Method method, std::string_view pattern, Handler handler, RouteOptions options) {
    ASSERT(pattern.starts_with('/') && handler);
    const Route& route = *routes_.emplace_back(
        std::make_unique<Route>(Route{method, std::string(pattern), std::move(handler), std::move(options)}));
    std::vector<std::string_view> names;
    Node* node = root_.get();
    Leaf* leaf = nullptr;
    for (const std::string_view segment : base::split(std::string_view(route.pattern).substr(1), '/')) {
        ASSERT(leaf == nullptr);  // {rest...} comes last
        if (!segment.starts_with('{')) {
            auto& child = node->literals[std::string(segment)];
            if (!child) child = std::make_unique<Node>();
            node = child.get();
            continue;
        }
        ASSERT(segment.ends_with('}') && names.size() < Captures::kMost);
        std::string_view name = segment.substr(1, segment.size() - 2);
        if (name.ends_with("...")) {
            name.remove_suffix(3);
            if (!node->rest) node->rest = std::make_unique<Leaf>();
            leaf = node->rest.get();
        } else {
            if (!node->parameter) node->parameter = std::make_unique<Node>();
            node = node->parameter.get();
        }
        ASSERT(!name.empty());
        names.push_back(name);
    }
    auto& entry = (leaf != nullptr ? *leaf : node->leaf).entries[index_of(method)];
    ASSERT(entry.route == nullptr);
    entry = {.route = &route, .names = std::move(names)};
}

Router::Match Router::match(Request& request) const {
    Match match;
    Captures captures;
    const std::string_view path = request.path;
    if (!path.starts_with('/')) return match;
    const Leaf* leaf = root_->find(path.substr(1), captures);
    if (leaf == nullptr) {
        if (path.size() > 1 && path.ends_with('/')) {
            const Leaf* without = root_->find(path.substr(1, path.size() - 2), captures);
            const bool reads = request.method == Method::Get || request.method == Method::Head;
            match.trailing_slash = reads && without != nullptr && without->find(Method::Get) != nullptr;
        }
        return match;
    }
    const Leaf::Entry* entry = leaf->find(request.method);
    if (entry == nullptr) {
        match.allow = leaf->allow();
        return match;
    }
    match.route = entry->route;
    request.route = entry->route->pattern;
    request.form_limits_ = entry->route->options.form;
    request.params_.clear();
    for (std::size_t i = 0; i < entry->names.size(); ++i)
        request.params_.emplace_back(entry->names[i], captures.values[i]);
    return match;
}

Response Router::handle(Request& request, const ErrorPage& error_page) const {
    const Match found = match(request);
    if (found.route == nullptr) return no_route_answer(request, found, error_page, nullptr);
    if (const auto& admit = found.route->options.admit) {
        if (auto answer = admit(request)) return *std::move(answer);
    }
    return call_handler(*found.route, request, error_page, nullptr);
}

std::vector<const Route*> Router::routes() const {
    std::vector<const Route*> out;
    out.reserve(routes_.size());
    for (const auto& route : routes_) out.push_back(route.get());
    return out;
}

}  // namespace beffroi::http
