#pragma once
// RawConnection: SQLite over a store's files, without the rules for guests.

#include <sqlite3.h>
#include <string>

#include "store/detail/files/store_files.hpp"

namespace skep::store {

// One thread.
class RawConnection {
public:
    // `files` outlives it.
    explicit RawConnection(const StoreFiles& files);
    ~RawConnection();
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    // All values of all rows, a blank behind each; or "error: …".
    std::string ask(const std::string& sql);
    // SQLite's extended code for it.
    int run(const std::string& sql);

    sqlite3* raw() { return db_; }

private:
    sqlite3* db_ = nullptr;
};

}  // namespace skep::store
