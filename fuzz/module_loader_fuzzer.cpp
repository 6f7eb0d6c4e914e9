// Any bytes as a module: described or refused with a documented reason, and a small one that is described is compiled
// and linked, or refused too. Nothing of it is run.

#include <cstdint>
#include <iterator>
#include <string_view>

#include "base/check.hpp"
#include "base/clock.hpp"
#include "host/host_interfaces.hpp"
#include "wasm/app.hpp"

namespace {

using namespace skep;

// What the library says stands for its coverage, which is not measured: each message without its numbers is a place.
__attribute__((section("__libfuzzer_extra_counters"))) std::uint8_t places[4096];

void visit(std::string_view message) {
    std::size_t place = 0;
    for (const char c : message) {
        if (c < '0' || c > '9')
            place = place * 31 + static_cast<unsigned char>(c);
    }
    places[place % std::size(places)] = 1;
}

constexpr std::size_t kLargestCompiled = 16 * 1024;  // compiling takes a while, and is fuzzed by others

void check_reason(const Error& error) {
    CHECK(!error.message().empty());
    visit(error.message());
    CHECK(error.name().starts_with("module_") || error.name() == "import_unknown");
}

class Loader {
public:
    void load(std::string_view module) {
        const auto description = wasm::inspect(module, options_);
        if (!description)
            return check_reason(description.error());
        CHECK(!description->kind.name().empty());
        for (const std::string& import : description->imports)
            visit(import);
        if (module.size() > kLargestCompiled)
            return;
        auto code = wasm::Code::compile(*engine_, module);
        if (!code)
            return check_reason(code.error());
        CHECK((*code)->size_bytes() > 0);
        const auto app = wasm::App::make(*engine_, *code, *functions_, {});
        if (!app)
            check_reason(app.error());
    }

private:
    wasm::EngineOptions options_{.slots = 4, .max_memory = 16 << 20, .sanitizer = true};
    SystemClock clock_;
    std::unique_ptr<wasm::Engine> engine_ = wasm::Engine::make(options_, clock_).value();
    std::unique_ptr<wasm::HostFunctions> functions_ = wasm::HostFunctions::make(*engine_).value();
    bool added_ = host::add_all_interfaces(*functions_).has_value();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static Loader loader;
    loader.load({reinterpret_cast<const char*>(bytes), size});
    return 0;
}
