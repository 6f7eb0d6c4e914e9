#include "base/files.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

class Files : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "skep-files-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_;
};

TEST_F(Files, reads_back_what_was_written) {
    ASSERT_TRUE(write_file(folder_ / "a", "first"));
    ASSERT_TRUE(write_file(folder_ / "a", "second"));

    EXPECT_EQ(read_file(folder_ / "a", 100).value(), "second");
}

TEST_F(Files, names_a_missing_file) {
    const auto read = read_file(folder_ / "none", 100);

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().name(), "not_found");
    EXPECT_NE(read.error().message().find("none: No such file"), std::string::npos);
}

TEST_F(Files, refuses_a_file_over_the_limit) {
    ASSERT_TRUE(write_file(folder_ / "a", "12345"));

    EXPECT_EQ(read_file(folder_ / "a", 4).error().name(), "file_too_large");
}

}  // namespace
}  // namespace skep
