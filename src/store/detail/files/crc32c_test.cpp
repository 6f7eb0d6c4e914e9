#include "store/detail/files/crc32c.hpp"

#include <array>
#include <numeric>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace skep::store {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::vector<std::uint8_t> counting(std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

// RFC 3720 appendix B.4, and the check value of the catalogue of CRCs.
TEST(Crc32c, of_the_standards_examples) {
    EXPECT_EQ(crc32c(bytes_of("123456789")), 0xE3069283U);
    EXPECT_EQ(crc32c(std::array<std::uint8_t, 32>{}), 0x8A9136AAU);
    EXPECT_EQ(crc32c(counting(32)), 0x46DD794EU);
    EXPECT_EQ(crc32c({}), 0U);
}

TEST(Crc32c, portable_gives_the_same) {
    EXPECT_EQ(crc32c_portable(bytes_of("123456789")), 0xE3069283U);
    EXPECT_EQ(crc32c_portable(counting(4'096)), crc32c(counting(4'096)));
    EXPECT_EQ(crc32c_portable(counting(4'087)), crc32c(counting(4'087)));
    EXPECT_EQ(crc32c_portable(counting(9'001), 7), crc32c(counting(9'001), 7));
}

TEST(Crc32c, continues_from_what_came_before) {
    EXPECT_EQ(crc32c(bytes_of("6789"), crc32c(bytes_of("12345"))), 0xE3069283U);
}

TEST(Crc32c, tells_pages_apart_by_what_came_before) {
    EXPECT_NE(crc32c(counting(4'088), 7), crc32c(counting(4'088), 8));
}

}  // namespace
}  // namespace skep::store
