#pragma once
// Which lines of a manifest may hold a secret and are never shown.

#include <set>
#include <string_view>

#include "manifest/detail/document.hpp"

namespace skep::manifest {

// The lines, from 1, of everything under a key called `secrets`, or nearly so, wherever it stands. The list of names
// that a service has under that key is none of them.
std::set<int> secret_lines(const Node& document);

// The same for a text that is no TOML: whether a table of secrets may have begun in it. Errs towards yes.
bool may_open_secrets(std::string_view text);

}  // namespace skep::manifest
