#include "admin/replies.hpp"

#include <boost/json.hpp>

namespace skep::admin {

namespace json = boost::json;

model::Response text_reply(int status, std::string_view type, std::string body) {
    model::Response response;
    response.status = status;
    response.headers.add("content-type", type);
    response.headers.add("cache-control", "no-store");
    response.body = model::Body(std::move(body));
    return response;
}

model::Response json_reply(json::object object) {
    return text_reply(200, "application/json", json::serialize(object) + "\n");
}

std::string_view query_parameter(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const auto end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
            return pair.substr(name.size() + 1);
        if (end == std::string_view::npos)
            break;
        query.remove_prefix(end + 1);
    }
    return {};
}

async::Task<Result<json::object>> read_object(model::Body& body, std::uint64_t limit) {
    CO_TRY(const std::string text, co_await model::read_all(body, limit));
    boost::system::error_code fault;
    json::value value = json::parse(text, fault);
    if (fault || !value.is_object())
        co_return fail("invalid_argument", "the body is no JSON object");
    co_return std::move(value.get_object());
}

std::string text_member(const json::object& object, std::string_view name, std::string_view usual) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string(usual);
}

}  // namespace skep::admin
