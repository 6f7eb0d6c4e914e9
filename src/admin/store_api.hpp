#pragma once
// The part of the control API that asks for stores.

#include <string>
#include <string_view>

#include "admin/store_admin.hpp"
#include "model/message.hpp"

namespace skep::admin {

// On the io thread of the control listener.
class StoreApi {
public:
    // Both outlive the API; `stores` is nullptr where there are none.
    StoreApi(async::Loop& loop, StoreAdmin* stores) : loop_(loop), stores_(stores) {}

    // Whether `path` is one of its own, and the method that it takes.
    static bool has(std::string_view path);
    static std::string_view method_of(std::string_view path);

    // `request` has a path of its own, the right method, and was authorised.
    async::Task<Result<model::Response>> handle(model::Request& request);

private:
    async::Task<Result<model::Response>> of_store(std::string service, std::string what, model::Request& request);
    async::Task<Result<model::Response>> tables(model::ServiceName service);
    async::Task<Result<model::Response>> query(model::ServiceName service, model::Request& request);
    async::Task<Result<model::Response>> export_to(model::ServiceName service, model::Request& request);
    async::Task<Result<model::Response>> migrations(std::string service);
    async::Task<Result<model::Response>> back_up(model::Request& request);

    async::Loop& loop_;
    StoreAdmin* stores_;
};

}  // namespace skep::admin
