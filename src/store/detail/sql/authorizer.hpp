#pragma once
// Authorizer: what a guest's statement may touch, asked by SQLite while it prepares.

#include <string>
#include <string_view>

#include "store/detail/sql/sql_rules.hpp"

struct sqlite3;

namespace skep::store {

// Set once per connection, for setting it expires every prepared statement. On whose behalf SQLite prepares is said by
// a `Scope` around each prepare and each step: a schema change makes SQLite prepare anew inside a step. Outlives the
// connection that it is attached to.
class Authorizer {
public:
    void attach(sqlite3* connection);

    // Guests' rules hold while it lives; outside of any scope everything is allowed.
    class Scope {
    public:
        Scope(Authorizer& authorizer, Caller caller, Verb verb) : authorizer_(authorizer) {
            authorizer_.caller_ = caller;
            authorizer_.verb_ = verb;
        }
        ~Scope() {
            authorizer_.caller_ = Caller::platform;
            authorizer_.refusal_.clear();
        }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        Authorizer& authorizer_;
    };

    // Why it refused in this scope; empty where it did not.
    const std::string& refusal() const { return refusal_; }

private:
    struct Action {
        int code = 0;
        std::string_view first;
        std::string_view second;
        bool has_second = false;
    };

    static int ask(void* self, int code, const char* first, const char* second, const char* database,
                   const char* inner);
    // Empty where the action is allowed.
    std::string judge(const Action& action) const;
    std::string judge_write(const Action& action) const;

    Caller caller_ = Caller::platform;
    Verb verb_ = Verb::other;
    std::string refusal_;
};

}  // namespace skep::store
