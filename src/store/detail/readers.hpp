#pragma once
// Readers: the read connections of a store, each lent to one handler for one snapshot.

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "async/loop.hpp"
#include "async/signal.hpp"
#include "store/detail/sql/connection.hpp"

namespace skep::store {

// Any thread. Outlives its leases.
class Readers {
public:
    using Open = std::function<Result<std::unique_ptr<Connection>>()>;

    // `open` makes a connection; at most `limit` of them are there at once.
    Readers(Open open, std::uint32_t limit) : open_(std::move(open)), limit_(limit) {}

    // A connection for one snapshot, until destroyed. Move-only.
    class Lease {
    public:
        Lease() = default;
        Lease(Readers& readers, std::unique_ptr<Connection> connection, std::uint64_t term)
            : readers_(&readers), connection_(std::move(connection)), term_(term) {}
        Lease(Lease&& other) noexcept
            : readers_(std::exchange(other.readers_, nullptr)),
              connection_(std::move(other.connection_)),
              term_(other.term_) {}
        Lease& operator=(Lease&& other) noexcept {
            std::swap(readers_, other.readers_);
            std::swap(connection_, other.connection_);
            std::swap(term_, other.term_);
            return *this;
        }
        ~Lease() {
            if (connection_)
                readers_->give_back(std::move(connection_));
        }
        explicit operator bool() const { return connection_ != nullptr; }
        Connection& connection() const { return *connection_; }
        // Others have waited long enough for its end.
        bool is_recalled() const { return term_ != readers_->term_.load(std::memory_order_relaxed); }

    private:
        Readers* readers_ = nullptr;
        std::unique_ptr<Connection> connection_;
        std::uint64_t term_ = 0;  // in which it was lent
    };

    // One who waits; touched on the thread of its loop only.
    struct Waiter {
        explicit Waiter(async::Loop& home) : loop(home), changed(home) {}
        async::Loop& loop;
        async::Signal changed;
        bool is_told = false;  // look again
    };

    // A connection that is free now; an empty lease where there is none.
    Lease try_lease();
    // Whether there may be one more: then `open_one` makes it, blocking, unless somebody else was faster.
    bool has_room() const;
    Result<Lease> open_one();
    // Told once something may be free. Who looks again after this misses nothing.
    void wait(const std::shared_ptr<Waiter>& waiter);
    void withdraw(const Waiter& waiter);

    // Lets nobody in any more, so that the WAL can be reset, until `let_in`; for this long at most.
    static constexpr auto kLongestHoldBack = std::chrono::milliseconds(50);
    void hold_back();
    // What is lent then: with `recalled` it shall come back, for it was waited for in vain.
    enum class Lent : std::uint8_t { kept, recalled };
    void let_in(Lent lent);
    bool is_held_back() const;
    std::size_t lent() const;

    // Closes the connections that are free; with none lent.
    void close();

private:
    Lease take_free();  // under the lock
    void give_back(std::unique_ptr<Connection> connection);
    void tell(std::deque<std::shared_ptr<Waiter>> waiters);

    Open open_;
    std::uint32_t limit_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> free_;
    std::uint32_t lent_ = 0;
    bool held_back_ = false;
    std::atomic<std::uint64_t> term_{0};
    std::deque<std::shared_ptr<Waiter>> waiters_;
};

}  // namespace skep::store
