#pragma once
// Mark: the small file `store.db-mark`, which says how many frames of the WAL were acknowledged at least, and how many
// pages the main file has at least (docs/formats/store.md).

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "store/detail/files/first_failure.hpp"
#include "store/detail/files/wal_format.hpp"

namespace skep::store {

struct MarkContent {
    enum class Wal : std::uint32_t {
        in_main,  // all of the generation `salts` is in the synced main file; also where there was none yet
        frames,   // its first `frames` frames are acknowledged
    };

    std::uint64_t sequence = 0;
    Wal wal = Wal::in_main;
    Salts salts{};
    std::uint32_t frames = 0;
    std::uint32_t main_pages = 0;

    friend bool operator==(const MarkContent&, const MarkContent&) = default;
};

inline constexpr std::size_t kMarkSlotBytes = 40;
inline constexpr std::uint64_t kMarkSlotDistance = 4096;
inline constexpr std::uint64_t kMarkFileBytes = kMarkSlotDistance + kMarkSlotBytes;

using MarkSlot = std::array<std::uint8_t, kMarkSlotBytes>;
MarkSlot encode_mark(const MarkContent& content);
std::optional<MarkContent> decode_mark(const MarkSlot& slot);

// Any thread.
class Mark {
public:
    // Fails with `store_damaged` where neither slot is whole.
    static Result<std::unique_ptr<Mark>> load(std::unique_ptr<DiskFile> file, std::string path, FirstFailure& failure);

    // Where one slot is damaged, it may have been the newer one: then nothing is known, and `repair` is to be called.
    MarkContent content() const;
    // A killed process may have left it unsynced: to be called before anything is cut because of it. Written anew, for
    // a sync does not bring to the disk what an earlier one failed to bring there.
    Result<> sync();
    // Makes it known again, once the WAL was judged without it.
    Result<> repair(const Salts& salts, std::uint32_t frames, std::uint32_t main_pages);

    // A new generation of the WAL has begun.
    void begin(const Salts& salts);
    // Its first `frames` frames are flushed. Writes and syncs where that is news; nothing for an older generation.
    Result<> advance(const Salts& salts, std::uint32_t frames, std::uint32_t main_pages);
    // All of the generation is in the synced main file, and nothing will follow it.
    Result<> finish(const Salts& salts, std::uint32_t main_pages);
    // The main file is about to be cut to `main_pages`.
    Result<> lower_pages(std::uint32_t main_pages);

    // Reads both slots again; "store.db-mark slot 1 …" for each that is damaged.
    Result<std::vector<std::string>> check(std::string_view name);

private:
    Mark(std::unique_ptr<DiskFile> file, std::string path, FirstFailure& failure)
        : file_(std::move(file)), path_(std::move(path)), failure_(failure) {}
    Result<> write(MarkContent content);
    Result<MarkSlot> read_slot(std::size_t slot);

    std::unique_ptr<DiskFile> file_;
    std::string path_;
    FirstFailure& failure_;
    std::string damaged_slot_;
    mutable std::mutex mutex_;
    MarkContent content_;
    std::optional<Salts> generation_;
};

}  // namespace skep::store
