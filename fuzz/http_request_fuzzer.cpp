// Whatever the bytes and however they arrive: no fault of memory, the same requests, and nothing in
// them that the rules forbid.

#include <string>

#include "base/check.hpp"
#include "http/detail/body_decoder.hpp"
#include "http/detail/request_head.hpp"
#include "http/detail/syntax.hpp"
#include "model/target.hpp"

namespace {

using namespace skep::http;
using namespace skep::http::detail;

void check_fields(const skep::model::Headers& headers) {
    for (const auto field : headers) {
        CHECK(is_token(field.name));
        CHECK(is_all(field.value, kValue));
        CHECK(!is_hop_by_hop(field.name));
    }
}

void check_request(const RequestHead& head) {
    const auto& request = head.request;
    CHECK(is_token(request.method));
    CHECK(request.target == "*" || !skep::model::broken_rule_of_target(request.target));
    CHECK(is_authority(request.authority) || head.is_http_1_0);
    check_fields(request.headers);
}

// Reads requests from bytes that arrive `step` at a time, and writes down what it understands.
class Reader {
public:
    std::string read(std::string_view text, std::size_t step) {
        while (!failed_ && !text.empty()) {
            const auto piece = text.substr(0, step);
            held_.append(piece);
            text.remove_prefix(piece.size());
            while (!failed_ && advance()) {
            }
        }
        return seen_ + (failed_ ? "refused" : "");
    }

private:
    bool advance() { return decoder_ ? read_body() : read_head(); }

    bool read_head() {
        const auto scanned = scanner_.scan(held_, bounds_of(limits_));
        if (!scanned)
            return refuse();
        if (*scanned == HeadScanner::State::incomplete)
            return false;
        auto head =
            parse_request_head(std::string_view(held_).substr(0, scanner_.size()), scanner_.first_line_size(), limits_);
        held_.erase(0, scanner_.size());
        scanner_.reset();
        if (!head)
            return refuse();
        check_request(*head);
        seen_ += head->request.method + head->request.target + head->request.authority;
        decoder_.emplace(head->framing, FieldRules{limits_.fields, limits_.header_block, false});
        return true;
    }

    bool read_body() {
        std::string_view input = held_;
        std::string_view found;
        const auto decoded = decoder_->decode(input, found);
        if (!decoded)
            return refuse();
        CHECK(*decoded != BodyDecoder::Step::payload || !found.empty());
        seen_ += found;
        held_.erase(0, held_.size() - input.size());
        if (*decoded == BodyDecoder::Step::end) {
            if (decoder_->trailers() != nullptr)
                check_fields(*decoder_->trailers());
            decoder_.reset();
        }
        return *decoded != BodyDecoder::Step::need_more;
    }

    bool refuse() {
        failed_ = true;
        return false;
    }

    ServerLimits limits_;
    HeadScanner scanner_;
    std::optional<BodyDecoder> decoder_;
    std::string held_;
    std::string seen_;
    bool failed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const std::string whole = Reader().read(text, size);
    CHECK(Reader().read(text, 1) == whole);
    CHECK(Reader().read(text, 7) == whole);
    return 0;
}
