// Wasmtime behind a C interface: the whole contract between C++ and the crate in engine/.
//
// C++ owns sockets, HTTP, scheduling, clocks, timers and every host service. The library owns Wasmtime's
// objects and moves values between guests and C++; it starts no thread but for an app's granted files and
// sockets, and reads no clock but to measure how long a guest ran. (`skep_precompile` uses a pool of compiler
// threads, in its own process.)
//
// Rules that hold for every function below, unless it says otherwise
//
// Ownership. A `const` pointer that you pass is read during the call only. An object made by `skep_X_new` or
//   `skep_X_open` is yours until `skep_X_free`; freeing NULL does nothing. A `skep_buffer` moves: whoever
//   receives it calls its `release` once. A `skep_bytes` never owns; it is valid as long as the text says,
//   in a callback until that callback returns.
// Failure. A function that can fail takes `skep_error** error`, returns NULL or `false`, and stores an error
//   that you free. `error` may be NULL. What moved in is released all the same.
// Panics. A panic inside the library becomes the error `engine_panic` of the request that met it. Callbacks
//   must not throw: declare them `noexcept`.
// Threads. Engine, code, hosts and apps may be used from any thread at once. A pool, a task and everything
//   that hangs on a task belong to the thread that made them. The exceptions are named: wakers and calls.
// Re-entrance. Inside a callback that runs during `skep_task_poll`, do not poll, cancel or free that task or
//   its pool. Every other function is allowed; what wakes the task is noticed and it is scheduled again.
//
// Error codes (stable): module_invalid, module_too_large, module_unsupported, compile_failed, import_unknown,
//   import_not_granted, export_missing, cache_corrupt, cache_foreign, settings_invalid, no_free_instance,
//   instance_failed, guest_trap, guest_timeout, guest_cpu_limit, guest_out_of_memory, guest_table_limit,
//   guest_field_limit, guest_stack_overflow, guest_handle_limit, guest_exit, guest_no_response, guest_response_cut,
//   event_rejected, request_invalid, cancelled, engine_panic.
#ifndef SKEP_ENGINE_H
#define SKEP_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SKEP_ABI_VERSION 1

typedef struct skep_engine skep_engine;      // both Wasmtime engines, their pools, limits and callbacks
typedef struct skep_code skep_code;          // one compiled module or component, mapped
typedef struct skep_hosts skep_hosts;        // a set of host functions
typedef struct skep_app skep_app;            // code linked to hosts and settings, ready to instantiate
typedef struct skep_pool skep_pool;          // instances of one app on one thread that wait for reuse
typedef struct skep_task skep_task;          // one run of a guest: a request, a command, a delivery
typedef struct skep_call skep_call;          // one call of a host function that C++ has yet to answer
typedef struct skep_outgoing skep_outgoing;  // one HTTP request that a guest sends
typedef struct skep_timer skep_timer;        // one armed timer of a guest
typedef struct skep_error skep_error;
typedef struct skep_inspection skep_inspection;

// ---------------------------------------------------------------------------------------------- bytes, errors

typedef struct skep_bytes {
    const uint8_t* data;
    size_t len;
} skep_bytes;

// Bytes with an owner. `release(owner)` is called once, on any thread; NULL where nothing is to be released.
typedef struct skep_buffer {
    const uint8_t* data;
    size_t len;
    void* owner;
    void (*release)(void* owner);
} skep_buffer;

typedef struct skep_header {
    skep_bytes name;  // lower case when it comes from the library
    skep_bytes value;
} skep_header;

typedef struct skep_headers {
    const skep_header* items;
    size_t count;
} skep_headers;

// What the accessors return lives as long as the error.
void skep_error_free(skep_error* error);
skep_bytes skep_error_code(const skep_error* error);
skep_bytes skep_error_message(const skep_error* error);
// One line per frame, innermost first: `function (file:line:column)`, or `function (module+0xOFFSET)` where
// there is no DWARF. Empty where no guest code was on the stack.
skep_bytes skep_error_backtrace(const skep_error* error);
// Where in the module's file it went wrong; -1 where that is not known.
int64_t skep_error_offset(const skep_error* error);

