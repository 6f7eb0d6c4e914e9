#include "model/message.hpp"

#include <string>

namespace skep::model {
namespace {

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else if (c == '\n')
            out += "\\n";
        else if (byte < 0x20 || byte == 0x7F)
            out += fmt::format("\\u{:04x}", byte);
        else
            out += c;
    }
    out += '"';
}

}  // namespace

bool is_safe_method(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

bool is_idempotent_method(std::string_view method) {
    return is_safe_method(method) || method == "PUT" || method == "DELETE";
}

Response problem_response(const Error& error, bool with_detail) {
    Response response;
    response.status = error.http_status();
    std::string json = fmt::format(R"({{"type":"about:blank","title":)");
    append_json_string(json, error.reason().meaning);
    json += fmt::format(R"(,"status":{},"code":"{}","detail":)", response.status, error.name());
    append_json_string(json, error.message());
    if (with_detail && !error.detail().empty()) {
        json += R"(,"backtrace":)";
        append_json_string(json, error.detail());
    }
    json += "}\n";
    response.headers.add("content-type", "application/problem+json");
    response.body = Body(std::move(json));
    return response;
}

}  // namespace skep::model
