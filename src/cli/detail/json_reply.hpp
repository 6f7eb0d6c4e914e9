#pragma once
// Replies of the control API as JSON.

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.hpp"

namespace skep::cli {

// Fails with `upstream_protocol_error` where `body` is no JSON object.
Result<boost::json::object> parse_object(std::string_view body);

// A member that is a string, else "".
std::string text_of(const boost::json::object& object, std::string_view member);

// A member that is a number, else 0.
double number_of(const boost::json::object& object, std::string_view member);

}  // namespace skep::cli
