#pragma once
// WalSums: the checksum of each frame of a WAL, in memory. SQLite checks frames only when it recovers.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace skep::store {

// One writes while any number read other frames.
class WalSums {
public:
    struct Sums {
        std::uint32_t header = 0;
        std::uint32_t page = 0;
    };

    // Of frame `frame`, from 1 on; nothing where it is not known.
    std::optional<Sums> of(std::uint32_t frame) const;

    void set_header(std::uint32_t frame, std::uint32_t sum);
    void set_page(std::uint32_t frame, std::uint32_t sum);

    std::uint32_t known() const { return known_.load(std::memory_order_acquire); }
    // Forgets the frames behind `frames`.
    void cut(std::uint32_t frames) { known_.store(frames, std::memory_order_release); }

private:
    struct Entry {
        std::atomic<std::uint32_t> header{0};
        std::atomic<std::uint32_t> page{0};
    };
    // Each run is twice as long as the one before it, so that none ever moves.
    static constexpr std::uint32_t kFirstRun = 256;
    static constexpr std::size_t kRuns = 24;

    static std::pair<std::size_t, std::size_t> place_of(std::uint32_t frame);
    Entry& make(std::uint32_t frame);

    std::array<std::unique_ptr<Entry[]>, kRuns> runs_;
    std::atomic<std::uint32_t> known_ = 0;
};

}  // namespace skep::store
