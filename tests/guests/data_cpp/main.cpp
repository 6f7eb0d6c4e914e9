// Does the steps that a test sends, as a component of the C++ SDK, which has the body whole when it asks for it.

#include <skep/http.hpp>

#include "../support/script.hpp"

namespace {

const skep::Request* current = nullptr;

const std::string& body() {
    return current->body();
}

}  // namespace

skep::Response skep::handle(const skep::Request& request) {
    current = &request;
    const std::string_view steps = request.header("x-do");
    return script::run(steps.empty() ? std::string_view(request.body()) : steps, body);
}
