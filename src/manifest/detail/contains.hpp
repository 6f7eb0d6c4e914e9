#pragma once
// std::ranges::contains, which the standard library at hand does not have yet.

#include <algorithm>
#include <functional>
#include <ranges>

namespace skep::manifest {

template <std::ranges::input_range Range, typename Value, typename Projection = std::identity>
bool contains(const Range& range, const Value& value, Projection projection = {}) {
    return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

}  // namespace skep::manifest
