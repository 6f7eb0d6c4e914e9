#pragma once
// Stores as reports show them.

#include <map>
#include <mutex>
#include <string>

#include "store/file_sizes.hpp"
#include "store/service_store.hpp"
#include "telemetry/service_report.hpp"

namespace skep::admin {

// Any thread. Looks at files only where a store was used since the last look: ten thousand stores that nobody uses cost
// nothing.
class StoreReports {
public:
    telemetry::StoreReport of(const store::ServiceStore& store) const;

private:
    struct Look {
        TimePoint seen;
        store::FileSizes sizes;
    };
    store::FileSizes sizes_of(const store::ServiceStore& store) const;

    mutable std::mutex mutex_;
    mutable std::map<std::string, Look, std::less<>> looks_;
};

}  // namespace skep::admin
