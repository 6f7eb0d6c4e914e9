#pragma once
// A watcher that plays back what a test wrote down.

#include <deque>

#include "base/testing/manual_clock.hpp"
#include "builder/source_watcher.hpp"

namespace skep::builder {

// Each wait gives the next change, while time passes as it was told; without one, the whole patience passes. In the end
// it stops whoever waits.
class FakeWatcher final : public SourceWatcher {
public:
    FakeWatcher(ManualClock& clock, StopEvent& stop) : clock_(clock), stop_(stop) {}

    void will_change(std::filesystem::path path, Duration after = {}) { script_.push_back({{std::move(path)}, after}); }
    // A wait in which nothing more comes.
    void will_be_quiet() { script_.emplace_back(); }

    Result<> watch(const std::vector<std::filesystem::path>& roots) override {
        watched = roots;
        return {};
    }

    std::vector<std::filesystem::path> wait(std::optional<std::chrono::milliseconds> patience) override {
        if (script_.empty()) {
            stop_.set();
            return {};
        }
        const Entry entry = std::move(script_.front());
        script_.pop_front();
        clock_.advance(entry.paths.empty() && patience ? *patience : entry.after);
        return entry.paths;
    }

    std::vector<std::filesystem::path> watched;

private:
    struct Entry {
        std::vector<std::filesystem::path> paths;
        Duration after{};
    };
    ManualClock& clock_;
    StopEvent& stop_;
    std::deque<Entry> script_;
};

}  // namespace skep::builder
