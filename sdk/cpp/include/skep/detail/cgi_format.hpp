// CGI/1.1 (RFC 3875) as text: a request out of variables, a reply into headers and body.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "skep/message.hpp"

namespace skep {

// HTTP_ACCEPT_LANGUAGE → accept-language; an empty text for a variable that is no header.
inline std::string detail_header_name(std::string_view variable) {
    if (variable == "CONTENT_TYPE")
        return "content-type";
    if (variable == "CONTENT_LENGTH")
        return "content-length";
    if (!variable.starts_with("HTTP_") || variable == "HTTP_METHOD" || variable == "HTTP_PATH")
        return {};
    std::string name(variable.substr(5));
    for (char& c : name) {
        if (c == '_')
            c = '-';
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + 32);
    }
    return name;
}

// Takes one `NAME=value` of the environment into the request or its headers.
inline void detail_take_variable(std::string_view variable, Request& request, Headers& headers) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos)
        return;
    const std::string_view name = variable.substr(0, equals);
    const std::string_view value = variable.substr(equals + 1);
    if (name == "HTTP_METHOD") {
        request.method = value;
    } else if (name == "HTTP_PATH") {
        request.path = value.substr(0, value.find('?'));
    } else if (name == "QUERY_STRING") {
        request.query = value;
    } else if (std::string header = detail_header_name(name); !header.empty()) {
        headers.emplace_back(std::move(header), value);
    }
}

// True where the text can stand in a header line.
inline bool detail_is_header_text(std::string_view text) {
    for (char c : text) {
        if (c == '\r' || c == '\n' || c == '\0')
            return false;
    }
    return true;
}

// The reply as a CGI program prints it. A header that would break the framing is left out.
inline std::string detail_cgi_reply(const Response& response) {
    std::string text = "Status: " + std::to_string(response.status) + "\r\n";
    for (const auto& [name, value] : response.headers) {
        if (!detail_is_header_text(name) || !detail_is_header_text(value))
            continue;
        text.append(name).append(": ").append(value).append("\r\n");
    }
    return text.append("\r\n").append(response.body);
}

}  // namespace skep
