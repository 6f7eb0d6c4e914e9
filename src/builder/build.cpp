#include "builder/build.hpp"

#include <unistd.h>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "builder/detail/component.hpp"
#include "builder/detail/sdk_folder.hpp"

namespace skep::builder {
namespace {

constexpr std::uint64_t kModuleLimit = 256ULL << 20;
constexpr std::string_view kWorld = "service";

// The output of a tool that did its work.
Result<std::string> run_tool(const Command& command, const std::filesystem::path& folder, const BuildSettings& settings,
                             std::vector<std::string> environment = {}) {
    ProcessOptions options;
    options.env = std::move(environment);
    options.timeout = std::chrono::minutes(15);
    options.output_limit = 4 << 20;
    options.folder = folder;
    options.stop = settings.stop;
    if (settings.debug == DebugInfo::keep)
        options.env.emplace_back("CARGO_PROFILE_RELEASE_DEBUG=line-tables-only");
    auto ended = run_process(command, options);
    if (!ended)
        return fail("tool_not_found", "{}; {}", ended.error().message(), hint_for(command.front(), ""));
    if (ended->stopped)
        return fail("cancelled", "the build was stopped");
    if (ended->exit_code == 0)
        return std::move(ended->output);
    std::string output = without_cargo_messages(ended->output);
    while (output.ends_with('\n'))
        output.pop_back();
    const std::string hint = hint_for(command.front(), output);
    return fail(error("build_failed", "{} {} in {}{}{}", command.front(),
                      ended->timed_out ? "took longer than 15 minutes" : "reported an error", folder.string(),
                      hint.empty() ? "" : "; ", hint)
                    .with_detail(std::move(output)));
}

Result<> make_folder(const std::filesystem::path& folder) {
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    if (fault)
        return fail(file_error("create", folder, fault.value()));
    return {};
}

// The bindings of the world that components are built for: made and compiled once for an SDK.
struct Bindings {
    std::filesystem::path folder;
    std::vector<std::filesystem::path> objects;
};

Result<Bindings> compiled_bindings(const std::filesystem::path& sdk, const BuildSettings& settings) {
    const auto folder = sdk / "bindings";
    TRY_DO(make_bindings(sdk / "wit", kWorld, folder));
    const auto object = folder / "service.o";
    if (!std::filesystem::exists(object)) {
        const std::filesystem::path scratch = fmt::format("{}.{}", object.string(), ::getpid());
        TRY_DO(run_tool(compile_command({.unit = folder / "service.c", .object = scratch, .include = {}}), folder,
                        settings));
        std::error_code fault;
        std::filesystem::rename(scratch, object, fault);
        if (fault)
            return fail(file_error("create", object, fault.value()));
    }
    return Bindings{folder, {object, folder / "service_component_type.o"}};
}

// One build of C or C++, in a folder of its own.
class ClangBuild {
public:
    ClangBuild(const Source& source, const BuildSettings& settings)
        : source_(source),
          settings_(settings),
          objects_(settings.cache / "objects" /
                   fmt::format("{}.{}", short_name_of(source.folder.native()), ::getpid())) {}
    ClangBuild(const ClangBuild&) = delete;
    ClangBuild& operator=(const ClangBuild&) = delete;
    ~ClangBuild() {
        std::error_code ignored;
        std::filesystem::remove_all(objects_, ignored);
    }

    // The bytes of the linked module.
    Result<std::string> run() {
        TRY_DO(make_folder(objects_));
        TRY(const auto sdk, sdk_folder(settings_.cache));
        std::vector<std::filesystem::path> include{sdk / "include"};
        std::vector<std::filesystem::path> linked;
        if (source_.form == SourceForm::cpp_component) {
            TRY(auto bindings, compiled_bindings(sdk, settings_));
            include.push_back(bindings.folder);
            linked = std::move(bindings.objects);
        }
        TRY_DO(compile_units(include, linked));
        const auto module = objects_ / "module.wasm";
        TRY_DO(run_tool(link_command(source_.form, linked, module, settings_.debug), source_.folder, settings_));
        return read_file(module, kModuleLimit);
    }

private:
    Result<> compile_units(const std::vector<std::filesystem::path>& include,
                           std::vector<std::filesystem::path>& linked) {
        for (const auto& unit : source_.units) {
            const auto object = objects_ / (unit.filename().string() + ".o");
            TRY_DO(compile_unit({unit, object, include, settings_.debug, precompiled_for(unit, include)}));
            linked.push_back(object);
        }
        return {};
    }

    Result<> compile_unit(CompileInput input) const {
        Result<std::string> compiled = run_tool(compile_command(input), source_.folder, settings_);
        if (!compiled && !input.header.empty() && tells_of_stale_header(compiled.error().detail())) {
            std::error_code ignored;
            std::filesystem::remove(input.header, ignored);
            input.header.clear();
            compiled = run_tool(compile_command(input), source_.folder, settings_);
        }
        TRY_DO(std::move(compiled));
        return {};
    }

