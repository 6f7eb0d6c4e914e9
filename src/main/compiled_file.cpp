#include "main/compiled_file.hpp"

#include "main/host_paths.hpp"
#include "wasm/code_cache.hpp"

namespace skep {

Result<std::shared_ptr<const wasm::Code>> compiled_file(wasm::Engine& engine, const std::filesystem::path& file,
                                                        const Environment& environment) {
    wasm::CodeCache::Options options{.folder = cache_folder(environment) / "code",
                                     .compile_command = {"/proc/self/exe", "__compile"}};
    TRY(const auto cache, wasm::CodeCache::open(engine, std::move(options)));
    return cache->load(file);
}

}  // namespace skep
