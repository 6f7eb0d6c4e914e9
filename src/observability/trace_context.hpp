#pragma once
// W3C Trace Context: who caused this request, in 16 + 8 bytes.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.hpp"

namespace skep {

// A position in a trace. A value; the default is invalid (all zero).
struct TraceContext {
    std::array<std::uint8_t, 16> trace_id{};
    std::array<std::uint8_t, 8> span_id{};
    bool sampled = false;

    // Reads a `traceparent` value (W3C Trace Context, level 1, section 3.2). Empty where it is malformed;
    // versions above 00 are read by their first four fields, as section 4.3 asks.
    static std::optional<TraceContext> parse(std::string_view traceparent);

    // A new trace.
    static TraceContext start(Random& random);

    // The same trace with a new span id.
    TraceContext child(Random& random) const;

    bool is_valid() const { return trace_id != std::array<std::uint8_t, 16>{}; }

    // "00-<trace id>-<span id>-01", 55 characters.
    std::string to_traceparent() const;
    std::string trace_id_hex() const;
    std::string span_id_hex() const;
};

}  // namespace skep
