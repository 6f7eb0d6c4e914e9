#pragma once
// Counters that one thread writes and any thread reads, without a lock or a locked instruction.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace skep {

class Counter {
public:
    void add(std::uint64_t count = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};

// Durations on a log-linear scale: four buckets an octave from 16 µs to 67 s, so a quantile is off by at most 19 %.
class Histogram {
public:
    static constexpr int kOctaves = 22;
    static constexpr int kPerOctave = 4;
    static constexpr std::size_t kBuckets = kOctaves * kPerOctave + 2;

    void record(std::chrono::nanoseconds duration);

    // Adds what `other` holds.
    void merge(const Histogram& other);

    std::uint64_t count() const;
    double sum_seconds() const { return static_cast<double>(sum_ns_.value()) / 1e9; }

    // An upper bound of the `quantile` (0 to 1); zero when nothing was recorded.
    std::chrono::nanoseconds quantile(double quantile) const;

    // How many were at most `bound`; exact where `bound` is an upper bound of a bucket.
    std::uint64_t count_up_to(std::chrono::nanoseconds bound) const;

    // The upper bound of bucket `index`; the last has none.
    static std::chrono::nanoseconds upper_bound(std::size_t index);

private:
    static std::size_t bucket_of(std::uint64_t nanoseconds);

    std::array<Counter, kBuckets> buckets_;
    Counter sum_ns_;
};

}  // namespace skep
