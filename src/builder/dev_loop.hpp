#pragma once
// DevLoop: keeps a running application up to date with its sources.

#include <expected>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/stop_event.hpp"
#include "builder/batch.hpp"
#include "builder/build.hpp"
#include "builder/plan.hpp"
#include "builder/source_watcher.hpp"
#include "builder/work.hpp"

namespace skep::builder {

// What the loop works on and speaks to. Called by the loop's thread; every call may block.
class DevHost {
public:
    virtual ~DevHost() = default;

    virtual std::expected<model::Application, std::vector<Error>> read_manifest() = 0;
    virtual Result<Built> build(const Step& step) = 0;
    // Puts the modules and the manifest as they are now in place of those that run. What does not load goes on as
    // before, and is said elsewhere.
    virtual Result<> reload() = 0;

    virtual void tell(const std::string& line) = 0;
    virtual void show(std::span<const Error> errors) = 0;
};

// A build that fails changes nothing that runs: its error is shown, once for as long as it stays the same.
class DevLoop {
public:
    struct Ports {
        DevHost& host;
        SourceWatcher& watcher;
        const Clock& clock;
        const StopEvent& stop;
    };
    // All outlive the loop.
    explicit DevLoop(Ports ports) : ports_(ports) {}

    // Begins to watch and builds everything. What cannot be built is shown. Fails where it cannot watch.
    Result<> begin(model::Application application);

    // Follows what changes until it is stopped.
    void run();

private:
    Batch next_batch();
    void handle(const Batch& batch);
    bool follow_manifest(Work& work);
    Result<> watch();
    bool build(const Step& step);
    void show_failure(const Step& step, const Error& error);
    void swap(const std::string& what, TimePoint saved);

    Ports ports_;
    model::Application application_;
    Plan plan_;
    std::map<std::filesystem::path, std::string> shown_;  // by module: the error that was shown last
};

}  // namespace skep::builder
