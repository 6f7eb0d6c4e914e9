// What a call gives back: a value, or an error with a stable code.
#pragma once

#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace skep {

// Why something failed. `code` is stable (`skep explain CODE` tells more), `message` is for people.
struct Error {
    std::string code;
    std::string message;
};

// A T or an Error. Look before you take: value() of an error, and error() of a value, end the
// program.
template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }

    T& value() & { return *checked(std::get_if<0>(&state_)); }
    const T& value() const& { return *checked(std::get_if<0>(&state_)); }
    T&& value() && { return std::move(*checked(std::get_if<0>(&state_))); }
    const Error& error() const { return *checked(std::get_if<1>(&state_)); }

    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    T value_or(T other) const { return *this ? value() : std::move(other); }

private:
    template <class P>
    static P* checked(P* pointer) {
        if (!pointer)
            std::abort();
        return pointer;
    }

    std::variant<T, Error> state_;
};

// What a call gives back that has nothing to say but whether it worked.
using Status = Result<std::monostate>;

inline Status ok() {
    return std::monostate{};
}

}  // namespace skep
