#include "builder/detail/sdk_folder.hpp"

#include <gmock/gmock.h>

#include "builder/testing/project_fixture.hpp"

namespace skep::builder {
namespace {

class SdkFolder : public ProjectFixture {};

TEST_F(SdkFolder, has_the_headers_and_the_interfaces) {
    const auto folder = sdk_folder(project_);

    ASSERT_TRUE(folder);
    EXPECT_TRUE(std::filesystem::exists(*folder / "include/skep/http.hpp"));
    EXPECT_TRUE(std::filesystem::exists(*folder / "wit/deps/http.wit"));
}

TEST_F(SdkFolder, is_written_once) {
    const auto first = sdk_folder(project_);
    ASSERT_TRUE(first);
    std::filesystem::remove(*first / "include/skep/http.hpp");

    const auto second = sdk_folder(project_);

    ASSERT_TRUE(second);
    EXPECT_EQ(*first, *second);
    EXPECT_FALSE(std::filesystem::exists(*second / "include/skep/http.hpp"));
}

TEST_F(SdkFolder, that_cannot_be_written_is_an_error) {
    write("file");

    const auto folder = sdk_folder(project_ / "file");

    EXPECT_FALSE(folder);
}

}  // namespace
}  // namespace skep::builder
