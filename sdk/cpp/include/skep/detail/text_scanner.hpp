// A position in a text, and the first reason why the text was refused.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "skep/result.hpp"

namespace skep {

class detail_TextScanner {
protected:
    explicit detail_TextScanner(std::string_view text) : text_(text) {}

    bool take_digits() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9')
            ++at_;
        return at_ != begin;
    }

    // Takes the four hexadecimal digits of a \u escape.
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

    void skip_space() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
            ++at_;
    }

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    bool take(char wanted) {
        if (at_ >= text_.size() || text_[at_] != wanted)
            return false;
        ++at_;
        return true;
    }

    bool fail(const char* reason) {
        if (!reason_)
            reason_ = reason;
        return false;
    }

    Error failure() const { return Error{"invalid_json", std::string(reason_) + " at offset " + std::to_string(at_)}; }

    std::string_view text_;
    std::size_t at_ = 0;
    const char* reason_ = nullptr;
};

}  // namespace skep
