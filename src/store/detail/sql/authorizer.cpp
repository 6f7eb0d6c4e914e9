#include "store/detail/sql/authorizer.hpp"

#include <algorithm>
#include <array>
#include <sqlite3.h>

#include <fmt/format.h>

#include "store/detail/sql/tokenizer.hpp"

namespace skep::store {
namespace {

// Pragmas that read: any argument is a name.
constexpr auto kReadingPragmas = std::to_array<std::string_view>(
    {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list",
     "foreign_key_check", "collation_list", "function_list"});
// Pragmas that read only while they have no argument.
constexpr auto kPragmasWithoutArgument = std::to_array<std::string_view>(
    {"encoding", "foreign_keys", "freelist_count", "page_count", "page_size", "user_version"});
// They reach beyond the service's rows, or into SQLite itself.
constexpr auto kClosedFunctions =
    std::to_array<std::string_view>({"load_extension", "sqlite_log", "fts3_tokenizer", "sqlite_compileoption_get"});

bool contains(std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::any_of(names, [&](std::string_view known) {
        return known.size() == name.size() && begins_with_ignoring_case(name, known);
    });
}

bool is_internal(std::string_view name) {
    return begins_with_ignoring_case(name, kInternalPrefix);
}

std::string judge_pragma(std::string_view name, bool has_argument, Caller caller) {
    if (contains(kReadingPragmas, name) || (!has_argument && contains(kPragmasWithoutArgument, name)))
        return {};
    if (caller == Caller::migration && name == "foreign_keys")
        return "PRAGMA foreign_keys is not needed: foreign keys are checked once a migration has ended";
    return fmt::format("PRAGMA {} is the platform's: only some that read are open (table_info, index_list, …)", name);
}

}  // namespace

void Authorizer::attach(sqlite3* connection) {
    sqlite3_set_authorizer(connection, &Authorizer::ask, this);
}

int Authorizer::ask(void* self, int code, const char* first, const char* second, const char*, const char*) {
    auto& authorizer = *static_cast<Authorizer*>(self);
    if (authorizer.caller_ == Caller::platform)
        return SQLITE_OK;
    const Action action{.code = code,
                        .first = first != nullptr ? first : "",
                        .second = second != nullptr ? second : "",
                        .has_second = second != nullptr};
    std::string refusal = authorizer.judge(action);
    if (refusal.empty())
        return SQLITE_OK;
    authorizer.refusal_ = std::move(refusal);
    return SQLITE_DENY;
}

std::string Authorizer::judge(const Action& action) const {
    switch (action.code) {
        case SQLITE_SELECT:
        case SQLITE_RECURSIVE:
        case SQLITE_ANALYZE:
            return {};
        case SQLITE_FUNCTION:
            return contains(kClosedFunctions, action.second)
                       ? fmt::format("the function {} is not for services", action.second)
                       : std::string();
        case SQLITE_PRAGMA:
            return judge_pragma(action.first, action.has_second, caller_);
        case SQLITE_TRANSACTION:
        case SQLITE_SAVEPOINT:
            return "the transaction is the handler's";
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
            return "a service has one database";
        case SQLITE_CREATE_VTABLE:
        case SQLITE_DROP_VTABLE:
            return "virtual tables are not available";
        case SQLITE_CREATE_TEMP_INDEX:
        case SQLITE_CREATE_TEMP_TABLE:
        case SQLITE_CREATE_TEMP_TRIGGER:
        case SQLITE_CREATE_TEMP_VIEW:
        case SQLITE_DROP_TEMP_INDEX:
        case SQLITE_DROP_TEMP_TABLE:
        case SQLITE_DROP_TEMP_TRIGGER:
        case SQLITE_DROP_TEMP_VIEW:
            return "temporary objects would be seen by other handlers";
        default:
            break;
    }
    // What is left names tables, indexes, triggers and views, as one or both of its names.
    if (is_internal(action.first) || (action.code != SQLITE_READ && is_internal(action.second)))
        return fmt::format("{} is the platform's: names that begin with {} are closed", action.first, kInternalPrefix);
    return judge_write(action);
}

// SQLite's own tables are written by definitions alone.
std::string Authorizer::judge_write(const Action& action) const {
    const bool writes = action.code == SQLITE_INSERT || action.code == SQLITE_UPDATE || action.code == SQLITE_DELETE;
    const bool defines = verb_ == Verb::define || verb_ == Verb::drop || verb_ == Verb::other;
    if (writes && !defines && begins_with_ignoring_case(action.first, "sqlite_"))
        return fmt::format("{} is SQLite's own: it cannot be written", action.first);
    return {};
}

}  // namespace skep::store
