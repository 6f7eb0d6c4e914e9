#include "store/detail/files/page_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/fake_disk.hpp"

namespace skep::store {
namespace {

using ::testing::HasSubstr;

constexpr const char* kPath = "/d/store.db";

Page page_of(std::uint8_t byte) {
    Page page;
    page.fill(byte);
    return page;
}

class PageFileTest : public ::testing::Test {
protected:
    std::unique_ptr<DiskFile> open_file() {
        EXPECT_TRUE(disk_.make_folder("/d"));
        auto file = disk_.open(kPath, OpenMode::create).value();
        EXPECT_TRUE(disk_.sync_folder("/d"));
        return file;
    }

    Result<> write(std::uint32_t number, std::uint8_t byte) {
        return file_.write((number - 1) * kPageBytes, page_of(byte));
    }
    Result<std::size_t> read(std::uint32_t number) {
        return file_.read((number - 1) * kPageBytes, page_, PageFile::FirstPage::whole);
    }

    FakeDisk disk_;
    FirstFailure failure_;
    PageFile file_{open_file(), 0, kPath, failure_};
    Page page_{};
};

TEST(StampedPage, is_whole_in_its_own_place_only) {
    Page page = page_of(7);
    stamp_page(3, page);

    EXPECT_TRUE(page_is_whole(3, page));
    EXPECT_FALSE(page_is_whole(4, page));
    page[100] ^= 1;
    EXPECT_FALSE(page_is_whole(3, page));
}

TEST_F(PageFileTest, gives_back_what_was_written_but_for_the_reserved_bytes) {
    ASSERT_TRUE(write(1, 7));

    EXPECT_EQ(read(1).value(), kPageBytes);
    EXPECT_EQ(page_[0], 7);
    EXPECT_EQ(page_[kPageBytes - kReservedBytes - 1], 7);
}

TEST_F(PageFileTest, nothing_is_read_behind_the_end) {
    ASSERT_TRUE(write(1, 7));

    EXPECT_EQ(read(2).value(), 0U);
    EXPECT_FALSE(failure_.get());
}

TEST_F(PageFileTest, pages_left_out_are_whole_and_synced_before_what_follows_them) {
    ASSERT_TRUE(write(1, 7));

    ASSERT_TRUE(write(4, 7));

    EXPECT_EQ(disk_.calls(DiskCall::sync), 1U);
    EXPECT_EQ(read(3).value(), kPageBytes);
    EXPECT_EQ(page_[0], 0);
    EXPECT_FALSE(failure_.get());
}

TEST_F(PageFileTest, the_first_page_may_be_torn_where_the_wal_overrules_it) {
    ASSERT_TRUE(write(1, 7));
    disk_.flip_bit(kPath, 50, 0);
    std::array<std::uint8_t, 100> header{};

    EXPECT_EQ(file_.read(0, header, PageFile::FirstPage::in_wal).value(), header.size());
    EXPECT_FALSE(failure_.get());
    EXPECT_EQ(file_.read(0, header, PageFile::FirstPage::whole).error().name(), "store_damaged");
    EXPECT_THAT(failure_.get()->message(), HasSubstr("page 1"));
}

TEST_F(PageFileTest, a_full_disk_lets_writes_be_tried_again_and_a_failed_one_does_not) {
    disk_.fail_change(0, "disk_full");
    EXPECT_EQ(write(1, 7).error().name(), "disk_full");
    EXPECT_TRUE(write(1, 7));

    disk_.fail_change(0, "disk_failed");
    EXPECT_EQ(write(2, 7).error().name(), "disk_failed");
    EXPECT_EQ(write(2, 7).error().name(), "store_failed");
}

TEST_F(PageFileTest, knows_how_many_pages_a_power_cut_leaves) {
    ASSERT_TRUE(write(1, 7));
    ASSERT_TRUE(write(2, 7));
    EXPECT_EQ(file_.synced_pages(), 0U);

    ASSERT_TRUE(file_.sync());
    EXPECT_EQ(file_.synced_pages(), 2U);

    ASSERT_TRUE(file_.truncate(kPageBytes));
    EXPECT_EQ(file_.synced_pages(), 1U);
}

TEST(FirstPage, is_the_same_in_every_version) {
    const Page page = first_page();

    EXPECT_TRUE(page_is_whole(1, page));
    EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(page.data()), 15), "SQLite format 3");
}

}  // namespace
}  // namespace skep::store
