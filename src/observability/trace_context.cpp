#include "observability/trace_context.hpp"

#include <algorithm>
#include <cstring>
#include <span>

namespace skep {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

int value_of(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return -1;
}

bool parse_hex(std::string_view text, std::span<std::uint8_t> out) {
    bool is_zero = true;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const int high = value_of(text[2 * i]);
        const int low = value_of(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = static_cast<std::uint8_t>(high * 16 + low);
        is_zero = is_zero && out[i] == 0;
    }
    return !is_zero;
}

void write_hex(std::span<const std::uint8_t> bytes, char* out) {
    for (const std::uint8_t byte : bytes) {
        *out++ = kDigits[byte >> 4];
        *out++ = kDigits[byte & 15];
    }
}

template <std::size_t Size>
std::string hex(const std::array<std::uint8_t, Size>& bytes) {
    std::string text(2 * Size, '0');
    write_hex(bytes, text.data());
    return text;
}

template <std::size_t Size>
void fill(std::array<std::uint8_t, Size>& bytes, Random& random) {
    for (std::size_t at = 0; at < Size; at += 8) {
        const std::uint64_t word = random.next() | 1;  // never all zero
        std::memcpy(bytes.data() + at, &word, 8);
    }
}

// Version, separators, and a length that the version allows.
bool has_shape(std::string_view text) {
    if (text.size() < 55 || text[2] != '-' || text[35] != '-' || text[52] != '-')
        return false;
    const int high = value_of(text[0]);
    const int low = value_of(text[1]);
    if (high < 0 || low < 0 || (high == 15 && low == 15))
        return false;
    const bool is_version_0 = high == 0 && low == 0;
    return text.size() == 55 || (!is_version_0 && text[55] == '-');
}

}  // namespace

std::optional<TraceContext> TraceContext::parse(std::string_view traceparent) {
    if (!has_shape(traceparent))
        return std::nullopt;
    TraceContext context;
    const int flags_high = value_of(traceparent[53]);
    const int flags = value_of(traceparent[54]);
    if (flags_high < 0 || flags < 0)
        return std::nullopt;
    if (!parse_hex(traceparent.substr(3, 32), context.trace_id))
        return std::nullopt;
    if (!parse_hex(traceparent.substr(36, 16), context.span_id))
        return std::nullopt;
    context.sampled = (flags & 1) != 0;
    return context;
}

TraceContext TraceContext::start(Random& random) {
    TraceContext context;
    fill(context.trace_id, random);
    fill(context.span_id, random);
    context.sampled = true;
    return context;
}

TraceContext TraceContext::child(Random& random) const {
    TraceContext context = *this;
    fill(context.span_id, random);
    return context;
}

std::string TraceContext::to_traceparent() const {
    std::string text = "00-00000000000000000000000000000000-0000000000000000-00";
    write_hex(trace_id, text.data() + 3);
    write_hex(span_id, text.data() + 36);
    if (sampled)
        text.back() = '1';
    return text;
}

std::string TraceContext::trace_id_hex() const {
    return hex(trace_id);
}

std::string TraceContext::span_id_hex() const {
    return hex(span_id);
}

}  // namespace skep
