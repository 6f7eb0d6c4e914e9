#pragma once
// Header fields in the order received, in one allocation for their text and one for their places.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skep::model {

// Names are kept in lower case and compared exactly: give them in lower case. A value. Views stay valid until the
// next change. Holds at most 4 GiB of text; whoever fills it from outside bounds it first.
class Headers {
public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };

    // Appends a field; `name` is turned into lower case.
    void add(std::string_view name, std::string_view value);

    // Removes every field called `name`, then appends this one.
    void set(std::string_view name, std::string_view value);

    void remove(std::string_view name);

    // Removes every field for which `predicate(Field)` holds.
    template <typename Predicate>
    void remove_if(Predicate predicate) {
        std::erase_if(places_, [&](const Place& place) { return predicate(field_at(place)); });
    }

    void clear();
    void reserve(std::size_t fields, std::size_t text_bytes);

    // The value of the first field called `name`; empty where there is none.
    std::string_view get(std::string_view name) const;
    bool contains(std::string_view name) const { return count(name) > 0; }
    std::size_t count(std::string_view name) const;

    std::size_t size() const { return places_.size(); }
    bool empty() const { return places_.empty(); }
    Field operator[](std::size_t index) const { return field_at(places_[index]); }

    class Iterator {
    public:
        Iterator(const Headers& headers, std::size_t index) : headers_(&headers), index_(index) {}
        Field operator*() const { return (*headers_)[index_]; }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        bool operator==(const Iterator& other) const { return index_ == other.index_; }

    private:
        const Headers* headers_;
        std::size_t index_;
    };
    Iterator begin() const { return {*this, 0}; }
    Iterator end() const { return {*this, size()}; }

private:
    struct Place {
        std::uint32_t start;  // of the name in text_; the value follows it
        std::uint32_t name_size;
        std::uint32_t value_size;
    };
    Field field_at(const Place& place) const {
        const char* start = text_.data() + place.start;
        return {{start, place.name_size}, {start + place.name_size, place.value_size}};
    }

    std::string text_;
    std::vector<Place> places_;
};

}  // namespace skep::model
