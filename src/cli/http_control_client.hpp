#pragma once
// The control API over HTTP.

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "cli/control_client.hpp"

namespace skep::cli {

// A client of the API at `address`, "IP:PORT", that shows `token`. Runs each request on the calling
// thread, with a connection of its own. `clock` outlives it. Fails with `usage` where the address
// is none.
Result<std::unique_ptr<ControlClient>> connect_over_http(const std::string& address, const std::string& token,
                                                         const Clock& clock);

}  // namespace skep::cli
