#include "store/disk.hpp"

#include <cstdlib>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/fake_disk.hpp"

namespace skep::store {
namespace {

struct Kind {
    std::string name;
    std::function<std::unique_ptr<Disk>()> make;
};

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string text_of(DiskFile& file) {
    std::string text(100, '?');
    const std::size_t count = file.read(0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}).value();
    return text.substr(0, count);
}

// What holds of every disk.
class AnyDisk : public ::testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "skep-disk-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        ASSERT_TRUE(disk_->make_folder(folder_));
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::unique_ptr<DiskFile> make(const std::string& name, std::string_view text) {
        auto file = disk_->open(folder_ / name, OpenMode::create).value();
        EXPECT_TRUE(file->write(0, bytes_of(text)));
        return file;
    }

    std::unique_ptr<Disk> disk_ = GetParam().make();
    std::filesystem::path folder_;
};

TEST_P(AnyDisk, reads_what_was_written) {
    const auto file = make("a", "hello world");
    ASSERT_TRUE(file->write(6, bytes_of("there")));

    EXPECT_EQ(text_of(*file), "hello there");
    EXPECT_EQ(file->size().value(), 11U);
}

TEST(SystemDisk, a_folder_that_cannot_be_made_is_an_error) {
    const auto made = make_system_disk()->make_folder("/proc/skep/store");

    EXPECT_EQ(made.error().name(), "disk_failed");
}

TEST_P(AnyDisk, a_gap_reads_as_zeros) {
    const auto file = make("a", "x");
    ASSERT_TRUE(file->write(3, bytes_of("y")));

    EXPECT_EQ(text_of(*file), std::string("x\0\0y", 4));
}

TEST_P(AnyDisk, nothing_is_read_behind_the_end) {
    const auto file = make("a", "abc");
    std::array<std::uint8_t, 4> out{};

    EXPECT_EQ(file->read(3, out).value(), 0U);
    EXPECT_EQ(file->read(1, out).value(), 2U);
}

TEST_P(AnyDisk, truncate_cuts_and_extends_by_zeros) {
    const auto file = make("a", "abcdef");
    ASSERT_TRUE(file->truncate(2));
    ASSERT_TRUE(file->truncate(4));
    ASSERT_TRUE(file->sync());

    EXPECT_EQ(text_of(*file), std::string("ab\0\0", 4));
}

TEST_P(AnyDisk, what_is_not_there_is_not_found) {
    EXPECT_EQ(disk_->open(folder_ / "a", OpenMode::existing).error().name(), "not_found");
    EXPECT_EQ(disk_->remove(folder_ / "a").error().name(), "not_found");
    EXPECT_EQ(disk_->rename(folder_ / "a", folder_ / "b").error().name(), "not_found");
    EXPECT_EQ(disk_->names_in(folder_ / "a").error().name(), "not_found");
    EXPECT_FALSE(disk_->exists(folder_ / "a").value());
}

TEST_P(AnyDisk, create_opens_what_is_there) {
    make("a", "abc");

    EXPECT_EQ(text_of(*disk_->open(folder_ / "a", OpenMode::create).value()), "abc");
    EXPECT_EQ(text_of(*disk_->open(folder_ / "a", OpenMode::existing).value()), "abc");
}

TEST_P(AnyDisk, rename_replaces) {
    make("a", "new");
    make("b", "old");

    ASSERT_TRUE(disk_->rename(folder_ / "a", folder_ / "b"));
    ASSERT_TRUE(disk_->sync_folder(folder_));

    EXPECT_EQ(text_of(*disk_->open(folder_ / "b", OpenMode::existing).value()), "new");
    EXPECT_FALSE(disk_->exists(folder_ / "a").value());
}

TEST_P(AnyDisk, a_removed_file_can_be_read_while_it_is_open) {
    const auto file = make("a", "abc");

    ASSERT_TRUE(disk_->remove(folder_ / "a"));

    EXPECT_EQ(text_of(*file), "abc");
    EXPECT_FALSE(disk_->exists(folder_ / "a").value());
}

