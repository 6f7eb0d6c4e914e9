#pragma once
// A core module that makes one call of the core interface, encoded byte by byte.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skep::host {

// One call: its texts, then its integers. `is_data`: its result is data, not a status.
struct CoreCall {
    std::string_view module;
    std::string_view name;
    std::vector<std::string> texts = {};
    std::vector<std::uint32_t> integers = {};
    bool is_data = true;
};

// A preview 1 command that makes `call` and prints what came: the data, nothing for a status of 0, or the text of
// `skep.last_error`. The texts have at most 30,000 bytes together.
std::string encode_core_guest(const CoreCall& call);

}  // namespace skep::host
