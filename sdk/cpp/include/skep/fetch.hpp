// Outgoing HTTP from components: to other services as http://NAME.skep.internal/, which is a call
// inside Skep, and to hosts that `outbound` grants.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "skep/detail/wit_http.hpp"
#include "skep/result.hpp"
#include "skep/url.hpp"

namespace skep {

namespace wit {

inline Error failed_call(std::string_view url, wasi_http_types_error_code_t& error) {
    const std::string reason = "calling " + std::string(url) + ": wasi:http error " + std::to_string(error.tag);
    wasi_http_types_error_code_free(&error);
    return {"call_failed", reason};
}

inline Response take_response(wasi_http_types_own_incoming_response_t incoming) {
    const auto self = wasi_http_types_borrow_incoming_response(incoming);
    Response response;
    response.status = wasi_http_types_method_incoming_response_status(self);
    response.headers = take_headers(wasi_http_types_method_incoming_response_headers(self));
    wasi_http_types_own_incoming_body_t body{};
    if (wasi_http_types_method_incoming_response_consume(self, &body))
        response.body = take_body(body);
    wasi_http_types_incoming_response_drop_own(incoming);
    return response;
}

inline Result<Response> await_response(wasi_http_types_own_future_incoming_response_t pending, std::string_view url) {
    const auto self = wasi_http_types_borrow_future_incoming_response(pending);
    const auto ready = wasi_http_types_method_future_incoming_response_subscribe(self);
    wasi_io_poll_method_pollable_block(wasi_io_poll_borrow_pollable(ready));
    wasi_io_poll_pollable_drop_own(ready);

    wasi_http_types_result_result_own_incoming_response_error_code_void_t outcome{};
    const bool arrived = wasi_http_types_method_future_incoming_response_get(self, &outcome);
    wasi_http_types_future_incoming_response_drop_own(pending);
    if (!arrived || outcome.is_err)
        return Error{"call_failed", "no response came"};
    if (outcome.val.ok.is_err)
        return failed_call(url, outcome.val.ok.val.err);
    return take_response(outcome.val.ok.val.ok);
}

}  // namespace wit

// Sends one request and waits for the whole response. Any status is a response; an error means that
// none came: `url_invalid`, `call_failed`.
inline Result<Response> fetch(std::string_view method, std::string_view url, std::string_view body = {},
                              const Headers& headers = {}) {
    const std::optional<Url> target = Url::parse(url);
    if (!target)
        return Error{"url_invalid", "not an http URL: " + std::string(url)};

    const auto request = wasi_http_types_constructor_outgoing_request(wit::make_headers(headers));
    const auto self = wasi_http_types_borrow_outgoing_request(request);
    auto verb = wit::borrow_method(method);
    auto authority = wit::borrow(target->authority), path = wit::borrow(target->path_and_query);
    wasi_http_types_scheme_t scheme{};
    scheme.tag = target->secure ? WASI_HTTP_TYPES_SCHEME_HTTPS : WASI_HTTP_TYPES_SCHEME_HTTP;
    const bool described = wasi_http_types_method_outgoing_request_set_method(self, &verb) &&
                           wasi_http_types_method_outgoing_request_set_scheme(self, &scheme) &&
                           wasi_http_types_method_outgoing_request_set_authority(self, &authority) &&
                           wasi_http_types_method_outgoing_request_set_path_with_query(self, &path);
    wasi_http_types_own_outgoing_body_t sending{};
    const bool has_body = described && wasi_http_types_method_outgoing_request_body(self, &sending);
    if (!has_body) {
        wasi_http_types_outgoing_request_drop_own(request);
        return Error{"url_invalid", "not a request: " + std::string(method) + " " + std::string(url)};
    }

    wasi_http_types_own_future_incoming_response_t pending{};
    wasi_http_types_error_code_t refused{};
    if (!wasi_http_outgoing_handler_handle(request, nullptr, &pending, &refused)) {
        wasi_http_types_outgoing_body_drop_own(sending);
        return wit::failed_call(url, refused);
    }
    wit::write_body(sending, body);
    return wit::await_response(pending, url);
}

}  // namespace skep
