#include "cli/detail/json_reply.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "cli/control_client.hpp"

namespace skep::cli {

namespace json = boost::json;

Result<json::object> parse_object(std::string_view body) {
    boost::system::error_code fault;
    json::value value = json::parse(body, fault);
    if (fault || !value.is_object())
        return fail("upstream_protocol_error", "the control API's answer is no JSON object");
    return std::move(value.get_object());
}

std::string text_of(const json::object& object, std::string_view member) {
    const json::value* value = object.if_contains(member);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

double number_of(const json::object& object, std::string_view member) {
    const json::value* value = object.if_contains(member);
    if (value == nullptr || !value->is_number())
        return 0;
    return value->to_number<double>();
}

Error error_of_reply(int status, const std::string& body) {
    const auto problem = parse_object(body);
    if (!problem)
        return error("upstream_protocol_error", "the control API answered {} without saying why", status);
    const Reason* reason = find_reason(text_of(*problem, "code"));
    Error failure = error(reason != nullptr ? reason->name : "internal", "{}", text_of(*problem, "detail"));
    return std::move(failure).with_detail(text_of(*problem, "context"));
}

}  // namespace skep::cli
