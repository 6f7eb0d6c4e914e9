// A position in a text, and the first reason why the text was refused.
#pragma once

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

    void skip_space() {
        while (at_ < text_.size() &&
               std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
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

    Error failure() const {
        return Error{"invalid_json", std::string(reason_) + " at offset " + std::to_string(at_)};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    const char* reason_ = nullptr;
};

}  // namespace skep
