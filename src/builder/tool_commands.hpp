#pragma once
// The command lines of the languages' tools. Pure.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/source.hpp"

namespace skep::builder {

using Command = std::vector<std::string>;

enum class DebugInfo : std::uint8_t { strip, keep };

struct CompileInput {
    std::filesystem::path unit;
    std::filesystem::path object;
    std::vector<std::filesystem::path> include;
    DebugInfo debug = DebugInfo::strip;
    std::filesystem::path header;  // compiled already, by `precompile_command`; empty: none
};

// Compiles one file of C or C++.
Command compile_command(const CompileInput& input);

// Compiles a header of C++, for `CompileInput::header` of files that begin with it.
Command precompile_command(const CompileInput& input);

// Does what the compiler printed say that a compiled header does not fit any more?
bool tells_of_stale_header(std::string_view output);

// Links objects. In a command of its own: in one with the compilation, clang runs a wasm-opt that it finds, which drops
// the names of functions.
Command link_command(SourceForm form, const std::vector<std::filesystem::path>& objects,
                     const std::filesystem::path& module, DebugInfo debug);

// One run of cargo, with what is set for it in the environment: "NAME=value".
struct CargoBuild {
    Command command;
    std::vector<std::string> environment;
};

// For the target that rustup has, which links and makes components by itself.
CargoBuild cargo_build();

// For compilers without a WASI target, such as Debian's: Rust's library is compiled along, and what comes of it is a
// core module, linked with the C library in `libc`.
enum class RustOutput : std::uint8_t { library, program };
CargoBuild cargo_build_with_library(const std::filesystem::path& libc, RustOutput output);

// The module that cargo built, found in what it printed. With several, the last.
std::optional<std::filesystem::path> cargo_artifact(std::string_view output);

// What cargo printed for people.
std::string without_cargo_messages(std::string_view output);

// How to go on where `tool` is missing, or where its `output` tells of a part that is.
std::string hint_for(std::string_view tool, std::string_view output);

}  // namespace skep::builder
