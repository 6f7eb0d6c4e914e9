// The cost of finding a route, in ns of CPU time: among one, and among ten thousand. Prints "routes nanoseconds".

#include <algorithm>
#include <cstdio>
#include <sys/resource.h>
#include <vector>

#include "base/check.hpp"
#include "model/router.hpp"

namespace {

using namespace skep;

constexpr std::size_t kLookups = 1'000'000;

// CPU time, because machines are shared.
double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// Routes as an application has them: a service's prefix, an exact path or a parameter below.
model::Route route(std::size_t i) {
    model::Route made;
    made.path = "/service-" + std::to_string(i / 4);
    if (i % 4 == 1)
        made.path += "/*";
    else if (i % 4 == 2)
        made.path += "/items/:id";
    else if (i % 4 == 3)
        made.path += "/items";
    return made;
}

std::string path(std::size_t i) {
    const std::string prefix = "/service-" + std::to_string(i / 4);
    const std::array<std::string, 4> below{"", "/a/b", "/items/17", "/items"};
    return prefix + below.at(i % 4);
}

// Requests go to the routes in an order that no cache foresees.
void measure(std::size_t count) {
    model::Router router;
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < count; ++i) {
        CHECK(router.add(route(i), static_cast<std::uint32_t>(i)));
        paths.push_back(path(i * 7919 % count));
    }
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
        const double start = cpu_seconds();
        for (std::size_t i = 0; i < kLookups; ++i) {
            const auto match = router.find("", "GET", paths[i % count]);
            CHECK(match.kind == model::Router::Match::Kind::found);
        }
        best = std::min(best, cpu_seconds() - start);
    }
    std::printf("%zu %.1f\n", count, best * 1e9 / static_cast<double>(kLookups));
}

}  // namespace

int main() {
    measure(1);
    measure(10'000);
}
