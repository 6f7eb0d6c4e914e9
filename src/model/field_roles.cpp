#include "model/field_roles.hpp"

#include <algorithm>
#include <array>

namespace skep::model {
namespace {

// In the order of the alphabet. The families if-…, content-…, proxy-… and the reserved names are told by their
// beginning.
constexpr auto kHeadOnly = std::to_array<std::string_view>({
    "age",
    "authorization",
    "cache-control",
    "connection",
    "cookie",
    "date",
    "expect",
    "expires",
    "host",
    "http2-settings",
    "idempotency-key",
    "keep-alive",
    "location",
    "max-forwards",
    "pragma",
    "range",
    "retry-after",
    "set-cookie",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "warning",
    "www-authenticate",
    "x-trace-id",
});
static_assert(std::ranges::is_sorted(kHeadOnly));

}  // namespace

bool is_reserved_field(std::string_view name) {
    return name.starts_with("x-skep-") || name.starts_with("x-forwarded-") || name == "forwarded" ||
           name == "x-real-ip";
}

// A digest is made for standing behind what it digests (RFC 9530, section 2).
bool may_be_trailer(std::string_view name) {
    if (name == "content-digest")
        return true;
    return !name.starts_with("if-") && !name.starts_with("content-") && !name.starts_with("proxy-") &&
           !is_reserved_field(name) && !std::ranges::binary_search(kHeadOnly, name);
}

void remove_forbidden_trailers(Headers& trailers) {
    trailers.remove_if([](const Headers::Field& field) { return !may_be_trailer(field.name); });
}

}  // namespace skep::model
