#include "store/detail/open_store.hpp"

#include <utility>

#include "store/detail/executions.hpp"

namespace skep::store {
namespace {

Turns::Limits limits_of(const StoreSettings& settings) {
    return {.waiters = settings.turn_queue, .handlers = settings.batch_handlers, .age = settings.batch_age};
}

// The platform's own, where they are not there yet.
Result<> make_tables(Connection& writer) {
    TRY_DO(writer.execute("BEGIN IMMEDIATE"));
    TRY_DO(writer.execute(
        "CREATE TABLE IF NOT EXISTS _skep_kv (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"));
    TRY_DO(Executions::prepare(writer));
    TRY_DO(writer.execute("COMMIT"));
    return {};
}

}  // namespace

OpenStore::OpenStore(const StorePorts& ports, const StoreSettings& settings, Executions& executions,
                     StoreCounters& counters, OnFailure on_failure)
    : ports_(ports),
      settings_(settings),
      executions_(executions),
      counters_(counters),
      on_failure_(std::move(on_failure)),
      readers_([this] { return Connection::open(*files_, Role::reader, settings_.limits, history_, ports_.clock); },
               settings.readers),
      turns_(std::make_shared<Turns>(static_cast<Turns::Flusher&>(*this), ports.clock, limits_of(settings))) {}

OpenStore::~OpenStore() = default;

Result<std::unique_ptr<OpenStore>> OpenStore::open(const StorePorts& ports, const StoreSettings& settings,
                                                   Executions& executions, StoreCounters& counters,
                                                   OnFailure on_failure) {
    std::unique_ptr<OpenStore> store(new OpenStore(ports, settings, executions, counters, std::move(on_failure)));
    TRY(store->files_, StoreFiles::open(ports.disk, ports.clock, settings.folder));
    TRY(store->writer_, Connection::open(*store->files_, Role::writer, settings.limits, store->history_, ports.clock));
    TRY_DO(make_tables(*store->writer_));
    TRY_DO(executions.opened(*store->writer_));
    return store;
}

Result<> OpenStore::enter() {
    if (!in_batch_) {
        TRY_DO(writer_->execute("BEGIN IMMEDIATE"));
        in_batch_ = true;
    }
    TRY_DO(writer_->execute("SAVEPOINT handler"));
    writer_->forget_last_insert_id();
    executions_.begin_handler();
    return {};
}

Result<> OpenStore::keep(bool has_written) {
    // A violated one passes RELEASE and then fails COMMIT for everybody.
    if (writer_->has_deferred_violations()) {
        undo();
        return fail("constraint", "a deferred foreign key has no row to point to");
    }
    if (auto released = writer_->execute("RELEASE handler"); !released) {
        undo();
        return pass_on(std::move(released));
    }
    if (!has_written)
        return {};
    counters_.batch_handlers.fetch_add(1, std::memory_order_relaxed);
    turns_->raise();
    return {};
}

void OpenStore::undo() {
    if (!has_kept_batch())
        return;
    executions_.undo_handler();
    const bool undone = writer_->execute("ROLLBACK TO handler") && writer_->execute("RELEASE handler");
    if (!undone && has_kept_batch()) {
        // What cannot be undone must not be kept with the others' work.
        disregard(writer_->execute("ROLLBACK"));
        (void)has_kept_batch();
    }
}

bool OpenStore::has_kept_batch() {
    if (!in_batch_)
        return false;
    if (writer_->has_transaction())
        return true;
    in_batch_ = false;
    executions_.end_batch(false);
    if (files_->failure())
        on_failure_();  // which tells the mates, once a crash cannot bring the batch back
    else
        turns_->end_batch(FlushOutcome::rolled_back);
    return false;
}

void OpenStore::flush() {
    // Whoever closes the store when all is done must leave the turns to this thread's last step.
    const auto work = [this, turns = turns_] { commit(); };
    if (!ports_.flushes.submit(work))
        work();
}

void OpenStore::end_unchanged() {
    if (in_batch_)
        disregard(writer_->execute("COMMIT"));
    in_batch_ = false;
}

// Once a failure is told, whoever is last to use the store closes it: nothing of this may be touched after that.
void OpenStore::commit() {
    const std::shared_ptr<Turns> turns = turns_;
    executions_.before_commit(*writer_);
    const TimePoint begin = ports_.clock.now();
    const auto committed = writer_->execute("COMMIT");
    counters_.note_flush(static_cast<std::uint64_t>((ports_.clock.now() - begin).count()));
    in_batch_ = false;
    executions_.end_batch(committed.has_value());
    if (committed) {
        // It is flushed, whatever damage a reader may have come upon meanwhile.
        counters_.batches.fetch_add(1, std::memory_order_relaxed);
        owes_mark_.store(true, std::memory_order_relaxed);
        ports_.flushed();
        turns->end_batch(FlushOutcome::flushed);
        if (files_->failure()) {
            on_failure_();
            return;
        }
        checkpoint();
        turns->resume();
        return;
    }
    if (writer_->has_transaction())
        disregard(writer_->execute("ROLLBACK"));
    if (files_->failure()) {
        // Its tickets wait until the files are such that a crash cannot bring the batch back.
        on_failure_();
        return;
    }
    turns->end_batch(FlushOutcome::rolled_back);
    turns->resume();
}

// With nobody holding the turn. A reader that never ends keeps the WAL from being emptied: past a bound no new ones are
// let in until those that are there have ended, and those that do not end soon are stale.
void OpenStore::checkpoint() {
    const std::uint64_t bytes = files_->usage().wal_bytes;
    if (bytes < settings_.checkpoint_bytes)
        return;
    const bool must_reset = bytes >= settings_.wal_reset_bytes;
    if (must_reset && !readers_.is_held_back()) {
        readers_.hold_back();
        held_back_since_ = ports_.clock.now();
    }
    const bool is_alone = readers_.lent() == 0;
    const auto mode =
        must_reset && is_alone ? Connection::CheckpointMode::restart : Connection::CheckpointMode::passive;
    const auto done = writer_->checkpoint(mode);
    const bool is_too_long = ports_.clock.now() - held_back_since_ >= Readers::kLongestHoldBack;
    if (is_alone || is_too_long || !done)
        readers_.let_in(is_alone ? Readers::Lent::kept : Readers::Lent::recalled);
    if (files_->failure())
        on_failure_();
}

Result<> OpenStore::write_mark() {
    owes_mark_.store(false, std::memory_order_relaxed);
    return files_->write_mark();
}

Result<> OpenStore::close_after_failure() {
    writer_.reset();
    readers_.close();
    Result<> cut = files_->cut_to_last_flush();
    turns_->end_batch(cut ? FlushOutcome::rolled_back : FlushOutcome::unknown);
    if (cut)
        files_.reset();
    return cut;
}

// All of the WAL goes into the main file first, so that the next opening has little to read.
Result<> OpenStore::close() {
    TRY_DO(writer_->checkpoint(Connection::CheckpointMode::restart));
    TRY_DO(write_mark());
    writer_.reset();
    readers_.close();
    files_.reset();
    return {};
}

}  // namespace skep::store
