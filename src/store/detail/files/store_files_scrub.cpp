// Reads a store's files from end to end.
#include <algorithm>
#include <vector>

#include "store/detail/files/store_files.hpp"
#include "store/detail/files/store_parts.hpp"

namespace skep::store {
namespace {

class Scrub {
public:
    Scrub(PageFile& main, Mark& mark, WalFile& wal, StoreFiles::Progress progress, void* context)
        : main_(main), mark_(mark), wal_(wal), progress_(progress), context_(context), in_wal_(main.pages() + 1) {
        all_ = main_.size() + wal_.flushed_frames() * std::uint64_t{kFrameBytes};
    }

    Result<std::vector<std::string>> run() {
        TRY(damaged_, mark_.check(kMarkName));
        TRY_DO(read_wal());
        TRY_DO(read_main());
        return std::move(damaged_);
    }

private:
    static constexpr std::uint64_t kTellEvery = 1 << 20;

    void advance(std::uint64_t bytes) {
        done_ += bytes;
        if (progress_ != nullptr && (done_ / kTellEvery != (done_ - bytes) / kTellEvery || done_ == all_))
            progress_(context_, done_, all_);
    }

    Result<> read_wal() {
        if (wal_.flushed_frames() == 0)
            return {};
        std::array<std::uint8_t, kWalHeaderBytes> bytes{};
        TRY([[maybe_unused]] const std::size_t count, wal_.file().read(0, bytes));
        const std::optional<WalHeader> header = read_wal_header(bytes);
        if (!header)
            damaged_.push_back(fmt::format("{} header: not what was written", kWalName));
        // Each frame is measured by the checksum that the one before it holds, so that one damaged frame is one report.
        std::optional<WalChecksum> before;
        if (header)
            before = header->sum;
        for (std::uint32_t frame = 1; frame <= wal_.flushed_frames(); ++frame)
            TRY_DO(read_frame(frame, before));
        return {};
    }

    Result<> read_frame(std::uint32_t number, std::optional<WalChecksum>& before) {
        std::array<std::uint8_t, kFrameBytes> frame{};
        TRY(const std::size_t count, wal_.file().read(frame_offset(number), frame));
        const FrameHeader header = read_frame_header(std::span(frame).first<kFrameHeaderBytes>());
        const bool is_whole = count == frame.size() && (!before || frame_checksum(*before, frame) == header.sum);
        if (!is_whole)
            damaged_.push_back(fmt::format("{} frame {}: not what was written", kWalName, number));
        before = is_whole ? std::optional(header.sum) : std::nullopt;
        if (header.page < in_wal_.size())
            in_wal_[header.page] = true;
        advance(kFrameBytes);
        return {};
    }

    // A crash may have torn a page that was being copied from the WAL, where it still is.
    Result<> read_main() {
        for (std::uint32_t page = 1; page <= main_.pages(); ++page) {
            const Result<> whole = main_.check(page);
            if (!whole && whole.error().name() != "store_damaged")
                return whole;
            if (!whole && !in_wal_[page])
                damaged_.push_back(fmt::format("{} page {}: not what was written", kMainName, page));
            advance(kPageBytes);
        }
        return {};
    }

    PageFile& main_;
    Mark& mark_;
    WalFile& wal_;
    StoreFiles::Progress progress_;
    void* context_;
    std::uint64_t done_ = 0;
    std::uint64_t all_ = 0;
    std::vector<bool> in_wal_;
    std::vector<std::string> damaged_;
};

}  // namespace

Result<std::vector<std::string>> StoreFiles::scrub(Progress progress, void* context) {
    return Scrub(*parts_->main, *parts_->mark, *parts_->wal, progress, context).run();
}

}  // namespace skep::store
