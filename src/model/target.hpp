#pragma once
// The target of a request: a path and its query, as one text.

#include <optional>
#include <string_view>

namespace skep::model {

// The rule that `target` breaks, a literal; nothing where it may be sent to a service. It has to begin with '/' and to
// consist of what RFC 3986 allows or browsers send all the same: of visible ASCII without '#', '"', '<' and '>', and
// '`' in the query only. Each '%' of the path begins an octet other than NUL, and no segment of the path is "." or
// "..", however spelled: percent-encoded (also repeatedly), with parameters behind ';', and with '\', "%2f" or "%5c" as
// the separator.
std::optional<std::string_view> broken_rule_of_target(std::string_view target);

}  // namespace skep::model
