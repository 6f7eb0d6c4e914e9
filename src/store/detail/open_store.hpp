#pragma once
// OpenStore: a store whose files are open: its writer, its readers, and the flush of its batches.

#include <atomic>
#include <functional>
#include <memory>

#include "store/detail/files/store_files.hpp"
#include "store/detail/readers.hpp"
#include "store/detail/sql/connection.hpp"
#include "store/detail/sql/statement_history.hpp"
#include "store/detail/turns.hpp"
#include "store/store_counters.hpp"
#include "store/store_settings.hpp"

namespace skep::store {

class Executions;

// Any thread, but for what the holder of the turn does. Kept open by its pins.
class OpenStore final : private Turns::Flusher {
public:
    // Told, on some thread, that a write, a flush or a read failed: the store takes nothing more.
    using OnFailure = std::function<void()>;

    // Blocking. `executions` and `counters` outlive it. Fails as StoreFiles and Connection do.
    static Result<std::unique_ptr<OpenStore>> open(const StorePorts& ports, const StoreSettings& settings,
                                                   Executions& executions, StoreCounters& counters,
                                                   OnFailure on_failure);
    ~OpenStore() override;

    Turns& turns() { return *turns_; }
    Readers& readers() { return readers_; }
    StoreFiles& files() { return *files_; }

    // For the holder of the turn, on whatever thread it works.
    Connection& writer() { return *writer_; }
    // Begins the handler's savepoint, and the batch's transaction where it is the first.
    Result<> enter();
    // What the handler did joins the batch. After an error nothing of it remains.
    Result<> keep(bool has_written);
    // Nothing of what the handler did remains.
    void undo();
    // After an error of a statement: whether SQLite kept the transaction. If not, the batch is over and its mates are
    // told.
    bool has_kept_batch();

    std::optional<Error> failure() const { return files_->failure(); }
    // Blocking, with nobody using it: closes the connections and makes the files such that a crash brings back nothing
    // that was called rolled back. After an error it may be tried again, and nobody else may open the files: what they
    // show is not all on the disk.
    Result<> close_after_failure();
    // Blocking, with nobody using it.
    Result<> close();

    // The mark is behind what was flushed.
    bool owes_mark() const { return owes_mark_.load(std::memory_order_relaxed); }
    Result<> write_mark();

private:
    OpenStore(const StorePorts& ports, const StoreSettings& settings, Executions& executions, StoreCounters& counters,
              OnFailure on_failure);

    void flush() override;
    void end_unchanged() override;
    void commit();
    void checkpoint();

    StorePorts ports_;
    StoreSettings settings_;
    Executions& executions_;
    StoreCounters& counters_;
    OnFailure on_failure_;
    std::unique_ptr<StoreFiles> files_;
    StatementHistory history_;
    Readers readers_;
    std::unique_ptr<Connection> writer_;
    std::shared_ptr<Turns> turns_;
    // The holder's, and the flush's.
    bool in_batch_ = false;
    TimePoint held_back_since_;

    std::atomic<bool> owes_mark_{false};
};

}  // namespace skep::store
