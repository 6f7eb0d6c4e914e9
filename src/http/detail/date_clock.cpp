#include "http/detail/date_clock.hpp"

#include <array>
#include <chrono>

#include <fmt/format.h>

namespace skep::http::detail {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string format_date(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
                       unsigned(date.day()), kMonths[unsigned(date.month()) - 1], int(date.year()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace

std::string_view DateClock::at(const async::Loop& loop) {
    if (loop.now() >= valid_until_) {
        const WallTime wall = loop.clock().wall_now();
        const auto second = std::chrono::floor<std::chrono::seconds>(wall);
        text_ = format_date(second);
        valid_until_ = loop.now() + (second + std::chrono::seconds(1) - wall);
    }
    return text_;
}

}  // namespace skep::http::detail
