#include "cli/command_line.hpp"

#include <algorithm>

#include "base/letter_case.hpp"
#include "cli/detail/session.hpp"
#include "manifest/nearest.hpp"

namespace skep::cli {
namespace {

OutputFormat format_or_table(std::string_view name) {
    return parse_format(name).value_or(OutputFormat::table);
}

// The form asked for in a line that may not be valid.
OutputFormat wanted_format(const std::vector<std::string>& arguments) {
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        const std::string& argument = arguments[at];
        if (argument == "--")
            break;
        if (argument.starts_with("--output="))
            return format_or_table(argument.substr(9));
        if ((argument == "-o" || argument == "--output") && at + 1 < arguments.size())
            return format_or_table(arguments[at + 1]);
        if (argument.starts_with("-o") && argument.size() > 2)
            return format_or_table(argument.substr(2));
    }
    return OutputFormat::table;
}

Output make_output(const Surroundings& world, OutputFormat format) {
    const bool plain = !world.err_is_terminal || !variable(world, "NO_COLOR").empty() || !variable(world, "CI").empty();
    return {world.out, world.err, format, plain ? Output::Colours::off : Output::Colours::on};
}

// The command that the line misspells: CLI11 would only say that one is required.
std::optional<Error> unknown_command(const CLI::App& root, const std::vector<std::string>& arguments) {
    const CLI::App* command = &root;
    std::string path = "skep";
    for (const std::string& argument : arguments) {
        const auto subcommands = subcommands_of(*command);
        if (subcommands.empty() || argument.starts_with('-'))
            return std::nullopt;
        const auto found =
            std::ranges::find(subcommands, argument, [](const CLI::App* sub) { return sub->get_name(); });
        if (found == subcommands.end()) {
            std::vector<std::string> names;
            for (const CLI::App* sub : subcommands)
                names.push_back(sub->get_name());
            const std::vector<std::string_view> known(names.begin(), names.end());
            const std::string_view meant = manifest::nearest(argument, known);
            return error("usage", "{} has no command '{}'{}", path, argument,
                         meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
        }
        command = *found;
        path += " " + argument;
    }
    return std::nullopt;
}

std::string lower_first(std::string text) {
    if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a' && text[1] <= 'z')
        text[0] = to_lower(text[0]);
    return text;
}

// Parses the line; an exit code where that is all there is to do.
std::optional<int> parse(CLI::App& root, const std::vector<std::string>& arguments, const Surroundings& world) {
    Output output = make_output(world, wanted_format(arguments));
    if (const auto unknown = unknown_command(root, arguments))
        return output.fail(*unknown);
    try {
        root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::ParseError& stop) {
        if (stop.get_exit_code() != 0)
            return output.fail(error("usage", "{}", lower_first(stop.what())));
        root.exit(stop, world.out, world.err);  // help was asked for
        return 0;
    }
    return std::nullopt;
}

}  // namespace

std::vector<Error> errors_of(std::vector<manifest::Fault> faults) {
    std::vector<Error> errors;
    for (manifest::Fault& fault : faults)
        errors.push_back(std::move(fault.error));
    return errors;
}

int run(const std::vector<std::string>& arguments, const Commands& commands, const Surroundings& surroundings) {
    CLI::App root;
    Session session{commands, surroundings, &root};
    add_all_commands(root, session);
    const bool wants_version = arguments.size() == 1 && (arguments[0] == "--version" || arguments[0] == "-V");
    const std::vector<std::string> line = wants_version ? std::vector<std::string>{"version"} : arguments;
    if (const auto done = parse(root, line.empty() ? std::vector<std::string>{"--help"} : line, surroundings))
        return *done;
    Output output = make_output(surroundings, format_or_table(session.format));
    return session.chosen(output);
}

}  // namespace skep::cli
