#pragma once
// UTF-8 (RFC 3629).

#include <cstddef>
#include <string_view>

namespace skep {

// The size of the sequence that `text` starts with; 0 where it is empty or not valid.
std::size_t utf8_sequence_size(std::string_view text);

// Whether the whole text is valid; an empty one is.
bool is_utf8(std::string_view text);

}  // namespace skep
