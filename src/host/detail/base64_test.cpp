#include "host/detail/base64.hpp"

#include <gtest/gtest.h>

namespace skep::host {
namespace {

std::string encoded(std::string_view bytes) {
    std::string out;
    append_base64(out, bytes);
    return out;
}

// The examples of RFC 4648, section 10.
TEST(Base64, writes_whole_and_padded_groups) {
    EXPECT_EQ(encoded(""), "");
    EXPECT_EQ(encoded("f"), "Zg==");
    EXPECT_EQ(encoded("fo"), "Zm8=");
    EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

TEST(Base64, reads_what_it_writes) {
    EXPECT_EQ(decode_base64(""), "");
    EXPECT_EQ(decode_base64("Zg=="), "f");
    EXPECT_EQ(decode_base64("Zm8="), "fo");
    EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
    EXPECT_EQ(decode_base64("+/8="), "\xFB\xFF");
}

TEST(Base64, refuses_what_nobody_would_write) {
    EXPECT_FALSE(decode_base64("Zg"));
    EXPECT_FALSE(decode_base64("Zg=a"));
    EXPECT_FALSE(decode_base64("===="));
    EXPECT_FALSE(decode_base64("Zh=="));  // bits that belong to no byte
    EXPECT_FALSE(decode_base64("Zm9v\n"));
    EXPECT_FALSE(decode_base64("Zm9-"));
}

}  // namespace
}  // namespace skep::host