// -------------------------------------------------------------------------------------------------- callbacks

// A reference-counted object of C++ (put this struct first). Its functions are called from any thread, also
// inside skep_task_poll. `schedule` makes the task's thread poll the task again; several calls may merge.
typedef struct skep_waker skep_waker;
typedef struct skep_waker_ops {
    void (*retain)(skep_waker* waker);
    void (*release)(skep_waker* waker);
    void (*schedule)(skep_waker* waker);
} skep_waker_ops;
struct skep_waker {
    const skep_waker_ops* ops;
};

typedef struct skep_response_head {
    uint16_t status;
    skep_headers headers;
} skep_response_head;

typedef struct skep_outgoing_head {
    skep_bytes method;
    skep_bytes scheme;            // "http", "https" or another; "" where the guest set none
    skep_bytes authority;         // "" where the guest set none
    skep_bytes path;              // path and query; "/" where the guest set none
    skep_headers headers;         // no hop-by-hop field, no host
    uint64_t connect_timeout_ns;  // 0: none asked for
    uint64_t first_byte_timeout_ns;
    uint64_t between_bytes_timeout_ns;
} skep_outgoing_head;

typedef enum skep_stream { SKEP_STDOUT = 1, SKEP_STDERR = 2 } skep_stream;

typedef enum skep_write {
    SKEP_WRITE_OK = 0,
    SKEP_WRITE_PAUSE = 1,   // taken, but no more until skep_task_output_resume
    SKEP_WRITE_CLOSED = 2,  // not taken; the guest sees a closed stream from now on
} skep_write;

// One argument of a host call.
typedef enum skep_arg_kind {
    SKEP_ARG_BYTES = 0,   // string or list<u8>: `bytes`
    SKEP_ARG_U64 = 1,     // any integer, bool, enum (its ordinal) or flags: `u64` (signed ones sign-extended)
    SKEP_ARG_F64 = 2,     // `f64`
    SKEP_ARG_HANDLE = 3,  // a resource: the number C++ gave it, in `u64`
    SKEP_ARG_LIST = 4,    // list, record or tuple: `items`, `count`
    SKEP_ARG_NONE = 5,    // an option that is none (a present one is its value)
} skep_arg_kind;
typedef struct skep_arg {
    uint32_t kind;  // skep_arg_kind
    uint32_t count;
    union {
        skep_bytes bytes;
        uint64_t u64;
        double f64;
        const struct skep_arg* items;
    } value;
} skep_arg;

// What C++ implements. `user` is the pointer given with the task. All but those marked run on the task's
// thread, inside skep_task_poll, skep_task_free or skep_pool_free. None may be NULL.
typedef struct skep_callbacks {
    void* context;  // for the callbacks that belong to no task

    // The guest has set its response head; bodies follow through skep_response_next. At most once per task.
    void (*on_head)(void* user, const skep_response_head* head);
    // Bytes that the guest wrote: standard error always; standard output of commands, and of handlers as a log.
    // Returns skep_write.
    uint32_t (*on_output)(void* user, uint32_t stream, skep_bytes bytes);
    // The guest has taken `count` bytes of the request body (standard input): their buffers are released.
    void (*on_request_window)(void* user, size_t count);

    // A guest calls the host function declared with `function`. Complete `call` once by one of skep_call_*,
    // inside the callback, later, or from another thread. `args` are views into the guest's memory.
    void (*on_call)(void* user, void* function, const skep_arg* args, size_t count, skep_call* call);
    // The task ended while `call` waits. Complete it all the same (its answer is only released), or free it
    // by skep_call_free, now or later.
    void (*on_call_cancel)(void* user, void* function, skep_call* call);
    // The guest dropped its handle `number` of the resource declared with `resource` (or its instance ended).
    void (*on_resource_drop)(void* user, void* resource, uint32_t number);

    // A guest sends an HTTP request. One reference on `outgoing` is yours: skep_outgoing_free when you are
    // through with it, also after on_outgoing_cancel.
    void (*on_outgoing)(void* user, const skep_outgoing_head* head, skep_outgoing* outgoing);
    // The guest has taken `count` bytes of the response body.
    void (*on_outgoing_window)(void* user, skep_outgoing* outgoing, size_t count);
    // The guest lost interest, or its task ended, before the exchange was complete.
    void (*on_outgoing_cancel)(void* user, skep_outgoing* outgoing);

    // Arms a timer for `deadline_ns` of the monotonic clock; when it is due call skep_timer_fire(timer) once,
    // on the task's thread. The handle returned is given to timer_cancel, after which `timer` is gone. A timer
    // that has fired is never cancelled. NULL refuses the wait: nothing will be due, `poll_oneoff` fails with
    // ENOTSUP, any other wait goes on until the task is freed; when it is given up, timer_cancel gets the NULL.
    void* (*timer_start)(void* user, uint64_t deadline_ns, skep_timer* timer);
    void (*timer_cancel)(void* user, void* handle);

    // Any thread.
    uint64_t (*monotonic_now)(void* context);                                   // nanoseconds
    void (*wall_now)(void* context, uint64_t* seconds, uint32_t* nanoseconds);  // since 1970
    void (*random_fill)(void* context, uint8_t* data, size_t len);              // from a cryptographic source
} skep_callbacks;

