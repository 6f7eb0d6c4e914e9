#pragma once
// ServiceStats: what one io thread knows of the calls to one service.

#include <atomic>
#include <cstdint>

#include "observability/histogram.hpp"

namespace skep::mesh {

// Written by its io thread, read by any.
struct ServiceStats {
    Counter requests;
    Counter client_errors;  // answered 4xx
    Counter server_errors;  // answered 5xx, or not at all
    Counter cancelled;      // the caller went away
    Counter rejected;       // no place: bulkhead or slots
    Histogram duration;     // until the response head
    Counter cpu_ns;         // running time of guests
    std::atomic<std::int64_t> running = 0;
    std::atomic<std::int64_t> queued = 0;

    void merge(const ServiceStats& other);
};

}  // namespace skep::mesh
