#include "base/reason.hpp"

#include <algorithm>
#include <array>

namespace skep {
namespace {

using enum ErrorCode;

struct CodeRow {
    std::string_view name;
    int http_status;
    int exit_code;
};

constexpr std::array<CodeRow, 13> kCodes{{
    {"invalid_argument", 400, 7},
    {"not_found", 404, 3},
    {"already_exists", 409, 4},
    {"conflict", 409, 4},
    {"unauthenticated", 401, 5},
    {"permission_denied", 403, 5},
    {"resource_exhausted", 429, 1},
    {"deadline_exceeded", 504, 6},
    {"unavailable", 503, 6},
    {"cancelled", 499, 130},
    {"unimplemented", 501, 1},
    {"data_loss", 500, 1},
    {"internal", 500, 1},
}};

constexpr auto kReasons = std::to_array<Reason>({
    // The codes themselves, where nothing more is known.
    {"invalid_argument", invalid_argument, 0, "The input is not valid.", "Correct what the message names."},
    {"not_found", not_found, 0, "What was named does not exist.", "Check the name."},
    {"already_exists", already_exists, 0, "Something of that name exists.", "Choose another name, or remove it first."},
    {"conflict", conflict, 0, "Another user of the same thing is in the way.", "Try again, or stop the other one."},
    {"unauthenticated", unauthenticated, 0, "The caller has not shown who it is.", "Send a valid token."},
    {"permission_denied", permission_denied, 0, "The caller may not do this.",
     "Grant the permission that the message names."},
    {"resource_exhausted", resource_exhausted, 0, "A limit is reached.", "Wait, or raise the limit (docs/limits.md)."},
    {"deadline_exceeded", deadline_exceeded, 0, "It took longer than allowed.", "Try again, or raise the time limit."},
    {"unavailable", unavailable, 0, "It cannot be reached now.", "Try again later."},
    {"cancelled", cancelled, 0, "The caller gave up.", "Nothing: nobody waits for the answer."},
    {"unimplemented", unimplemented, 0, "This is not supported.", "See the documentation for what is."},
    {"data_loss", data_loss, 0, "Stored data is damaged.", "Restore a backup."},
    {"internal", internal, 0, "A fault of Skep itself.", "Report it with the log lines of this request."},

    // HTTP, as clients see it.
    {"malformed_request", invalid_argument, 400, "What was sent is no valid HTTP request.",
     "Correct the client, or the service that calls; the message names the rule that was broken."},
    {"method_not_allowed", invalid_argument, 405, "The path exists, but not with this method.",
     "Use one of the methods in the Allow header."},
    {"request_timeout", invalid_argument, 408, "The request did not arrive in time.",
     "Send faster, or raise [http] head_timeout or min_body_rate."},
    {"body_too_large", invalid_argument, 413, "The request body exceeds the limit.",
     "Send less, or raise limits.request_body."},
    {"target_too_long", invalid_argument, 414, "The request target exceeds the limit.",
     "Shorten the URL, or raise [http] target."},
    {"headers_too_large", invalid_argument, 431, "The header block exceeds the limit.",
     "Send fewer or shorter fields, or raise [http] header_block."},
    {"expectation_failed", invalid_argument, 417, "The Expect header asks for something unknown.",
     "Send only Expect: 100-continue."},
    {"http_version_not_supported", unimplemented, 505, "The HTTP version is not spoken here.", "Use HTTP/1.1."},
    {"transfer_coding_unsupported", unimplemented, 501, "The transfer coding is not known.",
     "Use chunked, or a Content-Length."},
    {"route_not_found", not_found, 0, "No route matches the path.", "Check the path, or add a route to the service."},
    {"misdirected_request", invalid_argument, 421, "The host is not served here.", "Check the Host header."},
    {"invalid_response", internal, 0, "The answer of the handler is no valid HTTP response.",
     "Correct the service; the message names the fault."},

    // Calls between services.
    {"service_not_found", not_found, 0, "No service of that name exists.",
     "Check the name, or add the service to the manifest."},
    {"service_failed", unavailable, 0, "The service did not start.",
     "Its error is in `skep status`; correct it and reload."},
    {"call_not_granted", permission_denied, 0, "The service may not call this service.",
     "Add the name to its `calls` in the manifest."},
    {"upstream_status", unavailable, 502, "The called service answered with a status of 400 or above.",
     "The message has the status and the reply."},
    {"unknown_identity_field", invalid_argument, 0, "There is no such fact of a caller.",
     "Ask for kind, service, subject, tenant or issuer."},
    {"outbound_not_granted", permission_denied, 0, "The service may not reach this host.",
     "Add the URL to its `outbound` in the manifest."},
    {"authority_invalid", invalid_argument, 0, "A request is sent to no valid host and port.",
     "Write HOST or HOST:PORT; services of the application have no port."},
    {"address_not_allowed", permission_denied, 0, "The host resolves to an address that is closed to guests.",
     "Name the address itself in `outbound` if it is meant."},
    {"call_depth_exceeded", invalid_argument, 508, "Calls are nested too deeply.",
     "Break the circle of calls, or raise [runtime] call_depth."},
    {"service_busy", unavailable, 0, "The service has no place left for the request.",
     "Try again after Retry-After, or raise the service's concurrency."},
    {"connect_failed", unavailable, 502, "No connection to the upstream could be made.",
     "Check that it runs and its address is right."},
    {"upstream_protocol_error", unavailable, 502, "The upstream's answer is no valid HTTP.",
     "Correct the upstream; the connection was closed."},
    {"upstream_closed", unavailable, 502, "The upstream closed the connection before it answered.",
     "Try again; look at the upstream's log."},
    {"upstream_timeout", deadline_exceeded, 504, "The upstream did not answer in time.",
     "Look at the upstream, or raise the deadline."},
    {"name_not_resolved", unavailable, 502, "The host name could not be resolved.", "Check the name and the resolver."},
    {"request_deadline_exceeded", deadline_exceeded, 0, "The request's deadline passed.",
     "Try again, or raise the time limit."},
    {"client_closed", cancelled, 0, "The client went away before the answer.", "Nothing: nobody waits for the answer."},
    {"draining", unavailable, 0, "The server is stopping and takes no new requests.",
     "Try again; another instance or the restarted one answers."},

    // Guests.
    {"guest_trap", internal, 0, "The guest trapped.",
     "Read the backtrace in the log: the fault is in the guest's code."},
    {"guest_timeout", deadline_exceeded, 0, "The guest ran longer than its time or CPU limit.",
     "Make it faster, or raise limits.time or limits.cpu."},
    {"guest_out_of_memory", internal, 0, "The guest asked for more memory than its limit.",
     "Use less, or raise limits.memory."},
    {"guest_stack_overflow", internal, 0, "The guest's calls are nested too deeply for its stack.",
     "Bound the recursion."},
    {"guest_exit", internal, 0, "The guest's program ended with a code other than 0.", "Read its stderr in the log."},
    {"guest_no_response", internal, 0, "The guest ended without an answer.",
     "Set the response before the handler returns."},
    {"guest_invalid_response", internal, 0, "The guest's answer is no valid HTTP response.",
     "Correct the guest; the message names the fault."},
    {"guest_response_too_large", internal, 0, "The guest's answer exceeds the limit.",
     "Send less, or raise limits.response."},
    {"guest_limit_exceeded", internal, 0, "The guest exceeded a limit of the engine.",
     "The message names the limit (docs/limits.md)."},
    {"no_free_instance", unavailable, 0, "No place for another guest instance was free in time.",
     "Try again after Retry-After, or raise [runtime] slots."},
    {"engine_panic", internal, 0, "The engine failed while it ran this guest.",
     "Report it with the module; only this request was lost."},

    // The durable store, as guests and clients see it.
    {"data_not_granted", permission_denied, 0, "The service has no database of its own.",
     "Add `data = true` to the service in the manifest."},
    {"kv_not_granted", permission_denied, 0, "The service has no key-value store.",
     "Add `kv = true` to the service in the manifest."},
    {"sql_invalid", invalid_argument, 0, "SQLite does not understand the statement.",
     "Correct what the message names: syntax, a table or a column."},
    {"sql_refused", permission_denied, 0, "The statement does what guests may not do.",
     "Leave transactions, schemas and settings to the platform; the guide's page on data lists what is refused."},
    {"sql_params", invalid_argument, 0, "The parameters do not fit the statement.",
     "Give one value for each placeholder, null, a number, a text or bytes."},
    {"row_format_invalid", invalid_argument, 0, "The bytes are no rows or parameters.",
     "Encode them as docs/formats/rows.md says, or with the SDK."},
    {"constraint", conflict, 0, "The rows would break a constraint of the schema.",
     "Look at the message: it names the constraint."},
    {"result_too_large", resource_exhausted, 507, "The result of the statement exceeds the limit.",
     "Select fewer rows or columns, page by page."},
    {"statement_timeout", deadline_exceeded, 0, "The statement ran past its deadline.",
     "Add an index, or ask for less at once."},
    {"too_slow_inline", unavailable, 0, "The statement is too long for a thread that others wait for.",
     "Nothing: it is run again on another thread."},
    {"kv_invalid", invalid_argument, 0, "The key or the value exceeds its limit.",
     "Keys have 1 to 1,024 bytes, values at most 1 MiB."},
    {"quota_exceeded", resource_exhausted, 507, "The service's store has reached its quota.",
     "Delete rows, or raise `data.quota`."},
    {"store_full", resource_exhausted, 507, "The disk below the store is full.",
     "Free space: the store takes writes again by itself."},
    {"disk_failed", internal, 0, "The disk failed to read or write.",
     "Look at the machine's log; the store closes and keeps what was acknowledged."},
    {"store_damaged", data_loss, 0, "A file of the store is damaged.",
     "Restore a backup; `skep doctor --scrub` names every damaged place."},
    {"store_failed", unavailable, 0, "The store is closed after a failed write or flush.",
     "Look at `skep status`; it opens again when the disk works."},
    {"store_newer", conflict, 0, "The store was written by a newer version of Skep.",
     "Start that version, or restore a backup of this one's."},
    {"turn_queue_full", unavailable, 0, "Too many handlers wait to write to the store.",
     "Try again after Retry-After; make handlers shorter."},
    {"bodies_waiting", unavailable, 0, "Too many large request bodies wait in memory for their handlers.",
     "Try again after Retry-After; send large bodies one after the other."},
    {"readers_busy", unavailable, 0, "Every read connection of the store is in use.", "Try again after Retry-After."},
    {"snapshot_stale", unavailable, 0,
     "What the handler had read changed before it wrote, or its snapshot grew too old.",
     "Try again after Retry-After, or let the route take the turn (`transaction = \"turn\"`)."},
    {"transaction_timeout", unavailable, 0, "The handler held the store's turn for too long.",
     "Do less between the first statement and the end, or raise `transaction_timeout` for the route."},
    {"call_inside_transaction", invalid_argument, 0, "The handler called out after it had written.",
     "Call first, then read and write; or publish an event."},
    {"wait_inside_transaction", invalid_argument, 500, "The handler waited after it had written.",
     "Wait first, then read and write."},
    {"reply_inside_transaction", invalid_argument, 500, "The handler began a streamed reply after it had written.",
     "Answer with at most 1 MiB, or write in another request."},
    {"write_after_reply", invalid_argument, 0, "The handler wrote after its streamed reply had begun.",
     "Write first, then answer."},
    {"batch_rolled_back", unavailable, 0, "The flush that the handler shared was rolled back; nothing of it remains.",
     "Try again: it is safe."},
    {"outcome_unknown", unavailable, 0, "A flush failed, and whether it is durable is not known.",
     "Ask for the state, or repeat with the same Idempotency-Key."},
    {"commit_inside_keyed_execution", invalid_argument, 0, "A handler with an idempotency key cannot commit early.",
     "Leave the commit to the end of the handler."},
    {"idempotency_key_invalid", invalid_argument, 0, "The Idempotency-Key is missing, too short or malformed.",
     "Send 16 to 255 visible ASCII characters."},
    {"idempotency_key_reused", invalid_argument, 422, "The key was used for another request.",
     "Use a new key for a new request."},
    {"idempotency_key_running", conflict, 0, "The request of this key is still running.",
     "Try again after Retry-After: the reply will be its own."},
    {"reply_too_large_for_key", internal, 0, "The reply is too large to be recorded for its key.",
     "Answer a keyed request with at most 1 MiB."},
    {"nondeterministic_retry", conflict, 0, "The repeated execution made another call than the first one.",
     "Make the same calls in the same order, whatever the time of day."},
    {"migration_invalid", invalid_argument, 0, "A migration cannot be applied.",
     "Correct the file that the message names; the old schema is untouched."},
    {"migration_edited", conflict, 0, "A migration was changed after it had been applied.",
     "Put the old text back and add a new migration."},
    {"migration_missing", conflict, 0, "A migration that was applied is not there any more.", "Put the file back."},

    // Modules at deploy.
    {"module_invalid", invalid_argument, 0, "The file is no valid WebAssembly module or component.",
     "Build it again; the message has the offset of the fault."},
    {"module_kind_unknown", invalid_argument, 0, "The module exports nothing that Skep can call.",
     "Export wasi:http/incoming-handler, or _start for a CGI program."},
    {"module_too_large", invalid_argument, 0, "The module exceeds a limit on its size or shape.",
     "Make it smaller; docs/limits.md lists the limits."},
    {"module_unsupported", unimplemented, 0, "The module uses a WebAssembly feature that is off.",
     "Build it without the feature that the message names."},
    {"import_not_granted", permission_denied, 0, "The module imports something that it was not granted.",
     "Add the line that the message shows to the service."},
    {"secret_not_granted", permission_denied, 0, "The service may not read this secret.",
     "Add the name to its `secrets` in the manifest."},
    {"secret_not_text", invalid_argument, 0, "The secret is not UTF-8 text.",
     "Read it as bytes (get-bytes), or store it as text."},
    {"too_many_series", resource_exhausted, 0, "The service has too many metric series of its own.",
     "Use fewer names and labels; docs/limits.md has the limit."},
    {"metric_kind_differs", conflict, 0, "The metric was first used as another kind, by this service or another.",
     "Use one name for one kind: counter, gauge or histogram."},
    {"metric_name_reserved", invalid_argument, 0, "The metric's name is one of Skep's own.", "Choose another name."},
    {"import_unknown", invalid_argument, 0, "The module imports something that Skep does not offer.",
     "Build it against the interfaces in wit/."},
    {"compile_failed", internal, 0, "The module could not be compiled.",
     "See the message; the limits of the compiler are in docs/limits.md."},
    {"compile_timeout", resource_exhausted, 0, "Compiling the module took too long or too much memory.",
     "Make the module smaller."},
    {"cache_corrupt", internal, 0, "An entry of the code cache is damaged or not ours.", "Nothing: it is built again."},

    // Manifest and configuration.
    {"manifest_not_found", not_found, 0, "There is no manifest at that path.",
     "Run the command in a project's folder, or `skep new NAME`."},
    {"manifest_syntax", invalid_argument, 0, "The manifest is not valid TOML.", "Correct the line under the caret."},
    {"manifest_unknown_key", invalid_argument, 0, "The manifest has a key that Skep does not know.",
     "Correct or remove it; the nearest known key is named."},
    {"manifest_wrong_type", invalid_argument, 0, "A value in the manifest has the wrong type.",
     "Write a value of the type that the message names."},
    {"manifest_invalid_value", invalid_argument, 0, "A value in the manifest is not allowed.",
     "Choose one that the message allows."},
    {"manifest_missing_key", invalid_argument, 0, "The manifest lacks a key that is needed.",
     "Add the key that the message names."},
    {"manifest_not_available", unimplemented, 0,
     "A key of the manifest belongs to a feature that this version does not have.",
     "Remove the key, or use a version that has the feature."},
    {"directory_not_found", not_found, 0, "The folder to grant does not exist.", "Make it, or correct the path."},
    {"module_not_found", not_found, 0, "The file of a module does not exist, or is no regular file.",
     "Build it with `skep build`, or correct the path."},
    {"secret_not_found", not_found, 0, "A secret that a service uses has no value.",
     "Set it under [secrets] or as SKEP_SECRETS__NAME."},
    {"tls_not_available", unimplemented, 0, "TLS is not available yet.", "Use http://, or a proxy that speaks TLS."},
    {"profile_not_found", not_found, 0, "The manifest has no such profile.", "Choose one that the message lists."},

    // Running.
    {"port_in_use", conflict, 0, "Another program listens on the port.",
     "Stop it, or choose another port with --listen."},
    {"address_not_available", invalid_argument, 0, "The address to listen on is none of this machine's.",
     "Choose one that it has, or 0.0.0.0 for all of them."},
    {"data_directory_locked", conflict, 0, "Another Skep uses the data directory.",
     "Stop it, or choose another with --data-dir."},
    {"data_directory_not_writable", permission_denied, 0, "The data directory cannot be written.",
     "Change its owner, or choose another with --data-dir."},
    {"control_unreachable", unavailable, 0, "No Skep answers on the control address.",
     "Start one with `skep up`, or name its address with --control."},
    {"file_too_large", invalid_argument, 0, "A file exceeds the limit on its size.", "Make it smaller."},
    {"disk_full", resource_exhausted, 507, "The disk is full.", "Free some space."},
    {"path_not_writable", permission_denied, 0, "Nothing can be written at that path.",
     "Name one in a folder that is there and that the user of the running Skep may write."},
    {"build_failed", invalid_argument, 0, "The language's build tool reported an error.", "Correct what it printed."},
    {"tool_not_found", not_found, 0, "A program that is needed is not installed.", "Install what the message names."},
    {"usage", invalid_argument, 0, "The command line is not valid.", "See `skep COMMAND --help`."},
});

}  // namespace

std::string_view name_of(ErrorCode code) {
    return kCodes[static_cast<std::size_t>(code)].name;
}

int http_status_of(ErrorCode code) {
    return kCodes[static_cast<std::size_t>(code)].http_status;
}

int exit_code_of(ErrorCode code) {
    return kCodes[static_cast<std::size_t>(code)].exit_code;
}

std::span<const Reason> all_reasons() {
    return kReasons;
}

const Reason* find_reason(std::string_view name) {
    const auto found = std::ranges::find(kReasons, name, &Reason::name);
    return found == kReasons.end() ? nullptr : &*found;
}

const Reason& reason_named(std::string_view name) {
    static const Reason& fallback = *find_reason("internal");
    const Reason* found = find_reason(name);
    return found != nullptr ? *found : fallback;
}

}  // namespace skep
