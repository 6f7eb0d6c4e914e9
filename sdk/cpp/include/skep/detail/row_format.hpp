// The row format (docs/formats/rows.md): how parameters and rows travel in components.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "skep/detail/sql_value.hpp"
#include "skep/result.hpp"

namespace skep::sql::detail {

class RowEncoder {
public:
    static std::string params(const std::vector<Value>& values) {
        RowEncoder encoder;
        encoder.out_.push_back(1);
        encoder.varint(values.size());
        for (const Value& value : values)
            encoder.value(value);
        return std::move(encoder.out_);
    }

private:
    void varint(std::uint64_t number) {
        for (; number >= 0x80; number >>= 7)
            out_.push_back(static_cast<char>(number | 0x80));
        out_.push_back(static_cast<char>(number));
    }

    void bytes(std::string_view bytes) {
        varint(bytes.size());
        out_.append(bytes);
    }

    void value(const Value& value) {
        out_.push_back(static_cast<char>(value.index()));
        if (const auto* integer = std::get_if<std::int64_t>(&value))
            varint((static_cast<std::uint64_t>(*integer) << 1) ^ static_cast<std::uint64_t>(*integer >> 63));
        if (const auto* real = std::get_if<double>(&value)) {
            char bits[sizeof *real];
            std::memcpy(bits, real, sizeof bits);
            out_.append(bits, sizeof bits);
        }
        if (const auto* text = std::get_if<std::string>(&value))
            bytes(*text);
        if (const auto* blob = std::get_if<Blob>(&value))
            bytes(blob->bytes);
    }

    std::string out_;
};

// Reads rows; `row_format_invalid` for anything that is none.
class RowDecoder {
public:
    static Result<Rows> rows(std::string_view bytes) {
        RowDecoder decoder(bytes);
        Rows rows;
        const bool is_whole = decoder.read(rows);
        if (!is_whole)
            return Error{"row_format_invalid", "the host's rows cannot be read"};
        return rows;
    }

private:
    explicit RowDecoder(std::string_view bytes) : rest_(bytes) {}

    bool read(Rows& rows) {
        if (rest_.empty() || rest_.front() != 1)
            return false;
        rest_.remove_prefix(1);
        const std::uint64_t columns = varint();
        for (std::uint64_t column = 0; column < columns && !broken_; ++column)
            rows.names.emplace_back(bytes());
        if (columns == 0)
            return rest_.empty() && !broken_;
        while (!rest_.empty() && !broken_) {
            Row& row = rows.rows.emplace_back();
            for (std::size_t column = 0; column < rows.names.size() && !broken_; ++column)
                row.push_back(value());
        }
        return !broken_;
    }

    std::uint64_t varint() {
        std::uint64_t number = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (rest_.empty())
                break;
            const auto byte = static_cast<std::uint8_t>(rest_.front());
            rest_.remove_prefix(1);
            number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80)
                return number;
        }
        broken_ = true;
        return 0;
    }

    std::string_view take(std::uint64_t size) {
        broken_ = broken_ || size > rest_.size();
        const std::string_view taken = broken_ ? std::string_view() : rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view bytes() { return take(varint()); }

    Value real() {
        const std::string_view bits = take(sizeof(double));
        double number = 0;
        if (bits.size() == sizeof number)
            std::memcpy(&number, bits.data(), sizeof number);
        return number;
    }

    Value value() {
        const std::string_view tag = take(1);
        const int type = tag.empty() ? -1 : tag.front();
        if (type == 1) {
            const std::uint64_t folded = varint();
            return static_cast<std::int64_t>((folded >> 1) ^ (~(folded & 1) + 1));
        }
        if (type == 2)
            return real();
        if (type == 3)
            return std::string(bytes());
        if (type == 4)
            return Blob{std::string(bytes())};
        broken_ = broken_ || type != 0;
        return nullptr;
    }

    std::string_view rest_;
    bool broken_ = false;
};

static_assert(std::endian::native == std::endian::little);

}  // namespace skep::sql::detail
