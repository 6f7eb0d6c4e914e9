#include "base/error.hpp"

namespace skep {

Error Error::within(std::string_view context) && {
    message_ = fmt::format("{}: {}", context, message_);
    return std::move(*this);
}

std::string Error::to_string() const {
    return fmt::format("{}: {}", name(), message_);
}

}  // namespace skep
