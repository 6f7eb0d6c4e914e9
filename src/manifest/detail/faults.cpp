#include "manifest/detail/faults.hpp"

#include <algorithm>
#include <limits>

namespace skep::manifest {
namespace {

constexpr std::size_t kMostFaults = 100;
constexpr std::size_t kLongestLine = 160;

std::string_view line_at(std::string_view text, int line) {
    for (int skipped = 1; skipped < line; ++skipped) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos)
            return {};
        text.remove_prefix(end + 1);
    }
    text = text.substr(0, text.find('\n'));
    return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
}

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Columns count characters, not bytes.
std::size_t offset_of(std::string_view line, int column) {
    std::size_t offset = 0;
    for (int at = 1; at < column && offset < line.size(); ++at) {
        ++offset;
        while (offset < line.size() && continues_character(line[offset]))
            ++offset;
    }
    return offset;
}

bool is_bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// How many bytes from the start of `rest` the caret underlines: a string, a bare word, or one.
std::size_t width_at(std::string_view rest) {
    if (rest.empty())
        return 1;
    if (rest.front() == '"' || rest.front() == '\'') {
        const auto end = rest.find(rest.front(), 1);
        return end == std::string_view::npos ? rest.size() : end + 1;
    }
    const auto end = std::ranges::find_if_not(rest, is_bare);
    return std::max<std::size_t>(static_cast<std::size_t>(end - rest.begin()), 1);
}

std::string printable(std::string_view text) {
    std::string out(text);
    std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return out;
}

// Faults without a place come last.
Place order_of(Place place) {
    return place.line > 0 ? place : Place{std::numeric_limits<int>::max(), 0};
}

}  // namespace

std::string Faults::excerpt(Place place) const {
    if (hidden_.contains(place.line))
        return fmt::format("{} | <secret>", place.line);
    std::string_view line = line_at(text_, place.line);
    std::size_t start = offset_of(line, place.column);
    if (line.size() > kLongestLine) {
        const std::size_t cut = start > kLongestLine / 2 ? start - kLongestLine / 2 : 0;
        line = line.substr(cut, kLongestLine);
        start -= cut;
    }
    const auto characters = [](std::string_view text) {
        return static_cast<std::size_t>(std::ranges::count_if(text, std::not_fn(continues_character)));
    };
    const std::string_view before = line.substr(0, start);
    const std::string_view rest = line.substr(start);
    const std::string carets(std::max<std::size_t>(characters(rest.substr(0, width_at(rest))), 1), '^');
    const std::string margin = fmt::format("{}", place.line);
    return fmt::format("{} | {}\n{} | {}{}", margin, printable(line), std::string(margin.size(), ' '),
                       std::string(characters(before), ' '), carets);
}

void Faults::add(Error error, Place place, std::string_view context) {
    if (faults_.size() == kMostFaults)
        return;
    if (place.line > 0)
        error = std::move(error).with_detail(excerpt(place));
    const std::string at =
        place.line > 0 ? fmt::format("{}:{}:{}", file_name_, place.line, place.column) : std::string(context);
    const auto next = std::ranges::upper_bound(faults_, order_of(place), {},
                                               [](const Fault& fault) { return order_of({fault.line, fault.column}); });
    faults_.insert(next, {at.empty() ? std::move(error) : std::move(error).within(at), place.line, place.column});
}

std::vector<Fault> Faults::take() && {
    return std::move(faults_);
}

}  // namespace skep::manifest
