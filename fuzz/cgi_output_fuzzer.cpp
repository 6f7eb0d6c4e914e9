// What a CGI program prints: every output becomes a response that can be written, or an error.

#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "runtime/cgi.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto response = skep::runtime::parse_cgi_output(std::string(reinterpret_cast<const char*>(data), size));
    if (!response)
        return 0;
    CHECK(response->status >= 200 && response->status <= 599);
    for (const auto& field : response->headers) {
        CHECK(!field.name.empty());
        CHECK(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
    }
    return 0;
}