// ----------------------------------------------------------------------------------------------------- engine

// Zero means the default in brackets, everywhere but in the switches.
typedef struct skep_options {
    uint64_t memory_budget;        // bytes kept resident by idle slots [a quarter of RAM or cgroup, <= 1 GiB]
    uint32_t slots;                // instances alive at once, both engines together [derived from the budget]
    uint32_t reserved_slots;       // of these, only for nested tasks [a quarter of slots]
    uint64_t max_memory;           // bytes of linear memory per guest [128 MiB]
    uint32_t max_table;            // elements per table [20,000]
    uint32_t max_instances;        // core instances per component [64]
    uint32_t max_memories;         // memories per component [8]
    uint64_t keep_memory;          // bytes of a slot's memory kept [4 MiB; 128 KiB without page-map scan]
    uint64_t keep_table;           // bytes of a slot's tables kept [1 MiB; 64 KiB without]
    uint32_t max_stack;            // bytes of guest stack [512 KiB]
    uint32_t max_handles;          // resource-table entries per instance [4,096]
    uint32_t max_fields;           // bytes of one set of header fields [32 KiB]
    uint64_t max_random;           // bytes of one call for random data [64 KiB]
    uint64_t max_host_call;        // bytes lifted out of a guest in one host call [4 MiB]
    uint64_t max_module;           // bytes of a module's file [64 MiB]
    uint32_t max_functions;        // functions in a module's file [200,000]
    uint32_t max_nesting;          // components in components [16]
    uint32_t body_chunk;           // bytes that a guest may write to a body at once [64 KiB]
    uint64_t quantum_ns;           // a guest is preempted at the first tick past half of it [1 ms]
    uint8_t disable_pagemap_scan;  // 1: reset slots by memset
    uint8_t sanitizer;             // 1: on-demand allocation, no signal handlers (ASan, TSan, valgrind)
    uint8_t reserved[6];           // zero
} skep_options;

// How an engine was set up and how full it is.
typedef struct skep_engine_status {
    uint32_t slots;
    uint32_t reserved_slots;
    uint32_t slots_used;           // running tasks and pooled instances
    uint32_t pooled_idle;          // of these, idle in pools
    uint64_t kept_resident_bound;  // bytes that free slots may keep resident at most
    uint8_t pagemap_scan;          // 1: page-map scan is in use
    uint8_t swap_on;               // 1: it is not, because swap is on
    uint8_t second_engine;         // 1: the engine for WASI 0.3 has been made
    uint8_t reserved[5];
} skep_engine_status;

uint32_t skep_abi_version(void);

