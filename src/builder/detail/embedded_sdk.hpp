#pragma once
// The files that a C++ component is built from, carried by the program.

#include <span>
#include <string_view>

namespace skep::builder {

struct EmbeddedFile {
    std::string_view path;  // "include/skep/http.hpp", "wit/world.wit"
    std::string_view content;
};

std::span<const EmbeddedFile> embedded_sdk();

}  // namespace skep::builder
