#pragma once
// StatementCache: the guests' statements that a connection keeps prepared.

#include <cstddef>
#include <list>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "store/detail/sql/statement.hpp"

namespace skep::store {

// Bounded by number and by the size of the texts: the statement used longest ago goes first. Of one thread at a time.
class StatementCache {
public:
    static constexpr std::size_t kStatements = 128;
    static constexpr std::size_t kTextBytes = 512 << 10;

    // Null where it is not there.
    GuestStatement* find(std::string_view sql);
    GuestStatement* add(std::unique_ptr<GuestStatement> statement);
    void clear();

private:
    using Kept = std::list<std::unique_ptr<GuestStatement>>;

    Kept kept_;  // the one used last first
    std::unordered_map<std::string_view, Kept::iterator> by_text_;
    std::size_t text_bytes_ = 0;
};

}  // namespace skep::store
