#pragma once
// A node of the document -> the field of its key.

#include <optional>
#include <string_view>

#include "manifest/detail/keys.hpp"

namespace skep::manifest {

// What is wrong with a value, and where in it.
struct ValueFault {
    Error error;
    Place place;
};

// Stores `node` in the field of `key` in `target`. Says what is wrong, of a list the first thing in each item, and
// stores nothing then.
std::vector<ValueFault> store(const Key& key, const Node& node, Target& target);

// The node that `text`, of a flag or an environment variable, stands for: lists are
// comma-separated, or an array of TOML. Fails with `manifest_wrong_type`.
Result<Node> node_of_text(const Key& key, std::string_view text);

// What `key` takes, "a duration such as \"2s\"".
std::string_view expectation(ValueType type);

}  // namespace skep::manifest
