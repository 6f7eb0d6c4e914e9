// A service that calls one it was not granted, for the demo: the refusal names the grant that is
// missing.

#include <skep/cgi.hpp>

int main() {
    const auto reply = skep::invoke("users", "GET /users/1");
    if (!reply)
        return skep::cgi::reply(skep::Response::problem(reply.error(), 403));
    return skep::cgi::reply(skep::Response::text("this should not have been possible\n"));
}
