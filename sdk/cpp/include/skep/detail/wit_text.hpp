// Text and bytes across the generated C bindings: borrowed on the way out, taken over on the way
// in.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "service.h"

namespace skep::wit {

// Valid as long as `text`; the bindings only read it.
inline service_string_t borrow(std::string_view text) {
    return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())), text.size()};
}

inline service_list_u8_t borrow_bytes(std::string_view bytes) {
    return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data())), bytes.size()};
}

template <class Raw>
std::string take_raw(Raw& raw) {
    std::string text(reinterpret_cast<const char*>(raw.ptr), raw.len);
    if (raw.len > 0)
        std::free(raw.ptr);
    raw.ptr = nullptr;
    raw.len = 0;
    return text;
}

inline std::string take(service_string_t& text) {
    return take_raw(text);
}
inline std::string take_bytes(service_list_u8_t& bytes) {
    return take_raw(bytes);
}

}  // namespace skep::wit
