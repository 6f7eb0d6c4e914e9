// wasi:http 0.2 messages through the generated C bindings: headers, methods, bodies.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "skep/detail/wit_text.hpp"
#include "skep/message.hpp"

namespace skep::wit {

// The most that one write to a stream takes.
constexpr std::size_t kChunk = 4096;

inline constexpr std::array<std::string_view, 9> kMethods = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                                             "CONNECT", "OPTIONS", "TRACE", "PATCH"};

inline std::string take_method(wasi_http_types_method_t& method) {
    return method.tag < kMethods.size() ? std::string(kMethods[method.tag]) : take(method.val.other);
}

// Valid as long as `name`.
inline wasi_http_types_method_t borrow_method(std::string_view name) {
    wasi_http_types_method_t method{};
    for (std::size_t tag = 0; tag < kMethods.size(); ++tag) {
        if (kMethods[tag] == name) {
            method.tag = static_cast<std::uint8_t>(tag);
            return method;
        }
    }
    method.tag = WASI_HTTP_TYPES_METHOD_OTHER;
    method.val.other = borrow(name);
    return method;
}

inline Headers take_headers(wasi_http_types_own_fields_t fields) {
    wasi_http_types_list_tuple2_field_name_field_value_t entries{};
    wasi_http_types_method_fields_entries(wasi_http_types_borrow_fields(fields), &entries);
    Headers headers;
    for (std::size_t index = 0; index < entries.len; ++index) {
        const auto& [name, value] = entries.ptr[index];
        headers.emplace_back(std::string(reinterpret_cast<const char*>(name.ptr), name.len),
                             std::string(reinterpret_cast<const char*>(value.ptr), value.len));
    }
    wasi_http_types_list_tuple2_field_name_field_value_free(&entries);
    wasi_http_types_fields_drop_own(fields);
    return headers;
}

// A header that the host refuses (bad syntax, forbidden, too large) is left out.
inline wasi_http_types_own_fields_t make_headers(const Headers& headers) {
    const auto fields = wasi_http_types_constructor_fields();
    for (const auto& [name, value] : headers) {
        auto key = borrow(name);
        const auto bytes = borrow_bytes(value);
        wasi_http_types_field_value_t text{bytes.ptr, bytes.len};
        wasi_http_types_header_error_t ignored{};
        wasi_http_types_method_fields_append(wasi_http_types_borrow_fields(fields), &key, &text, &ignored);
    }
    return fields;
}

// Reads a body to its end and drops it; what a broken body had is returned as far as it came.
inline std::string take_body(wasi_http_types_own_incoming_body_t body) {
    std::string whole;
    wasi_http_types_own_input_stream_t stream{};
    if (wasi_http_types_method_incoming_body_stream(wasi_http_types_borrow_incoming_body(body), &stream)) {
        service_list_u8_t chunk{};
        wasi_io_streams_stream_error_t error{};
        const auto input = wasi_io_streams_borrow_input_stream(stream);
        while (wasi_io_streams_method_input_stream_blocking_read(input, 65536, &chunk, &error))
            whole += take_bytes(chunk);
        wasi_io_streams_stream_error_free(&error);
        wasi_io_streams_input_stream_drop_own(stream);
    }
    wasi_http_types_incoming_body_drop_own(body);
    return whole;
}

// Writes a whole body and finishes it. A reader that left is no error: there is nobody to tell.
inline void write_body(wasi_http_types_own_outgoing_body_t body, std::string_view text) {
    wasi_http_types_own_output_stream_t stream{};
    bool written = true;
    if (wasi_http_types_method_outgoing_body_write(wasi_http_types_borrow_outgoing_body(body), &stream)) {
        const auto output = wasi_io_streams_borrow_output_stream(stream);
        for (; written && !text.empty(); text.remove_prefix(std::min(kChunk, text.size()))) {
            auto chunk = borrow_bytes(text.substr(0, kChunk));
            wasi_io_streams_stream_error_t error{};
            written = wasi_io_streams_method_output_stream_blocking_write_and_flush(output, &chunk, &error);
            if (!written)
                wasi_io_streams_stream_error_free(&error);
        }
        wasi_io_streams_output_stream_drop_own(stream);
    }
    if (!written)
        return wasi_http_types_outgoing_body_drop_own(body);
    wasi_http_types_error_code_t error{};
    if (!wasi_http_types_static_outgoing_body_finish(body, nullptr, &error))
        wasi_http_types_error_code_free(&error);
}

}  // namespace skep::wit
