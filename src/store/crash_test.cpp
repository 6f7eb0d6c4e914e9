// What a crash leaves of a store: at every call that changes the disk, what was acknowledged is there, and the rest is
// there as a whole or not at all.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/manual_clock.hpp"
#include "store/testing/crash_workload.hpp"
#include "store/testing/fake_disk.hpp"

namespace skep::store {
namespace {

using ::testing::AnyOf;
using ::testing::IsEmpty;

class Crash : public ::testing::Test {
protected:
    // Opens what is left and compares it with what was acknowledged.
    void check(FakeDisk& left, const CrashWorkload& workload) {
        ++points_;
        auto files = StoreFiles::open(left, clock_, CrashWorkload::kFolder);
        if (!files) {
            note("open: " + files.error().to_string(), workload);
            return;
        }
        const std::string state = state_of(**files);
        if (state != expected_[static_cast<std::size_t>(workload.acknowledged())] &&
            state != expected_[static_cast<std::size_t>(workload.attempted())])
            note("shows " + state, workload);
        if ((*files)->failure())
            note("failure: " + (*files)->failure()->to_string(), workload);
        const auto damaged = (*files)->scrub(nullptr, nullptr).value();
        if (!damaged.empty())
            note("scrub: " + damaged.front(), workload);
    }

    // What was shown and written after the process was killed is still there after a power cut.
    void check_what_was_shown(FakeDisk& left, const CrashWorkload& workload, const char* written) {
        auto files = StoreFiles::open(left, clock_, CrashWorkload::kFolder);
        if (!files)
            return;
        const std::string shown = state_of(**files, written);
        EXPECT_TRUE((*files)->write_mark());
        const auto later = left.after_power_cut(Unsynced::lost, *random_);
        auto files_later = StoreFiles::open(*later, clock_, CrashWorkload::kFolder);
        const std::string after = files_later ? state_of(**files_later) : files_later.error().to_string();
        if (after != shown)
            note("showed " + shown + "and then " + after, workload);
    }

    static std::string state_of(StoreFiles& files, const std::string& first = "") {
        RawConnection connection(files);
        connection.run("PRAGMA wal_autocheckpoint=0");
        sqlite3_db_config(connection.raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        EXPECT_EQ(connection.run(first), SQLITE_OK);
        return CrashWorkload::state_of(connection);
    }

    void note(std::string what, const CrashWorkload& workload) {
        wrong_.push_back(fmt::format("point {}, commit {} acknowledged, {} attempted, {}", points_,
                                     workload.acknowledged(), workload.attempted(), what));
    }

    // Cuts the power before each change of a run: with everything lost, everything kept, and `seeds` ways between.
    void crash_everywhere(int seeds) {
        FakeDisk disk;
        CrashWorkload workload(disk, clock_);
        disk.before_each_change([&] {
            for (int seed = -2; seed < seeds; ++seed) {
                const Unsynced unsynced = seed == -2 ? Unsynced::lost : seed == -1 ? Unsynced::kept : Unsynced::any;
                check(*disk.after_power_cut(unsynced, *random_), workload);
            }
            check_what_was_shown(*disk.after_power_cut(Unsynced::kept, *random_), workload, "");
            check_what_was_shown(*disk.after_power_cut(Unsynced::kept, *random_), workload, "CREATE TABLE probe(a)");
        });
        EXPECT_TRUE(workload.run());
        disk.before_each_change(nullptr);
    }

    ManualClock clock_;
    std::vector<std::string> expected_ = CrashWorkload::expected_states(clock_);
    std::unique_ptr<Random> random_ = make_seeded_random(20'261'121);
    int points_ = 0;
    std::vector<std::string> wrong_;
};

TEST_F(Crash, leaves_every_acknowledged_commit_and_no_part_of_another) {
    crash_everywhere(13);

    EXPECT_THAT(wrong_, IsEmpty());
    EXPECT_GE(points_, 5'000);
}

}  // namespace
}  // namespace skep::store
