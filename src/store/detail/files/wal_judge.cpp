#include "store/detail/files/wal_judge.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "store/detail/files/crc32c.hpp"

namespace skep::store {
namespace {

using Frame = std::span<const std::uint8_t, kFrameBytes>;

// Gives a WAL's frames one after another.
class FrameReader {
public:
    FrameReader(DiskFile& file, std::uint64_t bytes) : file_(file), count_(frames_in(bytes)) {}

    std::uint32_t count() const { return count_; }

    // Frame `number`, until the next call; each call asks for the same frame or a later one.
    Result<Frame> frame(std::uint32_t number) {
        if (number < first_ || number >= first_ + held_)
            TRY_DO(fill(number));
        return Frame(buffer_.data() + (number - first_) * kFrameBytes, kFrameBytes);
    }

private:
    static constexpr std::uint32_t kAtOnce = 32;

    Result<> fill(std::uint32_t number) {
        const std::uint32_t wanted = std::min(kAtOnce, count_ - number + 1);
        buffer_.resize(wanted * kFrameBytes);
        TRY(const std::size_t read, file_.read(frame_offset(number), buffer_));
        if (read < buffer_.size())
            return fail("disk_failed", "a file of {} frames gave {} bytes at frame {}", count_, read, number);
        first_ = number;
        held_ = wanted;
        return {};
    }

    DiskFile& file_;
    std::uint32_t count_;
    std::uint32_t first_ = 0;
    std::uint32_t held_ = 0;
    std::vector<std::uint8_t> buffer_;
};

FrameHeader header_of(Frame frame) {
    return read_frame_header(frame.first<kFrameHeaderBytes>());
}

// Salt-1 counts generations, and begins anywhere when the file is empty. What is left of older generations behind the
// last one's frames lies this close.
constexpr std::uint32_t kGenerationsInOneFile = 1 << 20;

bool is_not_after(const Salts& salts, const Salts& last) {
    const auto number = [](const Salts& of) {
        return std::uint32_t{of[0]} << 24 | std::uint32_t{of[1]} << 16 | std::uint32_t{of[2]} << 8 | of[3];
    };
    return salts == last || number(last) - number(salts) - 1 < kGenerationsInOneFile;
}

class Judge {
public:
    Judge(DiskFile& file, std::uint64_t bytes, const std::string& path, const MarkContent& mark)
        : file_(file), bytes_(bytes), path_(path), mark_(mark), frames_(file, bytes) {}

    Result<WalVerdict> judge() {
        std::array<std::uint8_t, kWalHeaderBytes> bytes{};
        TRY([[maybe_unused]] const std::size_t count, file_.read(0, bytes));
        const std::optional<WalHeader> header = read_wal_header(bytes);
        verdict_.sums = std::make_unique<WalSums>();
        verdict_.start.bytes = bytes_;
        if (!header) {
            TRY_DO(judge_headless());
        } else if (mark_.wal != MarkContent::Wal::in_main || mark_.salts != header->salts) {
            TRY_DO(judge_frames(*header, crc32c(bytes)));
        }
        return std::move(verdict_);
    }

private:
    std::uint32_t marked_frames() const { return mark_.wal == MarkContent::Wal::frames ? mark_.frames : 0; }

    Result<> judge_headless() {
        if (marked_frames() > 0)
            return fail("store_damaged", "{} header: is not whole, though {} frames were flushed", path_,
                        marked_frames());
        return look_for_proof(1, std::nullopt);
    }

    Result<> judge_frames(const WalHeader& header, std::uint32_t header_sum) {
        verdict_.start.salts = header.salts;
        verdict_.start.header_sum = header_sum;
        TRY(const std::uint32_t whole, walk(header));
        if (mark_.salts == header.salts && verdict_.start.committed < marked_frames())
            return fail("store_damaged", "{} frame {}: is not whole, though {} frames were flushed", path_, whole + 1,
                        marked_frames());
        return look_for_proof(whole + 1, header.salts);
    }

    // Returns how many frames are whole, one after another, commits or not.
    Result<std::uint32_t> walk(const WalHeader& header) {
        WalChecksum sum = header.sum;
        bool page_one = false;
        for (std::uint32_t number = 1; number <= frames_.count(); ++number) {
            TRY(const Frame frame, frames_.frame(number));
            const FrameHeader at = header_of(frame);
            sum = frame_checksum(sum, frame);
            if (at.salts != header.salts || at.page == 0 || at.sum != sum)
                return number - 1;
            verdict_.sums->set_header(number, crc32c(frame.first<kFrameHeaderBytes>()));
            verdict_.sums->set_page(number, crc32c(frame.subspan<kFrameHeaderBytes>()));
            page_one = page_one || at.page == 1;
            if (at.is_commit()) {
                verdict_.start.committed = number;
                verdict_.start.holds_page_one = page_one;
            }
        }
        return frames_.count();
    }

    // Behind the frame `broken`: a commit with a frame that continues its checksum was flushed before that frame was
    // begun, and everything before it too. Frames of the generation that the mark says is in the main file, or
    // of an older one, prove nothing where the header is not there to tell which generation is the last.
    Result<> look_for_proof(std::uint32_t broken, const std::optional<Salts>& salts) {
        FrameHeader before;
        for (std::uint32_t number = broken; number <= frames_.count(); ++number) {
            TRY(const Frame frame, frames_.frame(number));
            const FrameHeader at = header_of(frame);
            const bool is_of_last = salts ? at.salts == *salts : !is_not_after(at.salts, mark_.salts);
            if (before.is_commit() && is_of_last && before.salts == at.salts &&
                frame_checksum(before.sum, frame) == at.sum)
                return fail("store_damaged", "{} {}: is not whole, though a commit at frame {} was flushed", path_,
                            salts ? fmt::format("frame {}", broken) : "header", number - 1);
            before = at;
        }
        return {};
    }

    DiskFile& file_;
    std::uint64_t bytes_;
    const std::string& path_;
    const MarkContent& mark_;
    FrameReader frames_;
    WalVerdict verdict_;
};

}  // namespace

Result<WalVerdict> judge_wal(DiskFile& wal, const std::string& path, const MarkContent& mark) {
    TRY(const std::uint64_t bytes, wal.size());
    return Judge(wal, bytes, path, mark).judge();
}

}  // namespace skep::store
