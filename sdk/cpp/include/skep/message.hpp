// Requests and responses as services see them, whatever carries them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
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

// A value that is asked for when it is first wanted, once for all copies.
template <typename T>
class Lazy {
public:
    using Ask = std::function<T()>;

    Lazy() = default;
    Lazy(T value) : state_(std::make_shared<State>(State{nullptr, std::move(value)})) {}
    Lazy(Ask ask) : state_(std::make_shared<State>(State{std::move(ask), T()})) {}

    const T& get() const {
        static const T nothing{};
        if (!state_)
            return nothing;
        if (const Ask ask = std::exchange(state_->ask, nullptr))
            state_->value = ask();
        return state_->value;
    }

private:
    struct State {
        Ask ask;
        T value;
    };
    std::shared_ptr<State> state_;
};

// One request. Its headers and its body are asked of the platform when the handler first wants them.
struct Request {
    std::string method;
    std::string path;   // as the client sent it, without the query
    std::string query;  // what follows '?', or empty
    Lazy<Headers> all_headers;
    Lazy<std::string> whole_body;
    // What the pattern's {name}s matched, in order; filled in by Router.
    std::vector<std::pair<std::string, std::string>> parameters;

    const Headers& headers() const { return all_headers.get(); }

    // The body, read whole (the platform bounds its size); waits until it has arrived.
    const std::string& body() const { return whole_body.get(); }

    // The first header of that name, or an empty text.
    std::string_view header(std::string_view name) const {
        for (const auto& [key, value] : headers()) {
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

    Result<Json> json() const { return Json::parse(body()); }
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
