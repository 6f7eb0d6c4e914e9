#include "builder/source.hpp"

#include <gmock/gmock.h>

#include "builder/testing/project_fixture.hpp"

namespace skep::builder {
namespace {

using testing::ElementsAre;

class FindSource : public ProjectFixture {
protected:
    std::optional<Source> source_of(const std::filesystem::path& module) const {
        return find_source(project_ / module, project_);
    }
};

TEST_F(FindSource, takes_a_cargo_package_beside_the_module) {
    write("users/Cargo.toml");

    const auto source = source_of("users/users.wasm");

    ASSERT_TRUE(source);
    EXPECT_EQ(source->form, SourceForm::rust);
    EXPECT_EQ(source->folder, project_ / "users");
}

TEST_F(FindSource, looks_up_to_two_folders_above_the_module) {
    write("users/main.c");

    EXPECT_TRUE(source_of("users/build/release/users.wasm"));
    EXPECT_FALSE(source_of("users/build/release/wasm/users.wasm"));
}

TEST_F(FindSource, does_not_look_above_the_project) {
    write("main.c");

    EXPECT_FALSE(find_source(project_ / "inner" / "users.wasm", project_ / "inner"));
}

TEST_F(FindSource, looks_into_a_folder_named_src) {
    write("users/src/main.cpp");

    const auto source = source_of("users/users.wasm");

    ASSERT_TRUE(source);
    EXPECT_EQ(source->folder, project_ / "users/src");
}

TEST_F(FindSource, takes_the_files_beside_main_but_no_tests) {
    write("users/main.cpp");
    write("users/book.cpp");
    write("users/book_test.cpp");

    const auto source = source_of("users/users.wasm");

    ASSERT_TRUE(source);
    EXPECT_THAT(source->units, ElementsAre(project_ / "users/book.cpp", project_ / "users/main.cpp"));
}

TEST_F(FindSource, finds_a_component_by_the_header_that_any_file_includes) {
    write("users/main.cpp", "#include \"book.hpp\"\n");
    write("users/service.cpp", "#include <skep/http.hpp>\n");

    const auto source = source_of("users/users.wasm");

    ASSERT_TRUE(source);
    EXPECT_EQ(source->form, SourceForm::cpp_component);
}

TEST(FormOfCpp, is_a_component_where_the_header_is_included) {
    EXPECT_EQ(form_of_cpp("// a service\n  #  include \"skep/http.hpp\"\n"), SourceForm::cpp_component);
}

TEST(FormOfCpp, is_a_program_where_a_comment_only_names_the_header) {
    EXPECT_EQ(form_of_cpp("// #include <skep/http.hpp>\n#include <skep/cgi.hpp>"), SourceForm::cpp_program);
}

TEST(Ignored, are_results_and_hidden_files) {
    EXPECT_TRUE(is_ignored("target"));
    EXPECT_TRUE(is_ignored(".git"));
    EXPECT_TRUE(is_ignored("users.wasm.77.tmp"));
    EXPECT_TRUE(is_ignored("main.cpp~"));
}

TEST(Ignored, are_not_sources) {
    EXPECT_FALSE(is_ignored("main.cpp"));
    EXPECT_FALSE(is_ignored("targets.rs"));
}

}  // namespace
}  // namespace skep::builder
