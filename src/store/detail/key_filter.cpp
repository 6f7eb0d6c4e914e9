#include "store/detail/key_filter.hpp"

#include <algorithm>

namespace skep::store {
namespace {

constexpr int kBitsAKey = 4;
constexpr int kPlaceBits = 9;  // of 512 in a line

// The upper bits of the key give the places, the lower ones its line.
std::array<unsigned, kBitsAKey> places_of(std::uint64_t key) {
    std::array<unsigned, kBitsAKey> places{};
    for (unsigned i = 0; i < kBitsAKey; ++i)
        places[i] = static_cast<unsigned>(key >> (64 - kPlaceBits * (i + 1))) % (1U << kPlaceBits);
    return places;
}

}  // namespace

KeyFilter::Part& KeyFilter::open_part() {
    const bool is_full = parts_.empty() || parts_.back().keys >= parts_.back().lines.size() * kKeysALine;
    const std::size_t lines = parts_.empty() ? kFirstLines : 2 * parts_.back().lines.size();
    if (is_full && lines <= kMostLines)
        parts_.push_back({.lines = std::vector<Line>(lines)});
    return parts_.back();
}

void KeyFilter::add(std::uint64_t key) {
    Part& part = open_part();
    ++part.keys;
    Line& line = part.lines[key % part.lines.size()];
    for (const unsigned place : places_of(key))
        line.words[place / 64] |= std::uint64_t{1} << (place % 64);
}

bool KeyFilter::may_have(std::uint64_t key) const {
    const auto places = places_of(key);
    return std::ranges::any_of(parts_, [&](const Part& part) {
        const Line& line = part.lines[key % part.lines.size()];
        return std::ranges::all_of(places,
                                   [&](unsigned place) { return ((line.words[place / 64] >> (place % 64)) & 1) != 0; });
    });
}

std::size_t KeyFilter::bytes() const {
    std::size_t lines = 0;
    for (const Part& part : parts_)
        lines += part.lines.size();
    return lines * sizeof(Line);
}

}  // namespace skep::store