// `callbacks` is copied. One engine per process is meant; several work.
skep_engine* skep_engine_new(const skep_options* options, const skep_callbacks* callbacks, skep_error** error);
// Everything made from the engine must have been freed before.
void skep_engine_free(skep_engine* engine);
// Moves the epoch: call it every 1 to 2 ms from a thread of its own while guests run. Never blocks.
void skep_engine_tick(skep_engine* engine);
void skep_engine_status_of(const skep_engine* engine, skep_engine_status* status);
// Gives back to the kernel what the calling thread and ended threads have freed a while ago: call it now and then. Does
// nothing where the program's allocator does so by itself.
void skep_release_freed_memory(void);
// What compiled code depends on besides the module: library version, compiler settings, CPU. Part of the
// code cache's key. Needs no engine; `options` must be those of the engine that will run the code.
bool skep_fingerprint(const skep_options* options, skep_buffer* text, skep_error** error);
// Whether the kernel has the page-map scan (Linux 6.7).
bool skep_pagemap_scan_available(void);

// ----------------------------------------------------------------------------------------------------- code

// What a module can be called as; several bits may be set.
typedef enum skep_kind {
    SKEP_KIND_HTTP02 = 1u << 0,         // exports wasi:http/incoming-handler@0.2.x
    SKEP_KIND_HTTP03 = 1u << 1,         // exports wasi:http/handler@0.3.x
    SKEP_KIND_CGI = 1u << 2,            // preview 1 command: exports _start and memory
    SKEP_KIND_CORE_EVENTS = 1u << 3,    // core module that exports handle_event
    SKEP_KIND_RUN02 = 1u << 4,          // exports wasi:cli/run@0.2.x
    SKEP_KIND_RUN03 = 1u << 5,          // exports wasi:cli/run@0.3.x
    SKEP_KIND_EVENTS = 1u << 6,         // exports skep:platform/event-handler
    SKEP_KIND_COMPONENT = 1u << 16,     // is a component (else a core module)
    SKEP_KIND_SECOND_ENGINE = 1u << 17  // needs the engine for 0.3
} skep_kind;

// What a module's file holds, found without compiling it. Strings live as long as the inspection.
typedef struct skep_inspected {
    uint32_t kind;  // bits of skep_kind
    uint32_t functions;
    uint32_t instances;
    uint32_t memories;
    uint32_t nesting;
    uint32_t reserved;
    uint64_t min_memory;        // bytes that its memories start with
    const skep_bytes* imports;  // "wasi:http/types@0.2.6", or "module.name" for core modules
    size_t import_count;
    const skep_bytes* exports;
    size_t export_count;
} skep_inspected;

// Validates a module or component against the limits in `options`. Fails with `module_invalid`,
// `module_too_large` or `module_unsupported`, the reason and the offset. Safe on hostile input.
skep_inspection* skep_inspect(const skep_options* options, skep_bytes module, skep_error** error);
void skep_inspection_free(skep_inspection* inspection);
const skep_inspected* skep_inspection_of(const skep_inspection* inspection);

// Compiles. Takes seconds and memory: run it in a process of its own with limits (and an 8 MiB stack). The
// output is what skep_code_open expects, whole and from its first byte; you may append bytes of your own.
bool skep_precompile(const skep_options* options, skep_bytes module, skep_buffer* code, skep_error** error);

// Opens compiled code. UNSAFE: the bytes are executed, so call it only on what you authenticated. `fd` is a
// regular file whose first `len` bytes are skep_precompile's output; it is mapped (copy on write) and may be
// closed at once, but the file must not be written to or cut. Fails with `cache_corrupt` or `cache_foreign`, and with
// `module_too_large` where it needs more tables or state than a slot has.
skep_code* skep_code_open_file(skep_engine* engine, int fd, uint64_t len, skep_error** error);
skep_code* skep_code_open(skep_engine* engine, skep_bytes code, skep_error** error);
// Compiles and opens in this process: for tests and small tools.
skep_code* skep_code_compile(skep_engine* engine, skep_bytes module, skep_error** error);
// Apps made from the code keep what they need of it.
void skep_code_free(skep_code* code);
uint32_t skep_code_kind(const skep_code* code);
// Names as in skep_inspected. The array lives as long as the code.
const skep_bytes* skep_code_imports(const skep_code* code, size_t* count);
// Bytes of machine code and data that are mapped.
uint64_t skep_code_size(const skep_code* code);

