#pragma once
// The commands that open stores while no Skep runs: under the lock of the data directory.

#include "cli/command_line.hpp"

namespace skep {

// `skep migrate`: see cli::Commands.
Result<std::vector<boost::json::object>> migrate(const cli::MigrateOptions& options);

// `skep restore`.
int restore(const cli::RestoreOptions& options, cli::Output& output);

// Reads every store in the data directory and shows how far it is. "orders: store.db page 7: …" for each damaged place.
// Fails with `data_directory_locked`.
struct Scrubbed {
    std::size_t stores = 0;
    std::vector<std::string> damaged;
};
Result<Scrubbed> scrub(const std::filesystem::path& data_directory, cli::Output& output);

}  // namespace skep
