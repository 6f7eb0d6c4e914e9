#include "store/testing/failing_memory.hpp"

#include <sqlite3.h>

#include "base/check.hpp"

namespace skep::store {
namespace {

struct Failing {
    bool is_on = false;
    bool has_failed = false;
    std::uint64_t others = 0;
    FailingMemory::Fails fails = FailingMemory::Fails::once;

    bool now() {
        if (!is_on || (has_failed && fails == FailingMemory::Fails::once))
            return false;
        if (!has_failed && others-- > 0)
            return false;
        return has_failed = true;
    }
};

thread_local Failing failing;
sqlite3_mem_methods usual;

void* allocate(int bytes) {
    return failing.now() ? nullptr : usual.xMalloc(bytes);
}

void* reallocate(void* memory, int bytes) {
    return failing.now() ? nullptr : usual.xRealloc(memory, bytes);
}

// Before SQLite is used for the first time: later it takes no other allocator.
const bool is_installed = [] {
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual);
    sqlite3_mem_methods ours = usual;
    ours.xMalloc = allocate;
    ours.xRealloc = reallocate;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) == SQLITE_OK;
}();

}  // namespace

FailingMemory::FailingMemory(std::uint64_t others, Fails fails) {
    CHECK(is_installed);
    failing = {.is_on = true, .others = others, .fails = fails};
}

FailingMemory::~FailingMemory() {
    failing = {};
}

bool FailingMemory::has_failed() const {
    return failing.has_failed;
}

}  // namespace skep::store
