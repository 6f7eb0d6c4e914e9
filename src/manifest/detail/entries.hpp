#pragma once
// The entries of lists and URLs: routes, grants, names.

#include <filesystem>
#include <string>
#include <string_view>

#include "manifest/detail/document.hpp"
#include "model/application.hpp"

namespace skep::manifest {

// Each fails with `manifest_wrong_type` or `manifest_invalid_value`; URLs with `tls_not_available` where they say https.

// "/path", "GET /path", or a table of `path`, `methods`, `host`.
Result<model::Route> parse_route(const Node& node);

// "host:guest", "host:guest:ro" or "host:guest:rw"; a relative host path starts from `folder`.
Result<model::FileGrant> parse_file_grant(const Node& node, const std::filesystem::path& folder);

// "http://host", "http://host:port", "http://*.host".
Result<model::OutboundGrant> parse_outbound(const Node& node);

// "http://host:port" without a path; a slash at the end is taken off.
Result<std::string> parse_service_url(std::string_view text);

// 1 to 64 of a–z, A–Z, 0–9, '-', '_', starting with a letter.
Result<std::string> parse_secret_name(const Node& node);
Result<> check_secret_name(std::string_view name);

Result<model::ServiceName> parse_called_service(const Node& node);

}  // namespace skep::manifest
