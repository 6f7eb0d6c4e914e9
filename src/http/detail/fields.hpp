#pragma once
// Field lines, and what those of them say that describe the message's frame.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/detail/fault.hpp"
#include "model/headers.hpp"

namespace skep::http::detail {

struct FieldRules {
    std::size_t max_fields;
    std::size_t max_bytes;
    bool allow_underscores;
};

// Appends the field in `line` (without its CRLF) to `headers`. Refuses what is no token before the
// colon, folded lines, control characters and, by default, names with underscore.
Parsed<> parse_field(std::string_view line, const FieldRules& rules, model::Headers& headers);

// Appends every field of `block`: lines, each with its CRLF.
Parsed<> parse_fields(std::string_view block, const FieldRules& rules, model::Headers& headers);

// How a message's body is delimited (RFC 9112, section 6).
struct BodyFraming {
    enum class Kind : std::uint8_t { none, length, chunked, until_close };
    Kind kind = Kind::none;
    std::uint64_t length = 0;  // with `length`
};

// What the fields of one head say about its frame.
struct FrameFields {
    std::string_view host;
    int hosts = 0;
    bool has_length = false;
    std::uint64_t length = 0;
    bool has_codings = false;
    bool chunked = false;        // the last transfer coding
    bool other_codings = false;  // before it, or alone
    bool close = false;
    bool keep_alive = false;
    bool expects_continue = false;
    bool expects_other = false;
};

// Reads the framing fields of `headers` and checks each: at most one Content-Length of digits,
// never with Transfer-Encoding, no coding but a single chunked, Connection a list of tokens. Views
// into `headers`.
Parsed<FrameFields> read_frame_fields(const model::Headers& headers);

// The names that Connection lists, in lower case, but for close and keep-alive.
std::vector<std::string> names_in_connection(const model::Headers& headers);

// Removes framing and hop-by-hop fields, and what Connection names.
void strip_hop_by_hop(model::Headers& headers);

// Whether the field `name` (lower case) belongs to one connection or to the frame, and so never is
// forwarded.
bool is_hop_by_hop(std::string_view name);

}  // namespace skep::http::detail
