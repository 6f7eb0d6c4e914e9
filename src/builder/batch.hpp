#pragma once
// Batch: changes that belong together, because they came one soon after the other.

#include <filesystem>
#include <optional>
#include <set>
#include <vector>

#include "base/clock.hpp"

namespace skep::builder {

// An editor that saves writes several files, a switch of branches hundreds: they are one batch.
class Batch {
public:
    static constexpr auto kQuiet = std::chrono::milliseconds(30);     // this long after the last one it is complete
    static constexpr auto kLongest = std::chrono::milliseconds(500);  // this long after the first one in any case

    void add(const std::vector<std::filesystem::path>& paths, TimePoint now);

    // When it is complete; nothing while it is empty.
    std::optional<TimePoint> due() const;

    bool is_empty() const { return paths_.empty(); }
    TimePoint begin() const { return begin_; }
    const std::set<std::filesystem::path>& paths() const { return paths_; }

private:
    std::set<std::filesystem::path> paths_;
    TimePoint begin_;
    TimePoint last_;
};

}  // namespace skep::builder
