// Services as components of wasi:http 0.2. Include this in exactly one source file and define
// skep::handle:
//
//   skep::Response skep::handle(const skep::Request& request) {
//       static const skep::Router router = skep::Router().get("/hello/{name}", [](const
//       skep::Request& request) {
//           return skep::Response::text("Hello " + std::string(request.parameter("name")) + "!\n");
//       });
//       return router.handle(request);
//   }
#pragma once

#if !defined(SKEP_WIT)
#define SKEP_WIT 1
#endif

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "skep/detail/wit_http.hpp"
#include "skep/fetch.hpp"
#include "skep/kv.hpp"
#include "skep/platform.hpp"
#include "skep/router.hpp"
#include "skep/sql.hpp"
#include "skep/transaction.hpp"

namespace skep {

// The service: answers one request. Defined by you.
Response handle(const Request& request);

namespace wit {

// Owns the handle of an incoming request.
class Incoming {
public:
    explicit Incoming(wasi_http_types_own_incoming_request_t handle) : handle_(handle) {}
    Incoming(const Incoming&) = delete;
    Incoming& operator=(const Incoming&) = delete;
    ~Incoming() { wasi_http_types_incoming_request_drop_own(handle_); }

    std::string method() const {
        wasi_http_types_method_t method{};
        wasi_http_types_method_incoming_request_method(self(), &method);
        return take_method(method);
    }
    std::string target() const {
        service_string_t target{};
        return wasi_http_types_method_incoming_request_path_with_query(self(), &target) ? take(target) : std::string();
    }
    Headers headers() const { return take_headers(wasi_http_types_method_incoming_request_headers(self())); }
    std::string body() const {
        wasi_http_types_own_incoming_body_t body{};
        return wasi_http_types_method_incoming_request_consume(self(), &body) ? take_body(body) : std::string();
    }

private:
    wasi_http_types_borrow_incoming_request_t self() const { return wasi_http_types_borrow_incoming_request(handle_); }

    wasi_http_types_own_incoming_request_t handle_;
};

inline Request take_request(wasi_http_types_own_incoming_request_t handle) {
    const auto incoming = std::make_shared<const Incoming>(handle);
    const std::string target = incoming->target();
    const std::size_t mark = target.find('?');
    Request request;
    request.method = incoming->method();
    request.path = target.substr(0, mark);
    if (mark != target.npos)
        request.query = target.substr(mark + 1);
    request.all_headers = Lazy<Headers>([incoming] { return incoming->headers(); });
    request.whole_body = Lazy<std::string>([incoming] { return incoming->body(); });
    return request;
}

inline void send(const Response& response, wasi_http_types_own_response_outparam_t out) {
    wasi_http_types_result_own_outgoing_response_error_code_t result{};
    result.val.ok = wasi_http_types_constructor_outgoing_response(make_headers(response.headers));
    const auto self = wasi_http_types_borrow_outgoing_response(result.val.ok);
    wasi_http_types_method_outgoing_response_set_status_code(self, response.status);

    wasi_http_types_own_outgoing_body_t body{};
    const bool has_body = wasi_http_types_method_outgoing_response_body(self, &body);
    wasi_http_types_static_response_outparam_set(out, &result);
    if (has_body)
        write_body(body, response.body);
}

}  // namespace wit
}  // namespace skep

extern "C" void exports_wasi_http_incoming_handler_handle(
    exports_wasi_http_incoming_handler_own_incoming_request_t request,
    exports_wasi_http_incoming_handler_own_response_outparam_t out) {
    skep::wit::send(skep::handle(skep::wit::take_request(request)), out);
}
