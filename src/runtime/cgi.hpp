#pragma once
// CGI/1.1 (RFC 3875): a request as environment variables, a program's output as a response.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/message.hpp"

namespace skep::runtime {

using Variables = std::vector<std::pair<std::string, std::string>>;

// The meta-variables of section 4.1, the header fields as HTTP_*, and HTTP_METHOD and HTTP_PATH, which win over fields
// of the same name. `Proxy` is left out (CVE-2016-5385).
Variables cgi_variables(const model::Request& request, std::string_view remote_address);

// Output that begins with a header block (section 6) in which Status, Content-Type or Location stands is taken as such;
// any other is the body of a 200, application/json where it is a JSON object or array by its first and last character,
// else text/plain. Fails with `guest_invalid_response` for a header block that is not valid.
Result<model::Response> parse_cgi_output(std::string output);

}  // namespace skep::runtime