// ----------------------------------------------------------------------------------------------------- hosts

typedef enum skep_param {
    SKEP_PARAM_STRING = 0,
    SKEP_PARAM_BYTES = 1,  // list<u8>
    SKEP_PARAM_U64 = 2,
    SKEP_PARAM_F64 = 3,
    SKEP_PARAM_HANDLE = 4,  // borrow of a declared resource
    SKEP_PARAM_OTHER = 5,   // any other type without functions in it: comes as the skep_arg that fits
} skep_param;

// `error` is `record { code: string, message: string }`.
typedef enum skep_result {
    SKEP_RESULT_NONE = 0,           // no result
    SKEP_RESULT_BYTES = 1,          // result<list<u8>, error>
    SKEP_RESULT_STRING = 2,         // result<string, error>
    SKEP_RESULT_OPTION_BYTES = 3,   // result<option<list<u8>>, error>
    SKEP_RESULT_OPTION_STRING = 4,  // result<option<string>, error>
    SKEP_RESULT_HANDLE = 5,         // result<own<resource>, error>
    SKEP_RESULT_UNIT = 6,           // result<_, error>
    SKEP_RESULT_OTHER = 7,          // any of: T, option<T>, result<T, E> with T in string, list<u8>, integers,
                                    // floats, bool, list<string>, list<tuple<string,string>>, a record of these,
                                    // and E the record above or a variant whose cases hold a string or nothing
                                    // (skep_call_fail picks the case named `code`, else the first with a string)
} skep_result;

// Shapes that are fast (typed): parameters (), (string), (string,string), (string,bytes), (string,string,bytes),
// (string,string,string), (bytes), (string,u64), (string,f64), each of the first six also with a handle in front;
// results 0 to 6. Every other combination works through dynamic values, which is slower, and slow for large `list<u8>`.
typedef struct skep_shape {
    const uint8_t* params;  // skep_param
    size_t param_count;
    uint32_t result;   // skep_result
    uint32_t at_once;  // 1: on_call always answers before it returns. (), (string), (string,string),
                       // (string,string,string) and (string,f64) with results 0 to 6 are spared what waiting costs, and
                       // trap where the answer is missing
} skep_shape;

// A function of a core module: `strings` pairs (pointer, length), then the scalars, then the result.
typedef enum skep_scalar { SKEP_I32 = 0, SKEP_I64 = 1, SKEP_F64 = 2 } skep_scalar;
typedef enum skep_core_result {
    SKEP_CORE_NONE = 0,    // no result
    SKEP_CORE_STATUS = 1,  // i32: 0 or the status given, negative on failure
    SKEP_CORE_DATA = 2,    // i32: pointer to u32 length and the bytes, negative on failure
} skep_core_result;
typedef struct skep_core_shape {
    uint32_t strings;
    uint32_t result;         // skep_core_result
    const uint8_t* scalars;  // skep_scalar
    size_t scalar_count;
} skep_core_shape;

// Declare everything first, then make apps; hosts must outlive them. Fails where a name is taken.
skep_hosts* skep_hosts_new(skep_engine* engine, skep_error** error);
void skep_hosts_free(skep_hosts* hosts);
// `interface` as in WIT with its version ("skep:platform/kv@0.1.0"); `function` comes back in on_call.
// A method of a resource is named as in the canonical names ("[method]tx.query").
bool skep_hosts_func(skep_hosts* hosts, skep_bytes interface, skep_bytes name, const skep_shape* shape, void* function,
                     skep_error** error);
