#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "host/detail/interface.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {
namespace {

constexpr std::size_t kMaxFieldName = 128;
constexpr std::size_t kMaxFieldValue = 8 << 10;

LogLevel level_of(std::string_view name) {
    return parse_log_level(name).value_or(LogLevel::info);
}

void write(wasm::GuestTask& task, HostArgs args, HostCall call) {
    services_of(task).log(level_of(args.text(0)), args.text(1));
    std::move(call).done();
}

// What only Skep says of a line; a guest's field of that name is set apart, or it could pass for another service.
bool is_reserved(std::string_view field) {
    constexpr std::array<std::string_view, 6> kReserved{"time",     "level",      "service",
                                                        "trace_id", "request_id", "message"};
    return std::ranges::find(kReserved, field) != kReserved.end();
}

// The members of a JSON object as fields; any other text whole, in one.
std::vector<std::pair<std::string, std::string>> fields_of(std::string_view text) {
    constexpr std::size_t kMaxFields = 32;
    boost::json::error_code fault;
    const auto parsed = boost::json::parse({text.data(), text.size()}, fault);
    if (fault || !parsed.is_object())
        return {{"fields", std::string(text.substr(0, kMaxFieldValue))}};
    std::vector<std::pair<std::string, std::string>> fields;
    for (const auto& member : parsed.get_object()) {
        if (fields.size() == kMaxFields)
            break;
        const auto& value = member.value();
        const std::string_view name = member.key();
        std::string shown = value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
        shown.resize(std::min(shown.size(), kMaxFieldValue));
        fields.emplace_back(
            is_reserved(name) ? fmt::format("field_{}", name) : std::string(name.substr(0, kMaxFieldName)),
            std::move(shown));
    }
    return fields;
}

void write_fields(wasm::GuestTask& task, HostArgs args, HostCall call) {
    services_of(task).log(level_of(args.text(0)), args.text(1), fields_of(args.text(2)));
    std::move(call).done();
}

// wasi:logging/logging log: (level, context, message); levels: trace, debug, info, warn, error, critical.
void log(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const auto level = static_cast<LogLevel>(std::min<std::uint64_t>(args.u64(0), 4));
    std::vector<std::pair<std::string, std::string>> fields;
    if (!args.text(1).empty())
        fields.emplace_back("context", args.text(1).substr(0, kMaxFieldValue));
    services_of(task).log(level, args.text(2), std::move(fields));
    std::move(call).done();
}

}  // namespace

Result<> add_log(wasm::HostFunctions& functions) {
    Interface interface(functions, "log", "log", Answered::at_once);
    TRY_DO(interface.add("write", {Param::string, Param::string}, ResultShape::none, write));
    TRY_DO(
        interface.add("write-fields", {Param::string, Param::string, Param::string}, ResultShape::none, write_fields));
    const Shape shape{{Param::other, Param::string, Param::string}, ResultShape::none, Answered::at_once};
    return functions.add("wasi:logging/logging@0.1.0-draft", "log", shape, log);
}

}  // namespace skep::host
