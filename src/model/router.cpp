#include "model/router.hpp"

#include <algorithm>
#include <optional>

namespace skep::model {
namespace {

// One route that ends at a node.
struct Leaf {
    std::vector<std::string> methods;  // empty: all
    std::uint32_t target;

    bool takes(std::string_view method) const {
        if (methods.empty())
            return true;
        const std::string_view wanted =
            method == "HEAD" && std::ranges::find(methods, "HEAD") == methods.end() ? std::string_view("GET") : method;
        return std::ranges::find(methods, wanted) != methods.end();
    }
};

const Leaf* leaf_for(const std::vector<Leaf>& leaves, std::string_view method) {
    const Leaf* for_all = nullptr;
    for (const Leaf& leaf : leaves) {
        if (leaf.methods.empty())
            for_all = &leaf;
        else if (leaf.takes(method))
            return &leaf;
    }
    return for_all;
}

// Cuts the first segment off `path`, which starts behind a '/'.
std::string_view take_segment(std::string_view& path, bool& is_last) {
    const auto slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    is_last = slash == std::string_view::npos;
    path = is_last ? std::string_view() : path.substr(slash + 1);
    return segment;
}

void add_methods(const std::vector<Leaf>& leaves, std::vector<std::string>& allowed) {
    for (const Leaf& leaf : leaves) {
        allowed.insert(allowed.end(), leaf.methods.begin(), leaf.methods.end());
        if (leaf.takes("GET"))
            allowed.emplace_back("HEAD");
    }
}

}  // namespace

struct Router::Node {
    TextMap<std::unique_ptr<Node>> literals;
    std::unique_ptr<Node> parameter;
    std::vector<Leaf> leaves;     // routes that end here
    std::vector<Leaf> wildcards;  // routes "…/*" below here
};

// A walk that remembers the methods of paths that matched otherwise.
struct Router::Search {
    std::string_view method;
    std::vector<std::string> allowed;

    const Leaf* ending_at(const std::vector<Leaf>& leaves) {
        if (leaves.empty())
            return nullptr;
        const Leaf* leaf = leaf_for(leaves, method);
        if (leaf == nullptr)
            add_methods(leaves, allowed);
        return leaf;
    }

    const Leaf* below(const Node& node, std::string_view rest) {
        bool is_last = false;
        std::string_view after = rest;
        const std::string_view segment = take_segment(after, is_last);
        if (const auto literal = node.literals.find(segment); literal != node.literals.end()) {
            if (const Leaf* leaf = into(*literal->second, after, is_last))
                return leaf;
        }
        if (node.parameter && !segment.empty()) {
            if (const Leaf* leaf = into(*node.parameter, after, is_last))
                return leaf;
        }
        return ending_at(node.wildcards);
    }

    const Leaf* into(const Node& node, std::string_view rest, bool is_last) {
        return is_last ? ending_at(node.leaves) : below(node, rest);
    }
};

Router::Router() : every_host_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Result<> Router::add(const Route& route, std::uint32_t target) {
    if (!route.path.starts_with('/'))
        return fail("invalid_argument", "the route '{}' does not start with '/'", route.path);
    Node* node = every_host_.get();
    if (!route.host.empty()) {
        auto& root = hosts_[route.host];
        if (!root)
            root = std::make_unique<Node>();
        node = root.get();
    }
    std::string_view rest = std::string_view(route.path).substr(1);
    std::vector<Leaf>* leaves = nullptr;
    for (bool is_last = false; !is_last;) {
        const std::string_view segment = take_segment(rest, is_last);
        if (segment == "*") {
            if (!is_last)
                return fail("invalid_argument", "in the route '{}' the '*' is not at the end", route.path);
            leaves = &node->wildcards;
            break;
        }
        auto& child = segment.starts_with(':') ? node->parameter : node->literals[std::string(segment)];
        if (!child)
            child = std::make_unique<Node>();
        node = child.get();
        leaves = &node->leaves;
    }
    for (const Leaf& leaf : *leaves) {
        const bool both_for_all = leaf.methods.empty() && route.methods.empty();
        const bool share_one = std::ranges::any_of(route.methods, [&](const std::string& method) {
            return std::ranges::find(leaf.methods, method) != leaf.methods.end();
        });
        if (both_for_all || share_one)
            return fail("already_exists", "the route '{}' stands twice", route.path);
    }
    leaves->push_back({route.methods, target});
    return {};
}

Router::Match Router::find(std::string_view host, std::string_view method, std::string_view path) const {
    Search search{method, {}};
    const std::string_view rest = path.starts_with('/') ? path.substr(1) : path;
    const Leaf* leaf = nullptr;
    if (!hosts_.empty()) {
        if (const auto found = hosts_.find(host); found != hosts_.end())
            leaf = search.below(*found->second, rest);
    }
    if (leaf == nullptr)
        leaf = search.below(*every_host_, rest);
    if (leaf != nullptr)
        return {.kind = Match::Kind::found, .target = leaf->target, .allow = {}};
    if (search.allowed.empty())
        return {};
    std::ranges::sort(search.allowed);
    const auto repeated = std::ranges::unique(search.allowed);
    search.allowed.erase(repeated.begin(), repeated.end());
    Match match{.kind = Match::Kind::method_not_allowed};
    for (const auto& allowed : search.allowed)
        match.allow += match.allow.empty() ? allowed : ", " + allowed;
    return match;
}

}  // namespace skep::model
