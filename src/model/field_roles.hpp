#pragma once
// What a field's name says about who may send it, and where. Names are in lower case.

#include <string_view>

#include "model/headers.hpp"

namespace skep::model {

// Whether only Skep says this to a service, so that what a client says by it is dropped: x-skep-…, and by which way the
// request came (forwarded, x-forwarded-…, x-real-ip), as no proxy in front is known yet that could be trusted.
bool is_reserved_field(std::string_view name);

// Whether the field may stand behind a body (RFC 9110, section 6.5.1): it does not frame, route, authenticate or modify
// a request, control a reply or describe the content, and is no cookie and nothing that Skep says.
bool may_be_trailer(std::string_view name);

// Removes what may not stand behind a body.
void remove_forbidden_trailers(Headers& trailers);

}  // namespace skep::model
