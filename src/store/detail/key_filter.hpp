#pragma once
// KeyFilter: which keys were surely never added, in little memory.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace skep::store {

// A blocked Bloom filter that grows by parts (Almeida and others, "Scalable Bloom Filters", 2007): three to six bytes
// for each of the first 700,000 keys, with which less than one in fifty others is mistaken for one of them; 2 MiB at
// most, and with more keys more are mistaken. Keys are hashes already.
class KeyFilter {
public:
    void add(std::uint64_t key);
    // False: it was not added.
    bool may_have(std::uint64_t key) const;
    void clear() { parts_.clear(); }
    // Of memory.
    std::size_t bytes() const;

private:
    // One line of a processor's cache, in which all bits of a key are.
    struct alignas(64) Line {
        std::array<std::uint64_t, 8> words{};
    };
    struct Part {
        std::vector<Line> lines;
        std::size_t keys = 0;
    };

    static constexpr std::size_t kFirstLines = 64;
    static constexpr std::size_t kMostLines = 16'384;
    static constexpr std::size_t kKeysALine = 24;

    Part& open_part();

    std::vector<Part> parts_;
};

}  // namespace skep::store
