#include "manifest/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

namespace skep::manifest {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// From large to small, those that are shown before those that are only read.
constexpr auto kDurations =
    std::to_array<Unit>({{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}});
constexpr auto kSizes = std::to_array<Unit>({{"GiB", 1ULL << 30},
                                             {"MiB", 1ULL << 20},
                                             {"KiB", 1ULL << 10},
                                             {"GB", 1'000'000'000},
                                             {"MB", 1'000'000},
                                             {"KB", 1'000},
                                             {"B", 1}});
constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();

std::optional<std::uint64_t> parse_with(std::span<const Unit> units, std::string_view text) {
    std::uint64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [rest, fault] = std::from_chars(text.data(), end, number);
    if (fault != std::errc())
        return std::nullopt;
    const std::string_view name(rest, static_cast<std::size_t>(end - rest));
    for (const Unit& unit : units) {
        if (unit.name == name && number <= kLargest / unit.factor)
            return number * unit.factor;
    }
    return std::nullopt;
}

std::string show_with(std::span<const Unit> units, std::uint64_t number) {
    for (const Unit& unit : units) {
        if (number >= unit.factor && number % unit.factor == 0)
            return fmt::format("{}{}", number / unit.factor, unit.name);
    }
    return fmt::format("{}{}", number, units.back().name);
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto parsed = parse_with(kDurations, text);
    if (!parsed)
        return fail("manifest_invalid_value", "'{}' is no duration: write digits and ms, s, m, h or d, as in 250ms",
                    text);
    return std::chrono::milliseconds(*parsed);
}

Result<std::uint64_t> parse_size(std::string_view text) {
    const auto parsed = parse_with(kSizes, text);
    if (!parsed)
        return fail("manifest_invalid_value",
                    "'{}' is no size: write digits and B, KiB, MiB, GiB, KB, MB or GB, as in 64MiB", text);
    return *parsed;
}

std::string show_duration(std::chrono::milliseconds duration) {
    return show_with(kDurations, static_cast<std::uint64_t>(duration.count()));
}

std::string show_size(std::uint64_t bytes) {
    return show_with(kSizes, bytes);
}

}  // namespace skep::manifest
