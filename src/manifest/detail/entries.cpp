#include "manifest/detail/entries.hpp"

#include <algorithm>
#include <charconv>

#include "async/socket_address.hpp"
#include "base/letter_case.hpp"
#include "manifest/detail/contains.hpp"

namespace skep::manifest {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

Result<std::string_view> text_of(const Node& node, std::string_view what) {
    if (node.kind != NodeKind::text)
        return fail("manifest_wrong_type", "{} is a string, not {}", what, kind_name(node.kind));
    return node.text;
}

Result<> check_segment(std::string_view segment, bool last, std::string_view path) {
    if (segment == "." || segment == "..")
        return fail("manifest_invalid_value", "the route '{}' has a '{}' in it", path, segment);
    if (segment.contains('*') && (segment != "*" || !last))
        return fail("manifest_invalid_value", "in the route '{}' the '*' is not its last part, alone", path);
    if (segment == ":")
        return fail("manifest_invalid_value", "a parameter of the route '{}' has no name", path);
    return {};
}

constexpr std::string_view kReserved = "/_services/";

Result<> check_route_path(std::string_view path) {
    const auto is_plain = [](char c) { return c > ' ' && c < 0x7F && c != '?' && c != '#' && c != '\\'; };
    if (!path.starts_with('/'))
        return fail("manifest_invalid_value", "the route '{}' does not start with '/'", path);
    if (path.size() > 2048)
        return fail("manifest_invalid_value", "a route has at most 2048 characters, this has {}", path.size());
    if (!std::ranges::all_of(path, is_plain))
        return fail("manifest_invalid_value",
                    "the route '{}' has a space, '?', '#', '\\' or another character that no path has", path);
    if (path.starts_with(kReserved))
        return fail("manifest_invalid_value", "the route '{}' is never reached: Skep itself answers what is below {}",
                    path, kReserved);
    std::string_view rest = path.substr(1);
    while (true) {
        const auto slash = rest.find('/');
        const bool last = slash == std::string_view::npos;
        TRY_DO(check_segment(rest.substr(0, slash), last, path));
        if (last)
            return {};
        rest.remove_prefix(slash + 1);
    }
}

Result<> check_method(std::string_view method) {
    const auto is_upper = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; };
    if (method.empty() || method.size() > 32 || !std::ranges::all_of(method, is_upper))
        return fail("manifest_invalid_value", "'{}' is no method: write it in capital letters, as in GET", method);
    return {};
}

Result<std::vector<std::string>> parse_methods(const Node& node) {
    if (node.kind != NodeKind::array)
        return fail("manifest_wrong_type", "methods is an array, not {}", kind_name(node.kind));
    std::vector<std::string> methods;
    for (const Node& item : node.items) {
        TRY(const std::string_view method, text_of(item, "a method"));
        TRY_DO(check_method(method));
        if (!contains(methods, method))
            methods.emplace_back(method);
    }
    return methods;
}

// Letters, digits, '-', '_' and '.', in lower case; or an IPv6 address in brackets.
Result<std::string> parse_host(std::string_view text) {
    std::string host = lowered(text);
    if (host.starts_with('[') && async::SocketAddress::parse_ip(host, 0))
        return host;
    const auto is_host = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; };
    const bool plain = !host.empty() && host.size() <= 253 && std::ranges::all_of(host, is_host);
    if (!plain || host.starts_with('.') || host.contains(".."))
        return fail("manifest_invalid_value", "'{}' is no host name or address", text);
    return host;
}

Result<model::Route> parse_route_table(const Node& node) {
    model::Route route;
    for (const Member& member : node.members) {
        if (member.key == "path") {
            TRY(route.path, text_of(member.value, "a route's path"));
        } else if (member.key == "methods") {
            TRY(route.methods, parse_methods(member.value));
        } else if (member.key == "host") {
            TRY(const std::string_view host, text_of(member.value, "a route's host"));
            TRY(route.host, parse_host(host));
        } else if (member.key == "rewrite") {
            return fail("manifest_not_available", "a route's `rewrite` is not available in this version");
        } else {
            return fail("manifest_unknown_key", "a route has no key '{}': it has path, methods and host", member.key);
        }
    }
    if (route.path.empty())
        return fail("manifest_missing_key", "a route needs a path");
    TRY_DO(check_route_path(route.path));
    return route;
}

struct UrlParts {
    std::string scheme;
    std::string_view host;  // with brackets where it has them
    std::uint16_t port = 80;
};

Result<std::uint16_t> parse_port(std::string_view digits, std::string_view url) {
    std::uint16_t port = 0;
    const char* end = digits.data() + digits.size();
    const auto [rest, fault] = std::from_chars(digits.data(), end, port);
    if (fault != std::errc() || rest != end || port == 0)
        return fail("manifest_invalid_value", "the port of '{}' is not a number from 1 to 65535", url);
    return port;
}

