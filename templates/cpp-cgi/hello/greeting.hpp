// What the service says: no input or output here, so it is tested as an ordinary program.
#pragma once

#include <string>
#include <string_view>

inline std::string greeting(std::string_view name) {
    return "Hello " + std::string(name) + "!";
}
