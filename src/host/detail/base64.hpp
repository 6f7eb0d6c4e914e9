#pragma once
// Base64 with padding (RFC 4648, section 4).

#include <optional>
#include <string>
#include <string_view>

namespace skep::host {

void append_base64(std::string& out, std::string_view bytes);

// Empty where `text` is not what `append_base64` would write for some bytes.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace skep::host
