#include "platform/data_directory.hpp"

#include <gtest/gtest.h>

#include "base/files.hpp"

namespace skep::platform {
namespace {

class DataDirectoryTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "skep-data-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_;
};

TEST_F(DataDirectoryTest, is_made_where_it_is_missing) {
    EXPECT_TRUE(DataDirectory::claim(folder_ / "a" / "b"));
    EXPECT_TRUE(std::filesystem::is_directory(folder_ / "a" / "b"));
}

TEST_F(DataDirectoryTest, has_one_owner_at_a_time) {
    auto first = DataDirectory::claim(folder_);
    ASSERT_TRUE(first);

    EXPECT_EQ(DataDirectory::claim(folder_).error().name(), "data_directory_locked");
    first = fail(internal("released"));
    EXPECT_TRUE(DataDirectory::claim(folder_));
}

TEST_F(DataDirectoryTest, that_is_a_file_is_not_writable) {
    std::filesystem::path file = folder_ / "file";
    fclose(fopen(file.c_str(), "w"));

    EXPECT_EQ(DataDirectory::claim(file).error().name(), "data_directory_not_writable");
}

TEST_F(DataDirectoryTest, keeps_its_token_for_itself) {
    const auto directory = DataDirectory::claim(folder_).value();

    const std::string token = directory.control_token().value();

    EXPECT_EQ(token.size(), 48U);
    EXPECT_EQ(directory.control_token().value(), token);
    EXPECT_EQ(std::filesystem::status(folder_ / "control.token").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(DataDirectoryTest, tells_where_the_control_api_listens) {
    const auto directory = DataDirectory::claim(folder_).value();

    ASSERT_TRUE(directory.leave_control_address("127.0.0.1:4711"));

    EXPECT_EQ(read_file(folder_ / "control.address", 100).value(), "127.0.0.1:4711\n");
}

}  // namespace
}  // namespace skep::platform
