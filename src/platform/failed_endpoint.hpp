#pragma once
// The endpoint of a service that did not start.

#include "model/ports.hpp"

namespace skep::platform {

// Answers every call with the same error.
class FailedEndpoint final : public model::Endpoint {
public:
    explicit FailedEndpoint(Error error) : error_(std::move(error)) {}

    async::Task<Result<model::Response>> call(model::Request, const model::CallContext&) override {
        co_return fail(error_);
    }

private:
    Error error_;
};

}  // namespace skep::platform
