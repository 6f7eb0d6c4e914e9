// The service's own keys and values, granted by `kv = true`, in the transaction of the handler. A key has 1 to 1,024
// bytes of UTF-8, a value at most 1 MiB of any bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skep/detail/form.hpp"
#include "skep/result.hpp"

#if defined(SKEP_WIT)
#include "skep/detail/store_wit.hpp"
#else
#include "skep/detail/store_core.hpp"
#endif

namespace skep::kv {

// The value of `key`, or none.
inline Result<std::optional<std::string>> get(std::string_view key) {
    return host::kv_get(key);
}

inline Status set(std::string_view key, std::string_view value) {
    return host::kv_set(key, value);
}

// Well too where there is no such key.
inline Status remove(std::string_view key) {
    return host::kv_delete(key);
}

// The keys that begin with `prefix` and follow `after`, in order; at most `limit`, or 1,000 where that is 0.
inline Result<std::vector<std::string>> list(std::string_view prefix, std::string_view after = {},
                                             std::uint32_t limit = 0) {
    return host::kv_list(prefix, after, limit);
}

}  // namespace skep::kv
