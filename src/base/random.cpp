#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <sys/random.h>

#include "base/check.hpp"

namespace skep {
namespace {

void fill_from_kernel(std::span<std::uint8_t> out) {
    while (!out.empty()) {
        const ssize_t count = getrandom(out.data(), out.size(), 0);
        CHECK(count > 0 || errno == EINTR);
        if (count > 0)
            out = out.subspan(static_cast<std::size_t>(count));
    }
}

// xoshiro256** 1.0 by Blackman and Vigna; the state is filled by SplitMix64.
class Xoshiro {
public:
    explicit Xoshiro(std::uint64_t seed) {
        for (auto& word : state_) {
            seed += 0x9e3779b97f4a7c15ULL;
            std::uint64_t mixed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9ULL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
            word = mixed ^ (mixed >> 31);
        }
    }

    std::uint64_t next() {
        const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }

private:
    std::array<std::uint64_t, 4> state_;
};

std::uint64_t kernel_seed() {
    std::array<std::uint8_t, 8> bytes{};
    fill_from_kernel(bytes);
    return std::bit_cast<std::uint64_t>(bytes);
}

class SystemRandom final : public Random {
public:
    std::uint64_t next() override { return generator_.next(); }

    // Every guest starts with a few secure bytes: one call of the kernel serves many of them.
    void fill_secure(std::span<std::uint8_t> out) override {
        if (out.size() > ahead_.size()) {
            fill_from_kernel(out);
            return;
        }
        if (left_ < out.size()) {
            fill_from_kernel(ahead_);
            left_ = ahead_.size();
        }
        const auto taken = std::span(ahead_).subspan(left_ - out.size(), out.size());
        std::ranges::copy(taken, out.begin());
        std::ranges::fill(taken, std::uint8_t{0});
        left_ -= out.size();
    }

private:
    Xoshiro generator_{kernel_seed()};
    std::array<std::uint8_t, 1024> ahead_{};
    std::size_t left_ = 0;  // bytes at the front of `ahead_` that nobody has had
};

class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : generator_(seed) {}
    std::uint64_t next() override { return generator_.next(); }
    void fill_secure(std::span<std::uint8_t> out) override {
        for (auto& byte : out)
            byte = static_cast<std::uint8_t>(generator_.next());
    }

private:
    Xoshiro generator_;
};

}  // namespace

std::unique_ptr<Random> make_system_random() {
    return std::make_unique<SystemRandom>();
}

std::unique_ptr<Random> make_seeded_random(std::uint64_t seed) {
    return std::make_unique<SeededRandom>(seed);
}

}  // namespace skep
