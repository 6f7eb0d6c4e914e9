#pragma once
// Names that users choose.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/strong_id.hpp"

namespace skep::model {

// A service's name: 1 to 63 of a–z, 0–9, '-', '_', starting with a letter. It is a DNS label in
// <service>.skep.internal.
using ServiceName = StrongId<struct ServiceNameTag, std::string>;

// Fails with `invalid_argument`, saying what is wrong.
Result<ServiceName> parse_service_name(std::string_view text);

// One loaded version of a service: a digest over its module and settings, in hex.
using Revision = StrongId<struct RevisionTag, std::string>;

}  // namespace skep::model
