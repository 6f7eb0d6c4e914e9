#include "cli/detail/session.hpp"
#include "manifest/nearest.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;

json::object row_of(const Reason& reason) {
    return {{"code", reason.name},
            {"kind", name_of(reason.code)},
            {"http_status", http_status_of(reason)},
            {"exit_code", exit_code_of(Error(reason, ""))},
            {"meaning", reason.meaning},
            {"remedy", reason.remedy}};
}

Error unknown_code(std::string_view code) {
    std::vector<std::string_view> names;
    for (const Reason& reason : all_reasons())
        names.push_back(reason.name);
    const std::string_view meant = manifest::nearest(code, names);
    return not_found("no error has the code '{}'{}", code,
                     meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
}

int explain(const std::string& code, Output& output) {
    Listing listing{.columns = {{"CODE", "code"}, {"MEANING", "meaning"}}, .name_member = "code"};
    if (code.empty()) {
        for (const Reason& reason : all_reasons())
            listing.rows.push_back(row_of(reason));
    } else if (const Reason* reason = find_reason(code)) {
        listing.kind = Listing::Kind::one;
        listing.columns = {{"code", "code"}, {"meaning", "meaning"},         {"help", "remedy"},
                           {"kind", "kind"}, {"HTTP status", "http_status"}, {"exit code", "exit_code"}};
        listing.rows.push_back(row_of(*reason));
    } else {
        return output.fail(unknown_code(code));
    }
    output.print(listing);
    return 0;
}

}  // namespace

void add_explain(CLI::App& root, Session& session) {
    auto code = std::make_shared<std::string>();
    CLI::App* command = add_command(root, session, "explain", "What an error's code means, and how to go on",
                                    [code](Output& output) { return explain(*code, output); });
    command->add_option("code", *code, "As guest_timeout; all codes where none is given");
    add_format(*command, session);
}

}  // namespace skep::cli
