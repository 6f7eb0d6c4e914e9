#include "builder/source.hpp"

#include <algorithm>

#include "base/files.hpp"

namespace skep::builder {
namespace {

constexpr std::uint64_t kSourceLimit = 16ULL << 20;

std::vector<std::filesystem::path> units_in(const std::filesystem::path& folder, std::string_view extension) {
    std::vector<std::filesystem::path> units;
    std::error_code fault;
    for (const auto& entry : std::filesystem::directory_iterator(folder, fault)) {
        const auto& path = entry.path();
        if (path.extension() == extension && !path.stem().string().ends_with("_test"))
            units.push_back(path);
    }
    std::ranges::sort(units);
    return units;
}

bool includes_component_header(const std::filesystem::path& file) {
    const auto text = read_file(file, kSourceLimit);
    return text && form_of_cpp(*text) == SourceForm::cpp_component;
}

std::optional<Source> source_in(const std::filesystem::path& folder) {
    if (std::filesystem::is_regular_file(folder / "Cargo.toml"))
        return Source{.folder = folder, .form = SourceForm::rust, .units = {}};
    if (std::filesystem::is_regular_file(folder / "main.cpp")) {
        auto units = units_in(folder, ".cpp");
        const bool is_component = std::ranges::any_of(units, includes_component_header);
        return Source{.folder = folder,
                      .form = is_component ? SourceForm::cpp_component : SourceForm::cpp_program,
                      .units = std::move(units)};
    }
    if (std::filesystem::is_regular_file(folder / "main.c"))
        return Source{.folder = folder, .form = SourceForm::c_program, .units = units_in(folder, ".c")};
    return std::nullopt;
}

}  // namespace

std::string_view name_of(SourceForm form) {
    switch (form) {
        case SourceForm::rust:
            return "Rust";
        case SourceForm::cpp_component:
            return "C++ component";
        case SourceForm::cpp_program:
            return "C++ program";
        case SourceForm::c_program:
            return "C program";
    }
    return "";
}

std::optional<Source> find_source(const std::filesystem::path& module, const std::filesystem::path& project) {
    constexpr int kFoldersUp = 2;
    auto folder = module.parent_path();
    for (int up = 0; up <= kFoldersUp; ++up, folder = folder.parent_path()) {
        if (auto source = source_in(folder))
            return source;
        if (auto source = source_in(folder / "src"))
            return source;
        if (folder == project || folder == folder.root_path())
            break;
    }
    return std::nullopt;
}

bool includes(std::string_view text, std::string_view header) {
    const std::string angled = fmt::format("#include<{}>", header);
    const std::string quoted = fmt::format("#include\"{}\"", header);
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string line(text.substr(0, end));
        std::erase_if(line, [](char character) { return character == ' ' || character == '\t'; });
        if (line.starts_with(angled) || line.starts_with(quoted))
            return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

SourceForm form_of_cpp(std::string_view text) {
    return includes(text, "skep/http.hpp") ? SourceForm::cpp_component : SourceForm::cpp_program;
}

bool is_ignored(std::string_view name) {
    return name.empty() || name.front() == '.' || name.front() == '#' || name.back() == '~' || name.ends_with(".tmp") ||
           name == "target" || name == "build" || name == "node_modules" || name == "__pycache__" ||
           name == "Cargo.lock";
}

}  // namespace skep::builder
