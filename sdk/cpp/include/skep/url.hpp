// The parts of an absolute http URL.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace skep {

struct Url {
    bool secure = false;         // https
    std::string authority;       // host, or host:port
    std::string path_and_query;  // starts with '/'

    // None where the text is no http or https URL with a host.
    static std::optional<Url> parse(std::string_view text) {
        Url url;
        if (text.starts_with("https://")) {
            url.secure = true;
            text.remove_prefix(8);
        } else if (text.starts_with("http://")) {
            text.remove_prefix(7);
        } else {
            return std::nullopt;
        }
        text = text.substr(0, text.find('#'));
        const std::size_t end = std::min(text.find_first_of("/?"), text.size());
        url.authority = text.substr(0, end);
        url.path_and_query = text.substr(end);
        if (!url.path_and_query.starts_with('/'))
            url.path_and_query.insert(0, 1, '/');
        if (url.authority.empty())
            return std::nullopt;
        return url;
    }
};

}  // namespace skep