TEST_P(AnyDisk, a_temporary_file_has_no_name) {
    const auto file = disk_->open_temporary(folder_).value();
    ASSERT_TRUE(file->write(0, bytes_of("abc")));

    EXPECT_EQ(text_of(*file), "abc");
    EXPECT_THAT(disk_->names_in(folder_).value(), ::testing::IsEmpty());
}

TEST_P(AnyDisk, makes_folders_with_what_is_above_them) {
    ASSERT_TRUE(disk_->make_folder(folder_ / "x" / "y"));
    ASSERT_TRUE(disk_->make_folder(folder_ / "x" / "y"));
    make("x/y/a", "abc");

    EXPECT_THAT(disk_->names_in(folder_ / "x" / "y").value(), ::testing::ElementsAre("a"));
    EXPECT_THAT(disk_->names_in(folder_).value(), ::testing::ElementsAre("x"));
}

TEST_P(AnyDisk, a_file_in_a_folder_that_is_not_there_fails) {
    EXPECT_FALSE(disk_->open(folder_ / "x" / "a", OpenMode::create));
}

INSTANTIATE_TEST_SUITE_P(Kinds, AnyDisk,
                         ::testing::Values(Kind{"system", make_system_disk},
                                           Kind{"fake", [] { return std::make_unique<FakeDisk>(); }}),
                         [](const auto& kind) { return kind.param.name; });

class FakeDiskTest : public ::testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(disk_.make_folder("/d")); }

    // What is in /d/a after a power cut that loses what it can.
    std::string left() {
        const auto after = disk_.after_power_cut(Unsynced::lost, *random_);
        auto file = after->open("/d/a", OpenMode::existing);
        return file ? text_of(**file) : "no file";
    }

    FakeDisk disk_;
    std::unique_ptr<Random> random_ = make_seeded_random(1);
};

TEST_F(FakeDiskTest, what_is_not_synced_can_be_lost) {
    const auto file = disk_.open("/d/a", OpenMode::create).value();
    ASSERT_TRUE(file->write(0, bytes_of("abc")));
    EXPECT_EQ(left(), "no file");

    ASSERT_TRUE(disk_.sync_folder("/d"));
    EXPECT_EQ(left(), "");

    ASSERT_TRUE(file->sync());
    EXPECT_EQ(left(), "abc");
}

TEST_F(FakeDiskTest, a_killed_process_loses_nothing) {
    ASSERT_TRUE(disk_.open("/d/a", OpenMode::create).value()->write(0, bytes_of("abc")));
    ASSERT_TRUE(disk_.sync_folder("/d"));

    const auto after = disk_.after_power_cut(Unsynced::kept, *random_);

    EXPECT_EQ(text_of(*after->open("/d/a", OpenMode::existing).value()), "abc");
}

TEST_F(FakeDiskTest, a_failed_sync_is_not_made_good_by_a_later_one) {
    const auto file = disk_.open("/d/a", OpenMode::create).value();
    ASSERT_TRUE(disk_.sync_folder("/d"));
    ASSERT_TRUE(file->write(0, bytes_of("abc")));
    disk_.fail_change(0, "disk_failed");

    EXPECT_FALSE(file->sync());
    EXPECT_TRUE(file->sync());

    EXPECT_EQ(text_of(*file), "abc");
    EXPECT_EQ(left(), "");
}

TEST_F(FakeDiskTest, fails_the_change_it_was_told_to) {
    const auto file = disk_.open("/d/a", OpenMode::create).value();
    disk_.fail_change(1, "disk_full");

    EXPECT_TRUE(file->write(0, bytes_of("ab")));
    EXPECT_EQ(file->write(2, bytes_of("cd")).error().name(), "disk_full");
    EXPECT_TRUE(file->write(4, bytes_of("ef")));

    EXPECT_EQ(text_of(*file), std::string("abc\0ef", 6));
    EXPECT_TRUE(disk_.has_failed());
    EXPECT_EQ(disk_.calls(DiskCall::write), 3U);
}

}  // namespace
}  // namespace skep::store
