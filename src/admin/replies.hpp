#pragma once
// What the parts of the control API share: reading what was asked, writing replies.

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "async/task.hpp"
#include "model/message.hpp"

namespace skep::admin {

model::Response text_reply(int status, std::string_view type, std::string body);
model::Response json_reply(boost::json::object object);

// The value of `name` in a query string; no percent decoding, since no parameter needs it.
std::string_view query_parameter(std::string_view query, std::string_view name);

// The JSON object in a body of at most `limit` bytes. Fails with `invalid_argument`.
async::Task<Result<boost::json::object>> read_object(model::Body& body, std::uint64_t limit);

// A member that is a text; `usual` where it is none.
std::string text_member(const boost::json::object& object, std::string_view name, std::string_view usual);

}  // namespace skep::admin
