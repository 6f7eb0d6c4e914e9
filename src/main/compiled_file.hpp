#pragma once
// A module file as code, through the user's code cache.

#include <filesystem>
#include <memory>

#include "base/environment.hpp"
#include "wasm/code.hpp"

namespace skep {

// Fails as wasm::CodeCache::load does. Blocking, for seconds where the file is new.
Result<std::shared_ptr<const wasm::Code>> compiled_file(wasm::Engine& engine, const std::filesystem::path& file,
                                                        const Environment& environment);

}  // namespace skep
