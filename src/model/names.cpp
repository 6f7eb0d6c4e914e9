#include "model/names.hpp"

#include <algorithm>

namespace skep::model {
namespace {

bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_allowed(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

Result<ServiceName> parse_service_name(std::string_view text) {
    if (text.empty() || text.size() > 63)
        return fail("invalid_argument", "a service name has 1 to 63 characters, '{}' has {}", text, text.size());
    if (!is_letter(text.front()))
        return fail("invalid_argument", "a service name starts with a letter a to z, '{}' does not", text);
    if (!std::ranges::all_of(text, is_allowed))
        return fail("invalid_argument", "a service name consists of a-z, 0-9, '-' and '_', '{}' does not", text);
    return ServiceName(std::string(text));
}

}  // namespace skep::model
