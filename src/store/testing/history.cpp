#include "store/testing/history.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace skep::store {
namespace {

class Judge {
public:
    Judge(const History& told, const Holds& holds) : told_(told), holds_(holds) {
        for (const Effect& effect : holds.effects)
            ++effects_of_[effect.unit];
    }

    std::vector<std::string> run() {
        for (const auto& [number, unit] : told_.units)
            check_unit(number, unit);
        check_keys();
        check_order();
        for (const auto& [number, unit] : told_.units) {
            if (unit.told == Told::done && !unit.seen.empty())
                check_snapshot(number, unit);
        }
        return std::move(wrong_);
    }

private:
    int kept(std::int64_t unit) const {
        const auto found = effects_of_.find(unit);
        return found == effects_of_.end() ? 0 : found->second;
    }

    void check_unit(std::int64_t number, const Unit& unit) {
        const int there = kept(number);
        if (unit.told == Told::done && there == 0 && unit.effects > 0)
            wrong_.push_back(fmt::format("lost: unit {}", number));
        else if (unit.told == Told::rolled_back && there > 0)
            wrong_.push_back(fmt::format("zombie: unit {}", number));
        else if (there > 0 && there != unit.effects)
            wrong_.push_back(fmt::format("partial: unit {}", number));
    }

    void check_keys() {
        std::map<std::string, int> runs;
        for (const auto& [number, unit] : told_.units) {
            if (!unit.key.empty() && kept(number) > 0)
                ++runs[unit.key];
        }
        for (const auto& [key, count] : runs) {
            if (count > 1)
                wrong_.push_back(fmt::format("executed twice: key {}", key));
        }
        for (const auto& [key, is_answered] : told_.answered_keys) {
            if (is_answered && !runs.contains(key))
                wrong_.push_back(fmt::format("lost: key {}", key));
        }
    }

    // The store's own order is a serial one in which every unit must have seen what the ones before it wrote.
    void check_order() {
        std::map<std::int64_t, std::int64_t> rows;
        std::set<std::int64_t> written{0};
        for (const Effect& effect : holds_.effects)
            written.insert(effect.wrote);
        for (const Effect& effect : holds_.effects) {
            if (!written.contains(effect.saw))
                wrong_.push_back(fmt::format("dirty read: unit {}", effect.unit));
            else if (rows[effect.row] != effect.saw)
                wrong_.push_back(fmt::format("lost update: unit {}", effect.unit));
            rows[effect.row] = effect.wrote;
        }
        for (const auto& [row, value] : holds_.rows) {
            if (rows[row] != value)
                wrong_.push_back(fmt::format("row: {}", row));
        }
    }

    // Some moment between two units must explain all that it read; the writes of its own unit come last.
    void check_snapshot(std::int64_t number, const Unit& unit) {
        for (const auto& [row, value] : unit.seen) {
            const bool is_there = value == 0 || std::ranges::any_of(holds_.effects, [&](const Effect& effect) {
                                      return effect.wrote == value;
                                  });
            if (!is_there) {
                wrong_.push_back(fmt::format("shown but not kept: unit {}", number));
                return;
            }
        }
        std::map<std::int64_t, std::int64_t> rows;
        for (const auto& [row, value] : unit.seen)
            rows[row] = 0;
        bool is_explained = rows == unit.seen;
        for (std::size_t at = 0; at < holds_.effects.size() && !is_explained; ++at) {
            const Effect& effect = holds_.effects[at];
            if (unit.seen.contains(effect.row))
                rows[effect.row] = effect.wrote;
            const bool ends = at + 1 == holds_.effects.size() || holds_.effects[at + 1].unit != effect.unit;
            is_explained = ends && rows == unit.seen;
        }
        if (!is_explained)
            wrong_.push_back(fmt::format("torn snapshot: unit {}", number));
    }

    const History& told_;
    const Holds& holds_;
    std::map<std::int64_t, int> effects_of_;
    std::vector<std::string> wrong_;
};

}  // namespace

std::vector<std::string> judge(const History& told, const Holds& holds) {
    return Judge(told, holds).run();
}

}  // namespace skep::store
