// Guests that do what a test tells them: a JSON array of steps, in the header `x-do` or else in the body. The reply is
// an array with the outcome of each: {"ok": …} or {"code": …, "message": …}. The README beside lists the steps.
#pragma once

#include <cstdlib>
#include <skep/json.hpp>
#include <skep/kv.hpp>
#include <skep/message.hpp>
#include <skep/platform.hpp>
#include <skep/sql.hpp>
#include <skep/transaction.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace script {

using skep::Json;
using skep::sql::Value;

// The item at `index` of a step; null where there is none.
inline const Json& item(const Json& step, std::size_t index) {
    static const Json kNone;
    const Json::Array* items = step.as_array();
    return items && index < items->size() ? (*items)[index] : kNone;
}

inline std::string text(const Json& step, std::size_t index) {
    const std::string* found = item(step, index).as_string();
    return found ? *found : std::string();
}

inline std::vector<Value> params(const Json& step) {
    std::vector<Value> values;
    if (const Json::Array* items = item(step, 2).as_array()) {
        for (const Json& each : *items) {
            if (const auto integer = each.as_integer())
                values.push_back(*integer);
            else if (const auto number = each.as_number())
                values.push_back(*number);
            else if (each.as_string())
                values.push_back(*each.as_string());
            else
                values.push_back(nullptr);
        }
    }
    return values;
}

inline Json failed(const skep::Error& error) {
    return Json::object({{"code", error.code}, {"message", error.message}});
}

inline Json done(Json value) {
    return Json::object({{"ok", std::move(value)}});
}

inline Json report(const skep::Status& status) {
    return status ? done(nullptr) : failed(status.error());
}

inline Json report(const skep::Result<std::string>& value) {
    return value ? done(*value) : failed(value.error());
}

inline Json report(const skep::Result<std::optional<std::string>>& value) {
    return value ? done(*value ? Json(**value) : Json()) : failed(value.error());
}

inline Json query(const Json& step) {
    const auto rows = skep::host::sql_query(text(step, 1), params(step));
    return rows ? done(skep::sql::to_json(*rows)) : failed(rows.error());
}

inline Json execute(const Json& step) {
    const auto executed = skep::host::sql_execute(text(step, 1), params(step));
    if (!executed)
        return failed(executed.error());
    return done(
        Json::object({{"rows_affected", executed->rows_affected}, {"last_insert_id", executed->last_insert_id}}));
}

inline Json list(const Json& step) {
    const auto limit = static_cast<std::uint32_t>(item(step, 3).as_integer().value_or(0));
    const auto keys = skep::kv::list(text(step, 1), text(step, 2), limit);
    if (!keys)
        return failed(keys.error());
    Json names = Json::array();
    for (const std::string& key : *keys)
        names.push(key);
    return done(std::move(names));
}

inline Json sleep(const Json& step) {
    const auto milliseconds = static_cast<long>(item(step, 1).as_integer().value_or(0));
    const timespec duration{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
    const int fault = clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, nullptr);
    return fault == 0 ? done(nullptr) : failed({"not_supported", std::to_string(fault)});
}

// The outcome of one step; "status" changes the reply's, "body" asks `body` for what was sent.
inline Json act(const Json& step, skep::Response& reply, const std::string& (*body)()) {
    const std::string what = text(step, 0);
    if (what == "query")
        return query(step);
    if (what == "execute")
        return execute(step);
    if (what == "get")
        return report(skep::kv::get(text(step, 1)));
    if (what == "set")
        return report(skep::kv::set(text(step, 1), text(step, 2)));
    if (what == "delete")
        return report(skep::kv::remove(text(step, 1)));
    if (what == "list")
        return list(step);
    if (what == "begin")
        return report(skep::transaction::begin());
    if (what == "commit")
        return report(skep::transaction::commit());
    if (what == "rollback")
        return report(skep::transaction::rollback());
    if (what == "key")
        return report(skep::idempotency::current_key());
    if (what == "call")
        return report(skep::invoke(text(step, 1), text(step, 2), text(step, 3)));
    if (what == "body")
        return done(static_cast<std::int64_t>(body().size()));
    if (what == "sleep")
        return sleep(step);
    if (what == "trap")
        std::abort();
    if (what != "status")
        return failed({"unknown_step", what});
    reply.status = static_cast<std::uint16_t>(item(step, 1).as_integer().value_or(200));
    return done(nullptr);
}

// Does every step, whatever became of those before it.
inline skep::Response run(std::string_view steps, const std::string& (*body)()) {
    const auto parsed = Json::parse(steps);
    if (!parsed || !parsed->as_array())
        return skep::Response::problem(400, "script_invalid", "the steps are no JSON array");
    skep::Response reply;
    Json outcomes = Json::array();
    for (const Json& step : *parsed->as_array())
        outcomes.push(act(step, reply, body));
    reply.headers = {{"content-type", "application/json"}};
    reply.body = outcomes.dump();
    return reply;
}

}  // namespace script
