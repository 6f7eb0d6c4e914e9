// Replies of upstreams: no fault of memory, and nothing understood that the rules forbid. The first
// byte chooses the method that was asked with.

#include <array>
#include <string>

#include "base/check.hpp"
#include "http/detail/body_decoder.hpp"
#include "http/detail/response_head.hpp"
#include "http/detail/syntax.hpp"

namespace {

using namespace skep::http;
using namespace skep::http::detail;

constexpr std::array<std::string_view, 3> kMethods{"GET", "HEAD", "POST"};

// What a reply says, read from bytes that arrive `step` at a time.
std::string read_body(std::string_view text, BodyFraming framing, std::size_t step) {
    BodyDecoder decoder(framing, {200, 65536, true});
    std::string held;
    std::string body;
    while (true) {
        std::string_view input = held;
        std::string_view found;
        const auto decoded = decoder.decode(input, found);
        if (!decoded)
            return body + "refused";
        body += found;
        held.erase(0, held.size() - input.size());
        if (*decoded == BodyDecoder::Step::end)
            return body + "end";
        if (*decoded == BodyDecoder::Step::need_more && text.empty())
            return body + "cut";
        if (*decoded == BodyDecoder::Step::need_more) {
            held.append(text.substr(0, step));
            text.remove_prefix(std::min(step, text.size()));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0)
        return 0;
    const std::string_view method = kMethods[bytes[0] % kMethods.size()];
    const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
    const ClientLimits limits;
    HeadScanner scanner;
    const auto scanned = scanner.scan(text, bounds_of(limits));
    if (!scanned || *scanned == HeadScanner::State::incomplete)
        return 0;
    const auto head = parse_response_head(text.substr(0, scanner.size()), scanner.first_line_size(), method, limits);
    if (!head)
        return 0;
    CHECK(head->response.status >= 100 && head->response.status <= 599);
    for (const auto field : head->response.headers) {
        CHECK(is_token(field.name));
        CHECK(is_all(field.value, kValue));
    }
    const std::string_view rest = text.substr(scanner.size());
    CHECK(read_body(rest, head->framing, 1) == read_body(rest, head->framing, rest.size() + 1));
    return 0;
}
