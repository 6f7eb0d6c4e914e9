// What a CGI program sees: its environment and body as JSON.
//
// /file?path=/data/x: the file's text · /plain: output without headers · /json: a JSON object
// without headers · /status: a status of its own

#include <skep/cgi.hpp>
#include <unistd.h>

namespace {

using skep::Json;
using skep::Request;
using skep::Response;

Response describe(const Request& request) {
    Json environment = Json::object();
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view text(*variable);
        const std::size_t equals = text.find('=');
        environment.set(std::string(text.substr(0, equals)), text.substr(equals + 1));
    }
    return Response::json(Json::object({{"environment", environment}, {"body", request.body()}}));
}

Response file(const Request& request) {
    constexpr std::string_view kPrefix = "path=";
    const std::string path = request.query.substr(std::min(kPrefix.size(), request.query.size()));
    std::FILE* opened = std::fopen(path.c_str(), "rb");
    if (!opened)
        return Response::text("cannot open " + path + "\n", 403);
    std::string text = skep::cgi::read_all(opened);
    std::fclose(opened);
    return Response::text(std::move(text));
}

int print(std::string_view text) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}

}  // namespace

int main() {
    const Request request = skep::cgi::read_request();
    if (request.path == "/plain")
        return print("plain text\nof two lines\n");
    if (request.path == "/json")
        return print("{\"plain\": false}\n");
    if (request.path == "/status")
        return print("Status: 418 I'm a teapot\r\nX-Pot: tea\r\n\r\nshort and stout\n");
    return skep::cgi::reply(request.path == "/file" ? file(request) : describe(request));
}
