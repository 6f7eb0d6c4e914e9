#include "store/inspect.hpp"

#include <gmock/gmock.h>

#include "store/testing/store_fixture.hpp"

namespace skep::store {
namespace {

using testing::ElementsAre;

class InspectTest : public MachineStoreFixture {
protected:
    TimePoint soon() { return loop.clock().now() + std::chrono::seconds(5); }

    void run(std::string sql) {
        auto handler = start();
        ASSERT_TRUE(write(*handler, std::move(sql)));
        ASSERT_EQ(end(*handler).value(), Ending::settled);
    }
    std::string reason(std::string_view sql) {
        const auto rows = query_store(*store, sql, soon());
        return rows ? "none" : std::string(rows.error().name());
    }
};

TEST_F(InspectTest, tables_are_those_of_the_service) {
    run("CREATE TABLE \"a \"\"b\" (x)");
    run("CREATE VIEW old AS SELECT id FROM t");

    const auto tables = tables_of(*store, soon()).value();

    ASSERT_EQ(tables.size(), 3U);
    EXPECT_EQ(tables[0].name, "a \"b");
    EXPECT_THAT(tables[0].columns, ElementsAre("x"));
    EXPECT_EQ(tables[1].name, "old");
    EXPECT_EQ(tables[1].kind, "view");
    EXPECT_EQ(tables[2].name, "t");
    EXPECT_EQ(tables[2].kind, "table");
    EXPECT_EQ(tables[2].rows, 1U);
    EXPECT_THAT(tables[2].columns, ElementsAre("id INTEGER", "n INTEGER"));
}

TEST_F(InspectTest, a_query_gives_its_rows) {
    const auto rows = query_store(*store, "SELECT id, n FROM t", soon());

    ASSERT_TRUE(rows);
    RowReader reader = RowReader::rows(rows->view()).value();
    EXPECT_THAT(reader.names(), ElementsAre("id", "n"));
    EXPECT_EQ(reader.next().value(), Value(std::int64_t{1}));
}

TEST_F(InspectTest, a_statement_that_writes_is_refused) {
    EXPECT_EQ(reason("UPDATE t SET n = 1"), "sql_refused");
    EXPECT_EQ(reason("DELETE FROM t RETURNING id"), "sql_refused");
    EXPECT_EQ(reason("CREATE TABLE u (x)"), "sql_refused");
    EXPECT_EQ(reason("COMMIT"), "sql_refused");
    EXPECT_EQ(seen(), 0);
}

TEST_F(InspectTest, guests_rules_hold) {
    EXPECT_EQ(reason("SELECT * FROM _skep_meta"), "sql_refused");
    EXPECT_EQ(reason("SELECT * FROM nothing"), "sql_invalid");
    EXPECT_EQ(reason("SELECT 1; SELECT 2"), "sql_refused");
}

TEST_F(InspectTest, a_query_has_no_values_for_parameters) {
    EXPECT_EQ(reason("SELECT ?1"), "sql_params");
    EXPECT_EQ(reason("SELECT :name, n FROM t"), "sql_params");
}

TEST_F(InspectTest, sees_what_is_committed_and_nothing_else) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 5");

    const auto rows = query_store(*store, "SELECT n FROM t", soon()).value();

    RowReader reader = RowReader::rows(rows.view()).value();
    EXPECT_EQ(reader.next().value(), Value(std::int64_t{0}));
    EXPECT_EQ(end(*handler).value(), Ending::settled);
}

}  // namespace
}  // namespace skep::store