// A resource type; declare it before functions that use it. `resource` comes back in on_resource_drop.
bool skep_hosts_resource(skep_hosts* hosts, skep_bytes interface, skep_bytes name, void* resource, skep_error** error);
// A function of core modules. `skep.last_error` is built in.
bool skep_hosts_core_func(skep_hosts* hosts, skep_bytes module, skep_bytes name, const skep_core_shape* shape,
                          void* function, skep_error** error);

// Completing a call: each consumes it, from any thread. An answer that does not fit the declared result traps
// the guest with a message that says so. After the task has ended they only release.
void skep_call_done_none(skep_call* call);                      // unit, none, or the empty option
void skep_call_done_bytes(skep_call* call, skep_buffer bytes);  // bytes, string (UTF-8), present option, DATA
void skep_call_done_text(skep_call* call, skep_buffer text);    // the same, of what is UTF-8 for certain: not checked
void skep_call_done_copy(skep_call* call, skep_bytes bytes);    // the same; copied before it returns
void skep_call_done_handle(skep_call* call, uint32_t number);
void skep_call_done_u64(skep_call* call, uint64_t value);  // integers, bool, STATUS
void skep_call_done_f64(skep_call* call, double value);
// Any value for SKEP_RESULT_OTHER, built from arguments (copied): lists, tuples and records as SKEP_ARG_LIST.
void skep_call_done_value(skep_call* call, const skep_arg* value);
void skep_call_fail(skep_call* call, skep_bytes code, skep_bytes message);
void skep_call_trap(skep_call* call, skep_bytes reason);
void skep_call_free(skep_call* call);  // only after on_call_cancel

// ------------------------------------------------------------------------------------------------------- apps

typedef struct skep_directory {
    skep_bytes host_path;
    skep_bytes guest_path;
    uint8_t writable;
    uint8_t reserved[7];
} skep_directory;

// What an app is allowed and how its instances are kept. Copied.
typedef struct skep_settings {
    const skep_header* env;  // name and value
    size_t env_count;
    const skep_bytes* args;  // the first is the program's name
    size_t arg_count;
    const skep_directory* directories;
    size_t directory_count;
    uint64_t max_memory;      // bytes [the engine's]; never more than the engine's
    uint32_t reuse;           // requests served by one instance [1 for 0.2, 128 for 0.3]
    uint8_t inherit_network;  // 1: sockets of the host (only for `skep run`)
    uint8_t reserved[3];
} skep_settings;

// Links. Fails with `import_unknown` and the import's name where nothing provides it. wasi:cli's whole world
// always links, without files and with closed sockets unless granted. Directories must exist now.
skep_app* skep_app_new(skep_engine* engine, const skep_code* code, const skep_hosts* hosts,
                       const skep_settings* settings, skep_error** error);
// Pools and tasks of the app keep what they need.
void skep_app_free(skep_app* app);

// The instances of one app that wait for reuse on this thread. Needed for 0.3 and for `reuse` > 1; a task made
// without one gets a fresh instance. An instance leaves the pool after `reuse` requests, after a trap, timeout
// or cancel, when its memory or handles have grown near their limits, and by skep_pool_trim.
skep_pool* skep_pool_new(skep_app* app, skep_error** error);
// Tasks that run from it finish undisturbed, their instances are dropped.
void skep_pool_free(skep_pool* pool);
// Drops instances that have been idle for `idle_ns` or longer; returns how many stay idle. Call it each second,
// and with 0 when slots are short.
size_t skep_pool_trim(skep_pool* pool, uint64_t idle_ns);

// ------------------------------------------------------------------------------------------------------ tasks

typedef struct skep_request_head {
    skep_bytes method;
    skep_bytes scheme;  // "http" or "https"
    skep_bytes authority;
    skep_bytes path;       // path and query
    skep_headers headers;  // hop-by-hop fields left out by you
    uint8_t has_body;      // 0: no body follows; skep_request_* must not be called
    uint8_t reserved[7];
} skep_request_head;

