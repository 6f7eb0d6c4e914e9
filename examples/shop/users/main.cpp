// Customers: a CGI program that needs nothing of the SDK but its JSON. The request body comes on stdin, method and path
// in the environment, and what it prints is the reply; its database is the core interface's (database.hpp).
//
//   POST /users {"username", "email"} → {"success": true, "data": {"id", "username", "email"}, "error": null}
//   GET /users/1                      → the same for a customer that exists
//
// A failure is {"success": false, "data": null, "error": …} and a problem document in one.

#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "database.hpp"

namespace {

using skep::Json;

struct Reply {
    int status;
    Json body;
};

Reply success(const Json& user) {
    return {200, Json::object({{"success", true}, {"data", user}, {"error", nullptr}})};
}

Reply failure(int status, std::string_view code, std::string_view reason) {
    return {status, Json::object({{"success", false},
                                  {"data", nullptr},
                                  {"error", reason},
                                  {"status", status},
                                  {"code", code},
                                  {"detail", reason}})};
}

Reply invalid(std::string_view reason) {
    return failure(400, "invalid_request", "Invalid request: " + std::string(reason));
}

// 503: nothing of the request remains, so it may be sent again.
Reply of_database(const skep::Error& error) {
    return failure(503, error.code, "the database: " + error.message);
}

bool is_username(const std::string* text) {
    return text && !text->empty() && text->size() <= 64 && text->find_first_not_of(' ') != text->npos;
}

// Only mail that arrives proves an address: this refuses what cannot be one.
bool is_email(const std::string* text) {
    if (!text || text->size() > 254 || text->find_first_of(" \t\r\n") != text->npos)
        return false;
    const std::size_t at = text->find('@');
    return at != text->npos && at > 0 && at + 1 < text->size() && text->find('@', at + 1) == text->npos;
}

const std::string* text_of(const Json& object, std::string_view name) {
    const Json* const member = object.find(name);
    return member ? member->as_string() : nullptr;
}

Reply create_user(const std::string& body) {
    const auto request = Json::parse(body);
    if (!request)
        return invalid(request.error().message);
    const std::string* const username = text_of(*request, "username");
    const std::string* const email = text_of(*request, "email");
    if (!is_username(username))
        return invalid("username must be a text of 1 to 64 bytes");
    if (!is_email(email))
        return invalid("email must be an e-mail address");

    const auto rows =
        database::query("INSERT INTO users (username, email) VALUES ($1, $2) RETURNING id, username, email",
                        Json::array({*username, *email}));
    if (!rows && rows.error().code == "constraint")
        return failure(409, "email_taken", "there is an account for " + *email);
    if (!rows)
        return of_database(rows.error());
    return success(rows->as_array()->front());
}

Reply get_user(std::string_view text) {
    std::int64_t id = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (fault != std::errc() || end != text.data() + text.size())
        return failure(404, "not_found", "Not Found");

    const auto rows = database::query("SELECT id, username, email FROM users WHERE id = $1", Json::array({id}));
    if (!rows)
        return of_database(rows.error());
    if (rows->as_array()->empty())
        return failure(404, "user_not_found", "Not Found: no customer " + std::to_string(id));
    std::fprintf(stderr, "customer %lld looked up\n", static_cast<long long>(id));
    return success(rows->as_array()->front());
}

std::string_view variable(const char* name) {
    const char* const value = std::getenv(name);
    return value ? value : "";
}

std::string read_body() {
    std::string body;
    char chunk[4096];
    for (std::size_t count; (count = std::fread(chunk, 1, sizeof chunk, stdin)) > 0;)
        body.append(chunk, count);
    return body;
}

Reply answer() {
    const std::string_view method = variable("HTTP_METHOD");
    const std::string_view path = variable("HTTP_PATH");
    if (method == "POST" && path == "/users")
        return create_user(read_body());
    if ((method == "GET" || method == "HEAD") && path.starts_with("/users/"))
        return get_user(path.substr(7));
    return failure(404, "not_found", "Not Found");
}

}  // namespace

int main() {
    const Reply reply = answer();
    const char* const type = reply.status < 400 ? "application/json" : "application/problem+json";
    std::printf("Status: %d\nContent-Type: %s\n\n%s\n", reply.status, type, reply.body.dump().c_str());
    return 0;
}
