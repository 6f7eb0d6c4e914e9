#pragma once
// Durations and sizes as people write them.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skep::manifest {

// "250ms", "2s", "5m", "24h", "7d": digits and one unit. Fails with `manifest_invalid_value`.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// "512B", "64KiB", "1GB" …: digits and one unit, of 1024 (KiB, MiB, GiB) or 1000 (KB, MB, GB). Fails with
// `manifest_invalid_value`.
Result<std::uint64_t> parse_size(std::string_view text);

// The shortest text that parses to the same value.
std::string show_duration(std::chrono::milliseconds duration);
std::string show_size(std::uint64_t bytes);

}  // namespace skep::manifest