Result<UrlParts> split_url(std::string_view url) {
    const auto mark = url.find("://");
    if (mark == std::string_view::npos)
        return fail("manifest_invalid_value", "'{}' is no URL: write http://host:port", url);
    UrlParts parts;
    parts.scheme = std::string(url.substr(0, mark));
    if (parts.scheme == "https")
        return fail("tls_not_available", "'{}' needs TLS", url);
    if (parts.scheme != "http")
        return fail("manifest_invalid_value", "the scheme of '{}' is not http", url);
    std::string_view rest = url.substr(mark + 3);
    if (rest.ends_with('/'))
        rest.remove_suffix(1);
    if (rest.find_first_of("/?#@") != std::string_view::npos)
        return fail("manifest_invalid_value", "'{}' has more than a host and a port", url);
    const auto bracket = rest.starts_with('[') ? rest.find(']') : 0;
    const auto colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
    parts.host = rest.substr(0, colon);
    if (colon != std::string_view::npos) {
        TRY(parts.port, parse_port(rest.substr(colon + 1), url));
    }
    return parts;
}

}  // namespace

Result<model::Route> parse_route(const Node& node) {
    if (node.kind == NodeKind::table)
        return parse_route_table(node);
    if (node.kind != NodeKind::text)
        return fail("manifest_wrong_type", "a route is a string or a table, not {}", kind_name(node.kind));
    model::Route route;
    std::string_view path = node.text;
    if (const auto space = path.find(' '); space != std::string_view::npos) {
        const std::string_view method = path.substr(0, space);
        TRY_DO(check_method(method));
        route.methods.emplace_back(method);
        path.remove_prefix(space + 1);
    }
    TRY_DO(check_route_path(path));
    route.path = std::string(path);
    return route;
}

Result<model::FileGrant> parse_file_grant(const Node& node, const std::filesystem::path& folder) {
    TRY(const std::string_view text, text_of(node, "a file grant"));
    model::FileGrant grant;
    std::string_view rest = text;
    if (rest.ends_with(":ro") || rest.ends_with(":rw")) {
        grant.writable = rest.ends_with(":rw");
        rest.remove_suffix(3);
    }
    const auto colon = rest.rfind(':');
    const bool has_both = colon != std::string_view::npos && colon > 0;
    const std::string_view guest = has_both ? rest.substr(colon + 1) : std::string_view();
    if (!guest.starts_with('/') || text.contains('\0'))
        return fail("manifest_invalid_value",
                    "'{}' is no file grant: write host:guest[:ro|rw], with a guest path from '/'", text);
    const std::filesystem::path guest_path(guest);
    if (guest_path.lexically_normal() != guest_path)
        return fail("manifest_invalid_value", "the guest path '{}' is not in its plainest form", guest);
    grant.host_path = (folder / rest.substr(0, colon)).lexically_normal();
    grant.guest_path = std::string(guest);
    return grant;
}

Result<model::OutboundGrant> parse_outbound(const Node& node) {
    TRY(const std::string_view text, text_of(node, "an outbound grant"));
    TRY(const UrlParts parts, split_url(text));
    const bool wildcard = parts.host.starts_with("*.");
    TRY(std::string host, parse_host(wildcard ? parts.host.substr(2) : parts.host));
    if (host.starts_with('['))
        host = host.substr(1, host.size() - 2);
    if (wildcard)
        host.insert(0, "*.");
    return model::OutboundGrant{parts.scheme, std::move(host), parts.port};
}

Result<std::string> parse_service_url(std::string_view text) {
    TRY(const UrlParts parts, split_url(text));
    TRY(const std::string host, parse_host(parts.host));
    return fmt::format("http://{}:{}", host, parts.port);
}

Result<> check_secret_name(std::string_view name) {
    const auto is_allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; };
    if (name.empty() || name.size() > 64 || !is_letter(name.front()) || !std::ranges::all_of(name, is_allowed))
        return fail("manifest_invalid_value",
                    "'{}' is no name of a secret: letters, digits, '-' and '_', a letter first, 64 at most", name);
    return {};
}

Result<std::string> parse_secret_name(const Node& node) {
    TRY(const std::string_view name, text_of(node, "the name of a secret"));
    TRY_DO(check_secret_name(name));
    return std::string(name);
}

Result<model::ServiceName> parse_called_service(const Node& node) {
    TRY(const std::string_view name, text_of(node, "the name of a service"));
    Result<model::ServiceName> parsed = model::parse_service_name(name);
    if (!parsed)
        return fail("manifest_invalid_value", "{}", parsed.error().message());
    return parsed;
}

}  // namespace skep::manifest
