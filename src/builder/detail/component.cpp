#include "builder/detail/component.hpp"

#include <skep_tooling.h>

namespace skep::builder {
namespace {

skep_tooling_text to_raw(std::string_view text) {
    return {text.data(), text.size()};
}

std::string take(skep_tooling_bytes bytes) {
    std::string text(reinterpret_cast<const char*>(bytes.data), bytes.data == nullptr ? 0 : bytes.len);
    skep_tooling_free(bytes);
    return text;
}

}  // namespace

Result<> make_bindings(const std::filesystem::path& wit, std::string_view world, const std::filesystem::path& out) {
    skep_tooling_bytes failure{};
    if (skep_tooling_bindings(to_raw(wit.native()), to_raw(world), to_raw(out.native()), &failure))
        return {};
    return fail("build_failed", "cannot make the bindings of {}: {}", world, take(failure));
}

Result<std::string> encode_component(std::string_view module) {
    skep_tooling_bytes component{};
    skep_tooling_bytes failure{};
    if (skep_tooling_component(reinterpret_cast<const std::uint8_t*>(module.data()), module.size(), &component,
                               &failure))
        return take(component);
    return fail("build_failed", "cannot make a component of the module: {}", take(failure));
}

}  // namespace skep::builder
