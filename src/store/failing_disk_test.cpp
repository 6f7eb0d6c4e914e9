// What a failed write, a failed flush and a full disk leave of a store, at every call that can fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/manual_clock.hpp"
#include "store/testing/crash_workload.hpp"
#include "store/testing/fake_disk.hpp"

namespace skep::store {
namespace {

using ::testing::IsEmpty;

class FailingDisk : public ::testing::Test {
protected:
    // Fails change number `nth` of a run. Returns whether the run came so far.
    bool fail_at(std::uint64_t nth, std::string_view reason, FakeDisk::Fails fails) {
        FakeDisk disk;
        CrashWorkload workload(disk, clock_);
        context_ = fmt::format("change {} {}", nth, reason);
        disk.fail_change(nth, reason, fails);
        if (workload.run_short())
            return disk.has_failed();

        check_killed(disk, workload);
        workload.disconnect();
        check_killed(disk, workload);
        if (workload.files() != nullptr)
            repair(disk, workload, reason);
        check_later(disk, workload);
        return true;
    }

    void fail_everywhere(std::string_view reason, FakeDisk::Fails fails) {
        for (std::uint64_t nth = 0; fail_at(nth, reason, fails); ++nth)
            ++calls_;
    }

    // Killed, or without power, before anything was repaired.
    void check_killed(FakeDisk& disk, const CrashWorkload& workload) {
        for (const Unsynced unsynced : {Unsynced::lost, Unsynced::kept, Unsynced::any})
            expect_one_of(*disk.after_power_cut(unsynced, *random_), workload.acknowledged(), workload.attempted());
    }

    void repair(FakeDisk& disk, CrashWorkload& workload, std::string_view reason) {
        if (!workload.files()->failure())
            note("no failure is told");
        else if (workload.files()->failure()->name() != reason)
            note("told as " + workload.files()->failure()->to_string());
        if (!workload.files()->cut_to_last_flush())
            disk.stop_failing();
        if (!workload.files()->cut_to_last_flush() || workload.files()->failure())
            note("cannot be repaired");
        // What was called rolled back does not come back, whatever the disk kept.
        for (const Unsynced unsynced : {Unsynced::lost, Unsynced::kept, Unsynced::any})
            expect_one_of(*disk.after_power_cut(unsynced, *random_), workload.acknowledged(), workload.acknowledged());
    }

    void check_later(FakeDisk& disk, CrashWorkload& workload) {
        disk.stop_failing();
        const int before = workload.acknowledged();
        if (!workload.run_on() || workload.acknowledged() != before + 1)
            note("does not go on");
        workload.disconnect();
        auto left = disk.after_power_cut(Unsynced::lost, *random_);
        if (last_commit_in(*left) != fmt::format("{} ", before + 1))
            note("lost what came after: " + last_commit_in(*left));
    }

    std::string last_commit_in(FakeDisk& disk) {
        auto files = StoreFiles::open(disk, clock_, CrashWorkload::kFolder);
        return files ? RawConnection(**files).ask("SELECT number FROM last") : files.error().to_string();
    }

    void expect_one_of(FakeDisk& disk, int first, int second) {
        auto files = StoreFiles::open(disk, clock_, CrashWorkload::kFolder);
        if (!files)
            return note("open: " + files.error().to_string());
        RawConnection connection(**files);
        const std::string state = CrashWorkload::state_of(connection);
        if (state != expected_[static_cast<std::size_t>(first)] && state != expected_[static_cast<std::size_t>(second)])
            note(fmt::format("shows {}, not {} or {}", state, first, second));
    }

    void note(std::string what) { wrong_.push_back(context_ + ": " + std::move(what)); }

    ManualClock clock_;
    std::vector<std::string> expected_ = CrashWorkload::expected_states(clock_);
    std::unique_ptr<Random> random_ = make_seeded_random(7);
    std::string context_;
    int calls_ = 0;
    std::vector<std::string> wrong_;
};

TEST_F(FailingDisk, one_failed_call_loses_nothing_acknowledged_and_brings_nothing_back) {
    fail_everywhere("disk_failed", FakeDisk::Fails::once);

    EXPECT_THAT(wrong_, IsEmpty());
    EXPECT_GE(calls_, 60);
}

TEST_F(FailingDisk, a_disk_that_stays_broken_loses_nothing_acknowledged_and_brings_nothing_back) {
    fail_everywhere("disk_failed", FakeDisk::Fails::for_good);

    EXPECT_THAT(wrong_, IsEmpty());
    EXPECT_GE(calls_, 60);
}

TEST_F(FailingDisk, one_call_on_a_full_disk_loses_nothing_acknowledged_and_brings_nothing_back) {
    fail_everywhere("disk_full", FakeDisk::Fails::once);

    EXPECT_THAT(wrong_, IsEmpty());
    EXPECT_GE(calls_, 60);
}

TEST_F(FailingDisk, a_disk_that_stays_full_loses_nothing_acknowledged_and_brings_nothing_back) {
    fail_everywhere("disk_full", FakeDisk::Fails::for_good);

    EXPECT_THAT(wrong_, IsEmpty());
    EXPECT_GE(calls_, 60);
}

}  // namespace
}  // namespace skep::store
