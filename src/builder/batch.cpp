#include "builder/batch.hpp"

#include <algorithm>

namespace skep::builder {

void Batch::add(const std::vector<std::filesystem::path>& paths, TimePoint now) {
    if (paths.empty())
        return;
    if (is_empty())
        begin_ = now;
    last_ = now;
    paths_.insert(paths.begin(), paths.end());
}

std::optional<TimePoint> Batch::due() const {
    if (is_empty())
        return std::nullopt;
    return std::min(last_ + kQuiet, begin_ + kLongest);
}

}  // namespace skep::builder
