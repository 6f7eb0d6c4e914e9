#pragma once
// Stores: the stores of all services of a process.

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "model/application.hpp"
#include "store/service_store.hpp"

namespace skep::store {

// Any thread. One process owns the folder. Outlives the handlers.
class Stores {
public:
    // At most `max_open` stores have open files, but for those in use.
    Stores(const StorePorts& ports, std::filesystem::path folder, std::size_t max_open = 256);
    ~Stores();
    Stores(const Stores&) = delete;
    Stores& operator=(const Stores&) = delete;

    // The store of `service`, which wants data or keys; the same one for all its revisions, with the limits of the
    // newest. Opens no file.
    std::shared_ptr<ServiceStore> of(const model::Service& service);

    // By service; what was asked for so far.
    std::vector<std::shared_ptr<ServiceStore>> all() const;
    std::shared_ptr<ServiceStore> find(std::string_view service) const;
    const std::filesystem::path& folder() const { return folder_; }

    // Writes the marks that are owed. Blocking; called every 50 ms.
    void tend();

private:
    void note_open(std::shared_ptr<ServiceStore> store);
    std::vector<std::shared_ptr<ServiceStore>> open_stores();
    void close_surplus();

    StorePorts ports_;
    std::filesystem::path folder_;
    std::size_t max_open_;
    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<ServiceStore>, std::less<>> stores_;
    std::vector<std::shared_ptr<ServiceStore>> open_;  // and some that were closed since they were last looked at
};

}  // namespace skep::store
