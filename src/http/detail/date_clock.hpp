#pragma once
// DateClock: the value of the Date field, made once a second.

#include <string>
#include <string_view>

#include "async/loop.hpp"

namespace skep::http::detail {

class DateClock {
public:
    // The wall time as RFC 9110, section 5.6.7, wants it: "Sun, 06 Nov 1994 08:49:37 GMT".
    std::string_view at(const async::Loop& loop);

private:
    TimePoint valid_until_;
    std::string text_;
};

}  // namespace skep::http::detail
