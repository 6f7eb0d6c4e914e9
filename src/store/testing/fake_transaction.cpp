#include "store/testing/fake_transaction.hpp"

#include <fmt/format.h>

namespace skep::store {
namespace {

constexpr std::uint64_t kListDefault = 1'000;

std::string_view name_of(Wait wait) {
    return wait == Wait::call ? "call" : "timer";
}

std::string no_rows() {
    RowWriter writer;
    writer.begin_rows({});
    return std::move(writer).take();
}

}  // namespace

void FakeTransaction::release() {
    held_ = false;
    changed_.set();
}

async::Task<Result<>> FakeTransaction::note(std::string call) {
    while (held_)
        co_await changed_.wait();
    calls_.push_back(std::move(call));
    if (failure_)
        co_return fail(*failure_);
    co_return Result<>();
}

async::Task<Result<Bytes>> FakeTransaction::query(std::string sql, std::string params, RowForm form) {
    CO_TRY_DO(co_await note("query " + sql));
    params_ = std::move(params);
    std::string rows = no_rows();
    if (!rows_.empty()) {
        rows = std::move(rows_.front());
        rows_.pop_front();
    }
    if (form != nullptr) {
        CO_TRY(rows, form(rows));
    }
    co_return Bytes(std::move(rows));
}

async::Task<Result<Executed>> FakeTransaction::execute(std::string sql, std::string params) {
    CO_TRY_DO(co_await note("execute " + sql));
    params_ = std::move(params);
    co_return executed_;
}

async::Task<Result<std::optional<Bytes>>> FakeTransaction::kv_get(std::string key) {
    CO_TRY_DO(co_await note("kv_get " + key));
    const auto found = keys_.find(key);
    if (found == keys_.end())
        co_return std::optional<Bytes>();
    co_return std::optional<Bytes>(Bytes::copy_of(found->second));
}

async::Task<Result<>> FakeTransaction::kv_set(std::string key, std::string value) {
    CO_TRY_DO(co_await note("kv_set " + key));
    keys_.insert_or_assign(std::move(key), std::move(value));
    co_return Result<>();
}

async::Task<Result<bool>> FakeTransaction::kv_delete(std::string key) {
    CO_TRY_DO(co_await note("kv_delete " + key));
    co_return keys_.erase(key) > 0;
}

async::Task<Result<std::vector<std::string>>> FakeTransaction::kv_list(std::string prefix, std::string after,
                                                                       std::uint64_t limit) {
    CO_TRY_DO(co_await note(fmt::format("kv_list {} after {} limit {}", prefix, after, limit)));
    std::vector<std::string> found;
    const std::uint64_t most = limit == 0 ? kListDefault : limit;
    auto at = after < prefix ? keys_.lower_bound(prefix) : keys_.upper_bound(after);
    for (; at != keys_.end() && found.size() < most; ++at) {
        if (at->first.starts_with(prefix))
            found.push_back(at->first);
    }
    co_return found;
}

async::Task<Result<>> FakeTransaction::step_out(Wait wait) {
    CO_TRY_DO(co_await note(fmt::format("step_out {}", name_of(wait))));
    if (step_out_failure_)
        co_return fail(*step_out_failure_);
    co_return Result<>();
}

Result<bool> FakeTransaction::may_wait(Wait) const {
    if (step_out_failure_)
        return fail(*step_out_failure_);
    return !holds_turn_;
}

std::optional<std::string> FakeTransaction::key_of_next_call() {
    if (!execution_)
        return std::nullopt;
    return fmt::format("{}.{}", *execution_, next_call_++);
}

async::Task<Result<std::optional<model::Response>>> FakeTransaction::admit(model::Request&) {
    CO_TRY_DO(co_await note("admit"));
    co_return std::optional<model::Response>();
}

async::Task<Result<Ending>> FakeTransaction::end(model::Response*, Meanwhile meanwhile) {
    if (held_ && meanwhile)
        meanwhile();
    CO_TRY_DO(co_await note("end"));
    co_return Ending::settled;
}

}  // namespace skep::store
