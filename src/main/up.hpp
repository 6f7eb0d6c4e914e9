#pragma once
// `skep up`: runs an application until a signal ends it.

#include "base/environment.hpp"
#include "cli/command_line.hpp"
#include "main/signals.hpp"
#include "platform/platform.hpp"

namespace skep {

// Every fault of the manifest as an error, or the application.
std::expected<model::Application, std::vector<Error>> load_application(const cli::ProjectOptions& project);

// What `up` and `dev` hand to the platform.
platform::PlatformOptions platform_options(const cli::ProjectOptions& project, const Environment& environment,
                                           manifest::Loaded loaded);

// A connection, and often a guest's file, needs a descriptor.
void raise_descriptor_limit();

// Memory of large bodies goes back to the system when it is freed.
void return_large_blocks();

int up(const cli::ProjectOptions& project, const Environment& environment, cli::Output& output);

// Prints where the application is to be found.
void print_addresses(const platform::Platform& running, cli::Output& output);

// Reloads at each SIGHUP, until another signal comes.
void serve_until_stopped(platform::Platform& running, Signals& signals);

// Says so and lets running requests end; a second signal ends the process at once.
void drain(platform::Platform& running, Signals& signals, cli::Output& output);

// How long running requests may take to end.
inline constexpr auto kDrainPatience = std::chrono::seconds(25);

}  // namespace skep
