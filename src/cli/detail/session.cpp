#include "cli/detail/session.hpp"

#include "base/files.hpp"

namespace skep::cli {
namespace {

constexpr std::uint64_t kLargestToken = 4096;

std::filesystem::path data_directory(const ProjectFlags& flags, const Surroundings& world) {
    std::error_code ignored;
    std::string given = flags.data_dir;
    if (given.empty())
        given = variable(world, "SKEP_DATA_DIR");
    if (!given.empty())
        return std::filesystem::absolute(given, ignored).lexically_normal();
    const std::filesystem::path path = std::filesystem::absolute(flags.manifest, ignored);
    const bool is_folder = std::filesystem::is_directory(path, ignored);
    return ((is_folder ? path : path.parent_path()) / ".skep").lexically_normal();
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find_first_of("\r\n"));
}

// Where the control API listens, as far as it can be known from here.
std::string control_address(const ProjectFlags& flags, const ProjectOptions& options) {
    if (!flags.control.empty())
        return flags.control;
    if (const auto left = read_file(options.data_dir / "control.address", kLargestToken))
        return first_line(*left);
    manifest::Layers layers = options.layers;
    layers.files = manifest::FileChecks::may_be_missing;
    if (const auto loaded = manifest::load(options.manifest, layers))
        return loaded->application.control_listen;
    return model::Application().control_listen;
}

}  // namespace

std::string variable(const Surroundings& world, std::string_view name) {
    for (const auto& [known, value] : world.environment) {
        if (known == name)
            return value;
    }
    return {};
}

CLI::App* add_command(CLI::App& parent, Session& session, std::string name, std::string description,
                      std::function<int(Output&)> action) {
    CLI::App* command = parent.add_subcommand(std::move(name), std::move(description));
    command->callback([&session, action = std::move(action)] { session.chosen = action; });
    return command;
}

CLI::Validator one_of(std::vector<std::string> names) {
    CLI::Validator validator = CLI::IsMember(std::move(names));
    validator.description("");
    return validator;
}

void add_format(CLI::App& command, Session& session) {
    command.add_option("-o,--output", session.format, "How to print: table, wide, json, jsonl, yaml or name")
        ->type_name("FORM")
        ->check(one_of({format_names().begin(), format_names().end()}));
}

namespace {

void add_project_flags(CLI::App& command, ProjectFlags& flags) {
    command.add_option("--profile", flags.profile, "The profile of the manifest (SKEP_PROFILE)")->type_name("NAME");
    command.add_option("--data-dir", flags.data_dir, "Where state is kept, .skep beside the manifest (SKEP_DATA_DIR)")
        ->type_name("DIR");
    command.add_option("--control", flags.control, "The address of the control API")->type_name("IP:PORT");
}

}  // namespace

void add_project(CLI::App& command, ProjectFlags& flags) {
    command.add_option("manifest", flags.manifest, "skep.toml or its folder; this folder where none is given");
    add_project_flags(command, flags);
}

void add_project_option(CLI::App& command, ProjectFlags& flags) {
    command.add_option("--manifest", flags.manifest, "skep.toml or its folder; this folder where none is given")
        ->type_name("PATH");
    add_project_flags(command, flags);
}

ProjectOptions project_options(const ProjectFlags& flags, const Surroundings& world) {
    ProjectOptions options;
    options.manifest = flags.manifest;
    options.data_dir = data_directory(flags, world);
    options.layers.profile = flags.profile.empty() ? variable(world, "SKEP_PROFILE") : flags.profile;
    options.layers.environment = world.environment;
    if (!flags.listen.empty())
        options.layers.flags.emplace_back("gateway.listen", flags.listen);
    if (!flags.control.empty())
        options.layers.flags.emplace_back("control.listen", flags.control);
    return options;
}

Result<std::unique_ptr<ControlClient>> connect(const ProjectFlags& flags, const Surroundings& world) {
    const ProjectOptions options = project_options(flags, world);
    const std::string address = control_address(flags, options);
    const std::filesystem::path token_file = options.data_dir / "control.token";
    const Result<std::string> token = read_file(token_file, kLargestToken);
    if (!token)
        return fail("control_unreachable", "no Skep has run here: {}", token.error().message());
    return world.connect(address, first_line(*token));
}

std::vector<const CLI::App*> subcommands_of(const CLI::App& command) {
    return command.get_subcommands([](const CLI::App* sub) { return !sub->get_name().empty(); });
}

void add_all_commands(CLI::App& root, Session& session) {
    root.name("skep");
    root.description("Runs microservices as WebAssembly guests: one binary, one file skep.toml.");
    root.require_subcommand(1);
    root.set_help_flag("-h,--help", "What a command does and takes");
    add_new(root, session);
    add_hosted_commands(root, session);
    add_call(root, session);
    add_status(root, session);
    add_logs(root, session);
    add_data(root, session);
    add_migrate(root, session);
    add_backup(root, session);
    add_config(root, session);
    add_explain(root, session);
    add_completion(root, session);
    add_version(root, session);
}

}  // namespace skep::cli
