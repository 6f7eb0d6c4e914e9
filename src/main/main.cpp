#include <cstdio>
#include <csignal>
#include <string_view>

#include "main/compile.hpp"
#include "manifest/manifest.hpp"
#include "platform/platform.hpp"

int main(int argc, char** argv) {
    using namespace skep;
    if (argc == 4 && std::string_view(argv[1]) == "__compile")
        return compile_module(argv[2], argv[3]);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const auto read = [&]() -> Result<model::Application> {
        auto loaded = manifest::load(argv[2], {});
        if (!loaded)
            return fail(loaded.error().front().error);
        return loaded->application;
    };
    const SystemClock clock;
    auto application = read();
    if (!application) {
        std::fprintf(stderr, "%s\n%s\n", application.error().to_string().c_str(), application.error().detail().c_str());
        return 1;
    }
    platform::PlatformOptions options{.application = *application, .reread = read, .data_directory = ".skep",
                                      .code_cache = "/root/.cache/skep/code",
                                      .compile_command = {"/proc/self/exe", "__compile"}, .version = "0.1.0"};
    auto platform = platform::Platform::start(clock, std::move(options));
    if (!platform) {
        std::fprintf(stderr, "%s\n", platform.error().to_string().c_str());
        return 1;
    }
    std::printf("%s\n%s\n", (*platform)->gateway_url().c_str(), (*platform)->control_url().c_str());
    std::fflush(stdout);
    int received = 0;
    while (sigwait(&signals, &received) == 0 && received == SIGHUP)
        (void)(*platform)->reload();
    (*platform)->drain(std::chrono::seconds(10));
}
