#pragma once
// A project in a temporary folder, for tests.

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/files.hpp"

namespace skep::builder {

class ProjectFixture : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "skep-project-XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        project_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(project_); }

    // Writes a file of the project, with the folders above it.
    void write(const std::filesystem::path& path, std::string_view text = "") const {
        std::filesystem::create_directories((project_ / path).parent_path());
        ASSERT_TRUE(write_file(project_ / path, text));
    }

    std::filesystem::path project_;
};

}  // namespace skep::builder
