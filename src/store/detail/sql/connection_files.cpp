// The connection over a store's own files.

#include "store/detail/sql/connection.hpp"

namespace skep::store {

Result<std::unique_ptr<Connection>> Connection::open(StoreFiles& files, Role role, const SqlLimits& limits,
                                                     StatementHistory& history, const Clock& clock) {
    const DatabasePlace place{
        .vfs = files.vfs_name(), .path = files.database(), .failure = [&files] { return files.failure(); }};
    return open_at(place, role, limits, history, clock);
}

}  // namespace skep::store
