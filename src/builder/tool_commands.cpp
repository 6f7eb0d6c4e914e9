#include "builder/tool_commands.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

namespace skep::builder {
namespace {

namespace json = boost::json;

constexpr std::string_view kTarget = "--target=wasm32-wasi";
constexpr std::string_view kClangHint =
    "on a Debian or Ubuntu: apt-get install clang-19 lld-19 wasi-libc libc++-19-dev-wasm32 libc++abi-19-dev-wasm32 "
    "libclang-rt-19-dev-wasm32";
constexpr std::string_view kRustHint =
    "add the target: rustup target add wasm32-wasip2; on a Debian without rustup: apt-get install rust-web-src lld-19 "
    "wasi-libc libclang-rt-19-dev-wasm32";
constexpr std::string_view kCargoHint =
    "install Rust from https://rustup.rs, then: rustup target add wasm32-wasip2; or on a Debian: apt-get install "
    "rustc-web cargo-web rust-web-src lld-19 wasi-libc libclang-rt-19-dev-wasm32";

bool is_c(const std::filesystem::path& file) {
    return file.extension() == ".c";
}

std::optional<std::filesystem::path> module_in(std::string_view line) {
    boost::system::error_code fault;
    const json::value message = json::parse(line, fault);
    if (fault || !message.is_object())
        return std::nullopt;
    const json::value* reason = message.as_object().if_contains("reason");
    const json::value* files = message.as_object().if_contains("filenames");
    if (reason == nullptr || *reason != "compiler-artifact" || files == nullptr || !files->is_array())
        return std::nullopt;
    for (const auto& file : files->as_array()) {
        if (file.is_string() && std::string_view(file.as_string()).ends_with(".wasm"))
            return std::filesystem::path(std::string_view(file.as_string()));
    }
    return std::nullopt;
}

// Calls `visit` with each line, its newline included.
template <typename Visit>
void for_each_line(std::string_view text, Visit visit) {
    while (!text.empty()) {
        const auto size = std::min(text.find('\n'), text.size() - 1) + 1;
        visit(text.substr(0, size));
        text.remove_prefix(size);
    }
}

bool is_message(std::string_view line) {
    return line.starts_with("{\"reason\":");
}

Command cargo_command(std::string_view target) {
    return {
        "cargo", "build", "--release", "--target", std::string(target), "--message-format", "json-render-diagnostics"};
}

}  // namespace

Command compile_command(const CompileInput& input) {
    Command command{is_c(input.unit) ? "clang-19" : "clang++-19", std::string(kTarget), "-O2", "-Wall", "-Wextra"};
    if (!is_c(input.unit))
        command.insert(command.end(), {"-std=c++20", "-fno-exceptions", "-fno-rtti"});
    if (input.debug == DebugInfo::keep)
        command.emplace_back("-gline-tables-only");
    for (const auto& folder : input.include)
        command.insert(command.end(), {"-isystem", folder.string()});
    if (!input.header.empty())
        command.insert(command.end(), {"-include-pch", input.header.string()});
    command.insert(command.end(), {"-c", input.unit.string(), "-o", input.object.string()});
    return command;
}

Command precompile_command(const CompileInput& input) {
    Command command = compile_command(input);
    command.insert(command.begin() + 1,
                   {"-x", "c++-header", "-fpch-instantiate-templates", "-Wno-pragma-once-outside-header"});
    return command;
}

bool tells_of_stale_header(std::string_view output) {
    return output.contains("precompiled header") || output.contains("PCH file");
}

Command link_command(SourceForm form, const std::vector<std::filesystem::path>& objects,
                     const std::filesystem::path& module, DebugInfo debug) {
    Command command{form == SourceForm::c_program ? "clang-19" : "clang++-19", std::string(kTarget)};
    if (form == SourceForm::cpp_component)
        command.emplace_back("-mexec-model=reactor");
    if (debug == DebugInfo::strip)
        command.emplace_back("-Wl,--strip-debug");
    for (const auto& object : objects)
        command.push_back(object.string());
    command.insert(command.end(), {"-o", module.string()});
    return command;
}

CargoBuild cargo_build() {
    return {.command = cargo_command("wasm32-wasip2"), .environment = {}};
}

CargoBuild cargo_build_with_library(const std::filesystem::path& libc, RustOutput output) {
    CargoBuild build{.command = cargo_command("wasm32-wasip1"), .environment = {}};
    build.command.insert(build.command.end(), {"-Z", "build-std=std,panic_abort"});
    const auto start = libc / (output == RustOutput::program ? "crt1-command.o" : "crt1-reactor.o");
    build.environment = {
        "RUSTC_BOOTSTRAP=1",
        "CARGO_TARGET_WASM32_WASIP1_LINKER=wasm-ld-19",
        fmt::format("CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS=-C linker-flavor=wasm-ld -C link-self-contained=no "
                    "-L native={} -C link-arg={} -C link-arg=-lc",
                    libc.string(), start.string()),
    };
    return build;
}

std::optional<std::filesystem::path> cargo_artifact(std::string_view output) {
    std::optional<std::filesystem::path> found;
    for_each_line(output, [&](std::string_view line) {
        if (auto module = is_message(line) ? module_in(line) : std::nullopt)
            found = std::move(module);
    });
    return found;
}

std::string without_cargo_messages(std::string_view output) {
    std::string text;
    for_each_line(output, [&](std::string_view line) {
        if (!is_message(line))
            text += line;
    });
    return text;
}

std::string hint_for(std::string_view tool, std::string_view output) {
    const auto tells = [&](std::string_view words) { return output.find(words) != std::string_view::npos; };
    if (tool == "cargo") {
        if (output.empty())
            return std::string(kCargoHint);
        return tells("target may not be installed") ? std::string(kRustHint) : "";
    }
    const bool is_library_missing = (tells("file not found") && tells("<")) || tells("cannot open crt1") ||
                                    tells("cannot open") || tells("unable to find library");
    return output.empty() || is_library_missing ? std::string(kClangHint) : "";
}

}  // namespace skep::builder
