// Services as CGI programs: a WASI preview 1 command that answers one request on stdout.
//
//   int main() {
//       return skep::cgi::serve(skep::Router().get("/hello/{name}", [](const skep::Request&
//       request) {
//           return skep::Response::text("Hello " + std::string(request.parameter("name")) + "!\n");
//       }));
//   }
#pragma once

#include <cstdio>
#include <string>
#include <utility>

#include "skep/detail/cgi_format.hpp"
#include "skep/kv.hpp"
#include "skep/platform.hpp"
#include "skep/router.hpp"
#include "skep/sql.hpp"
#include "skep/transaction.hpp"

extern "C" char** environ;

namespace skep::cgi {

inline std::string read_all(std::FILE* file) {
    std::string text;
    char chunk[16384];
    for (std::size_t count; (count = std::fread(chunk, 1, sizeof chunk, file)) > 0;)
        text.append(chunk, count);
    return text;
}

// The request that started this program.
inline Request read_request() {
    Request request;
    Headers headers;
    for (char** variable = environ; variable && *variable; ++variable)
        detail_take_variable(*variable, request, headers);
    request.all_headers = std::move(headers);
    request.whole_body = Lazy<std::string>([] { return read_all(stdin); });
    return request;
}

// Prints the reply and returns the program's exit code.
inline int reply(const Response& response) {
    const std::string text = detail_cgi_reply(response);
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    return written && std::fflush(stdout) == 0 ? 0 : 1;
}

// Answers the request by the router's routes.
inline int serve(const Router& router) {
    return reply(router.handle(read_request()));
}

}  // namespace skep::cgi
