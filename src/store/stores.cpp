#include "store/stores.hpp"

#include <algorithm>

namespace skep::store {
namespace {

SqlLimits limits_of(const model::Service& service) {
    SqlLimits limits;
    limits.quota_bytes = service.data.quota_bytes;
    limits.result_bytes = service.data.result_bytes;
    limits.ddl = service.data.ddl;
    return limits;
}

}  // namespace

Stores::Stores(const StorePorts& ports, std::filesystem::path folder, std::size_t max_open)
    : ports_(ports), folder_(std::move(folder)), max_open_(max_open) {}

Stores::~Stores() = default;

std::shared_ptr<ServiceStore> Stores::of(const model::Service& service) {
    const SqlLimits limits = limits_of(service);
    std::shared_ptr<ServiceStore> known = find(service.name.value());
    if (known) {
        known->change(limits, service.data.turn_queue);
        return known;
    }
    auto store = std::make_shared<ServiceStore>(ports_, StoreSettings{.folder = folder_ / service.name.value(),
                                                                      .service = service.name,
                                                                      .limits = limits,
                                                                      .turn_queue = service.data.turn_queue});
    store->on_open([this, weak = std::weak_ptr(store)] {
        if (auto opened = weak.lock())
            note_open(std::move(opened));
        close_surplus();
    });
    const std::lock_guard lock(mutex_);
    return stores_.emplace(service.name.value(), std::move(store)).first->second;
}

std::vector<std::shared_ptr<ServiceStore>> Stores::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<ServiceStore>> all;
    for (const auto& [name, store] : stores_)
        all.push_back(store);
    return all;
}

std::shared_ptr<ServiceStore> Stores::find(std::string_view service) const {
    const std::lock_guard lock(mutex_);
    const auto found = stores_.find(service);
    return found == stores_.end() ? nullptr : found->second;
}

void Stores::tend() {
    for (const auto& store : open_stores())
        store->write_mark();
}

void Stores::note_open(std::shared_ptr<ServiceStore> store) {
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(open_, store) == open_.end())
        open_.push_back(std::move(store));
}

std::vector<std::shared_ptr<ServiceStore>> Stores::open_stores() {
    const std::lock_guard lock(mutex_);
    std::erase_if(open_, [](const auto& store) { return !store->is_open(); });
    return open_;
}

// The longest unused first.
void Stores::close_surplus() {
    std::vector<std::pair<TimePoint, std::shared_ptr<ServiceStore>>> open;
    for (auto& store : open_stores())
        open.emplace_back(store->last_used(), std::move(store));
    if (open.size() <= max_open_)
        return;
    std::ranges::sort(open, {}, [](const auto& each) { return each.first; });
    std::size_t surplus = open.size() - max_open_;
    for (const auto& [used, store] : open) {
        if (surplus == 0)
            return;
        if (store->close_if_idle())
            --surplus;
    }
}

}  // namespace skep::store
