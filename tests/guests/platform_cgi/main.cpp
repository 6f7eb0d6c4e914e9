// Skep's own interfaces from a plain module. The path names one call, whose arguments are the lines
// of the request body; the reply is JSON: {"ok": …} or {"code": …, "message": …}.

#include <skep/cgi.hpp>

namespace {

using skep::Json;
using skep::Result;
using skep::Status;

struct Arguments {
    std::string_view first, second, third;
};

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
}

Arguments arguments_of(std::string_view body) {
    Arguments arguments;
    arguments.first = take_line(body);
    arguments.second = take_line(body);
    arguments.third = body;
    return arguments;
}

Json failed(const skep::Error& error) {
    return Json::object({{"code", error.code}, {"message", error.message}});
}

Json report(const Result<std::string>& result) {
    return result ? Json::object({{"ok", *result}}) : failed(result.error());
}

Json report(const Result<std::optional<std::string>>& result) {
    if (!result)
        return failed(result.error());
    return Json::object({{"ok", *result ? Json(**result) : Json()}});
}

Json report(const Status& status) {
    return status ? Json::object({{"ok", nullptr}}) : failed(status.error());
}

Json done() {
    return Json::object({{"ok", nullptr}});
}

Json log(const Arguments& with) {
    skep::log(skep::Level::kWarn, with.first, with.second);
    return done();
}

Json span(const Arguments& with) {
    const skep::trace::Span span(with.first);
    skep::trace::attribute("inside", "yes");
    skep::trace::event("halfway");
    return done();
}

Json act(std::string_view path, const Arguments& with) {
    if (path == "/invoke")
        return report(skep::invoke(with.first, with.second, with.third));
    if (path == "/config")
        return report(skep::config(with.first));
    if (path == "/secret")
        return report(skep::secret(with.first));
    if (path == "/identity")
        return report(skep::identity::get(with.first));
    if (path == "/claim")
        return report(skep::identity::claim(with.first));
    if (path == "/counter")
        return report(skep::metrics::add(with.first));
    if (path == "/gauge")
        return report(skep::metrics::set(with.first, 2.5));
    if (path == "/histogram")
        return report(skep::metrics::record(with.first, 0.25));
    if (path == "/log")
        return log(with);
    if (path == "/span")
        return span(with);
    return Json::object({{"code", "unknown_call"}, {"message", path}});
}

}  // namespace

int main() {
    const skep::Request request = skep::cgi::read_request();
    return skep::cgi::reply(skep::Response::json(act(request.path, arguments_of(request.body()))));
}
