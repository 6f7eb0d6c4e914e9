#include "observability/histogram.hpp"

#include <algorithm>
#include <bit>

namespace skep {
namespace {

constexpr int kFirstBit = 14;  // 2^14 ns = 16.4 µs: bucket 0 holds all below

}  // namespace

std::size_t Histogram::bucket_of(std::uint64_t nanoseconds) {
    if (nanoseconds <= (1ULL << kFirstBit))
        return 0;
    const std::uint64_t below = nanoseconds - 1;
    const int octave = static_cast<int>(std::bit_width(below)) - 1 - kFirstBit;
    if (octave >= kOctaves)
        return kBuckets - 1;
    const std::uint64_t quarter = (below >> (kFirstBit + octave - 2)) & 3;
    return 1 + static_cast<std::size_t>(octave) * kPerOctave + quarter;
}

std::chrono::nanoseconds Histogram::upper_bound(std::size_t index) {
    if (index == 0)
        return std::chrono::nanoseconds(1ULL << kFirstBit);
    const std::size_t octave = (index - 1) / kPerOctave;
    const std::size_t quarter = (index - 1) % kPerOctave;
    return std::chrono::nanoseconds((5 + quarter) << (kFirstBit + octave - 2));
}

void Histogram::record(std::chrono::nanoseconds duration) {
    const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
    buckets_[bucket_of(nanoseconds)].add();
    sum_ns_.add(nanoseconds);
}

void Histogram::merge(const Histogram& other) {
    for (std::size_t i = 0; i < kBuckets; ++i)
        buckets_[i].add(other.buckets_[i].value());
    sum_ns_.add(other.sum_ns_.value());
}

std::uint64_t Histogram::count() const {
    std::uint64_t total = 0;
    for (const Counter& bucket : buckets_)
        total += bucket.value();
    return total;
}

std::chrono::nanoseconds Histogram::quantile(double quantile) const {
    const std::uint64_t total = count();
    const auto rank = static_cast<std::uint64_t>(quantile * static_cast<double>(total));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
        seen += buckets_[i].value();
        if (total > 0 && seen > std::min(rank, total - 1))
            return upper_bound(std::min(i, kBuckets - 2));
    }
    return std::chrono::nanoseconds(0);
}

std::uint64_t Histogram::count_up_to(std::chrono::nanoseconds bound) const {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i + 1 < kBuckets && upper_bound(i) <= bound; ++i)
        seen += buckets_[i].value();
    return seen;
}

}  // namespace skep
