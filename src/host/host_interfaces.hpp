#pragma once
// Everything that guests may import from the host, one file per interface; wit/README.md lists the functions.

#include "base/result.hpp"
#include "wasm/host_functions.hpp"

namespace skep::host {

// Declares all of the below.
Result<> add_all_interfaces(wasm::HostFunctions& functions);

// skep:platform/invoke, service.invoke
Result<> add_invoke(wasm::HostFunctions& functions);
// skep:platform/config, config.get, wasi:config/store
Result<> add_config(wasm::HostFunctions& functions);
// skep:platform/secrets, secrets.get
Result<> add_secrets(wasm::HostFunctions& functions);
// skep:platform/log, log.write, wasi:logging/logging
Result<> add_log(wasm::HostFunctions& functions);
// skep:platform/metrics, metrics.*
Result<> add_metrics(wasm::HostFunctions& functions);
// skep:platform/trace, trace.*
Result<> add_trace(wasm::HostFunctions& functions);
// skep:platform/identity, identity.*
Result<> add_identity(wasm::HostFunctions& functions);
// skep:platform/sql, database.*
Result<> add_sql(wasm::HostFunctions& functions);
// skep:platform/kv, kv.*
Result<> add_kv(wasm::HostFunctions& functions);
// skep:platform/transaction, transaction.*
Result<> add_transaction(wasm::HostFunctions& functions);
// skep:platform/idempotency, idempotency.*
Result<> add_idempotency(wasm::HostFunctions& functions);

}  // namespace skep::host
