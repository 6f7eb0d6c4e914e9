// Requests and responses as services see them, whatever carries them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "skep/json.hpp"

namespace skep {

using Headers = std::vector<std::pair<std::string, std::string>>;

// True where two header names are the same, whatever their case (ASCII).
inline bool same_name(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (left.size() != right.size())
        return false;
    for (std::size_t index = 0; index < left.size(); ++index) {
        if (lower(left[index]) != lower(right[index]))
            return false;
    }
    return true;
}

// One request, its body read whole (the platform bounds its size).
struct Request {
    std::string method;
    std::string path;   // as the client sent it, without the query
    std::string query;  // what follows '?', or empty
    Headers headers;
    std::string body;
    // What the pattern's {name}s matched, in order; filled in by Router.
    std::vector<std::pair<std::string, std::string>> parameters;

    // The first header of that name, or an empty text.
    std::string_view header(std::string_view name) const {
        for (const auto& [key, value] : headers) {
            if (same_name(key, name))
                return value;
        }
        return {};
    }

    // What the pattern's {name} matched, or an empty text.
    std::string_view parameter(std::string_view name) const {
        for (const auto& [key, value] : parameters) {
            if (key == name)
                return value;
        }
        return {};
    }

    Result<Json> json() const { return Json::parse(body); }
};

// One response, its body whole.
struct Response {
    std::uint16_t status = 200;
    Headers headers;
    std::string body;

    static Response text(std::string body, std::uint16_t status = 200) {
        return {status, {{"content-type", "text/plain; charset=utf-8"}}, std::move(body)};
    }

    static Response json(const Json& value, std::uint16_t status = 200) {
        return {status, {{"content-type", "application/json"}}, value.dump()};
    }

    // A problem document (RFC 9457) with a stable `code`.
    static Response problem(std::uint16_t status, std::string_view code, std::string_view detail) {
        const Json document = Json::object({{"status", int{status}}, {"code", code}, {"detail", detail}});
        return {status, {{"content-type", "application/problem+json"}}, document.dump()};
    }

    static Response problem(const Error& error, std::uint16_t status = 500) {
        return problem(status, error.code, error.message);
    }
};

}  // namespace skep
