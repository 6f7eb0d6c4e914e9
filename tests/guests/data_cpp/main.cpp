// Does the steps that a test sends, as a component of the C++ SDK, which has the body whole before it begins.

#include <skep/http.hpp>

#include "../support/script.hpp"

namespace {

std::string sent;

const std::string& body() {
    return sent;
}

}  // namespace

skep::Response skep::handle(const skep::Request& request) {
    sent = request.body;
    const std::string_view steps = request.header("x-do");
    return script::run(steps.empty() ? std::string_view(sent) : steps, body);
}
