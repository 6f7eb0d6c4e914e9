#pragma once
// Code: a compiled module, and what can be known of a module without compiling it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wasm/engine.hpp"

struct skep_code;

namespace skep::wasm {

// What a module can be called as. A module may be several.
struct ModuleKind {
    bool http_02 = false;  // wasi:http/incoming-handler@0.2.x
    bool http_03 = false;  // wasi:http/handler@0.3.x
    bool cgi = false;      // preview 1 command
    bool run = false;      // wasi:cli/run, 0.2 or 0.3
    bool is_component = false;

    bool is_handler() const { return http_02 || http_03 || cgi; }
    // "http 0.2", "http 0.3", "cgi", "command", "unknown"
    std::string_view name() const;
};

// Found by reading, not by running; safe on hostile input.
struct ModuleDescription {
    ModuleKind kind;
    std::vector<std::string> imports;  // "wasi:http/types@0.2.6", or "module.name" for core modules
    std::uint32_t functions = 0;
    std::uint64_t min_memory_bytes = 0;
};

// Fails with `module_invalid`, `module_too_large` or `module_unsupported`, with offset and reason.
Result<ModuleDescription> inspect(std::string_view module, const EngineOptions& options);

// Compiles `module` in this process. Takes seconds and much memory: the code cache runs it in a process of its own.
Result<std::string> precompile(std::string_view module, const EngineOptions& options);

// Compiled code, mapped. Shared by the apps of every service that runs the same module.
class Code {
public:
    // Opens the first `size` bytes of `fd`, which were authenticated and do not change any more.
    // `digest`: of the module and the engine, in hex.
    static Result<std::shared_ptr<const Code>> open_trusted(Engine& engine, int fd, std::uint64_t size,
                                                            std::string digest);

    // Compiles and opens in this process; for tests and `skep run` of small programs.
    static Result<std::shared_ptr<const Code>> compile(Engine& engine, std::string_view module);

    ~Code();
    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;

    ModuleKind kind() const;
    std::vector<std::string> imports() const;
    std::uint64_t size_bytes() const;
    const std::string& digest() const { return digest_; }
    const skep_code* raw() const { return raw_; }

private:
    Code(skep_code* raw, std::string digest) : raw_(raw), digest_(std::move(digest)) {}
    skep_code* raw_;
    std::string digest_;
};

}  // namespace skep::wasm
