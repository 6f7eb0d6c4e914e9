#include "builder/tool_commands.hpp"

#include <gmock/gmock.h>

namespace skep::builder {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

TEST(CompileCommand, compiles_cpp_without_exceptions) {
    const Command command = compile_command({.unit = "/p/main.cpp", .object = "/c/main.o", .include = {"/sdk"}});

    EXPECT_THAT(command, ElementsAre("clang++-19", "--target=wasm32-wasi", "-O2", "-Wall", "-Wextra", "-std=c++20",
                                     "-fno-exceptions", "-fno-rtti", "-isystem", "/sdk", "-c", "/p/main.cpp", "-o",
                                     "/c/main.o"));
}

TEST(CompileCommand, compiles_c_by_the_compiler_of_c) {
    const Command command = compile_command({.unit = "/p/main.c", .object = "/c/main.o", .include = {}});

    EXPECT_EQ(command.front(), "clang-19");
    EXPECT_THAT(command, Not(Contains("-std=c++20")));
}

TEST(CompileCommand, keeps_line_numbers_where_they_are_wanted) {
    const Command command =
        compile_command({.unit = "/p/main.c", .object = "/c/main.o", .include = {}, .debug = DebugInfo::keep});

    EXPECT_THAT(command, Contains("-gline-tables-only"));
}

TEST(CompileCommand, takes_a_compiled_header) {
    const Command command =
        compile_command({.unit = "/p/main.cpp", .object = "/c/main.o", .include = {}, .header = "/sdk/http.pch"});

    EXPECT_THAT(command, IsSupersetOf({"-include-pch", "/sdk/http.pch"}));
}

TEST(PrecompileCommand, compiles_a_header_with_the_flags_of_a_file) {
    const Command command = precompile_command({.unit = "/sdk/http.hpp", .object = "/sdk/http.pch", .include = {}});

    EXPECT_THAT(command, IsSupersetOf({"-x", "c++-header", "-std=c++20", "-O2", "/sdk/http.hpp", "/sdk/http.pch"}));
}

TEST(StaleHeader, is_told_by_the_compiler) {
    EXPECT_TRUE(
        tells_of_stale_header("fatal error: file 'x.hpp' has been modified since the precompiled header 'x' was"));
    EXPECT_FALSE(tells_of_stale_header("main.cpp:1:1: error: expected ';'\n"));
}

TEST(LinkCommand, links_a_component_as_a_reactor) {
    EXPECT_THAT(link_command(SourceForm::cpp_component, {"a.o"}, "a.wasm", DebugInfo::strip),
                Contains("-mexec-model=reactor"));
}

TEST(LinkCommand, never_drops_names) {
    const Command command = link_command(SourceForm::cpp_program, {"a.o"}, "a.wasm", DebugInfo::strip);

    EXPECT_THAT(command, ElementsAre("clang++-19", "--target=wasm32-wasi", "-Wl,--strip-debug", "a.o", "-o", "a.wasm"));
}

TEST(CargoBuild, is_for_the_target_that_rustup_has) {
    const CargoBuild build = cargo_build();

    EXPECT_THAT(build.command, Contains("wasm32-wasip2"));
    EXPECT_THAT(build.environment, IsEmpty());
}

TEST(CargoBuild, compiles_the_library_along_and_links_it_with_the_c_library) {
    const CargoBuild build = cargo_build_with_library("/lib/wasi", RustOutput::library);

    EXPECT_THAT(build.command, IsSupersetOf({"wasm32-wasip1", "-Z", "build-std=std,panic_abort"}));
    EXPECT_THAT(build.environment, Contains(AllOf(HasSubstr("-L native=/lib/wasi"), HasSubstr("/crt1-reactor.o"))));
}

TEST(CargoBuild, starts_a_program_by_its_main) {
    const CargoBuild build = cargo_build_with_library("/lib/wasi", RustOutput::program);

    EXPECT_THAT(build.environment, Contains(HasSubstr("/lib/wasi/crt1-command.o")));
}

TEST(CargoArtifact, is_the_last_module_of_the_messages) {
    const auto found = cargo_artifact(
        "   Compiling users v0.1.0\n"
        "{\"reason\":\"compiler-artifact\",\"filenames\":[\"/t/libbits.rlib\"]}\n"
        "{\"reason\":\"compiler-artifact\",\"filenames\":[\"/t/users.wasm\"]}\n"
        "{\"reason\":\"build-finished\",\"success\":true}\n");

    EXPECT_EQ(found, "/t/users.wasm");
}

TEST(CargoArtifact, is_nothing_where_no_module_was_built) {
    EXPECT_FALSE(cargo_artifact("{\"reason\":\"compiler-artifact\",\"filenames\":[\"/t/libbits.rlib\"]}\n"));
    EXPECT_FALSE(cargo_artifact("{\"reason\":broken\n"));
    EXPECT_FALSE(cargo_artifact(""));
}

TEST(CargoMessages, are_left_out_of_what_people_read) {
    EXPECT_EQ(without_cargo_messages("error: no\n{\"reason\":\"build-finished\"}\nsee above"), "error: no\nsee above");
}

TEST(Hint, names_the_target_that_rust_lacks) {
    EXPECT_THAT(hint_for("cargo", "  = note: the `wasm32-wasip2` target may not be installed\n"),
                HasSubstr("rustup target add wasm32-wasip2"));
}

TEST(Hint, names_the_packages_where_a_compiler_or_its_library_is_missing) {
    EXPECT_THAT(hint_for("clang++-19", ""), HasSubstr("apt-get install clang-19"));
    EXPECT_THAT(hint_for("clang++-19", "wasm-ld: error: cannot open crt1-command.o: No such file\n"),
                AllOf(HasSubstr("wasi-libc"), HasSubstr("libclang-rt-19-dev-wasm32")));
    EXPECT_THAT(hint_for("clang++-19", "fatal error: 'string' file not found\n    1 | #include <string>\n"),
                HasSubstr("libc++-19-dev-wasm32"));
}

TEST(Hint, is_empty_for_a_fault_of_the_code) {
    EXPECT_THAT(hint_for("cargo", "error[E0405]: cannot find trait\n"), IsEmpty());
    EXPECT_THAT(hint_for("clang++-19", "main.cpp:1:1: error: expected ';'\n"), IsEmpty());
}

}  // namespace
}  // namespace skep::builder
