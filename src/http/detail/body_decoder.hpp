#pragma once
// BodyDecoder: finds a body's payload in the bytes of a connection.

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/detail/fault.hpp"
#include "http/detail/fields.hpp"
#include "model/headers.hpp"

namespace skep::http::detail {

class BodyDecoder {
public:
    enum class Step : std::uint8_t { payload, need_more, end };

    // `trailer_rules` bound the trailer section of a chunked body.
    BodyDecoder(BodyFraming framing, const FieldRules& trailer_rules);

    // Cuts what it understands off `input`. With `payload`, `found` is a run of the body (not
    // empty), a view into `input`'s bytes. With `need_more`, what is left of `input` is the
    // beginning of something and must be given again.
    Parsed<Step> decode(std::string_view& input, std::string_view& found);

    // The peer has closed: whether the body may end so.
    bool may_end_at_close() const { return framing_.kind == BodyFraming::Kind::until_close; }

    // The payload bytes still to come, where they are known.
    std::uint64_t remaining() const { return remaining_; }

    // After `end`: those that may be trailers; nullptr where there are none.
    const model::Headers* trailers() const { return trailers_ ? &*trailers_ : nullptr; }

private:
    enum class Part : std::uint8_t { chunk_size, chunk_data, chunk_end, trailers, ended };

    Parsed<Step> decode_chunked(std::string_view& input, std::string_view& found);
    Step take_payload(std::string_view& input, std::string_view& found);
    std::size_t longest_line() const;
    Parsed<> read_line(std::string_view line);
    Parsed<> read_chunk_size(std::string_view line);
    Parsed<> read_trailer(std::string_view line);
    void end_trailers();

    BodyFraming framing_;
    FieldRules trailer_rules_;
    Part part_ = Part::chunk_size;
    std::uint64_t remaining_ = 0;  // of the body, or of the chunk
    std::size_t trailer_bytes_ = 0;
    std::optional<model::Headers> trailers_;
};

}  // namespace skep::http::detail
