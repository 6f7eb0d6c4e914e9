// A service as a component of wasi:http 0.2.

#include <skep/http.hpp>

#include "greeting.hpp"
#include "guests.hpp"

namespace {

skep::Response hello(const skep::Request& request) {
    const std::string text = greeting(request.parameter("name"));
    skep::log(skep::Level::kInfo, text);
    return skep::Response::json(skep::Json::object({{"greeting", text}}));
}

}  // namespace

skep::Response skep::handle(const skep::Request& request) {
    static const Router router =
        Router().get("/hello/{name}", hello).post("/guests", add_guest).get("/guests", list_guests);
    return router.handle(request);
}
