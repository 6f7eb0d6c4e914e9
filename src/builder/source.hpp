#pragma once
// Source: where a service's code lies, and in which form.

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace skep::builder {

enum class SourceForm : std::uint8_t { rust, cpp_component, cpp_program, c_program };

// "Rust", "C++ component", "C++ program", "C program".
std::string_view name_of(SourceForm form);

struct Source {
    std::filesystem::path folder;
    SourceForm form = SourceForm::rust;
    // C and C++: what is compiled, in order: the files beside `main`, without tests (*_test.cpp).
    std::vector<std::filesystem::path> units;

    friend bool operator==(const Source&, const Source&) = default;
};

// The source of `module`: Cargo.toml, main.cpp or main.c in the module's folder, in its `src`, or in a folder above it,
// at most two up and not above `project`. Blocking.
std::optional<Source> find_source(const std::filesystem::path& module, const std::filesystem::path& project);

// Does a C++ file of `text` itself include `header`, "skep/http.hpp"?
bool includes(std::string_view text, std::string_view header);

// The form of a C++ file: a component where it includes the SDK's http.hpp.
SourceForm form_of_cpp(std::string_view text);

// Is `name` that of a file or folder whose changes mean nothing: results, caches, what editors and cargo leave, hidden
// ones?
bool is_ignored(std::string_view name);

}  // namespace skep::builder
