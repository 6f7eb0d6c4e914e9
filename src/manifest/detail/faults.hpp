#pragma once
// The faults found in one manifest.

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/detail/document.hpp"
#include "manifest/manifest.hpp"

namespace skep::manifest {

// Collects faults and gives those with a place the line that they are in, with a caret. Keeps the
// first 100 and drops the rest. `text` outlives it.
class Faults {
public:
    Faults(std::string file_name, std::string_view text) : file_name_(std::move(file_name)), text_(text) {}

    // `context` says where a value without a place stands ("environment SKEP_APP__NAME"); unused
    // with a place.
    void add(Error error, Place place, std::string_view context = {});

    // From here on these lines are not shown: a secret may be on them.
    void hide(std::set<int> lines) { hidden_ = std::move(lines); }

    bool empty() const { return faults_.empty(); }

    // All of them, in order of place; those without come last.
    std::vector<Fault> take() &&;

private:
    std::string excerpt(Place place) const;

    std::string file_name_;
    std::string_view text_;
    std::set<int> hidden_;
    std::vector<Fault> faults_;
};

}  // namespace skep::manifest
