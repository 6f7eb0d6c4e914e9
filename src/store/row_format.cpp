#include "store/row_format.hpp"

#include <bit>
#include <cstring>

namespace skep::store {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kMaxNames = 32'767;  // SQLite's own bound of columns and variables

enum class Tag : char { null = 0, integer = 1, real = 2, text = 3, blob = 4 };

void append_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        out.push_back(static_cast<char>(value | 0x80));
    out.push_back(static_cast<char>(value));
}

void append_bytes(std::string& out, std::string_view bytes) {
    append_varint(out, bytes.size());
    out.append(bytes);
}

// Small magnitudes of either sign become short (zigzag).
std::uint64_t folded(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unfolded(std::uint64_t value) {
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

Failure invalid(std::string_view what) {
    return fail("row_format_invalid", "the bytes are not in the row format: {}", what);
}

// Takes from the front of `rest`.
Result<std::uint64_t> take_varint(std::string_view& rest) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (rest.empty())
            return invalid("a number is cut");
        const auto byte = static_cast<std::uint8_t>(rest.front());
        rest.remove_prefix(1);
        if (shift == 63 && byte > 1)
            break;
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    return invalid("a number has more than 64 bits");
}

Result<std::string_view> take_bytes(std::string_view& rest) {
    TRY(const std::uint64_t size, take_varint(rest));
    if (size > rest.size())
        return invalid("a text is cut");
    const std::string_view bytes = rest.substr(0, size);
    rest.remove_prefix(size);
    return bytes;
}

Result<double> take_real(std::string_view& rest) {
    std::uint64_t bits = 0;
    if (rest.size() < sizeof bits)
        return invalid("a real is cut");
    std::memcpy(&bits, rest.data(), sizeof bits);
    rest.remove_prefix(sizeof bits);
    return std::bit_cast<double>(bits);
}

Result<std::size_t> take_head(std::string_view& rest) {
    if (rest.empty() || rest.front() != kVersion)
        return invalid("it does not begin with version 1");
    rest.remove_prefix(1);
    TRY(const std::uint64_t count, take_varint(rest));
    if (count > kMaxNames)
        return invalid("it has too many columns");
    return static_cast<std::size_t>(count);
}

}  // namespace

static_assert(std::endian::native == std::endian::little);

void RowWriter::begin_params(std::size_t count) {
    buffer_.push_back(kVersion);
    append_varint(buffer_, count);
}

void RowWriter::begin_rows(const std::vector<std::string_view>& names) {
    begin_params(names.size());
    for (const std::string_view name : names)
        append_bytes(buffer_, name);
}

void RowWriter::null() {
    buffer_.push_back(static_cast<char>(Tag::null));
}

void RowWriter::integer(std::int64_t value) {
    buffer_.push_back(static_cast<char>(Tag::integer));
    append_varint(buffer_, folded(value));
}

void RowWriter::real(double value) {
    char bits[sizeof value];
    std::memcpy(bits, &value, sizeof value);
    buffer_.push_back(static_cast<char>(Tag::real));
    buffer_.append(bits, sizeof bits);
}

void RowWriter::text(std::string_view value) {
    buffer_.push_back(static_cast<char>(Tag::text));
    append_bytes(buffer_, value);
}

void RowWriter::blob(std::string_view bytes) {
    buffer_.push_back(static_cast<char>(Tag::blob));
    append_bytes(buffer_, bytes);
}

void RowWriter::value(const Value& value) {
    struct Writer {
        RowWriter& out;
        void operator()(Null) const { out.null(); }
        void operator()(std::int64_t given) const { out.integer(given); }
        void operator()(double given) const { out.real(given); }
        void operator()(std::string_view given) const { out.text(given); }
        void operator()(const Blob& given) const { out.blob(given.bytes); }
    };
    std::visit(Writer{*this}, value);
}

Result<RowReader> RowReader::params(std::string_view bytes) {
    RowReader reader;
    reader.rest_ = bytes;
    TRY(reader.count_, take_head(reader.rest_));
    return reader;
}

Result<RowReader> RowReader::rows(std::string_view bytes) {
    TRY(RowReader reader, params(bytes));
    for (std::size_t i = 0; i < reader.count_; ++i) {
        TRY(const std::string_view name, take_bytes(reader.rest_));
        reader.names_.push_back(name);
    }
    return reader;
}

Result<Value> RowReader::next() {
    if (rest_.empty())
        return invalid("a value is missing");
    const auto tag = static_cast<Tag>(rest_.front());
    rest_.remove_prefix(1);
    switch (tag) {
        case Tag::null:
            return Null{};
        case Tag::integer: {
            TRY(const std::uint64_t value, take_varint(rest_));
            return unfolded(value);
        }
        case Tag::real:
            return take_real(rest_);
        case Tag::text:
            return take_bytes(rest_);
        case Tag::blob: {
            TRY(const std::string_view bytes, take_bytes(rest_));
            return Blob{bytes};
        }
    }
    return invalid("a value has an unknown type");
}

}  // namespace skep::store
