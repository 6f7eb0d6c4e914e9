#include "wasm/code_cache.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/random.hpp"
#include "base/unique_fd.hpp"

namespace skep::wasm {
namespace {

constexpr std::string_view kMagic = "skep-code-1\n";
constexpr std::size_t kTrailer = kMagic.size() + kDigestSize;
constexpr std::size_t kKeySize = 32;

Result<std::string> load_or_make_key(const std::filesystem::path& path) {
    Result<std::string> key = read_file(path, 1024);
    if (key && key->size() == kKeySize)
        return key;
    std::string fresh(kKeySize, '\0');
    make_system_random()->fill_secure({reinterpret_cast<std::uint8_t*>(fresh.data()), fresh.size()});
    TRY_DO(write_file(path, fresh, 0600));
    return read_file(path, 1024);
}

Result<> make_private_folder(const std::filesystem::path& folder) {
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    if (fault)
        return fail(file_error("create", folder, fault.value()));
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, fault);
    if (fault)
        return fail(file_error("protect", folder, fault.value()));
    return {};
}

// What the entry's authentication covers: its name, so that no entry passes for another, and its code.
Digest authenticate(const std::string& key, std::string_view name, std::string_view code) {
    return hmac_sha256(key, {kMagic, name, code});
}

// A file's bytes, mapped for as long as they are looked at.
class Mapping {
public:
    Mapping(int fd, std::size_t size)
        : size_(size), data_(::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0)) {}
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (data_ != MAP_FAILED)
            ::munmap(data_, size_);
    }
    std::string_view view() const {
        return data_ == MAP_FAILED ? std::string_view() : std::string_view(static_cast<char*>(data_), size_);
    }

private:
    std::size_t size_;
    void* data_;
};

}  // namespace

Result<std::unique_ptr<CodeCache>> CodeCache::open(Engine& engine, Options options) {
    TRY_DO(make_private_folder(options.folder));
    TRY(std::string key, load_or_make_key(options.folder / "key"));
    return std::unique_ptr<CodeCache>(new CodeCache(engine, std::move(options), std::move(key)));
}

Result<std::string> read_module(const std::filesystem::path& path, std::uint64_t limit_bytes) {
    std::error_code ignored;
    const std::filesystem::file_status status = std::filesystem::status(path, ignored);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        return fail("module_not_found", "{} is no regular file", path.string());
    Result<std::string> module = read_file(path, limit_bytes);
    if (!module && module.error().name() == "not_found")
        return fail("module_not_found", "{}", module.error().message());
    return module;
}

Result<std::shared_ptr<const Code>> CodeCache::load(const std::filesystem::path& path) {
    TRY(const std::string content, read_module(path, options_.module_limit_bytes));
    Result<std::shared_ptr<const Code>> code = load_content(path, content);
    if (!code)
        return fail(std::move(code).error().within(path.string()));
    return code;
}

Result<std::shared_ptr<const Code>> CodeCache::load_content(const std::filesystem::path& path,
                                                            const std::string& content) {
    const std::string name = hex(sha256({engine_.fingerprint(), "\n", content}));
    const std::lock_guard lock(mutex_);
    if (auto code = opened_[name].lock())
        return code;
    const std::filesystem::path entry = options_.folder / (name + ".code");
    Result<std::shared_ptr<const Code>> code = open_entry(entry, name);
    if (!code) {
        if (code.error().name() != "not_found")
            tell(fmt::format("cache entry {} is rebuilt: {}", name, code.error().message()));
        TRY_DO(build(path, content, entry, name));
        code = open_entry(entry, name);
    }
    if (code)
        opened_[name] = *code;
    return code;
}

Result<std::shared_ptr<const Code>> CodeCache::open_entry(const std::filesystem::path& entry, const std::string& name) {
    const UniqueFd fd(::open(entry.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ELOOP)
        return fail("cache_corrupt", "it is a symbolic link");
    if (!fd)
        return fail(file_error("open", entry, errno));
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < std::int64_t{kTrailer})
        return fail("cache_corrupt", "it is no regular file of a possible size");
    const auto code_size = static_cast<std::size_t>(status.st_size) - kTrailer;
    {
        const Mapping mapping(fd.get(), static_cast<std::size_t>(status.st_size));
        const std::string_view bytes = mapping.view();
        if (bytes.empty() || bytes.substr(code_size, kMagic.size()) != kMagic)
            return fail("cache_corrupt", "it does not end as an entry does");
        const Digest expected = authenticate(key_, name, bytes.substr(0, code_size));
        if (!equal_in_constant_time(bytes.substr(code_size + kMagic.size()), as_text(expected)))
            return fail("cache_corrupt", "its authentication does not match");
    }
    return Code::open_trusted(engine_, fd.get(), code_size, name);
}

Result<> CodeCache::build(const std::filesystem::path& module, const std::string& content,
                          const std::filesystem::path& entry, const std::string& name) {
    TRY_DO(inspect(content, engine_.options()));
    tell(fmt::format("compiling {}", module.string()));
    // Another process may compile the same module.
    TRY(std::string code, compile(module, content, options_.folder / fmt::format("{}.{}", name, ::getpid())));
    const Digest digest = authenticate(key_, name, code);
    code.append(kMagic).append(as_text(digest));
    return write_file(entry, code, 0600);
}

// The compiler gets a copy of what was hashed, not the file, which may change meanwhile.
Result<std::string> CodeCache::compile(const std::filesystem::path& module, const std::string& content,
                                       const std::filesystem::path& scratch) {
    const std::filesystem::path input = scratch.string() + ".in";
    const std::filesystem::path output = scratch.string() + ".out";
    TRY_DO(write_file(input, content, 0600));
    std::vector<std::string> command = options_.compile_command;
    command.push_back(input.string());
    command.push_back(output.string());
    const auto ended = run_process(command, {.timeout = options_.compile_timeout, .low_priority = true});
    Result<std::string> code = read_file(output, 1ULL << 32);
    std::error_code ignored;
    std::filesystem::remove(input, ignored);
    std::filesystem::remove(output, ignored);
    if (!ended)
        return pass_on(Result<ProcessEnd>(ended));
    if (ended->timed_out)
        return fail("compile_timeout", "compiling {} took longer than {} s", module.string(),
                    std::chrono::duration_cast<std::chrono::seconds>(options_.compile_timeout).count());
    if (ended->exit_code != 0)
        return fail("compile_failed", "the compiler ended with code {}: {}", ended->exit_code, ended->output);
    return code;
}

void CodeCache::tell(std::string_view what) const {
    if (options_.on_event)
        options_.on_event(what);
}

}  // namespace skep::wasm
