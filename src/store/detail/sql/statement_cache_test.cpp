#include "store/detail/sql/statement_cache.hpp"

#include <gtest/gtest.h>

namespace skep::store {
namespace {

std::unique_ptr<GuestStatement> statement(const std::string& text) {
    return std::make_unique<GuestStatement>(text, PreparedStatement(), Verb::read, nullptr);
}

void add(StatementCache& cache, int from, int to) {
    for (int i = from; i < to; ++i)
        cache.add(statement("SELECT " + std::to_string(i)));
}

TEST(StatementCache, keeps_what_was_added) {
    StatementCache cache;
    GuestStatement* added = cache.add(statement("SELECT 1"));

    EXPECT_EQ(cache.find("SELECT 1"), added);
    EXPECT_EQ(cache.find("SELECT 2"), nullptr);
}

TEST(StatementCache, the_statement_used_longest_ago_goes_first) {
    StatementCache cache;
    add(cache, 0, 128);
    cache.find("SELECT 0");

    add(cache, 128, 129);

    EXPECT_NE(cache.find("SELECT 0"), nullptr);
    EXPECT_EQ(cache.find("SELECT 1"), nullptr);
    EXPECT_NE(cache.find("SELECT 2"), nullptr);
}

TEST(StatementCache, long_texts_leave_room_for_fewer) {
    StatementCache cache;
    cache.add(statement("a"));
    cache.add(statement(std::string(300 << 10, 'b')));

    GuestStatement* last = cache.add(statement(std::string(600 << 10, 'c')));

    EXPECT_EQ(cache.find(std::string(600 << 10, 'c')), last);
    EXPECT_EQ(cache.find("a"), nullptr);
}

}  // namespace
}  // namespace skep::store
