#pragma once
// The templates of `skep new`, which travel inside the program.

#include <iterator>
#include <span>
#include <string_view>

namespace skep::cli {

struct TemplateFile {
    std::string_view path;  // "cpp-http/skep.toml": the first part names the template
    std::string_view contents;
};

std::span<const TemplateFile> embedded_templates();

}  // namespace skep::cli