typedef struct skep_task_options {
    void* user;              // comes back in every callback
    skep_waker* waker;       // retained by the task
    uint64_t cpu_limit_ns;   // running time of the guest; 0: none. Ends it with `guest_cpu_limit`
    uint64_t wall_limit_ns;  // from now; 0: none. Checked while the guest runs; one that waits you cancel yourself
    uint8_t nested;          // 1: may take a reserved slot
    uint8_t reserved[7];
} skep_task_options;

// Each makes a task without running it: call skep_task_poll. All fail with `no_free_instance` when the slots
// are used up, `export_missing` when the code is not of that kind, `request_invalid` for a bad head.

// An HTTP request to a component of 0.2 or 0.3. `pool` may be NULL: a fresh instance.
skep_task* skep_task_http(skep_app* app, skep_pool* pool, const skep_request_head* request,
                          const skep_task_options* options, skep_error** error);
// A run of a preview 1 command with `env` besides the app's. Standard input by skep_request_push, standard
// output by on_output; an exit code other than 0 is skep_task_exit_code, not a failure.
skep_task* skep_task_cgi(skep_app* app, const skep_header* env, size_t env_count, const skep_task_options* options,
                         skep_error** error);
// A run of wasi:cli/run (0.2, 0.3) or of a preview 1 command with the app's arguments and environment.
skep_task* skep_task_run(skep_app* app, const skep_task_options* options, skep_error** error);
// A delivery: a core module's handle_event(ptr, len), or handle_event() with the payload on standard input, or
// skep:platform/event-handler's handle(list<u8>) -> result<_, error>. Fails with `event_rejected` when the
// guest returns an error or a number other than 0.
skep_task* skep_task_event(skep_app* app, skep_buffer payload, const skep_task_options* options, skep_error** error);

typedef enum skep_poll {
    SKEP_POLL_DONE = 0,       // the guest returned. Its response may still have frames to pull
    SKEP_POLL_PENDING = 1,    // it waits; the waker will schedule
    SKEP_POLL_PREEMPTED = 2,  // it used up its quantum; poll it again when others have had their turn
    SKEP_POLL_FAILED = 3,     // skep_task_error says why
} skep_poll;

// Runs the guest until it waits, ends, or has used its quantum. Once it returned DONE or FAILED it returns the
// same again. A response whose head came before a failure must be cut, never ended in good order.
uint32_t skep_task_poll(skep_task* task);
// The failure; valid until the task is freed. NULL where there is none.
const skep_error* skep_task_error(const skep_task* task);
// The exit code of a command that is DONE; 0 for all else.
int32_t skep_task_exit_code(const skep_task* task);
// Nanoseconds that the guest has run.
uint64_t skep_task_cpu_ns(const skep_task* task);
// Replaces the wall limit by `ns` from now; 0 removes it.
void skep_task_wall_limit(skep_task* task, uint64_t ns);
// Stops a task that has not ended and unwinds its guest; then it is FAILED with `cancelled`. Its instance is
// dropped. Frames not yet pulled are gone.
void skep_task_cancel(skep_task* task);
// Ends it as skep_task_cancel does, and frees it. A task that is DONE gives its instance back to its pool.
// Free a task after its response was written: dropping an instance costs microseconds.
void skep_task_free(skep_task* task);
// Lets a guest go on that was paused by SKEP_WRITE_PAUSE.
void skep_task_output_resume(skep_task* task);

// ----------------------------------------------------------------------------------------------------- bodies

// Gives the guest a part of its request body (or standard input). You keep the sum of what is under way small:
// on_request_window tells what was taken. After the guest has dropped the body it is released and counted as
// taken at once.
void skep_request_push(skep_task* task, skep_buffer bytes);
// Ends the body in good order; `trailers` may be NULL.
void skep_request_end(skep_task* task, const skep_headers* trailers);
// Breaks the body off: the guest reads an error.
void skep_request_fail(skep_task* task);

typedef enum skep_next {
    SKEP_NEXT_READY = 0,    // `bytes` was filled and is yours
    SKEP_NEXT_PENDING = 1,  // nothing yet; the waker will schedule
    SKEP_NEXT_END = 2,      // the body ended in good order
    SKEP_NEXT_ERROR = 3,    // the guest broke it off: cut the connection
} skep_next;

