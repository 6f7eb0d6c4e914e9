#pragma once
// ServiceStore: the durable store of one service.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "async/loop.hpp"
#include "base/result.hpp"
#include "model/call_context.hpp"
#include "store/handler_transaction.hpp"
#include "store/migrations.hpp"
#include "store/store_counters.hpp"
#include "store/store_settings.hpp"

namespace skep::store {

class Executions;
class OpenStore;

// Keeps the store's files open, until destroyed. Move-only; any thread.
class StorePin;

// Shared by all io threads; outlives its transactions. Its files are opened at the first use, and closed when the
// process has too many open (Stores) or when the disk failed; then the next use opens them anew.
class ServiceStore {
public:
    ServiceStore(const StorePorts& ports, StoreSettings settings);
    ~ServiceStore();
    ServiceStore(const ServiceStore&) = delete;
    ServiceStore& operator=(const ServiceStore&) = delete;

    // A transaction for one run of a handler, on the thread of `loop`.
    std::unique_ptr<HandlerTransaction> start(async::Loop& loop, HandlerOptions options,
                                              const model::CallContext& context);

    // The open store where it is open now; else null, and `open` waits for it.
    StorePin try_pin();
    async::Task<Result<StorePin>> pin(async::Loop& loop);
    // Blocking.
    Result<StorePin> pin_blocking();

    // `opened` is called, on the thread that opened the files, with them open. Set before the first use.
    void on_open(std::function<void()> opened) { opened_ = std::move(opened); }

    // Applies what is pending of the migrations in `folder` (store/migrations.hpp) while handlers wait for the turn;
    // the names of those that were. Blocking.
    Result<std::vector<std::string>> migrate(const std::filesystem::path& folder);
    // What was applied, and what `migrate` would.
    Result<MigrationPlan> plan(const std::filesystem::path& folder);

    // Other limits, from the next time on that its files are opened: now, where nobody uses them. Blocking.
    void change(const SqlLimits& limits, std::uint32_t turn_queue);

    // Closes the files where nobody uses them. Blocking; for Stores.
    bool close_if_idle();
    bool is_open() const;
    TimePoint last_used() const { return last_used_.load(std::memory_order_relaxed); }

    // Writes the mark that is owed. Blocking.
    void write_mark();

    const StoreSettings& settings() const { return settings_; }
    const StorePorts& ports() const { return ports_; }
    Executions& executions() { return *executions_; }
    // Reads on a pool which executions have a record, unless that is known; with the store pinned.
    void learn_executions();
    StoreCounters& counters() { return counters_; }
    const StoreCounters& counters() const { return counters_; }
    // Why the store is closed after a failure; empty where it is well.
    std::optional<Error> trouble() const;

    // The disk was full a moment ago: nobody writes.
    bool is_full() const;

    // Handlers of `route` share no batch for a while: one of them made SQLite drop its batch.
    void keep_alone(const std::string& route);
    bool is_kept_alone(const std::string& route);

private:
    friend class StorePin;
    // `down`: what failed could not be undone yet.
    enum class State : std::uint8_t { closed, open, failing, down };

    Result<> open_now();
    void failed();
    void unpin();
    void recover();
    Result<> repair();
    Result<> repaired(Result<> cut);

    StorePorts ports_;
    StoreSettings settings_;
    std::unique_ptr<Executions> executions_;
    StoreCounters counters_;
    std::function<void()> opened_ = [] {};
    std::atomic<TimePoint> last_used_{TimePoint()};

    std::mutex opening_;  // of one who opens or closes; taken before mutex_, held over file operations
    mutable std::mutex mutex_;
    State state_ = State::closed;
    std::unique_ptr<OpenStore> open_;
    std::uint32_t pins_ = 0;
    std::optional<Error> trouble_;
    std::atomic<TimePoint> full_until_{TimePoint()};
    std::map<std::string, TimePoint, std::less<>> alone_until_;
    std::atomic<bool> has_alone_{false};
};

class StorePin {
public:
    StorePin() = default;
    StorePin(ServiceStore& owner, OpenStore& open) : owner_(&owner), open_(&open) {}
    StorePin(StorePin&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), open_(std::exchange(other.open_, nullptr)) {}
    StorePin& operator=(StorePin&& other) noexcept {
        std::swap(owner_, other.owner_);
        std::swap(open_, other.open_);
        return *this;
    }
    ~StorePin() {
        if (owner_ != nullptr)
            owner_->unpin();
    }
    explicit operator bool() const { return open_ != nullptr; }
    OpenStore& operator*() const { return *open_; }
    OpenStore* operator->() const { return open_; }

private:
    ServiceStore* owner_ = nullptr;
    OpenStore* open_ = nullptr;
};

}  // namespace skep::store
