#pragma once
// What one HTTP server or client allows. Every number is a key of the manifest's [http] table.

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace skep::http {

// Sizes in bytes. A value.
struct ServerLimits {
    // The request's head.
    std::size_t header_block = 32 * 1024;  // all field lines together: 431
    std::size_t fields = 100;              // their number: 431
    std::size_t target = 8 * 1024;         // the request target: 414
    bool allow_underscores = false;        // in field names

    // The request's body.
    std::uint64_t request_body = 10 * 1024 * 1024;  // 413; `Handler::request_body_limit` overrides it
    std::uint32_t min_body_rate = 240;              // bytes per second of waiting for the client: 408
    Duration body_rate_grace = std::chrono::seconds(10);
    std::size_t discarded_body = 64 * 1024;  // of a body that nobody reads; more closes the connection

    // The connection.
    Duration head_timeout = std::chrono::seconds(10);        // from its first byte: 408
    Duration idle_timeout = std::chrono::hours(1);           // between requests
    Duration stream_idle = std::chrono::minutes(5);          // no progress on a body, either way
    Duration half_close_grace = std::chrono::seconds(1);     // to answer a client that has closed its direction
    Duration linger = std::chrono::seconds(1);               // to let a refused client read the reply
    Duration drain_first_request = std::chrono::seconds(1);  // from a connection's begin, while draining
    std::size_t read_ahead = 64 * 1024;                      // pipelined bytes held while a request runs
    std::size_t connections = 10'000;                        // per loop; beyond: 503 and close
};

// Sizes in bytes. A value.
struct ClientLimits {
    std::size_t header_block = 64 * 1024;
    std::size_t fields = 200;
    Duration connect_timeout = std::chrono::seconds(5);
    Duration stream_idle = std::chrono::minutes(5);
    Duration pool_idle = std::chrono::seconds(55);  // how long an unused connection is kept
    std::size_t pool_per_host = 128;                // unused connections kept for one address and authority
    std::size_t connections_per_host = 1024;        // used and unused; beyond, calls wait
};

}  // namespace skep::http
