#pragma once
// BodyBudget: what the request bodies of one io thread hold in memory together while their handlers wait.

#include <cstdint>

#include "base/result.hpp"

namespace skep::runtime {

// Belongs to one loop; outlives its shares.
class BodyBudget {
public:
    static constexpr std::uint64_t kFree = 128 << 10;  // of each body: what is read ahead of a guest anyway
    static constexpr std::uint64_t kTogether = 256 << 20;

    explicit BodyBudget(std::uint64_t together = kTogether) : together_(together) {}

    // What one body takes, until destroyed.
    class Share {
    public:
        explicit Share(BodyBudget& budget) : budget_(budget) {}
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share() { budget_.used_ -= taken_; }

        // The body holds `bytes` now. Fails with `bodies_waiting` where all of them would hold too much; one alone may
        // be of any size, for it has a limit of its own.
        Result<> resize(std::uint64_t bytes) {
            const std::uint64_t wanted = bytes > kFree ? bytes - kFree : 0;
            const std::uint64_t others = budget_.used_ - taken_;
            if (wanted > taken_ && others > 0 && others + wanted > budget_.together_)
                return fail("bodies_waiting", "{} bytes of other bodies wait for their handlers already", others);
            budget_.used_ = others + wanted;
            taken_ = wanted;
            return {};
        }

    private:
        BodyBudget& budget_;
        std::uint64_t taken_ = 0;
    };

    std::uint64_t used() const { return used_; }

private:
    std::uint64_t together_;
    std::uint64_t used_ = 0;
};

}  // namespace skep::runtime
