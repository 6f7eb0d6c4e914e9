#pragma once
// statement_text: a statement as a log may show it.

#include <cstddef>
#include <string>
#include <string_view>

namespace skep::store {

// `sql` with one space between its tokens, without comments, each text, number and blob in it as `?`, for what a
// statement holds may be personal or secret. At most about `limit` bytes; what was cut off is shown as "…".
std::string statement_text(std::string_view sql, std::size_t limit);

}  // namespace skep::store
