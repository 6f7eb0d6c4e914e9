#include "model/headers.hpp"

#include <algorithm>

#include "base/letter_case.hpp"

namespace skep::model {

void Headers::add(std::string_view name, std::string_view value) {
    const auto start = static_cast<std::uint32_t>(text_.size());
    text_.append(name);
    std::transform(text_.begin() + start, text_.end(), text_.begin() + start, to_lower);
    text_.append(value);
    places_.push_back({start, static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size())});
}

void Headers::set(std::string_view name, std::string_view value) {
    remove(name);
    add(name, value);
}

void Headers::remove(std::string_view name) {
    remove_if([name](const Field& field) { return field.name == name; });
}

void Headers::clear() {
    text_.clear();
    places_.clear();
}

void Headers::reserve(std::size_t fields, std::size_t text_bytes) {
    places_.reserve(fields);
    text_.reserve(text_bytes);
}

std::string_view Headers::get(std::string_view name) const {
    for (const Place& place : places_) {
        const Field field = field_at(place);
        if (field.name == name)
            return field.value;
    }
    return {};
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(places_, [&](const Place& place) { return field_at(place).name == name; }));
}

}  // namespace skep::model
