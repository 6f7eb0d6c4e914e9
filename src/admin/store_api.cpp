#include "admin/store_api.hpp"

#include <boost/json.hpp>

#include "admin/operation_stream.hpp"
#include "admin/replies.hpp"
#include "admin/rows_json.hpp"

namespace skep::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view kStores = "/api/v1/stores/";
constexpr std::string_view kBackup = "/api/v1/backup";
constexpr std::string_view kMigrations = "/api/v1/migrations";
constexpr std::uint64_t kBodyLimit = 1 << 20;

// What follows the service's name in a path below kStores.
std::string_view what_of(std::string_view path) {
    path.remove_prefix(kStores.size());
    const auto slash = path.find('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
}

std::string_view name_of(std::string_view path) {
    path.remove_prefix(kStores.size());
    return path.substr(0, path.find('/'));
}

// The member `name` of the JSON object in the body.
async::Task<Result<std::string>> text_in_body(model::Request& request, std::string_view name) {
    CO_TRY(const json::object body, co_await read_object(request.body, kBodyLimit));
    std::string text = text_member(body, name, "");
    if (text.empty())
        co_return fail("invalid_argument", "the body needs '{}', a string", name);
    co_return text;
}

async::Task<Result<std::filesystem::path>> path_in_body(model::Request& request, std::string_view name) {
    CO_TRY(const std::string text, co_await text_in_body(request, name));
    std::filesystem::path path(text);
    if (!path.is_absolute() || text.contains('\0'))
        co_return fail("invalid_argument", "'{}' is no absolute path: '{}'", name, text);
    co_return path.lexically_normal();
}

OnStoreProgress told_to(const TellProgress& tell) {
    return [tell](const StoreProgress& progress) {
        tell({{"service", progress.service}, {"done", progress.done}, {"all", progress.all}});
    };
}

json::object to_json(const TableReport& table) {
    return {{"name", table.name},
            {"kind", table.kind},
            {"rows", table.rows},
            {"columns", json::array(table.columns.begin(), table.columns.end())}};
}

json::object to_json(const MigrationReport& migration) {
    return {{"service", migration.service}, {"name", migration.name}, {"state", migration.state}};
}

json::object to_json(const ExportReport& report) {
    return {{"file", report.file.string()}, {"bytes", report.bytes}};
}

json::object to_json(const BackupReport& report) {
    json::array stores;
    std::uint64_t bytes = 0;
    for (const auto& store : report.stores) {
        stores.push_back(json::object{{"service", store.service}, {"bytes", store.bytes}});
        bytes += store.bytes;
    }
    return {{"directory", report.directory.string()},
            {"time", report.time},
            {"bytes", bytes},
            {"stores", std::move(stores)}};
}

template <typename Report>
model::Response list_reply(std::string_view name, const std::vector<Report>& reports) {
    json::array list;
    for (const Report& report : reports)
        list.push_back(to_json(report));
    return json_reply({{name, std::move(list)}});
}

}  // namespace

bool StoreApi::has(std::string_view path) {
    return path.starts_with(kStores) || path == kBackup || path == kMigrations;
}

std::string_view StoreApi::method_of(std::string_view path) {
    const bool writes = path == kBackup;
    const std::string_view what = path.starts_with(kStores) ? what_of(path) : std::string_view();
    return writes || what == "query" || what == "export" ? "POST" : "GET";
}

async::Task<Result<model::Response>> StoreApi::handle(model::Request& request) {
    const std::string path(request.path());
    if (stores_ == nullptr)
        co_return fail("unimplemented", "there are no stores here");
    if (path == kBackup)
        co_return co_await back_up(request);
    if (path == kMigrations)
        co_return co_await migrations(std::string(query_parameter(request.query(), "service")));
    co_return co_await of_store(std::string(name_of(path)), std::string(what_of(path)), request);
}

async::Task<Result<model::Response>> StoreApi::of_store(std::string service, std::string what,
                                                        model::Request& request) {
    CO_TRY(model::ServiceName name, model::parse_service_name(service));
    if (what == "tables")
        co_return co_await tables(std::move(name));
    if (what == "query")
        co_return co_await query(std::move(name), request);
    if (what == "export")
        co_return co_await export_to(std::move(name), request);
    co_return fail("route_not_found", "the control API has no '{}'", request.path());
}

async::Task<Result<model::Response>> StoreApi::tables(model::ServiceName service) {
    CO_TRY(const auto reports, co_await stores_->tables(std::move(service)));
    co_return list_reply("tables", reports);
}

async::Task<Result<model::Response>> StoreApi::query(model::ServiceName service, model::Request& request) {
    CO_TRY(std::string sql, co_await text_in_body(request, "sql"));
    CO_TRY(const Bytes rows, co_await stores_->query(std::move(service), std::move(sql)));
    CO_TRY(json::object object, rows_to_json(rows.view()));
    co_return json_reply(std::move(object));
}

async::Task<Result<model::Response>> StoreApi::export_to(model::ServiceName service, model::Request& request) {
    CO_TRY(std::filesystem::path file, co_await path_in_body(request, "file"));
    const auto work = [stores = stores_, service, file](TellProgress tell) -> async::Task<Result<json::object>> {
        CO_TRY(const ExportReport report, co_await stores->export_to(service, file, told_to(tell)));
        co_return to_json(report);
    };
    co_return co_await run_operation(loop_, work);
}

async::Task<Result<model::Response>> StoreApi::migrations(std::string service) {
    std::optional<model::ServiceName> name;
    if (!service.empty()) {
        CO_TRY(name, model::parse_service_name(service));
    }
    CO_TRY(const auto reports, co_await stores_->migrations(std::move(name)));
    co_return list_reply("migrations", reports);
}

async::Task<Result<model::Response>> StoreApi::back_up(model::Request& request) {
    CO_TRY(std::filesystem::path directory, co_await path_in_body(request, "directory"));
    const auto work = [stores = stores_, directory](TellProgress tell) -> async::Task<Result<json::object>> {
        CO_TRY(const BackupReport report, co_await stores->back_up(directory, told_to(tell)));
        co_return to_json(report);
    };
    co_return co_await run_operation(loop_, work);
}

}  // namespace skep::admin
