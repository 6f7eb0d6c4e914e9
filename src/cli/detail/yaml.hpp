#pragma once
// JSON values as YAML 1.2.

#include <string>

#include <boost/json/value.hpp>

namespace skep::cli {

// A document in block style, which ends with a newline. Strings are quoted unless they are plain
// words.
std::string to_yaml(const boost::json::value& value);

}  // namespace skep::cli
