#pragma once
// Random: the only source of randomness. Injected everywhere, so that a test's seed repeats its run.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace skep {

// Not for use from two threads at once: each io thread has its own.
class Random {
public:
    virtual ~Random() = default;

    // 64 uniform bits. Not for secrets.
    virtual std::uint64_t next() = 0;

    // Fills `out` with bytes fit for keys and tokens.
    virtual void fill_secure(std::span<std::uint8_t> out) = 0;
};

// Seeded from the kernel; secrets come from getrandom(2).
std::unique_ptr<Random> make_system_random();

// xoshiro256** from `seed`; for tests and benchmarks, never for secrets. Repeats exactly.
std::unique_ptr<Random> make_seeded_random(std::uint64_t seed);

}  // namespace skep
