#include "cli/detail/operation.hpp"

#include <optional>

#include <boost/json/serialize.hpp>

#include "cli/detail/json_reply.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;

const json::object* object_in(const json::object& line, std::string_view member) {
    const json::value* value = line.if_contains(member);
    return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

void show(const json::object& progress, Output& output) {
    output.progress(text_of(progress, "service"), static_cast<std::uint64_t>(number_of(progress, "done")),
                    static_cast<std::uint64_t>(number_of(progress, "all")));
}

Error error_of(const json::object& failure) {
    const Reason* reason = find_reason(text_of(failure, "code"));
    return error(reason != nullptr ? reason->name : "internal", "{}", text_of(failure, "message"));
}

}  // namespace

Result<json::object> follow_operation(ControlClient& client, const std::string& target, const json::object& body,
                                      Output& output) {
    std::optional<Result<json::object>> outcome;
    const auto on_line = [&](std::string_view text) {
        const auto line = parse_object(text);
        if (!line)
            return;
        if (const json::object* progress = object_in(*line, "progress"))
            show(*progress, output);
        else if (const json::object* result = object_in(*line, "result"))
            outcome = *result;
        else if (const json::object* failure = object_in(*line, "error"))
            outcome = fail(error_of(*failure));
    };
    TRY_DO(client.post_for_lines(target, json::serialize(body), on_line));
    if (!outcome)
        return fail("upstream_protocol_error", "the control API's answer ended without a result");
    return *std::move(outcome);
}

std::string bytes_text(double bytes) {
    constexpr double kKiB = 1024;
    if (bytes < kKiB)
        return fmt::format("{:.0f} B", bytes);
    if (bytes < kKiB * kKiB)
        return fmt::format("{:.1f} KiB", bytes / kKiB);
    if (bytes < kKiB * kKiB * kKiB)
        return fmt::format("{:.1f} MiB", bytes / kKiB / kKiB);
    return fmt::format("{:.1f} GiB", bytes / kKiB / kKiB / kKiB);
}

}  // namespace skep::cli
