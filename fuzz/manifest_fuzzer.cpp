// Any text as a manifest: parsed, merged with a layer of each kind, its faults shown.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "manifest/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace skep::manifest;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Layers layers;
    layers.files = FileChecks::may_be_missing;
    layers.environment = {{"SKEP_GATEWAY__LISTEN", "127.0.0.1:1"}, {"SKEP_SECRETS__JWT_FILE", "x"}};
    layers.flags = {{"control.listen", "127.0.0.1:2"}};
    const LoadResult result = parse(text, "/app/skep.toml", layers);
    CHECK(result || !result.error().empty());
    if (result)
        CHECK(!result->application.services.empty());
    layers.environment = {{"SKEP_SERVICES__A__ROUTES", std::string(text)}};
    layers.profile = "p";
    (void)parse("[services.a]\nurl = 'http://a'\n[profiles.p]", "/app/skep.toml", layers);
    return 0;
}
