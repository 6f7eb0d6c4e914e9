#pragma once
// ReplyIndex: where the record of an execution is, by the beginning of its digest.

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "store/detail/sql/connection.hpp"

namespace skep::store {

// Digests are random. Were each entered where it belongs, a batch of many records would write nearly as many pages of a
// large index. So the entries of the last records are only in memory, from where they are sorted into a table in runs:
// of one run, in the order of the digests, each batch takes some that are neighbours, and writes few pages. The records
// themselves say after a crash which entries the table does not have: it has all up to a number that stands beside it.
//
// Records are numbered in the order in which they are made; the last one is never removed, so that no number below it
// is given twice. Any thread, but for what the holder of the turn and the flush do.
class ReplyIndex {
public:
    struct Entry {
        std::int64_t lookup = 0;
        std::int64_t number = 0;
        std::int64_t expires = 0;  // seconds since 1970
    };

    // `run`: how many entries are gathered before they are sorted in.
    explicit ReplyIndex(std::size_t run) : run_length_(run) {}

    // Makes the tables where they are not there.
    static Result<> prepare(Connection& writer);
    // At the opening, instead of what was known: the entries that are not in the table. Blocking.
    Result<std::vector<std::int64_t>> load(Connection& writer);

    // The files are closed.
    void forget();

    // By the holder of the turn: it begins its savepoint, records in it, and may undo all that it did. What is undone
    // must not stay: its numbers are given again.
    void begin_handler();
    void add(const Entry& entry);
    void undo_handler();
    // By the holder of the turn, before the records are removed that the same `expired` finds.
    static Result<> remove_expired(Connection& writer, std::string_view expired);
    // By the flush, within the batch's transaction: what fails is tried again. `now` in seconds since 1970.
    void sort_in(Connection& writer, std::int64_t now);
    // The batch is durable, or nothing of it remains.
    void end_batch(bool is_durable);

    // Numbers of durable records that are perhaps not in the table, the newest first.
    std::vector<std::int64_t> recent(std::int64_t lookup) const;

private:
    void begin_run();
    Result<> enter(Connection& writer, const Entry& entry) const;
    Result<> note_end(Connection& writer) const;

    const std::size_t run_length_;
    mutable std::mutex mutex_;
    std::vector<Entry> unflushed_;  // of the batch that is open; by number, as the next
    std::size_t kept_ = 0;          // of these, from handlers before the holder of the turn
    std::vector<Entry> fresh_;
    std::vector<Entry> run_;    // by lookup
    std::int64_t run_end_ = 0;  // its highest number
    std::size_t sorted_ = 0;    // of it, durable in the table
    std::size_t sorting_ = 0;   // the same with the open batch
};

}  // namespace skep::store
