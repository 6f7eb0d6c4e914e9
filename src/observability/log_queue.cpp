#include "observability/log_queue.hpp"

#include <algorithm>

namespace skep {

LogQueue::LogQueue(const Clock& clock, std::size_t capacity, std::size_t history, std::function<void()> on_waiting)
    : clock_(clock), capacity_(capacity), history_limit_(history), on_waiting_(std::move(on_waiting)) {}

void LogQueue::log(LogRecord record) {
    if (record.time == WallTime{})
        record.time = clock_.wall_now();
    bool tell = false;
    {
        const std::lock_guard lock(mutex_);
        history_.push_back(record);
        if (history_.size() > history_limit_) {
            history_.pop_front();
            ++first_;
        }
        if (waiting_.size() >= capacity_) {
            ++dropped_;
            return;
        }
        waiting_.push_back(std::move(record));
        tell = !std::exchange(told_, true);
    }
    if (tell)
        on_waiting_();
}

std::vector<LogRecord> LogQueue::take() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty())
        told_ = false;
    return std::exchange(waiting_, {});
}

std::uint64_t LogQueue::dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

std::vector<LogRecord> LogQueue::history(const std::string& service, std::uint64_t& from) const {
    const std::lock_guard lock(mutex_);
    std::vector<LogRecord> found;
    for (std::uint64_t number = std::max(from, first_); number < first_ + history_.size(); ++number) {
        const LogRecord& record = history_[number - first_];
        if (service.empty() || record.service == service)
            found.push_back(record);
    }
    from = first_ + history_.size();
    return found;
}

}  // namespace skep
