#pragma once
// QuantumUse: whether the guests of a service usually compute for longer than their quantum.

namespace skep::runtime {

// Of one service on one io thread.
class QuantumUse {
public:
    // A run is over; `all`: it used up a quantum at least once.
    void note(bool all) { share_ += ((all ? kWhole : 0) - share_) / kRuns; }

    // More than half of the last runs did. The next one then waits its turn behind others' work from its start.
    bool is_usual() const { return 2 * share_ > kWhole; }

private:
    static constexpr int kWhole = 1 << 16;
    static constexpr int kRuns = 8;  // that are remembered, more or less

    int share_ = 0;  // of kWhole, a moving mean
};

}  // namespace skep::runtime
