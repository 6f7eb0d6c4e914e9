#include "base/environment.hpp"

#include <algorithm>
#include <string_view>
#include <unistd.h>

namespace skep {

Environment process_environment() {
    Environment found;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string_view::npos)
            found.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return found;
}

std::string value_of(const Environment& environment, const std::string& name) {
    const auto found = std::ranges::find(environment, name, &Environment::value_type::first);
    return found == environment.end() ? std::string() : found->second;
}

}  // namespace skep
