#pragma once
// StatementHistory: what is known of the texts that a store has run, shared by its connections.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"

namespace skep::store {

// Whether a statement's program is bounded by its text (plan.hpp).
enum class PlanBound : std::uint8_t { unknown, bounded, unbounded };

// What is known of one text. Any thread, several at once.
class TextHistory {
public:
    // On a pool. `schema` counts the changes of the schema: what was learned under another one is forgotten.
    void ran(std::uint32_t schema, Duration took);
    // On an io thread, after so many runs there that were short.
    void was_slow_inline(std::uint32_t schema, std::uint32_t short_runs_before);
    void planned(std::uint32_t schema, PlanBound bound);

    // Its last runs were many enough and all short: worth a look at its plan.
    bool is_proven(std::uint32_t schema) const;
    PlanBound plan(std::uint32_t schema) const;

    // How many runs in a row must have ended within kMaxRun: at first. Each that did not doubles the number, kDoublings
    // times at most; after kForgiven short ones inline it is as at first. A busy machine makes short runs long, now and
    // then, and each run on a pool costs it more: so a text that is seldom slow comes back soon, one that often is,
    // late.
    static constexpr std::uint16_t kRunsNeeded = 8;
    static constexpr std::uint8_t kDoublings = 7;
    static constexpr std::uint32_t kForgiven = 200;
    static constexpr Duration kMaxRun = std::chrono::milliseconds(1);

private:
    struct Facts {
        std::uint32_t schema = 0;
        std::uint16_t runs = 0;
        std::uint8_t doublings = 0;
        PlanBound plan = PlanBound::unknown;
    };
    template <typename Change>
    void change(std::uint32_t schema, Change apply);
    Facts facts(std::uint32_t schema) const;

    std::atomic<Facts> facts_{};
};

// Bounded: the text that was asked for longest ago is forgotten first. Any thread; outlives its connections.
class StatementHistory {
public:
    explicit StatementHistory(std::size_t capacity = 1'024) : capacity_(capacity) {}

    std::shared_ptr<TextHistory> of(std::string_view text);

    // To be called after every change of the schema that the connections do not see themselves (a migration).
    void schema_changed() { schema_.fetch_add(1, std::memory_order_relaxed); }
    std::uint32_t schema() const { return schema_.load(std::memory_order_relaxed); }

private:
    struct Known {
        std::string text;
        std::shared_ptr<TextHistory> history;
    };

    const std::size_t capacity_;
    std::atomic<std::uint32_t> schema_{1};
    std::mutex mutex_;
    std::list<Known> known_;  // the last one asked for first
    std::unordered_map<std::string_view, std::list<Known>::iterator> by_text_;
};

}  // namespace skep::store
