#pragma once
// Placeholders of statements.

#include <string>
#include <string_view>

namespace skep::host {

// `sql` with `?1` for `$1`: SQLite takes `$1` for a name and numbers names by where they stand first. What stands in
// texts, quoted names and comments stays.
std::string with_numbered_placeholders(std::string_view sql);

}  // namespace skep::host
