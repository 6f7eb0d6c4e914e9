// The reading half of json.hpp: a recursive descent of bounded depth.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "skep/detail/text_scanner.hpp"
#include "skep/detail/utf8.hpp"
#include "skep/json.hpp"

namespace skep {

// Reads one text. Every method returns false, with the reason noted, as soon as the text is no
// JSON.
class detail_JsonReader : detail_TextScanner {
public:
    explicit detail_JsonReader(std::string_view text) : detail_TextScanner(text) {}

    Result<Json> read() {
        Json value;
        if (!read_value(value, 0))
            return failure();
        skip_space();
        if (at_ != text_.size()) {
            fail("something follows the value");
            return failure();
        }
        return value;
    }

private:
    bool read_value(Json& value, std::size_t depth) {
        if (depth > Json::kMaxDepth)
            return fail("nested too deeply");
        skip_space();
        switch (peek()) {
            case '{':
                return read_object(value, depth);
            case '[':
                return read_array(value, depth);
            case '"':
                return read_string(value.value_.emplace<std::string>());
            case 't':
                return read_word("true", Json(true), value);
            case 'f':
                return read_word("false", Json(false), value);
            case 'n':
                return read_word("null", Json(), value);
            default:
                return read_number(value);
        }
    }

    bool read_object(Json& value, std::size_t depth) {
        value = Json::object();
        ++at_;
        skip_space();
        if (take('}'))
            return true;
        do {
            std::string key;
            skip_space();
            if (peek() != '"')
                return fail("expected a key");
            if (!read_string(key))
                return false;
            if (value.find(key))
                return fail("the same key twice");
            skip_space();
            if (!take(':'))
                return fail("expected ':'");
            Json member;
            if (!read_value(member, depth + 1))
                return false;
            std::get<Json::Object>(value.value_).emplace_back(std::move(key), std::move(member));
            skip_space();
        } while (take(','));
        return take('}') || fail("expected ',' or '}'");
    }

    bool read_array(Json& value, std::size_t depth) {
        value = Json::array();
        ++at_;
        skip_space();
        if (take(']'))
            return true;
        do {
            Json item;
            if (!read_value(item, depth + 1))
                return false;
            value.push(std::move(item));
            skip_space();
        } while (take(','));
        return take(']') || fail("expected ',' or ']'");
    }

    bool read_string(std::string& out) {
        const std::size_t begin = at_++;
        for (;;) {
            if (at_ >= text_.size())
                return fail("a string does not end");
            const char c = text_[at_++];
            if (c == '"')
                break;
            if (static_cast<unsigned char>(c) < 0x20)
                return fail("a control character in a string");
            if (c != '\\') {
                out += c;
            } else if (!read_escape(out)) {
                return false;
            }
        }
        return detail_is_utf8(text_.substr(begin, at_ - begin)) || fail("a string is not UTF-8");
    }

    bool read_escape(std::string& out) {
        static constexpr std::string_view kNames = "\"\\/bfnrt";
        static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
        const char c = at_ < text_.size() ? text_[at_++] : '\0';
        if (c == 'u')
            return read_unicode(out);
        const std::size_t index = c == '\0' ? kNames.npos : kNames.find(c);
        if (index == kNames.npos)
            return fail("an unknown escape");
        out += kValues[index];
        return true;
    }

    bool read_unicode(std::string& out) {
        std::uint32_t code = 0;
        if (!read_hex(code))
            return false;
        if (code >= 0xDC00 && code < 0xE000)
            return fail("half of a surrogate pair");
        if (code >= 0xD800 && code < 0xDC00) {
            std::uint32_t low = 0;
            if (!take('\\') || !take('u') || !read_hex(low) || low < 0xDC00 || low > 0xDFFF)
                return fail("half of a surrogate pair");
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        detail_append_utf8(code, out);
        return true;
    }

    bool read_hex(std::uint32_t& code) {
        if (text_.size() - at_ < 4)
            return fail("a \\u escape is too short");
        const char* first = text_.data() + at_;
        auto [end, error] = std::from_chars(first, first + 4, code, 16);
        if (error != std::errc{} || end != first + 4)
            return fail("a \\u escape is not hexadecimal");
        at_ += 4;
        return true;
    }

    bool read_word(std::string_view word, Json meaning, Json& value) {
        if (text_.substr(at_, word.size()) != word)
            return fail("expected a value");
        at_ += word.size();
        value = std::move(meaning);
        return true;
    }

    bool read_number(Json& value) {
        const std::size_t begin = at_;
        take('-');
        if (!take('0') && !take_digits())
            return fail("expected a value");
        bool whole = true;
        if (take('.')) {
            whole = false;
            if (!take_digits())
                return fail("digits must follow '.'");
        }
        if (take('e') || take('E')) {
            whole = false;
            if (!take('+'))
                take('-');
            if (!take_digits())
                return fail("digits must follow the exponent");
        }
        return make_number(text_.substr(begin, at_ - begin), whole, value);
    }

    bool make_number(std::string_view digits, bool whole, Json& value) {
        std::int64_t integer = 0;
        const char* last = digits.data() + digits.size();
        if (whole && std::from_chars(digits.data(), last, integer).ec == std::errc{}) {
            value = Json(integer);
            return true;
        }
        const double number = std::strtod(std::string(digits).c_str(), nullptr);
        if (!std::isfinite(number))
            return fail("a number is too large");
        value = Json(number);
        return true;
    }
};

inline Result<Json> Json::parse(std::string_view text) {
    return detail_JsonReader(text).read();
}

}  // namespace skep
