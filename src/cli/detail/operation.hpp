#pragma once
// Long operations of the control API.

#include <string>

#include <boost/json/object.hpp>

#include "cli/control_client.hpp"
#include "cli/output.hpp"

namespace skep::cli {

// Asks for an operation, shows how it goes on, and returns its result. Fails as it does; with
// `upstream_protocol_error` where the reply ends without saying how it went.
Result<boost::json::object> follow_operation(ControlClient& client, const std::string& target,
                                             const boost::json::object& body, Output& output);

// "4.0 MiB"
std::string bytes_text(double bytes);

}  // namespace skep::cli
