#pragma once
// A reply that tells how a long operation goes on, one JSON object a line.

#include <functional>

#include <boost/json/object.hpp>

#include "async/task.hpp"
#include "model/message.hpp"

namespace skep::admin {

// Tells how far an operation has come. What was not sent yet is replaced: nobody wants to know where it was.
using TellProgress = std::function<void(boost::json::object)>;

// Begins an operation; the TellProgress outlives it.
using Operation = std::function<async::Task<Result<boost::json::object>>(TellProgress)>;

// Runs `operation`. Fails as it does, where it fails before it told of progress. The reply is lines {"progress":…}, and
// in the end {"result":…} or {"error":{"code","message"}}. Destroying the reply's body cancels the operation.
async::Task<Result<model::Response>> run_operation(async::Loop& loop, Operation operation);

}  // namespace skep::admin
