#include "wasm/code.hpp"

#include "wasm/detail/bridge.hpp"

namespace skep::wasm {
namespace {

ModuleKind kind_of(std::uint32_t bits) {
    return {.http_02 = (bits & SKEP_KIND_HTTP02) != 0,
            .http_03 = (bits & SKEP_KIND_HTTP03) != 0,
            .cgi = (bits & SKEP_KIND_CGI) != 0,
            .run = (bits & (SKEP_KIND_RUN02 | SKEP_KIND_RUN03)) != 0,
            .is_component = (bits & SKEP_KIND_COMPONENT) != 0};
}

std::vector<std::string> to_strings(const skep_bytes* items, std::size_t count) {
    std::vector<std::string> strings;
    strings.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        strings.emplace_back(to_view(items[i]));
    return strings;
}

}  // namespace

std::string_view ModuleKind::name() const {
    if (http_03)
        return "http 0.3";
    if (http_02)
        return "http 0.2";
    if (cgi)
        return "cgi";
    return run ? "command" : "unknown";
}

Result<ModuleDescription> inspect(std::string_view module, const EngineOptions& options) {
    const skep_options raw_options = to_raw(options);
    skep_error* failure = nullptr;
    skep_inspection* inspection = skep_inspect(&raw_options, to_raw(module), &failure);
    if (inspection == nullptr)
        return fail(take_error(failure));
    const skep_inspected& found = *skep_inspection_of(inspection);
    ModuleDescription description{.kind = kind_of(found.kind),
                                  .imports = to_strings(found.imports, found.import_count),
                                  .functions = found.functions,
                                  .min_memory_bytes = found.min_memory};
    skep_inspection_free(inspection);
    return description;
}

Result<std::string> precompile(std::string_view module, const EngineOptions& options) {
    const skep_options raw_options = to_raw(options);
    skep_buffer code{};
    skep_error* failure = nullptr;
    if (!skep_precompile(&raw_options, to_raw(module), &code, &failure))
        return fail(take_error(failure));
    return std::string(to_bytes(code).view());
}

Result<std::shared_ptr<const Code>> Code::open_trusted(Engine& engine, int fd, std::uint64_t size, std::string digest) {
    skep_error* failure = nullptr;
    skep_code* raw = skep_code_open_file(engine.raw(), fd, size, &failure);
    if (raw == nullptr)
        return fail(take_error(failure));
    return std::shared_ptr<const Code>(new Code(raw, std::move(digest)));
}

Result<std::shared_ptr<const Code>> Code::compile(Engine& engine, std::string_view module) {
    skep_error* failure = nullptr;
    skep_code* raw = skep_code_compile(engine.raw(), to_raw(module), &failure);
    if (raw == nullptr)
        return fail(take_error(failure));
    return std::shared_ptr<const Code>(new Code(raw, {}));
}

Code::~Code() {
    skep_code_free(raw_);
}

ModuleKind Code::kind() const {
    return kind_of(skep_code_kind(raw_));
}

std::vector<std::string> Code::imports() const {
    std::size_t count = 0;
    const skep_bytes* items = skep_code_imports(raw_, &count);
    return to_strings(items, count);
}

std::uint64_t Code::size_bytes() const {
    return skep_code_size(raw_);
}

}  // namespace skep::wasm
