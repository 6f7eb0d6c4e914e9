#pragma once
// CrashWorkload: commits of every shape on one store, and what each of them must leave, for tests of what a crash does.

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/detail/files/store_files.hpp"
#include "store/testing/fake_disk.hpp"
#include "store/testing/raw_connection.hpp"

namespace skep::store {

// Runs on a disk, step by step, until it is done or a step fails. Commits are numbered from 1 on; `acknowledged` is the
// last one whose COMMIT returned well.
class CrashWorkload {
public:
    static constexpr const char* kFolder = "/data/shop";

    // `disk` and `clock` outlive it.
    CrashWorkload(Disk& disk, const Clock& clock) : disk_(disk), clock_(clock) {}

    // Whether every step went well. The short one has a fifth of the steps, and one of almost every kind.
    bool run();
    bool run_short();
    // One more commit, on a new connection.
    bool run_on();

    int acknowledged() const { return acknowledged_; }
    // The one that may or may not be there after a crash: `acknowledged`, or the one after it.
    int attempted() const { return attempted_; }

    StoreFiles* files() { return files_.get(); }
    // Closes its connections; the files stay open.
    void disconnect();

    // What a store shows after each commit, found by a run on a disk that does not fail; [0]: an empty store.
    static std::vector<std::string> expected_states(const Clock& clock);
    // What `connection` shows: a digest of all rows, and whether the indexes agree with them.
    static std::string state_of(RawConnection& connection);

private:
    bool open();
    void connect();
    bool make_tables();
    bool commit(const std::string& body);
    bool insert_and_delete(int round);
    bool checkpoint(const char* mode);
    bool spill_and_roll_back();
    bool shrink();
    bool run_round(int round);
    bool reopen();
    bool note();

    Disk& disk_;
    const Clock& clock_;
    std::unique_ptr<StoreFiles> files_;
    std::unique_ptr<RawConnection> writer_;
    std::unique_ptr<RawConnection> reader_;
    int acknowledged_ = 0;
    int attempted_ = 0;
    std::vector<std::string>* states_ = nullptr;
};

}  // namespace skep::store