    // While developing: the SDK's header that `unit` includes, compiled once, because it takes two thirds of the time
    // of a small file. Empty where there is none, or it cannot be compiled: then the unit's own compilation says why.
    std::filesystem::path precompiled_for(const std::filesystem::path& unit,
                                          const std::vector<std::filesystem::path>& include) const {
        const auto text = read_file(unit, kModuleLimit);
        if (settings_.debug == DebugInfo::strip || !text)
            return {};
        for (const std::string_view header : {"skep/http.hpp", "skep/cgi.hpp"}) {
            if (includes(*text, header))
                return precompile(include.front() / header, include).value_or(std::filesystem::path());
        }
        return {};
    }

    // Named by all that decides what it holds.
    Result<std::filesystem::path> precompile(const std::filesystem::path& header,
                                             const std::vector<std::filesystem::path>& include) const {
        CompileInput input{.unit = header, .include = include, .debug = settings_.debug};
        TRY(const std::string version, run_tool({"clang++-19", "--version"}, source_.folder, settings_));
        const std::string key = fmt::format("{}{}", version, fmt::join(precompile_command(input), " "));
        const std::filesystem::path compiled =
            include.front().parent_path() / fmt::format("{}-{}.pch", header.stem().string(), short_name_of(key));
        if (std::filesystem::exists(compiled))
            return compiled;
        input.object = fmt::format("{}.{}", compiled.string(), ::getpid());
        TRY_DO(run_tool(precompile_command(input), source_.folder, settings_));
        std::error_code fault;
        std::filesystem::rename(input.object, compiled, fault);
        if (fault)
            return fail(file_error("create", compiled, fault.value()));
        return compiled;
    }

    const Source& source_;
    const BuildSettings& settings_;
    std::filesystem::path objects_;
};

// What a tool printed last, after what it may have said before.
std::string_view last_line(std::string_view output) {
    output.remove_suffix(output.ends_with('\n') ? 1 : 0);
    return output.substr(output.rfind('\n') + 1);
}

// Where Debian has its C library for WebAssembly; empty where it is not installed.
std::filesystem::path debian_libc() {
    for (const char* folder : {"/usr/lib/wasm32-wasi", "/usr/lib/wasm32-wasi/lib"}) {
        if (std::filesystem::exists(std::filesystem::path(folder) / "crt1-reactor.o"))
            return folder;
    }
    return {};
}

// Whether the compiler in use lacks the target, and all that its library is compiled from is there.
bool must_compile_rust_library(const std::filesystem::path& sysroot) {
    const auto libraries = sysroot / "lib/rustlib";
    return !std::filesystem::exists(libraries / "wasm32-wasip2") &&
           std::filesystem::exists(libraries / "src/rust/library/std") && !debian_libc().empty();
}

Result<std::string> module_of(const CargoBuild& cargo, const Source& source, const BuildSettings& settings) {
    TRY(const std::string output, run_tool(cargo.command, source.folder, settings, cargo.environment));
    const auto artifact = cargo_artifact(output);
    if (!artifact)
        return fail("build_failed",
                    "cargo built no module in {}; the package needs a program, or crate-type = [\"cdylib\"] in [lib]",
                    source.folder.string());
    return read_file(*artifact, kModuleLimit);
}

Result<std::string> build_rust(const Source& source, const BuildSettings& settings) {
    const auto printed = run_tool({"rustc", "--print", "sysroot"}, source.folder, settings);
    if (!printed || !must_compile_rust_library(last_line(*printed)))
        return module_of(cargo_build(), source, settings);
    const bool is_program = std::filesystem::exists(source.folder / "src/main.rs");
    const RustOutput kind = is_program ? RustOutput::program : RustOutput::library;
    TRY(std::string module, module_of(cargo_build_with_library(debian_libc(), kind), source, settings));
    if (is_program)
        return module;
    return encode_component(module);
}

Result<std::string> bytes_of(const Source& source, const BuildSettings& settings) {
    if (source.form == SourceForm::rust)
        return build_rust(source, settings);
    TRY(std::string module, ClangBuild(source, settings).run());
    if (source.form == SourceForm::cpp_component)
        return encode_component(module);
    return module;
}

}  // namespace

Result<Built> build(const Source& source, const std::filesystem::path& module, const BuildSettings& settings) {
    const SystemClock clock;
    const TimePoint begin = clock.now();
    TRY(const std::string bytes, bytes_of(source, settings));
    const auto before = read_file(module, kModuleLimit);
    const bool is_new = !before || *before != bytes;
    if (is_new) {
        TRY_DO(make_folder(module.parent_path()));
        TRY_DO(write_file(module, bytes));
    }
    return Built{bytes.size(), std::chrono::duration_cast<std::chrono::milliseconds>(clock.now() - begin), is_new};
}

}  // namespace skep::builder
