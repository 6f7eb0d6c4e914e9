// Drives one request through the C interface, and compares the layout of its structs.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "skep_engine.h"
#include "skep_tooling.h"

namespace {

struct Client {
    std::uint16_t status = 0;
    std::string body;
};

struct TestWaker {
    skep_waker base;
    int references = 0;
    bool scheduled = false;
};

const skep_waker_ops kWakerOps{
    .retain = [](skep_waker* waker) { ++reinterpret_cast<TestWaker*>(waker)->references; },
    .release = [](skep_waker* waker) { --reinterpret_cast<TestWaker*>(waker)->references; },
    .schedule = [](skep_waker* waker) { reinterpret_cast<TestWaker*>(waker)->scheduled = true; },
};

void fail(const char* what) {
    std::fprintf(stderr, "smoke: %s\n", what);
    std::exit(1);
}

void check(bool held, const char* what) {
    if (!held) {
        fail(what);
    }
}

std::uint64_t monotonic_now(void*) {
    auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
}

skep_callbacks callbacks() {
    return {
        .context = nullptr,
        .on_head = [](void* user,
                      const skep_response_head* head) { static_cast<Client*>(user)->status = head->status; },
        .on_output = [](void*, std::uint32_t, skep_bytes) -> std::uint32_t { return SKEP_WRITE_OK; },
        .on_request_window = [](void*, std::size_t) {},
        .on_call = [](void*, void*, const skep_arg*, std::size_t, skep_call* call) { skep_call_done_none(call); },
        .on_call_cancel = [](void*, void*, skep_call* call) { skep_call_free(call); },
        .on_resource_drop = [](void*, void*, std::uint32_t) {},
        .on_outgoing = [](void*, const skep_outgoing_head*, skep_outgoing* outgoing) { skep_outgoing_free(outgoing); },
        .on_outgoing_window = [](void*, skep_outgoing*, std::size_t) {},
        .on_outgoing_cancel = [](void*, skep_outgoing*) {},
        .timer_start = [](void*, std::uint64_t, skep_timer* timer) -> void* { return timer; },
        .timer_cancel = [](void*, void*) {},
        .monotonic_now = monotonic_now,
        .wall_now = [](void*, std::uint64_t* seconds, std::uint32_t* nanoseconds) { *seconds = 0, *nanoseconds = 0; },
        .random_fill = [](void*, std::uint8_t* data, std::size_t len) { std::memset(data, 7, len); },
    };
}

skep_bytes view(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string read_hex(const char* path) {
    std::ifstream file(path);
    std::string digits;
    std::string bytes;
    std::string line;
    while (file >> line) {
        digits += line;
    }
    for (std::size_t at = 0; at + 1 < digits.size(); at += 2) {
        bytes += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
    }
    check(!bytes.empty(), "the fixture cannot be read");
    return bytes;
}

void check_layout() {
    std::size_t count = 0;
    const skep_layout* layouts = skep_abi_layout(&count);
    std::map<std::string, std::pair<std::size_t, std::size_t>> theirs;
    for (std::size_t index = 0; index < count; ++index) {
        theirs[layouts[index].name] = {layouts[index].offset, layouts[index].size};
    }
    std::size_t compared = 0;
    auto same = [&](const char* name, std::size_t offset, std::size_t size) {
        auto found = theirs.find(name);
        if (found == theirs.end() || found->second != std::pair{offset, size}) {
            fail(name);
        }
        ++compared;
    };
#define STRUCT(type) same(#type, 0, sizeof(type))
#define FIELD(type, field) same(#type "." #field, offsetof(type, field), sizeof(type::field))
#include "layout.inc"
#undef FIELD
#undef STRUCT
    check(compared == count, "layout.inc lacks a struct or field that the library knows");
}

void run_request(skep_app* app) {
    Client client;
    TestWaker waker{.base = {&kWakerOps}};
    std::string method = "GET", scheme = "http", authority = "localhost", path = "/";
    skep_request_head head{
        .method = view(method), .scheme = view(scheme), .authority = view(authority), .path = view(path)};
    skep_task_options options{.user = &client, .waker = &waker.base};
    skep_task* task = skep_task_http(app, nullptr, &head, &options, nullptr);
    check(task != nullptr, "no task");
    std::uint32_t status = SKEP_POLL_PENDING;
    while (status == SKEP_POLL_PENDING || status == SKEP_POLL_PREEMPTED) {
        status = skep_task_poll(task);
    }
    check(status == SKEP_POLL_DONE, "the task failed");
    skep_buffer frame{};
    std::uint32_t next = skep_response_next(task, &frame);
    for (; next == SKEP_NEXT_READY; next = skep_response_next(task, &frame)) {
        client.body.append(reinterpret_cast<const char*>(frame.data), frame.len);
        frame.release(frame.owner);
    }
    check(next == SKEP_NEXT_END, "the body did not end");
    skep_task_free(task);
    check(client.status == 200 && client.body == "hello", "not the expected response");
    check(waker.references == 0, "the waker was not released");
}

}  // namespace

int main(int argc, char** argv) {
    check(argc == 2, "usage: smoke FIXTURE");
    check(skep_abi_version() == SKEP_ABI_VERSION, "another version of the interface");
    check_layout();

    skep_options options{.slots = 4};
    skep_callbacks table = callbacks();
    skep_error* error = nullptr;
    skep_engine* engine = skep_engine_new(&options, &table, &error);
    check(engine != nullptr, "no engine");
    std::string wasm = read_hex(argv[1]);
    skep_code* code = skep_code_compile(engine, view(wasm), &error);
    check(code != nullptr, "no code");
    check((skep_code_kind(code) & SKEP_KIND_HTTP02) != 0, "not a handler of 0.2");
    skep_hosts* hosts = skep_hosts_new(engine, &error);
    skep_settings settings{};
    skep_app* app = skep_app_new(engine, code, hosts, &settings, &error);
    check(app != nullptr, "no app");
    skep_code_free(code);

    run_request(app);

    std::string garbage = "no module";
    check(skep_inspect(&options, view(garbage), &error) == nullptr, "garbage was accepted");
    check(error != nullptr && skep_error_offset(error) >= 0, "no offset");
    skep_error_free(error);
    skep_app_free(app);
    skep_hosts_free(hosts);
    skep_engine_free(engine);
    return 0;
}
