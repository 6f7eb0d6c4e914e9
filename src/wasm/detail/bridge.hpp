#pragma once
// Between the C interface's values and ours.

#include <string>
#include <string_view>
#include <vector>

#include <skep_engine.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "model/headers.hpp"

namespace skep::wasm {

struct EngineOptions;

inline skep_bytes to_raw(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view to_view(skep_bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data), bytes.len};
}

inline skep_buffer to_raw(Bytes bytes) {
    const Bytes::Parts parts = std::move(bytes).detach();
    return {parts.data, parts.size, parts.owner, parts.release};
}

inline Bytes to_bytes(const skep_buffer& buffer) {
    return Bytes::adopt(buffer.data, buffer.len, buffer.owner, buffer.release);
}

// The header fields of a message as the library wants them; views into `headers`.
std::vector<skep_header> to_raw(const model::Headers& headers);

model::Headers to_headers(const skep_headers& headers);

// Those that may be trailers.
model::Headers to_trailers(const skep_headers& headers);

// Our error for the library's: its code is a reason of our table, its backtrace the detail.
Error to_error(const skep_error& error);

// The same for an error that is ours to free; `internal` for nullptr.
Error take_error(skep_error* error);

skep_options to_raw(const EngineOptions& options);

}  // namespace skep::wasm
