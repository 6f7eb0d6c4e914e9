// A service as a CGI program: it answers one request and ends.

#include <skep/cgi.hpp>

#include "greeting.hpp"
#include "guests.hpp"

namespace {

skep::Response hello(const skep::Request& request) {
    return skep::Response::json(skep::Json::object({{"greeting", greeting(request.parameter("name"))}}));
}

}  // namespace

int main() {
    return skep::cgi::serve(
        skep::Router().get("/hello/{name}", hello).post("/guests", add_guest).get("/guests", list_guests));
}
