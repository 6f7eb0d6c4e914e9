#include "store/detail/files/wal_sums.hpp"

#include <bit>
#include <utility>

namespace skep::store {

std::pair<std::size_t, std::size_t> WalSums::place_of(std::uint32_t frame) {
    const std::uint64_t at = std::uint64_t{frame} - 1 + kFirstRun;
    const auto run = static_cast<std::size_t>(std::bit_width(at / kFirstRun) - 1);
    return {run, at - (std::uint64_t{kFirstRun} << run)};
}

std::optional<WalSums::Sums> WalSums::of(std::uint32_t frame) const {
    if (frame == 0 || frame > known())
        return std::nullopt;
    const auto [run, index] = place_of(frame);
    const Entry& entry = runs_[run][index];
    return Sums{.header = entry.header.load(std::memory_order_relaxed),
                .page = entry.page.load(std::memory_order_relaxed)};
}

WalSums::Entry& WalSums::make(std::uint32_t frame) {
    const auto [run, index] = place_of(frame);
    if (!runs_[run])
        runs_[run] = std::make_unique<Entry[]>(std::size_t{kFirstRun} << run);
    return runs_[run][index];
}

void WalSums::set_header(std::uint32_t frame, std::uint32_t sum) {
    make(frame).header.store(sum, std::memory_order_relaxed);
}

void WalSums::set_page(std::uint32_t frame, std::uint32_t sum) {
    make(frame).page.store(sum, std::memory_order_relaxed);
    if (frame > known())
        known_.store(frame, std::memory_order_release);
}

}  // namespace skep::store
