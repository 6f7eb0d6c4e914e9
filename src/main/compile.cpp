#include "main/compile.hpp"

#include <cstdio>
#include <sys/resource.h>

#include "base/files.hpp"
#include "wasm/code.hpp"

namespace skep {
namespace {

// A module of hostile shape ends the compiler, not the machine.
void limit_this_process() {
    constexpr rlim_t kMemory = 4ULL << 30;
    constexpr rlim_t kCpuSeconds = 120;
    constexpr rlim_t kOutput = 1ULL << 30;
    const auto limit = [](auto what, rlim_t value) {
        const rlimit both{value, value};
        setrlimit(what, &both);
    };
    limit(RLIMIT_AS, kMemory);
    limit(RLIMIT_CPU, kCpuSeconds);
    limit(RLIMIT_FSIZE, kOutput);
    limit(RLIMIT_CORE, 0);
}

Result<> compile(const std::string& input, const std::string& output) {
    TRY(const std::string module, read_file(input, 64ULL << 20));
    TRY(const std::string code, wasm::precompile(module, wasm::EngineOptions{.max_memory = 4ULL << 30}));
    return write_file(output, code, 0600);
}

}  // namespace

int compile_module(const std::string& input, const std::string& output) {
    limit_this_process();
    const Result<> compiled = compile(input, output);
    if (compiled)
        return 0;
    std::fprintf(stderr, "%s\n", compiled.error().to_string().c_str());
    return compiled.error().exit_code();
}

}  // namespace skep
