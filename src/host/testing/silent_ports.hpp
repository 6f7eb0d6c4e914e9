#pragma once
// SilentPorts: what an io thread offers to guests, with nobody behind it.

#include <string>
#include <vector>

#include "host/service_environment.hpp"

namespace skep::host {

// Notes what is logged and sent. Every call is answered by 200 and an empty body.
class SilentPorts final : private Logger, private model::ServiceInvoker, private OutboundSender {
public:
    explicit SilentPorts(async::Loop& loop)
        : random_(make_seeded_random(1)), ports_{loop, *random_, *this, *this, *this} {}

    HostPorts& ports() { return ports_; }

    // The lines' messages.
    const std::vector<std::string>& logged() const { return logged_; }
    // The fields of the last one.
    const std::vector<std::pair<std::string, std::string>>& last_fields() const { return last_fields_; }
    // The requests that left, in order; their contexts, where a service was called.
    const std::vector<model::Request>& sent() const { return sent_; }
    const std::vector<model::CallContext>& contexts() const { return contexts_; }

private:
    void log(LogRecord record) override {
        logged_.push_back(std::move(record.message));
        last_fields_ = std::move(record.fields);
    }
    async::Task<Result<model::Response>> invoke(model::ServiceName, model::Request request,
                                                model::CallContext context) override {
        sent_.push_back(std::move(request));
        contexts_.push_back(std::move(context));
        co_return model::Response();
    }
    async::Task<Result<model::Response>> send(model::Request request, const model::OutboundGrant&, TimePoint) override {
        sent_.push_back(std::move(request));
        co_return model::Response();
    }

    std::unique_ptr<Random> random_;
    HostPorts ports_;
    std::vector<std::string> logged_;
    std::vector<std::pair<std::string, std::string>> last_fields_;
    std::vector<model::Request> sent_;
    std::vector<model::CallContext> contexts_;
};

}  // namespace skep::host
