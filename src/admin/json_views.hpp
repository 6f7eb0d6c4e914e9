#pragma once
// Reports as the JSON of the control API.

#include <string>

#include "telemetry/service_report.hpp"

namespace skep::admin {

// The body of GET /api/v1/status.
std::string status_json(const telemetry::Reports& reports);

// The body of GET /readyz?verbose.
std::string health_json(const telemetry::Reports& reports);

// The body of GET /api/v1/openapi.json: OpenAPI 3.1.
std::string openapi_json();

}  // namespace skep::admin
