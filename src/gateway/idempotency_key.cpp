#include "gateway/idempotency_key.hpp"

#include <algorithm>

namespace skep::gateway {
namespace {

constexpr std::string_view kField = "idempotency-key";
constexpr std::size_t kShortest = 16;
constexpr std::size_t kLongest = 255;

bool is_visible(char c) {
    return c > 0x20 && c < 0x7F;
}

// What stands between the quotes of `text`, which begins with one; empty where it is no whole string.
std::string unquoted(std::string_view text) {
    std::string out;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '"')
            return at + 1 == text.size() ? out : std::string();
        const bool is_escape = text[at] == '\\';
        at += is_escape ? 1 : 0;
        if (is_escape && (at == text.size() || (text[at] != '"' && text[at] != '\\')))
            return {};
        out += text[at];
    }
    return {};
}

}  // namespace

Result<std::string> parse_idempotency_key(std::string_view value) {
    std::string key = value.starts_with('"') ? unquoted(value) : std::string(value);
    if (!std::ranges::all_of(key, is_visible) || key.empty())
        return fail("idempotency_key_invalid",
                    "the Idempotency-Key is neither visible ASCII without spaces nor a string in double quotes");
    if (key.size() < kShortest || key.size() > kLongest)
        return fail("idempotency_key_invalid", "the Idempotency-Key has {} characters: it takes {} to {}", key.size(),
                    kShortest, kLongest);
    return key;
}

Result<model::Execution> execution_of(const model::Request& request, const model::RouteOptionsTable& options) {
    if (!model::takes_key(request.method))
        return model::Execution{};
    const std::size_t fields = request.headers.count(kField);
    if (fields > 1)
        return fail("idempotency_key_invalid", "the request has {} fields Idempotency-Key", fields);
    if (fields == 1) {
        TRY(std::string key, parse_idempotency_key(request.headers.get(kField)));
        return model::Execution{model::KeyedExecution{std::move(key)}};
    }
    if (options.find(request.method, request.path()).idempotency.required)
        return fail("idempotency_key_invalid", "{} '{}' is refused without an Idempotency-Key", request.method,
                    request.path());
    return model::Execution{};
}

}  // namespace skep::gateway
