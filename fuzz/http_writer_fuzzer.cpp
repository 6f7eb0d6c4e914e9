// What is written is read back as exactly what was meant: no name, value, target or trailer splits
// a message.
//
// The input is pieces between bytes of 0xFF: method, target, authority, then names and values in
// turn.

#include <algorithm>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "http/detail/body_decoder.hpp"
#include "http/detail/head_writer.hpp"
#include "http/detail/request_head.hpp"
#include "http/detail/response_head.hpp"
#include "http/detail/syntax.hpp"

namespace {

using namespace skep;
using namespace skep::http::detail;

// 0xFF separates, so that every other byte can stand in a piece.
std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        const auto end = text.find('\xFF');
        pieces.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return pieces;
}

model::Headers fields_of(const std::vector<std::string_view>& pieces) {
    model::Headers headers;
    for (std::size_t i = 3; i + 1 < pieces.size(); i += 2)
        headers.add(pieces[i], pieces[i + 1]);
    return headers;
}

std::size_t first_line_of(std::string_view head) {
    return head.find('\n') + 1;
}

// Every field read was meant; those of one hop are not there.
void check_same(const model::Headers& meant, const model::Headers& read) {
    std::vector<model::Headers::Field> expected;
    const auto named = names_in_connection(meant);
    for (const auto field : meant) {
        if (!is_hop_by_hop(field.name) && std::ranges::find(named, field.name) == named.end())
            expected.push_back(field);
    }
    CHECK(expected.size() == read.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(expected[i].name == read[i].name);
        CHECK(trim(expected[i].value) == read[i].value);
    }
}

void check_response(const model::Headers& headers) {
    model::Response response;
    response.headers = headers;
    if (!response.headers.contains("date"))
        response.headers.add("date", "now");
    const ResponseShape shape;
    std::string head;
    if (!write_response_head(response, framing_of(response, shape), shape, head))
        return;
    const http::ClientLimits limits{.header_block = SIZE_MAX, .fields = SIZE_MAX};
    const auto read = parse_response_head(head, first_line_of(head), "GET", limits);
    CHECK(read);
    CHECK(read->framing.kind == BodyFraming::Kind::none);
    check_same(response.headers, read->response.headers);
}

void check_request(const std::vector<std::string_view>& pieces, const model::Headers& headers) {
    model::Request request;
    request.method = pieces[0];
    request.target = pieces[1];
    request.authority = pieces[2];
    request.headers = headers;
    std::string head;
    if (!write_request_head(request, {}, head))
        return;
    const http::ServerLimits limits{.header_block = SIZE_MAX, .fields = SIZE_MAX, .target = SIZE_MAX};
    const auto read = parse_request_head(head, first_line_of(head), limits);
    if (!read)
        return;  // stricter than the writer: dot segments, underscores, the method's length
    CHECK(read->request.method == request.method);
    CHECK(read->request.target == request.target);
    CHECK(read->request.authority == request.authority);
    check_same(headers, read->request.headers);
}

void check_trailers(const model::Headers& trailers) {
    std::string text = "0\r\n";
    write_trailers(&trailers, text);
    BodyDecoder decoder({.kind = BodyFraming::Kind::chunked}, {SIZE_MAX, SIZE_MAX, true});
    std::string_view input = text;
    std::string_view found;
    const auto decoded = decoder.decode(input, found);
    CHECK(decoded && *decoded == BodyDecoder::Step::end);
    CHECK(input.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto pieces = split({reinterpret_cast<const char*>(bytes), size});
    if (pieces.size() < 3)
        return 0;
    const model::Headers headers = fields_of(pieces);
    check_response(headers);
    check_request(pieces, headers);
    check_trailers(headers);
    return 0;
}
