#pragma once
// StrongId: a value of one kind that cannot be mistaken for another of the same representation.

#include <compare>
#include <functional>
#include <utility>

namespace skep {

// `struct OffsetTag; using Offset = StrongId<OffsetTag, std::uint64_t>;`
template <typename Tag, typename Value>
class StrongId {
public:
    StrongId() = default;
    explicit StrongId(Value value) : value_(std::move(value)) {}

    const Value& value() const { return value_; }
    friend auto operator<=>(const StrongId&, const StrongId&) = default;

private:
    Value value_{};
};

}  // namespace skep

template <typename Tag, typename Value>
struct std::hash<skep::StrongId<Tag, Value>> {
    std::size_t operator()(const skep::StrongId<Tag, Value>& id) const { return std::hash<Value>()(id.value()); }
};
