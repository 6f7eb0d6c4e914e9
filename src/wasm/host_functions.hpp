#pragma once
// Host functions: what C++ offers to guests, for components and core modules alike.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wasm/engine.hpp"

struct skep_arg;
struct skep_call;
struct skep_hosts;

namespace skep::wasm {

class GuestTask;

// The arguments of one call: views into the guest's memory, valid until the host function returns.
class HostArgs {
public:
    HostArgs(const skep_arg* args, std::size_t count) : args_(args), count_(count) {}
    std::size_t size() const { return count_; }
    std::string_view text(std::size_t index) const;  // a string or list<u8>
    std::uint64_t u64(std::size_t index) const;      // an integer, bool or enum ordinal
    double f64(std::size_t index) const;

private:
    const skep_arg* args_;
    std::size_t count_;
};

// A result that is neither a text nor an option of one: a text, or a list (record, tuple) of values.
struct HostValue {
    std::variant<std::string_view, std::vector<HostValue>> value;
};

// The answer that a guest waits for. Move-only; answered once, at once or later, on the guest's thread. Destroyed
// unanswered it fails with `cancelled`.
class HostCall {
public:
    explicit HostCall(skep_call* raw) : raw_(raw) {}
    HostCall(HostCall&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
    HostCall& operator=(HostCall&&) = delete;
    ~HostCall();

    void done() &&;                 // unit, none, or the empty option
    void done(Bytes bytes) &&;      // string, list<u8>, or a present option of these
    void done_text(Bytes text) &&;  // a string that is UTF-8 for certain
    void done_copy(std::string_view text) &&;
    void done(const HostValue& value) &&;  // any other type
    void fail(const Error& error) &&;      // as record { code, message }
    void trap(std::string_view reason) &&;

private:
    skep_call* take() { return std::exchange(raw_, nullptr); }
    skep_call* raw_;
};

// Runs on the guest's io thread. `task.host()` tells whose guest it is.
using HostFunction = std::function<void(GuestTask& task, HostArgs args, HostCall call)>;

enum class Param : std::uint8_t { string, bytes, u64, f64, handle, other };
enum class ResultShape : std::uint8_t { none, bytes, string, option_bytes, option_string, handle, unit, other };
// Whether every call is answered before the host function returns: the guest need not be able to wait then.
enum class Answered : std::uint8_t { at_once, later };
enum class CoreResult : std::uint8_t { none, status, data };

// Every host function of the process: declared at start, then constant. Outlives all apps.
class HostFunctions {
public:
    static Result<std::unique_ptr<HostFunctions>> make(Engine& engine);
    ~HostFunctions();
    HostFunctions(const HostFunctions&) = delete;
    HostFunctions& operator=(const HostFunctions&) = delete;

    struct Shape {
        std::vector<Param> params;
        ResultShape result = ResultShape::none;
        Answered answered = Answered::later;
    };
    // `interface` with its version, "skep:platform/config@0.1.0".
    Result<> add(std::string_view interface, std::string_view name, const Shape& shape, HostFunction function);

    // A core module's import: `strings` pairs of pointer and length, then `i32s` integers, then `f64s` numbers.
    struct CoreShape {
        std::uint32_t strings = 0;
        std::uint32_t i32s = 0;
        std::uint32_t f64s = 0;
        CoreResult result = CoreResult::none;
    };
    Result<> add_core(std::string_view module, std::string_view name, CoreShape shape, HostFunction function);

    skep_hosts* raw() const { return raw_; }

private:
    explicit HostFunctions(skep_hosts* raw) : raw_(raw) {}
    skep_hosts* raw_;
    std::vector<std::unique_ptr<HostFunction>> functions_;
};

}  // namespace skep::wasm
