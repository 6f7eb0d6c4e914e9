#include "main/doctor.hpp"

#include <filesystem>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "admin/backup_folder.hpp"
#include "base/files.hpp"
#include "main/host_paths.hpp"
#include "main/stores.hpp"
#include "main/up.hpp"
#include "wasm/engine.hpp"

namespace skep {
namespace {

struct Finding {
    std::string check;
    std::string state;  // "ok", "note" or "problem"
    std::string detail;
};

Finding kernel() {
    utsname name{};
    uname(&name);
    return {"kernel", "ok", fmt::format("{} {}", name.sysname, name.release)};
}

Finding engine_mode() {
    const SystemClock clock;
    const auto engine = wasm::Engine::make({}, clock);
    if (!engine)
        return {"engine", "problem", engine.error().to_string()};
    const wasm::EngineStatus status = (*engine)->status();
    const std::string slots =
        fmt::format("{} slots, at most {} MiB kept resident", status.slots, status.kept_resident_bound >> 20);
    if (status.page_map_scan)
        return {"engine", "ok", slots + ", reset by page-map scan"};
    const std::string_view why =
        status.swap_on ? "swap is on: switch it off for faster guests" : "the kernel is older than 6.7";
    return {"engine", "note", fmt::format("{}, reset by memset, because {}", slots, why)};
}

Finding descriptors() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const bool is_low = limit.rlim_max < 65'536;
    return {"file descriptors", is_low ? "note" : "ok",
            fmt::format("at most {}{}", limit.rlim_max, is_low ? ": raise the hard limit for many connections" : "")};
}

Finding writable(std::string check, const std::filesystem::path& folder) {
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    const auto probe = folder / ".doctor";
    const Result<> written = write_file(probe, "");
    std::filesystem::remove(probe, fault);
    if (!written)
        return {std::move(check), "problem", written.error().message()};
    return {std::move(check), "ok", folder.string()};
}

Finding manifest_state(const std::expected<model::Application, std::vector<Error>>& application,
                       const cli::ProjectOptions& project) {
    if (application)
        return {"manifest", "ok", application->manifest.string()};
    const Error& first = application.error().front();
    const bool is_missing = first.name() == "manifest_not_found";
    return {"manifest", is_missing ? "note" : "problem",
            is_missing ? fmt::format("none at {}", project.manifest.string()) : first.to_string()};
}

Finding store_size(const admin::StoreSize& store) {
    return {"store of " + store.service, "ok",
            fmt::format("{:.1f} MiB, {:.1f} MiB of them in its log", static_cast<double>(store.files.bytes) / (1 << 20),
                        static_cast<double>(store.files.wal_bytes) / (1 << 20))};
}

void add_scrubbed(const Scrubbed& scrubbed, std::vector<Finding>& findings) {
    for (const std::string& place : scrubbed.damaged)
        findings.push_back({"scrub", "problem", place});
    if (scrubbed.damaged.empty())
        findings.push_back({"scrub", "ok", fmt::format("read all of {} stores", scrubbed.stores)});
}

}  // namespace

int doctor(const cli::DoctorOptions& options, const Environment& environment, cli::Output& output) {
    const cli::ProjectOptions& project = options.project;
    std::vector<Finding> findings{kernel(), engine_mode(), descriptors(),
                                  writable("code cache", cache_folder(environment) / "code")};
    const auto application = load_application(project);
    findings.push_back(manifest_state(application, project));
    if (application)
        findings.push_back(writable("data directory", project.data_dir));
    for (const admin::StoreSize& store : admin::sizes_of_stores(project.data_dir))
        findings.push_back(store_size(store));
    if (options.scrub) {
        const auto scrubbed = scrub(project.data_dir, output);
        if (!scrubbed)
            return output.fail(scrubbed.error());
        add_scrubbed(*scrubbed, findings);
    }
    cli::Listing listing{.columns = {{"CHECK", "check"}, {"STATE", "state"}, {"DETAIL", "detail"}},
                         .name_member = "check"};
    bool is_well = true;
    for (const auto& finding : findings) {
        listing.rows.push_back({{"check", finding.check}, {"state", finding.state}, {"detail", finding.detail}});
        is_well = is_well && finding.state != "problem";
    }
    output.print(listing);
    return is_well ? 0 : 1;
}

}  // namespace skep
