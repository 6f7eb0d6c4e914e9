// Snapshots: how many there are, how long they hold, and late writes upon them.
#include "store/service_store.hpp"
#include "store/testing/store_fixture.hpp"

namespace skep::store {
namespace {

constexpr const char* kAddOne = "UPDATE t SET n = n + 1 WHERE id = 1";

class HandlerSnapshots : public StoreFixture {
protected:
    // The store anew, with one connection for readers.
    void with_one_reader() {
        settings.readers = 1;
        reopen();
    }

    // The store anew, with a WAL that is emptied when it has 256 KiB, and a table to fill it.
    void with_small_wal() {
        auto setup = start();
        write(*setup, "CREATE TABLE blobs (bytes BLOB)");
        EXPECT_EQ(end(*setup).value(), Ending::settled);
        settings.checkpoint_bytes = 64 << 10;
        settings.wal_reset_bytes = 256 << 10;
        reopen();
    }

    // A row of `bytes` bytes, committed.
    void add_bytes(std::size_t bytes) {
        auto handler = start();
        ASSERT_TRUE(write(*handler, "INSERT INTO blobs VALUES (zeroblob(" + std::to_string(bytes) + "))"));
        ASSERT_EQ(end(*handler).value(), Ending::settled);
    }

    // One more, by somebody else.
    void add_one() {
        auto writer = start();
        ASSERT_TRUE(write(*writer, kAddOne));
        ASSERT_EQ(end(*writer).value(), Ending::settled);
    }
};

TEST_F(HandlerSnapshots, a_reader_more_than_there_are_connections_waits_for_one) {
    with_one_reader();
    auto first = start(late());
    EXPECT_EQ(read(*first).value(), 0);
    auto second = start(late());
    auto reading = later(second->query("SELECT n FROM t", {}));
    run_statements();
    EXPECT_FALSE(reading.is_done());

    ASSERT_EQ(end(*first).value(), Ending::settled);

    EXPECT_TRUE(wait_for(reading));
}

TEST_F(HandlerSnapshots, a_reader_that_waits_for_a_second_is_refused_by_name) {
    with_one_reader();
    auto first = start(late());
    EXPECT_EQ(read(*first).value(), 0);
    auto second = start(late());
    auto reading = later(second->query("SELECT n FROM t", {}));
    run_statements();

    loop.advance(std::chrono::milliseconds(999));
    EXPECT_FALSE(reading.is_done());
    loop.advance(std::chrono::milliseconds(2));

    ASSERT_TRUE(reading.is_done());
    EXPECT_EQ(reading.result().error().name(), "readers_busy");
}

TEST_F(HandlerSnapshots, whoever_stops_waiting_for_one_leaves_the_line) {
    with_one_reader();
    auto first = start(late());
    EXPECT_EQ(read(*first).value(), 0);
    auto gone = start(late());
    {
        auto cut_off = later(gone->query("SELECT n FROM t", {}));
        run_statements();
    }
    gone.reset();
    auto last = start(late());
    auto reading = later(last->query("SELECT n FROM t", {}));
    run_statements();

    ASSERT_EQ(end(*first).value(), Ending::settled);

    EXPECT_TRUE(wait_for(reading));
}

TEST_F(HandlerSnapshots, of_five_seconds_are_stale_at_the_next_statement) {
    auto reader = start(late());
    EXPECT_EQ(read(*reader).value(), 0);

    loop.advance(std::chrono::seconds(5));

    EXPECT_EQ(read(*reader).error().name(), "snapshot_stale");
    EXPECT_EQ(end(*reader).error().name(), "snapshot_stale");
}

TEST_F(HandlerSnapshots, that_grew_old_harm_nobody_who_asks_no_more) {
    auto reader = start(late());
    EXPECT_EQ(read(*reader).value(), 0);

    loop.advance(std::chrono::seconds(6));

    EXPECT_EQ(end(*reader).value(), Ending::settled);
}

TEST_F(HandlerSnapshots, that_grew_old_cannot_be_written_upon) {
    auto late_writer = start(late());
    EXPECT_EQ(read(*late_writer).value(), 0);
    loop.advance(std::chrono::seconds(5));

    EXPECT_EQ(write(*late_writer, kAddOne).error().name(), "snapshot_stale");

    EXPECT_EQ(end(*late_writer).error().name(), "snapshot_stale");
    EXPECT_EQ(seen(), 0);
}

TEST_F(HandlerSnapshots, of_five_seconds_keep_no_files_open) {
    auto reader = start(late());
    EXPECT_EQ(read(*reader).value(), 0);
    EXPECT_FALSE(store->close_if_idle());

    loop.advance(std::chrono::seconds(5));

    EXPECT_TRUE(store->close_if_idle());
}

TEST_F(HandlerSnapshots, of_a_reply_on_its_way_are_lost_once_and_begin_anew) {
    auto reader = start(late());
    ASSERT_TRUE(loop.run(reader->leave_streaming()));
    EXPECT_EQ(read(*reader).value(), 0);
    loop.advance(std::chrono::seconds(5));
    add_one();

    EXPECT_EQ(read(*reader).error().name(), "snapshot_stale");

    EXPECT_EQ(read(*reader).value(), 1);
    EXPECT_EQ(end(*reader).value(), Ending::settled);
}

TEST_F(HandlerSnapshots, end_with_a_slow_statement_of_five_seconds) {
    auto reader = start(late());
    auto reading = later(reader->query("SELECT max(n) FROM t", {}));
    loop.run_ready();
    ASSERT_TRUE(flushes.run_one());  // opens a connection
    loop.run_ready();
    ASSERT_EQ(statements.size(), 1U);

    loop.advance(std::chrono::seconds(5));
    run_statements();

    ASSERT_TRUE(reading.is_done());
    EXPECT_EQ(reading.result().error().name(), "statement_timeout");
    EXPECT_EQ(read(*reader).error().name(), "snapshot_stale");
}

TEST_F(HandlerSnapshots, a_call_ends_a_snapshot) {
    auto reader = start(late());
    EXPECT_EQ(read(*reader).value(), 0);
    ASSERT_TRUE(loop.run(reader->step_out(Wait::call)));
    add_one();

    EXPECT_EQ(read(*reader).value(), 1);

    EXPECT_TRUE(write(*reader, kAddOne));
    EXPECT_EQ(end(*reader).value(), Ending::settled);
    EXPECT_EQ(seen(), 2);
}

TEST_F(HandlerSnapshots, a_late_write_after_a_call_is_not_run_again) {
    auto caller = start(late());
    ASSERT_TRUE(loop.run(caller->step_out(Wait::call)));
    EXPECT_EQ(read(*caller).value(), 0);
    add_one();

    EXPECT_EQ(write(*caller, kAddOne).error().name(), "snapshot_stale");

    EXPECT_EQ(end(*caller).error().name(), "snapshot_stale");
    EXPECT_EQ(seen(), 1);
}

TEST_F(HandlerSnapshots, a_late_write_goes_well_after_another_handler_was_undone) {
    auto late_writer = start(late());
    EXPECT_EQ(read(*late_writer).value(), 0);
    auto dropped = start();
    write(*dropped, kAddOne);
    ASSERT_EQ(end(*dropped, 500).value(), Ending::settled);

    EXPECT_TRUE(write(*late_writer, kAddOne));
    EXPECT_EQ(end(*late_writer).value(), Ending::settled);
    EXPECT_EQ(seen(), 1);
}

TEST_F(HandlerSnapshots, begin_on_a_changed_snapshot_asks_for_a_second_run) {
    auto late_writer = start(late());
    EXPECT_EQ(read(*late_writer).value(), 0);
    add_one();

    EXPECT_EQ(loop.run(late_writer->begin()).error().name(), "snapshot_stale");

    EXPECT_EQ(end(*late_writer).value(), Ending::run_again);
}

TEST_F(HandlerSnapshots, the_second_run_of_a_late_handler_holds_the_turn_from_the_start) {
    HandlerOptions again = late();
    again.is_second_run = true;
    auto second = start(again);
    model::Request request;
    ASSERT_FALSE(loop.run(second->admit(request)).value());
    EXPECT_EQ(read(*second).value(), 0);
    auto writer = start();
    auto waiting = write_later(*writer, kAddOne);
    run_statements();
    ASSERT_FALSE(waiting.is_done());

    EXPECT_TRUE(write(*second, kAddOne));

    auto ending = end_later(*second);
    ASSERT_TRUE(wait_for(waiting));
    EXPECT_EQ(end(*writer).value(), Ending::settled);
    EXPECT_EQ(wait_for(ending).value(), Ending::settled);
    EXPECT_EQ(seen(), 2);
}

TEST_F(HandlerSnapshots, a_handler_that_waits_outside_keeps_no_files_open) {
    auto caller = start(late());
    EXPECT_EQ(read(*caller).value(), 0);

    ASSERT_TRUE(loop.run(caller->step_out(Wait::call)));

    EXPECT_TRUE(store->close_if_idle());
    EXPECT_EQ(read(*caller).value(), 0);
}

TEST_F(HandlerSnapshots, readers_are_held_back_until_a_large_wal_is_emptied) {
    with_small_wal();
    auto reader = start(late());
    EXPECT_EQ(read(*reader).value(), 0);
    add_bytes(300 << 10);

    auto held_back = start(late());
    auto reading = later(held_back->query("SELECT n FROM t", {}));
    run_statements();
    EXPECT_FALSE(reading.is_done());

    ASSERT_EQ(end(*reader).value(), Ending::settled);
    add_bytes(1);
    add_bytes(1);
    EXPECT_TRUE(wait_for(reading));
    EXPECT_LT(disk->size_of(folder / "store.db-wal"), 1U << 20);
}

TEST_F(HandlerSnapshots, hold_readers_back_for_fifty_milliseconds_at_most) {
    with_small_wal();
    auto reader = start(late());
    EXPECT_EQ(read(*reader).value(), 0);
    {
        auto first = start(late());
        auto second = start(late());
        EXPECT_TRUE(read(*first));
        EXPECT_TRUE(read(*second));  // so that two connections are free
    }
    add_bytes(300 << 10);
    auto held_back = start(late());
    auto reading = later(held_back->query("SELECT n FROM t", {}));
    run_statements();
    ASSERT_FALSE(reading.is_done());

    auto other = start(late());
    auto other_reading = later(other->query("SELECT n FROM t", {}));
    run_statements();

    loop.advance(std::chrono::milliseconds(51));
    run_statements();

    ASSERT_TRUE(reading.is_done());
    ASSERT_TRUE(other_reading.is_done());
    EXPECT_TRUE(read(*held_back));
    EXPECT_TRUE(read(*other));
}

TEST_F(HandlerSnapshots, that_keep_a_large_wal_are_recalled) {
    with_small_wal();
    auto reader = start(late());
    EXPECT_EQ(read(*reader).value(), 0);
    add_bytes(300 << 10);
    loop.advance(std::chrono::milliseconds(51));
    add_bytes(1);

    EXPECT_EQ(read(*reader).error().name(), "snapshot_stale");

    add_bytes(1);
    add_bytes(1);
    EXPECT_LT(disk->size_of(folder / "store.db-wal"), 1U << 20);
    EXPECT_EQ(seen(), 0);
}

}  // namespace
}  // namespace skep::store
