#include "http/detail/body_decoder.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "http/detail/syntax.hpp"
#include "model/field_roles.hpp"

namespace skep::http::detail {
namespace {

constexpr std::size_t kLongestChunkLine = 256;

// Cuts a line off `input` and gives it without its CRLF; empty where it is not there whole yet.
// One of `longest` bytes or more fails with `reason`.
Parsed<std::optional<std::string_view>> take_line(std::string_view& input, std::size_t longest,
                                                  std::string_view reason) {
    const auto feed = input.substr(0, longest).find('\n');
    if (feed == std::string_view::npos) {
        if (input.size() >= longest)
            return fault(reason, "a line of the chunked body is too long");
        return std::nullopt;
    }
    if (feed == 0 || input[feed - 1] != '\r')
        return malformed("a line of the chunked body does not end in CRLF");
    const std::string_view line = input.substr(0, feed - 1);
    input.remove_prefix(feed + 1);
    return line;
}

// Cuts "quoted \" text" off `text`; false where it is malformed.
bool skip_quoted(std::string_view& text) {
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (!is_in(text[i], kValue))
            return false;
        if (text[i] == '\\') {
            if (++i == text.size() || !is_in(text[i], kValue))
                return false;
        } else if (text[i] == '"') {
            text.remove_prefix(i + 1);
            return true;
        }
    }
    return false;
}

bool skip_token(std::string_view& text) {
    const std::size_t size = span_of(text, kToken);
    text.remove_prefix(size);
    return size > 0;
}

// Cuts `mark` and the blanks around it off `text`; false, and nothing cut, where it does not come.
bool skip_mark(std::string_view& text, char mark) {
    constexpr std::string_view kBlanks = " \t";
    const auto at = text.find_first_not_of(kBlanks);
    if (at == std::string_view::npos || text[at] != mark)
        return false;
    text.remove_prefix(std::min(text.find_first_not_of(kBlanks, at + 1), text.size()));
    return true;
}

// *( ";" token [ "=" ( token / quoted-string ) ] ), with blanks around the marks only (RFC 9112, section 7.1.1).
bool are_extensions(std::string_view text) {
    while (!text.empty()) {
        if (!skip_mark(text, ';') || !skip_token(text))
            return false;
        if (!skip_mark(text, '='))
            continue;
        const bool has_value = text.starts_with('"') ? skip_quoted(text) : skip_token(text);
        if (!has_value)
            return false;
    }
    return true;
}

}  // namespace

BodyDecoder::BodyDecoder(BodyFraming framing, const FieldRules& trailer_rules)
    : framing_(framing), trailer_rules_(trailer_rules) {
    if (framing.kind == BodyFraming::Kind::length)
        remaining_ = framing.length;
    if (framing.kind == BodyFraming::Kind::until_close)
        remaining_ = std::numeric_limits<std::uint64_t>::max();
}

Parsed<BodyDecoder::Step> BodyDecoder::decode(std::string_view& input, std::string_view& found) {
    if (framing_.kind == BodyFraming::Kind::chunked)
        return decode_chunked(input, found);
    if (remaining_ == 0)
        return Step::end;
    return take_payload(input, found);
}

BodyDecoder::Step BodyDecoder::take_payload(std::string_view& input, std::string_view& found) {
    if (input.empty())
        return Step::need_more;
    found = input.substr(0, std::min<std::uint64_t>(remaining_, input.size()));
    input.remove_prefix(found.size());
    if (framing_.kind != BodyFraming::Kind::until_close)
        remaining_ -= found.size();
    return Step::payload;
}

Parsed<BodyDecoder::Step> BodyDecoder::decode_chunked(std::string_view& input, std::string_view& found) {
    while (part_ != Part::ended) {
        if (part_ == Part::chunk_data) {
            const Step step = take_payload(input, found);
            if (remaining_ == 0)
                part_ = Part::chunk_end;
            return step;
        }
        const std::string_view reason = part_ == Part::trailers ? "headers_too_large" : "malformed_request";
        const auto line = take_line(input, longest_line(), reason);
        if (!line)
            return std::unexpected(line.error());
        if (!*line)
            return Step::need_more;
        if (auto read = read_line(**line); !read)
            return std::unexpected(read.error());
    }
    return Step::end;
}

std::size_t BodyDecoder::longest_line() const {
    if (part_ == Part::trailers)
        return trailer_rules_.max_bytes - trailer_bytes_;
    return part_ == Part::chunk_end ? 2 : kLongestChunkLine;
}

Parsed<> BodyDecoder::read_line(std::string_view line) {
    if (part_ == Part::chunk_size)
        return read_chunk_size(line);
    if (part_ == Part::trailers)
        return read_trailer(line);
    if (!line.empty())
        return malformed("a chunk is longer than its size");
    part_ = Part::chunk_size;
    return {};
}

Parsed<> BodyDecoder::read_chunk_size(std::string_view line) {
    const std::size_t digits = span_of(line, kHex);
    if (digits == 0 || digits > 16)
        return malformed("a chunk size is not a hexadecimal number");
    std::from_chars(line.data(), line.data() + digits, remaining_, 16);
    if (remaining_ > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return malformed("a chunk size is too large");
    if (!are_extensions(line.substr(digits)))
        return malformed("a chunk extension is not valid");
    part_ = remaining_ == 0 ? Part::trailers : Part::chunk_data;
    return {};
}

Parsed<> BodyDecoder::read_trailer(std::string_view line) {
    trailer_bytes_ += line.size() + 2;
    if (line.empty()) {
        end_trailers();
        return {};
    }
    if (!trailers_)
        trailers_.emplace();
    if (auto parsed = parse_field(line, trailer_rules_, *trailers_); !parsed)
        return parsed;
    if (is_hop_by_hop((*trailers_)[trailers_->size() - 1].name))
        return malformed("a trailer has the name of a framing field");
    return {};
}

void BodyDecoder::end_trailers() {
    part_ = Part::ended;
    if (!trailers_)
        return;
    model::remove_forbidden_trailers(*trailers_);
    if (trailers_->empty())
        trailers_.reset();
}

}  // namespace skep::http::detail
