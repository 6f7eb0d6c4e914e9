#include "http/detail/head_scanner.hpp"

namespace skep::http::detail {
namespace {

constexpr std::string_view kLoneReturn = "a carriage return, a control character, stands without a line feed";

}  // namespace

Parsed<HeadScanner::State> HeadScanner::scan(std::string_view text, const HeadBounds& bounds) {
    while (true) {
        const auto feed = text.find('\n', scanned_);
        if (feed == std::string_view::npos) {
            scanned_ = text.size();
            break;
        }
        if (feed == 0 || text[feed - 1] != '\r')
            return malformed("a line does not end in CRLF");
        if (text.find('\r', line_start_) != feed - 1)
            return malformed(kLoneReturn);
        const bool is_empty_line = feed - line_start_ == 1;
        scanned_ = line_start_ = feed + 1;
        if (first_line_ == 0)
            first_line_ = line_start_;
        if (first_line_ > bounds.first_line)
            return fault("target_too_long", "the first line is too long");
        if (line_start_ - first_line_ > bounds.block)
            return fault("headers_too_large", "the header block is too large");
        if (is_empty_line)
            return State::complete;
    }
    const auto stray = text.find('\r', line_start_);
    if (stray < text.size() - 1)
        return malformed(kLoneReturn);
    if (first_line_ == 0 && text.size() > bounds.first_line)
        return fault("target_too_long", "the first line is too long");
    if (first_line_ != 0 && text.size() - first_line_ > bounds.block)
        return fault("headers_too_large", "the header block is too large");
    return State::incomplete;
}

}  // namespace skep::http::detail
