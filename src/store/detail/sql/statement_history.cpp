#include "store/detail/sql/statement_history.hpp"

#include <algorithm>

namespace skep::store {
namespace {

std::uint16_t runs_needed(std::uint8_t doublings) {
    return static_cast<std::uint16_t>(TextHistory::kRunsNeeded << doublings);
}

}  // namespace

TextHistory::Facts TextHistory::facts(std::uint32_t schema) const {
    const Facts known = facts_.load(std::memory_order_relaxed);
    return known.schema == schema ? known : Facts{.schema = schema};
}

template <typename Change>
void TextHistory::change(std::uint32_t schema, Change apply) {
    Facts known = facts_.load(std::memory_order_relaxed);
    Facts next;
    do {
        next = known.schema == schema ? known : Facts{.schema = schema};
        apply(next);
    } while (!facts_.compare_exchange_weak(known, next, std::memory_order_relaxed));
}

void TextHistory::ran(std::uint32_t schema, Duration took) {
    change(schema, [&](Facts& facts) {
        if (took > kMaxRun) {
            facts.runs = 0;
            facts.doublings = std::min<std::uint8_t>(facts.doublings + 1, kDoublings);
        } else if (facts.runs < runs_needed(facts.doublings)) {
            ++facts.runs;
        }
    });
}

void TextHistory::was_slow_inline(std::uint32_t schema, std::uint32_t short_runs_before) {
    change(schema, [&](Facts& facts) {
        const bool is_forgiven = short_runs_before >= kForgiven;
        facts.runs = 0;
        facts.doublings = is_forgiven ? 0 : std::min<std::uint8_t>(facts.doublings + 1, kDoublings);
    });
}

void TextHistory::planned(std::uint32_t schema, PlanBound bound) {
    change(schema, [&](Facts& facts) { facts.plan = bound; });
}

bool TextHistory::is_proven(std::uint32_t schema) const {
    const Facts known = facts(schema);
    return known.runs >= runs_needed(known.doublings);
}

PlanBound TextHistory::plan(std::uint32_t schema) const {
    return facts(schema).plan;
}

std::shared_ptr<TextHistory> StatementHistory::of(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_text_.find(text); found != by_text_.end()) {
        known_.splice(known_.begin(), known_, found->second);
        return found->second->history;
    }
    known_.push_front({std::string(text), std::make_shared<TextHistory>()});
    by_text_.emplace(known_.front().text, known_.begin());
    if (known_.size() > capacity_) {
        by_text_.erase(known_.back().text);
        known_.pop_back();
    }
    return known_.front().history;
}

}  // namespace skep::store
