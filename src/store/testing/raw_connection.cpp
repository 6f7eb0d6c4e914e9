#include "store/testing/raw_connection.hpp"

namespace skep::store {
namespace {

int add_row(void* out, int count, char** values, char** /*names*/) {
    auto& text = *static_cast<std::string*>(out);
    for (int i = 0; i < count; ++i) {
        text += values[i] != nullptr ? values[i] : "NULL";
        text += ' ';
    }
    return 0;
}

}  // namespace

RawConnection::RawConnection(const StoreFiles& files) {
    sqlite3_open_v2(files.database().c_str(), &db_, SQLITE_OPEN_READWRITE, files.vfs_name());
    sqlite3_extended_result_codes(db_, 1);
}

RawConnection::~RawConnection() {
    sqlite3_close(db_);
}

std::string RawConnection::ask(const std::string& sql) {
    std::string answer;
    if (sqlite3_exec(db_, sql.c_str(), add_row, &answer, nullptr) != SQLITE_OK)
        answer += std::string("error: ") + sqlite3_errmsg(db_);
    return answer;
}

int RawConnection::run(const std::string& sql) {
    return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
}

}  // namespace skep::store
