// Customers: a CGI program. The request body comes on stdin, method and path in the environment,
// and what it prints is the reply.
//
//   POST /users {"username", "email"}  →  {"success": true, "data": {"id", "username", "email"},
//   "error": null} GET /users/1                       →  the same for a customer that exists

#include <cstdio>
#include <skep/cgi.hpp>

namespace {

using skep::Json;
using skep::Request;
using skep::Response;

struct User {
    std::int64_t id;
    std::string_view username;
    std::string_view email;
};

// Until the service has a database: the customers there are, and the id that a new one gets.
constexpr User kUsers[] = {{1, "alice", "alice@example.com"}, {2, "bob", "bob@example.com"}};
constexpr std::int64_t kNewId = 1;

Response success(std::int64_t id, std::string_view username, std::string_view email) {
    Json user = Json::object({{"id", id}, {"username", username}, {"email", email}});
    return Response::json(Json::object({{"success", true}, {"data", user}, {"error", nullptr}}));
}

Response failure(std::uint16_t status, std::string_view reason) {
    return Response::json(Json::object({{"success", false}, {"data", nullptr}, {"error", reason}}), status);
}

Response create_user(const Request& request) {
    auto body = request.json();
    if (!body)
        return failure(400, "Invalid request: " + body.error().message);

    const Json* username = body->find("username");
    const Json* email = body->find("email");
    if (!username || !username->as_string())
        return failure(400, "Invalid request: username must be a text");
    if (!email || !email->as_string())
        return failure(400, "Invalid request: email must be a text");
    return success(kNewId, *username->as_string(), *email->as_string());
}

Response get_user(const Request& request) {
    for (const User& user : kUsers) {
        if (request.parameter("id") != std::to_string(user.id))
            continue;
        std::fprintf(stderr, "customer %lld looked up\n", static_cast<long long>(user.id));
        return success(user.id, user.username, user.email);
    }
    return failure(404, "Not Found");
}

}  // namespace

int main() {
    return skep::cgi::serve(skep::Router().post("/users", create_user).get("/users/{id}", get_user));
}