// The next frame of the response. Valid after on_head, until the task is freed.
uint32_t skep_response_next(skep_task* task, skep_buffer* bytes);
// Trailers, after SKEP_NEXT_END; valid until the task is freed. Empty where there are none.
skep_headers skep_response_trailers(skep_task* task);
// Nobody reads on: the guest's next write fails, later frames are dropped. The guest may run on.
void skep_response_close(skep_task* task);

// --------------------------------------------------------------------------------------------------- outgoing

// All on the task's thread, also after the task has ended (then they do nothing but release).
void skep_outgoing_set_user(skep_outgoing* outgoing, void* user);
void* skep_outgoing_user(const skep_outgoing* outgoing);
// The next frame of the request body; PENDING schedules `waker` (retained while it waits) when there is more.
uint32_t skep_outgoing_next(skep_outgoing* outgoing, skep_waker* waker, skep_buffer* bytes);
// Trailers of the request, after SKEP_NEXT_END; valid until the outgoing is freed.
skep_headers skep_outgoing_trailers(skep_outgoing* outgoing);
// The response: head once, then frames, then one of end and fail. Fails with `request_invalid`.
bool skep_outgoing_respond(skep_outgoing* outgoing, const skep_response_head* head, skep_error** error);
void skep_outgoing_push(skep_outgoing* outgoing, skep_buffer bytes);
void skep_outgoing_end(skep_outgoing* outgoing, const skep_headers* trailers);

// wasi:http's error codes that C++ has use for.
typedef enum skep_http_error {
    SKEP_HTTP_INTERNAL_ERROR = 0,
    SKEP_HTTP_DNS_TIMEOUT = 1,
    SKEP_HTTP_DNS_ERROR = 2,
    SKEP_HTTP_DESTINATION_NOT_FOUND = 3,
    SKEP_HTTP_DESTINATION_UNAVAILABLE = 4,
    SKEP_HTTP_DESTINATION_IP_PROHIBITED = 5,
    SKEP_HTTP_CONNECTION_REFUSED = 6,
    SKEP_HTTP_CONNECTION_TERMINATED = 7,
    SKEP_HTTP_CONNECTION_TIMEOUT = 8,
    SKEP_HTTP_CONNECTION_LIMIT_REACHED = 9,
    SKEP_HTTP_REQUEST_DENIED = 10,
    SKEP_HTTP_REQUEST_METHOD_INVALID = 11,
    SKEP_HTTP_REQUEST_URI_INVALID = 12,
    SKEP_HTTP_RESPONSE_INCOMPLETE = 13,
    SKEP_HTTP_RESPONSE_TIMEOUT = 14,
    SKEP_HTTP_RESPONSE_BODY_SIZE = 15,
    SKEP_HTTP_PROTOCOL_ERROR = 16,
    SKEP_HTTP_LOOP_DETECTED = 17,
    SKEP_HTTP_CONFIGURATION_ERROR = 18,
    SKEP_HTTP_TLS_PROTOCOL_ERROR = 19,
} skep_http_error;

// Fails the exchange, before or after the response's head. `message` reaches the guest with INTERNAL_ERROR.
void skep_outgoing_fail(skep_outgoing* outgoing, uint32_t http_error, skep_bytes message);
void skep_outgoing_free(skep_outgoing* outgoing);

// ------------------------------------------------------------------------------------------------------ timers

// The timer is due. Consumes it.
void skep_timer_fire(skep_timer* timer);

// ------------------------------------------------------------------------------------------------------- tests

// One struct, or one field of a struct ("skep_options.slots"), as the library lays it out.
typedef struct skep_layout {
    const char* name;
    size_t offset;
    size_t size;
} skep_layout;
// The layouts of all structs in this header; static.
const skep_layout* skep_abi_layout(size_t* count);
// Makes the next skep_task_poll of this thread panic inside the library.
void skep_test_panic(void);

#ifdef __cplusplus
}
#endif

#endif
