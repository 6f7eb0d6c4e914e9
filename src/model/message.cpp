#include "model/message.hpp"

#include <string>

#include "observability/log.hpp"

namespace skep::model {
bool is_safe_method(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

bool is_idempotent_method(std::string_view method) {
    return is_safe_method(method) || method == "PUT" || method == "DELETE";
}

Response problem_response(const Error& error, DetailMember member) {
    Response response;
    response.status = error.http_status();
    std::string json = fmt::format(R"({{"type":"about:blank","title":)");
    append_json_string(json, error.reason().meaning);
    json += fmt::format(R"(,"status":{},"code":"{}","detail":)", response.status, error.name());
    append_json_string(json, error.message());
    if (member != DetailMember::none && !error.detail().empty()) {
        json += member == DetailMember::backtrace ? R"(,"backtrace":)" : R"(,"context":)";
        append_json_string(json, error.detail());
    }
    json += "}\n";
    response.headers.add("content-type", "application/problem+json");
    response.body = Body(std::move(json));
    return response;
}

}  // namespace skep::model
