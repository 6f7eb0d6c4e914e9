#include "main/program.hpp"

#include <cerrno>
#include <optional>
#include <unistd.h>

#include "async/blocking_pool.hpp"
#include "async/io_thread.hpp"
#include "async/task_group.hpp"
#include "http/client.hpp"
#include "http/resolver.hpp"
#include "main/compiled_file.hpp"
#include "main/handler.hpp"
#include "main/standard_input.hpp"
#include "wasm/guest_task.hpp"

namespace skep {
namespace {

constexpr int kAborted = 134;  // 128 + SIGABRT
constexpr std::uint16_t kHttpPort = 80;

// Writes everything; false where nobody reads any more.
bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    }
    return true;
}

// The streams of this process and, where it was allowed, HTTP to anywhere.
class ProgramHost final : public wasm::GuestHost {
public:
    ProgramHost(async::IoThread& thread, bool has_network)
        : thread_(thread),
          has_network_(has_network),
          names_(http::make_system_names(thread.loop(), pool_)),
          resolver_(thread.loop(), *names_),
          client_(thread.loop(), thread.network(), {}) {}

    bool output(wasm::GuestStream stream, std::string_view bytes) override {
        return write_all(stream == wasm::GuestStream::out ? STDOUT_FILENO : STDERR_FILENO, bytes);
    }

    async::Task<Result<model::Response>> send(model::Request request, std::chrono::nanoseconds patience) override {
        if (!has_network_)
            co_return fail("outbound_not_granted", "the program may not reach {}: run it with --net",
                           request.authority);
        CO_TRY(auto addresses, co_await resolver_.resolve(request.authority, kHttpPort, http::AddressPolicy::any()));
        http::ClientOptions options;
        options.addresses = std::move(addresses);
        if (patience.count() > 0)
            options.deadline = thread_.loop().now() + patience;
        co_return co_await client_.send(std::move(request), std::move(options));
    }

private:
    async::IoThread& thread_;
    bool has_network_;
    async::BlockingPool pool_{1, 64};
    std::unique_ptr<http::NameSource> names_;
    http::Resolver resolver_;
    http::Client client_;
};

Result<> check_directories(const cli::RunOptions& options) {
    for (const auto& [host, guest] : options.directories) {
        std::error_code ignored;
        if (!std::filesystem::is_directory(host, ignored))
            return fail("directory_not_found", "cannot grant {}: there is no such folder", host);
    }
    return {};
}

wasm::AppSettings settings_of(const cli::RunOptions& options) {
    wasm::AppSettings settings;
    for (const auto& [name, value] : options.environment)
        settings.env[name] = value;
    settings.args = {options.file.filename().string()};
    settings.args.insert(settings.args.end(), options.arguments.begin(), options.arguments.end());
    for (const auto& [host, guest] : options.directories)
        settings.directories.push_back({.host_path = host, .guest_path = guest, .writable = true});
    settings.inherit_network = options.network;
    return settings;
}

Result<std::shared_ptr<const wasm::App>> load(wasm::Engine& engine, const wasm::HostFunctions& functions,
                                              const cli::RunOptions& options, const Environment& environment) {
    TRY(auto code, compiled_file(engine, options.file, environment));
    const wasm::ModuleKind kind = code->kind();
    if (!kind.cgi && !kind.run)
        return fail("module_kind_unknown", "{} is no program: it exports neither _start nor wasi:cli/run{}",
                    options.file.string(), kind.is_handler() ? "; serve it with --listen" : "");
    return wasm::App::make(engine, std::move(code), functions, settings_of(options));
}

// Runs `task` to its end on the calling thread.
void run_to_end(async::IoThread& thread, wasm::GuestTask& task) {
    async::TaskGroup running(thread.loop());
    const auto until_end = [](async::IoThread& io, wasm::GuestTask& guest) -> async::Task<void> {
        guest.start();
        while (!guest.is_ended())
            co_await guest.changed().wait();
        io.stop();
    };
    running.spawn(until_end(thread, task));
    thread.run();
}

Result<int> run_app(const wasm::App& app, const cli::RunOptions& options, const Clock& clock) {
    async::IoThread thread(clock);
    ProgramHost host(thread, options.network);
    model::Body input(make_input_body(thread.loop(), STDIN_FILENO));
    TRY(const auto task, wasm::GuestTask::run(app, thread.loop(), host, input, {}));
    run_to_end(thread, *task);
    if (task->failure() != nullptr)
        return fail(*task->failure());
    return task->exit_code();
}

}  // namespace

int run_program(const cli::RunOptions& options, const Environment& environment, cli::Output& output) {
    if (const Result<> checked = check_directories(options); !checked)
        return output.fail(checked.error());
    if (!options.listen.empty())
        return serve_handler(options, environment, output);
    const SystemClock clock;
    const wasm::EngineOptions engine_options{.slots = 4, .max_memory = 4ULL << 30};
    const auto engine = wasm::Engine::make(engine_options, clock);
    if (!engine)
        return output.fail(engine.error());
    const auto functions = wasm::HostFunctions::make(**engine);
    if (!functions)
        return output.fail(functions.error());
    const auto app = load(**engine, **functions, options, environment);
    if (!app)
        return output.fail(app.error());
    const Result<int> ended = run_app(**app, options, clock);
    if (ended)
        return *ended;
    const int code = output.fail(ended.error());
    return ended.error().name() == "guest_trap" ? kAborted : code;
}

}  // namespace skep
