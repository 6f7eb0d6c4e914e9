// Does the steps that a test sends, over the core interface. Standard input is read when a step asks for it.

#include <skep/cgi.hpp>

#include "../support/script.hpp"

namespace {

const std::string& body() {
    static const std::string kBody = skep::cgi::read_all(stdin);
    return kBody;
}

}  // namespace

int main() {
    const char* const steps = std::getenv("HTTP_X_DO");
    return skep::cgi::reply(script::run(steps ? std::string_view(steps) : std::string_view(body()), body));
}
