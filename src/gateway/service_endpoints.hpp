#pragma once
// The endpoints that the gateway itself answers for each service: /_services/<name>/health and …/metrics.

#include <string_view>

#include "model/message.hpp"
#include "telemetry/service_report.hpp"

namespace skep::gateway {

bool is_service_endpoint(std::string_view path);

// Health: {"service","version","status"}, 200 or 503. Metrics: JSON, or Prometheus text where Accept asks for it.
model::Response answer_service_endpoint(const model::Request& request, const telemetry::Reports& reports);

}  // namespace skep::gateway
