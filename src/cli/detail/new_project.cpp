#include <algorithm>

#include <fmt/format.h>

#include "base/files.hpp"
#include "cli/detail/session.hpp"
#include "cli/detail/templates.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;

struct NewFlags {
    std::string folder;
    std::string language = "cpp";
    std::string form = "http";
};

// What the templates call the project.
constexpr std::string_view kPlaceholders[] = {"{{name}}", "my-app"};

std::string with_name(std::string_view contents, std::string_view name) {
    std::string out(contents);
    for (const std::string_view placeholder : kPlaceholders) {
        for (auto at = out.find(placeholder); at != std::string::npos; at = out.find(placeholder, at + name.size()))
            out.replace(at, placeholder.size(), name);
    }
    return out;
}

Result<> write(const std::filesystem::path& path, std::string_view contents) {
    std::error_code fault;
    std::filesystem::create_directories(path.parent_path(), fault);
    if (fault)
        return fail(file_error("create", path.parent_path(), fault.value()));
    return write_file(path, contents);
}

std::string template_names() {
    std::vector<std::string_view> names;
    for (const TemplateFile& file : embedded_templates()) {
        const std::string_view name = file.path.substr(0, file.path.find('/'));
        if (names.empty() || names.back() != name)
            names.push_back(name);
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

// Writes the template into a folder that does not exist, or is empty; returns the files' paths
// within it.
Result<std::vector<std::string>> write_project(const NewFlags& flags) {
    const std::filesystem::path folder = flags.folder;
    const std::string name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
    if (auto valid = model::parse_service_name(name); !valid)
        return fail("invalid_argument", "a project is named as a service is, but {}", valid.error().message());
    std::error_code ignored;
    if (std::filesystem::exists(folder, ignored) && !std::filesystem::is_empty(folder, ignored))
        return fail("already_exists", "the folder {} is there and not empty", folder.string());
    const std::string prefix = fmt::format("{}-{}/", flags.language, flags.form);
    std::vector<std::string> written;
    for (const TemplateFile& file : embedded_templates()) {
        if (!file.path.starts_with(prefix))
            continue;
        const std::string_view path = file.path.substr(prefix.size());
        TRY_DO(write(folder / path, with_name(file.contents, name)));
        written.emplace_back(path);
    }
    if (written.empty())
        return fail("not_found", "there is no template {}-{}, but {}", flags.language, flags.form, template_names());
    return written;
}

int create(const NewFlags& flags, Output& output) {
    const auto written = write_project(flags);
    if (!written)
        return output.fail(written.error());
    Listing listing{.columns = {{"FILE", "path"}}, .name_member = "path"};
    for (const std::string& path : *written)
        listing.rows.push_back({{"path", (std::filesystem::path(flags.folder) / path).string()}});
    output.print(listing);
    output.note(fmt::format("\nnext: cd {} && skep dev", flags.folder));
    return 0;
}

}  // namespace

void add_new(CLI::App& root, Session& session) {
    auto flags = std::make_shared<NewFlags>();
    CLI::App* command = add_command(root, session, "new", "Write a project that builds and has a test",
                                    [flags](Output& output) { return create(*flags, output); });
    command->add_option("name", flags->folder, "The project's folder; its last part is its name")->required();
    command->add_option("--lang", flags->language, "cpp or rust")
        ->type_name("LANGUAGE")
        ->check(one_of({"cpp", "rust"}));
    command->add_option("--form", flags->form, "http (a component) or cgi (a program)")
        ->type_name("FORM")
        ->check(one_of({"http", "cgi"}));
    add_format(*command, session);
}

}  // namespace skep::cli
