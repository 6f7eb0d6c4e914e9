#include "store/detail/files/mark.hpp"

#include <algorithm>

#include "store/detail/files/crc32c.hpp"

namespace skep::store {
namespace {

constexpr std::array<std::uint8_t, 8> kMagic{'S', 'K', 'E', 'P', 'M', 'R', 'K', '1'};
constexpr std::size_t kSumAt = kMarkSlotBytes - 4;

template <typename Number>
void put(MarkSlot& slot, std::size_t at, Number value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
        slot[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

template <typename Number>
Number get(const MarkSlot& slot, std::size_t at) {
    Number value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i)
        value |= static_cast<Number>(Number{slot[at + i]} << (8 * i));
    return value;
}

std::uint32_t sum_of(const MarkSlot& slot) {
    return crc32c(std::span(slot).first(kSumAt));
}

}  // namespace

MarkSlot encode_mark(const MarkContent& content) {
    MarkSlot slot{};
    std::ranges::copy(kMagic, slot.begin());
    put(slot, 8, content.sequence);
    std::ranges::copy(content.salts, slot.begin() + 16);
    put(slot, 24, content.frames);
    put(slot, 28, static_cast<std::uint32_t>(content.wal));
    put(slot, 32, content.main_pages);
    put(slot, kSumAt, sum_of(slot));
    return slot;
}

std::optional<MarkContent> decode_mark(const MarkSlot& slot) {
    const auto wal = get<std::uint32_t>(slot, 28);
    if (!std::ranges::equal(kMagic, std::span(slot).first(kMagic.size())) || wal > 1 ||
        get<std::uint32_t>(slot, kSumAt) != sum_of(slot))
        return std::nullopt;
    MarkContent content{.sequence = get<std::uint64_t>(slot, 8),
                        .wal = static_cast<MarkContent::Wal>(wal),
                        .frames = get<std::uint32_t>(slot, 24),
                        .main_pages = get<std::uint32_t>(slot, 32)};
    std::ranges::copy(std::span(slot).subspan(16, content.salts.size()), content.salts.begin());
    return content;
}

Result<MarkSlot> Mark::read_slot(std::size_t slot) {
    MarkSlot bytes{};  // what a short file lacks stays zero, which is no slot
    TRY([[maybe_unused]] const std::size_t count, file_->read(slot * kMarkSlotDistance, bytes));
    return bytes;
}

Result<std::unique_ptr<Mark>> Mark::load(std::unique_ptr<DiskFile> file, std::string path, FirstFailure& failure) {
    std::unique_ptr<Mark> mark(new Mark(std::move(file), std::move(path), failure));
    TRY(const MarkSlot first_bytes, mark->read_slot(0));
    TRY(const MarkSlot second_bytes, mark->read_slot(1));
    const std::optional<MarkContent> first = decode_mark(first_bytes);
    const std::optional<MarkContent> second = decode_mark(second_bytes);
    if (!first && !second)
        return fail("store_damaged", "{}: neither of its slots is whole", mark->path_);
    mark->content_ = !second || (first && first->sequence > second->sequence) ? *first : *second;
    mark->generation_ = mark->content_.salts;
    if (first && second)
        return mark;
    // Only a bit that flipped, or a cut, does this: a slot is written within one sector.
    mark->damaged_slot_ = first ? "slot 2" : "slot 1";
    mark->content_ = {.sequence = mark->content_.sequence, .wal = MarkContent::Wal::frames};
    return mark;
}

Result<> Mark::sync() {
    const std::lock_guard lock(mutex_);
    return write(content_);
}

Result<> Mark::repair(const Salts& salts, std::uint32_t frames, std::uint32_t main_pages) {
    const std::lock_guard lock(mutex_);
    if (damaged_slot_.empty())
        return {};
    const auto wal = frames > 0 ? MarkContent::Wal::frames : MarkContent::Wal::in_main;
    return write({.wal = wal, .salts = salts, .frames = frames, .main_pages = main_pages});
}

MarkContent Mark::content() const {
    const std::lock_guard lock(mutex_);
    return content_;
}

void Mark::begin(const Salts& salts) {
    const std::lock_guard lock(mutex_);
    generation_ = salts;
}

Result<> Mark::advance(const Salts& salts, std::uint32_t frames, std::uint32_t main_pages) {
    const std::lock_guard lock(mutex_);
    const bool is_known = content_.wal == MarkContent::Wal::frames && content_.salts == salts &&
                          content_.frames >= frames && content_.main_pages == main_pages;
    if (generation_ != salts || frames == 0 || is_known)
        return {};
    return write({.wal = MarkContent::Wal::frames, .salts = salts, .frames = frames, .main_pages = main_pages});
}

Result<> Mark::finish(const Salts& salts, std::uint32_t main_pages) {
    const std::lock_guard lock(mutex_);
    generation_.reset();
    if (content_.wal == MarkContent::Wal::in_main && content_.salts == salts && content_.main_pages == main_pages)
        return {};
    return write({.wal = MarkContent::Wal::in_main, .salts = salts, .main_pages = main_pages});
}

Result<> Mark::lower_pages(std::uint32_t main_pages) {
    const std::lock_guard lock(mutex_);
    if (content_.main_pages <= main_pages)
        return {};
    MarkContent lower = content_;
    lower.main_pages = main_pages;
    return write(lower);
}

// The slot that holds the older content is overwritten.
Result<> Mark::write(MarkContent content) {
    TRY_DO(failure_.check_writable());
    content.sequence = content_.sequence + 1;
    Result<> done = file_->write(content.sequence % 2 * kMarkSlotDistance, encode_mark(content));
    if (done)
        done = file_->sync();
    if (!done) {
        failure_.record(done.error(), FirstFailure::Writes::stop);
        return done;
    }
    content_ = content;
    return {};
}

Result<std::vector<std::string>> Mark::check(std::string_view name) {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> damaged;
    if (!damaged_slot_.empty())
        damaged.push_back(fmt::format("{} {}: was damaged when the store was opened", name, damaged_slot_));
    for (std::size_t slot = 0; slot < 2; ++slot) {
        TRY(const MarkSlot bytes, read_slot(slot));
        if (!decode_mark(bytes))
            damaged.push_back(fmt::format("{} slot {}: its checksum is another one", name, slot + 1));
    }
    return damaged;
}

}  // namespace skep::store
