#pragma once
// The control API of a running Skep, as commands see it.

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/headers.hpp"

namespace skep::cli {

struct ControlReply {
    model::Headers headers;
    std::string body;
};

// Blocking. Fails with `control_unreachable`, or with the error that the API answered.
class ControlClient {
public:
    virtual ~ControlClient() = default;

    // `target` is a path with its query, "/api/v1/status".
    virtual Result<ControlReply> get(const std::string& target) = 0;
    virtual Result<ControlReply> post(const std::string& target, const std::string& body) = 0;

    // The same for a reply of lines, each given to `on_line` as it comes, without its newline.
    using OnLine = std::function<void(std::string_view line)>;
    virtual Result<> post_for_lines(const std::string& target, const std::string& body, const OnLine& on_line) = 0;
};

// The error that a reply of status 400 or above stands for: application/problem+json, else its
// status.
Error error_of_reply(int status, const std::string& body);

}  // namespace skep::cli
