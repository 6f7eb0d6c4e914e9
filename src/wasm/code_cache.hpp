#pragma once
// CodeCache: module file -> compiled code, compiled once and kept on disk.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "wasm/code.hpp"

namespace skep::wasm {

// The bytes of the module at `path`. Fails with `module_not_found` where there is no regular file, and as `read_file`
// does. Blocking.
Result<std::string> read_module(const std::filesystem::path& path, std::uint64_t limit_bytes);

// Entries are keyed by content, engine and CPU, and authenticated by a key that lies beside them (HMAC-SHA-256; folder
// 0700, key 0600), because opening compiled code trusts it. An entry that is not ours or was changed is built again.
// docs/formats/code-cache.md has the layout.
//
// Thread-safe; blocking: never on an io thread.
class CodeCache {
public:
    struct Options {
        std::filesystem::path folder;  // made where it is missing
        // Compiles IN to OUT in a process of its own: its first words; IN and OUT are appended.
        std::vector<std::string> compile_command;
        std::uint64_t module_limit_bytes = 64ULL << 20;
        std::chrono::milliseconds compile_timeout{60'000};
        std::function<void(std::string_view)> on_event;  // told of compiles and of rebuilt entries
    };
    static Result<std::unique_ptr<CodeCache>> open(Engine& engine, Options options);

    // The code of the module at `path`. Fails as `read_module` and `inspect` do, and with `compile_failed` or
    // `compile_timeout`; the message names the file.
    Result<std::shared_ptr<const Code>> load(const std::filesystem::path& path);

private:
    CodeCache(Engine& engine, Options options, std::string key)
        : engine_(engine), options_(std::move(options)), key_(std::move(key)) {}

    Result<std::shared_ptr<const Code>> load_content(const std::filesystem::path& path, const std::string& content);
    Result<std::shared_ptr<const Code>> open_entry(const std::filesystem::path& entry, const std::string& name);
    Result<> build(const std::filesystem::path& module, const std::string& content, const std::filesystem::path& entry,
                   const std::string& name);
    Result<std::string> compile(const std::filesystem::path& module, const std::string& content,
                                const std::filesystem::path& scratch);
    void tell(std::string_view what) const;

    Engine& engine_;
    Options options_;
    std::string key_;
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<const Code>> opened_;  // by entry name
};

}  // namespace skep::wasm
