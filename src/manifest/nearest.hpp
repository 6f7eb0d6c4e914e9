#pragma once
// "Did you mean …?"

#include <span>
#include <string_view>

namespace skep::manifest {

// The one of `known` that takes the fewest edits (insert, delete, replace, swap of neighbours) to reach from `word`;
// empty where even that takes more than a third of the word's letters, or `word` has more than 64.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace skep::manifest
