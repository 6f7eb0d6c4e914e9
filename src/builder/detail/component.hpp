#pragma once
// Bindings and components, made by the tools that the engine's library carries.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skep::builder {

// Writes the C bindings of `world` of the package in `wit` into `out`. Fails with `build_failed`.
Result<> make_bindings(const std::filesystem::path& wit, std::string_view world, const std::filesystem::path& out);

// A core module that carries its world's types, as a component. Fails with `build_failed`.
Result<std::string> encode_component(std::string_view module);

}  // namespace skep::builder
