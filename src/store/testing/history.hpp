#pragma once
// History: what handlers were told and what a disk holds afterwards, and a judge of whether the two agree.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace skep::store {

// One write in the table `effects`, in the order in which the store holds them: unit `unit` found `saw` in row `row`
// and put `wrote` there. Every `wrote` is another number; 0 was there at first.
struct Effect {
    std::int64_t unit = 0;
    std::int64_t row = 0;
    std::int64_t saw = 0;
    std::int64_t wrote = 0;
};

// What somebody was told of a unit: all that happens between two commits of one run of a handler.
enum class Told : std::uint8_t {
    nothing,      // it runs, or its outcome is not known
    done,         // durable
    rolled_back,  // nothing of it remains
};

struct Unit {
    Told told = Told::nothing;
    int effects = 0;                            // how many writes it made
    std::string key;                            // of the execution that it is a run of; empty: none
    std::map<std::int64_t, std::int64_t> seen;  // by row: what it read of one snapshot, shown to the client once `done`
};

struct History {
    std::map<std::int64_t, Unit> units;
    std::map<std::string, bool> answered_keys;  // keys whose client has an answer that says done
};

struct Holds {
    std::vector<Effect> effects;
    std::map<std::int64_t, std::int64_t> rows;  // what is in each row
};

// Everything in which the disk contradicts what was told; empty where all is well. `lost`, `partial`, `zombie`,
// `executed twice`, `lost update`, `dirty read`, `torn snapshot`, `shown but not kept`, `row`: each with the unit or
// row.
std::vector<std::string> judge(const History& told, const Holds& holds);

}  // namespace skep::store
