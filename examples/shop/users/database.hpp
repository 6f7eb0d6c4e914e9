// The service's own database by the core interface: a statement and a JSON array of its parameters in, JSON out. What
// <skep/sql.hpp> of the SDK does for you is done by hand here, as any language that compiles to WebAssembly can.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <skep/json.hpp>
#include <string>
#include <string_view>

extern "C" {
__attribute__((import_module("database"), import_name("query"))) std::int32_t database_query(const char* sql,
                                                                                             std::size_t sql_size,
                                                                                             const char* params,
                                                                                             std::size_t params_size);
__attribute__((import_module("skep"), import_name("last_error"))) std::int32_t skep_last_error();

// Where the host puts what it returns.
__attribute__((export_name("skep_alloc"))) inline void* skep_alloc(std::size_t size) {
    return std::malloc(size);
}
}

namespace database {

// Takes over what the host returned: the address of a u32 length and the bytes.
inline std::string take(std::int32_t address) {
    char* const block = reinterpret_cast<char*>(static_cast<std::uintptr_t>(address));
    std::uint32_t size = 0;
    std::memcpy(&size, block, sizeof size);
    std::string text(block + sizeof size, size);
    std::free(block);
    return text;
}

// The host's last error, which it tells as `code: message`.
inline skep::Error last_error() {
    const std::int32_t address = skep_last_error();
    const std::string text = address < 0 ? "unknown_error: the host gave no reason" : take(address);
    const std::size_t colon = text.find(": ");
    if (colon == text.npos)
        return {text, text};
    return {text.substr(0, colon), text.substr(colon + 2)};
}

// The rows of a statement, which may write too (`INSERT … RETURNING`): an array of objects.
inline skep::Result<skep::Json> query(std::string_view sql, const skep::Json& params) {
    const std::string array = params.dump();
    const std::int32_t rows = database_query(sql.data(), sql.size(), array.data(), array.size());
    if (rows < 0)
        return last_error();
    return skep::Json::parse(take(rows));
}

}  // namespace database
