#pragma once
// Request and Response: HTTP messages without a wire format.

#include <string>
#include <string_view>

#include "model/body.hpp"
#include "model/headers.hpp"

namespace skep::model {

// Move-only. `target` is origin-form: the path as the client sent it, with its query. Framing fields (host, connection,
// content-length, transfer-encoding, trailer, te, upgrade, keep-alive, expect) are not in `headers`: the host is in
// `authority`, the length in `body`.
struct Request {
    std::string method = "GET";
    std::string scheme = "http";
    std::string authority;
    std::string target = "/";
    Headers headers;
    Body body;

    std::string_view path() const { return std::string_view(target).substr(0, target.find('?')); }
    std::string_view query() const {
        const auto mark = target.find('?');
        return mark == std::string::npos ? std::string_view() : std::string_view(target).substr(mark + 1);
    }
};

// Move-only. A HEAD's response has an empty body; `content-length` of what GET would give may be in `headers`.
struct Response {
    int status = 200;
    Headers headers;
    Body body;
};

// GET, HEAD, OPTIONS, TRACE (RFC 9110, section 9.2.1).
bool is_safe_method(std::string_view method);

// The safe ones, PUT and DELETE (section 9.2.2).
bool is_idempotent_method(std::string_view method);

// The member of a problem that tells the error's own detail: the backtrace of a guest, or whatever goes with the
// message (a backtrace, lines of the manifest).
enum class DetailMember : std::uint8_t { none, backtrace, context };

// A response that tells `error` as application/problem+json (RFC 9457): type, title, status, detail, `code`.
Response problem_response(const Error& error, DetailMember member = DetailMember::none);

}  // namespace skep::model
