// Scripts for shells, made from the tree of commands.
#include <map>

#include "cli/detail/session.hpp"

namespace skep::cli {
namespace {

struct Word {
    std::string text;
    std::string description;
    enum class Kind : std::uint8_t { command, flag } kind;
};

// "skep config explain" -> what may follow.
using Words = std::map<std::string, std::vector<Word>>;

void collect(const CLI::App& command, const std::string& path, Words& words) {
    std::vector<Word>& here = words[path];
    for (const CLI::App* sub : subcommands_of(command))
        here.push_back({sub->get_name(), sub->get_description(), Word::Kind::command});
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames())
            here.push_back({"--" + name, option->get_description(), Word::Kind::flag});
    }
    for (const CLI::App* sub : subcommands_of(command))
        collect(*sub, path + " " + sub->get_name(), words);
}

std::string joined(const std::vector<Word>& words) {
    std::string out;
    for (const Word& word : words)
        out += (out.empty() ? "" : " ") + word.text;
    return out;
}

// For bash and zsh: the commands walked through so far, and the words that follow them.
std::string cases(const Words& words) {
    std::string paths;
    std::string follow;
    for (const auto& [path, list] : words) {
        if (path != "skep")
            paths += fmt::format("{}\"{}\"", paths.empty() ? "" : "|", path);
        follow += fmt::format("        \"{}\") follow=\"{}\" ;;\n", path, joined(list));
    }
    return fmt::format(
        "    for word in \"${{before[@]}}\"; do\n"
        "        case \"$walked $word\" in {}) walked=\"$walked $word\" ;; esac\n"
        "    done\n"
        "    case \"$walked\" in\n{}    esac\n",
        paths, follow);
}

std::string bash(const Words& words) {
    return "_skep() {\n"
           "    local current=\"${COMP_WORDS[COMP_CWORD]}\" walked=skep follow=\"\" word\n"
           "    local before=(\"${COMP_WORDS[@]:1:COMP_CWORD-1}\")\n" +
           cases(words) +
           "    COMPREPLY=($(compgen -W \"$follow\" -- \"$current\"))\n"
           "}\n"
           "complete -o default -F _skep skep\n";
}

std::string zsh(const Words& words) {
    return "#compdef skep\n"
           "_skep() {\n"
           "    local walked=skep follow=\"\" word\n"
           "    local -a before\n"
           "    before=(\"${(@)words[2,CURRENT-1]}\")\n" +
           cases(words) +
           "    compadd -- ${=follow} || _files\n"
           "}\n"
           "compdef _skep skep\n";
}

std::string fish_string(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += c == '\'' ? std::string("\\'") : std::string(1, c);
    return "'" + out + "'";
}

std::string fish(const Words& words) {
    std::string out;
    for (const auto& [path, follow] : words) {
        const auto space = path.find(' ');
        std::string condition = "__fish_use_subcommand";
        if (space != std::string::npos) {
            condition.clear();
            for (const std::string& part : CLI::detail::split(path.substr(space + 1), ' '))
                condition += fmt::format("{}__fish_seen_subcommand_from {}", condition.empty() ? "" : "; and ", part);
        }
        for (const Word& word : follow) {
            const std::string what = word.kind == Word::Kind::flag ? "-l " + word.text.substr(2) : "-a " + word.text;
            out += fmt::format("complete -c skep -n {} {} -d {}\n", fish_string(condition), what,
                               fish_string(word.description));
        }
    }
    return out;
}

}  // namespace

void add_completion(CLI::App& root, Session& session) {
    auto shell = std::make_shared<std::string>();
    CLI::App* command = add_command(
        root, session, "completion", "A script that completes commands in a shell", [&session, shell](Output& output) {
            Words words;
            collect(*session.root, "skep", words);
            output.print_raw(*shell == "bash" ? bash(words) : *shell == "zsh" ? zsh(words) : fish(words));
            return 0;
        });
    command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(one_of({"bash", "zsh", "fish"}));
}

}  // namespace skep::cli
