//! Handlers of wasi:http 0.2 in text form: the imports and helpers are here, a test gives the body.

use super::fixture;

/// What a handler may use: `$request` and `$out` are its parameters, `$body` and `$stream` locals;
/// `$respond` answers 200 and leaves the response's body and stream; `$write` and `$finish` go on.
const PRELUDE: &str = r#"
(import "wasi:http/types@0.2.0" "[constructor]fields" (func $fields (result i32)))
(import "wasi:http/types@0.2.0" "[constructor]outgoing-response" (func $response (param i32) (result i32)))
(import "wasi:http/types@0.2.0" "[method]outgoing-response.body" (func $response_body (param i32 i32)))
(import "wasi:http/types@0.2.0" "[static]response-outparam.set"
  (func $set (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
(import "wasi:http/types@0.2.0" "[method]outgoing-body.write" (func $body_write (param i32 i32)))
(import "wasi:http/types@0.2.0" "[static]outgoing-body.finish" (func $body_finish (param i32 i32 i32 i32)))
(import "wasi:http/types@0.2.0" "[method]incoming-request.consume" (func $consume (param i32 i32)))
(import "wasi:http/types@0.2.0" "[method]incoming-body.stream" (func $body_stream (param i32 i32)))
(import "wasi:http/types@0.2.0" "[constructor]outgoing-request" (func $ask (param i32) (result i32)))
(import "wasi:http/types@0.2.0" "[method]outgoing-request.set-scheme"
  (func $set_scheme (param i32 i32 i32 i32 i32) (result i32)))
(import "wasi:http/types@0.2.0" "[method]outgoing-request.set-authority"
  (func $set_authority (param i32 i32 i32 i32) (result i32)))
(import "wasi:http/types@0.2.0" "[method]future-incoming-response.subscribe" (func $future_wait (param i32) (result i32)))
(import "wasi:http/types@0.2.0" "[method]future-incoming-response.get" (func $future_get (param i32 i32)))
(import "wasi:http/types@0.2.0" "[method]incoming-response.status" (func $status (param i32) (result i32)))
(import "wasi:http/types@0.2.0" "[method]incoming-response.consume" (func $response_consume (param i32 i32)))
(import "wasi:http/outgoing-handler@0.2.0" "handle" (func $send (param i32 i32 i32 i32)))
(import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
  (func $stream_write (param i32 i32 i32 i32)))
(import "wasi:io/streams@0.2.0" "[method]input-stream.blocking-read" (func $stream_read (param i32 i64 i32)))
(import "wasi:io/streams@0.2.0" "[resource-drop]output-stream" (func $stream_drop (param i32)))
(import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
(import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration" (func $sleep (param i64) (result i32)))
(import "wasi:clocks/monotonic-clock@0.2.0" "now" (func $now (result i64)))
(memory (export "memory") 1)
(global $free (mut i32) (i32.const 8192))
(global $counter (mut i32) (i32.const 48))
(global $body (mut i32) (i32.const 0))
(global $stream (mut i32) (i32.const 0))
(func (export "cabi_realloc") (param i32 i32 i32) (param $size i32) (result i32)
  (local $at i32)
  (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
  (global.set $free (i32.add (local.get $at) (local.get $size)))
  (local.get $at))
(func $respond (param $out i32)
  (local $response i32)
  (local.set $response (call $response (call $fields)))
  (call $response_body (local.get $response) (i32.const 16))
  (global.set $body (i32.load (i32.const 20)))
  (call $set (local.get $out) (i32.const 0) (local.get $response) (i32.const 0) (i64.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
  (call $body_write (global.get $body) (i32.const 16))
  (global.set $stream (i32.load (i32.const 20))))
(func $write (param $at i32) (param $len i32)
  (call $stream_write (global.get $stream) (local.get $at) (local.get $len) (i32.const 16)))
(func $finish
  (call $stream_drop (global.get $stream))
  (call $body_finish (global.get $body) (i32.const 0) (i32.const 0) (i32.const 64)))
(func $answer (param $out i32) (param $at i32) (param $len i32)
  (call $respond (local.get $out))
  (call $write (local.get $at) (local.get $len))
  (call $finish))
"#;

/// Host functions that a test declares.
const HOSTS: &str = r#"
(import "skep:platform/kv@0.1.0" "get" (func $kv_get (param i32 i32 i32)))
(import "skep:platform/kv@0.1.0" "put" (func $kv_put (param i32 i32 i32 i32 i32)))
(import "skep:platform/kv@0.1.0" "note" (func $kv_note (param i32 i32)))
(import "skep:platform/sql@0.1.0" "open" (func $sql_open (param i32)))
(import "skep:platform/sql@0.1.0" "[method]tx.run" (func $tx_run (param i32 i32 i32 i32)))
(import "skep:platform/sql@0.1.0" "[resource-drop]tx" (func $tx_drop (param i32)))
(import "skep:platform/other@0.1.0" "pairs" (func $pairs (param i32 i32 i32 i32)))
"#;

/// A component whose handler has `body`; `data` lies at address 256, `items` are further fields of
/// the module.
pub fn handler_with(items: &str, data: &str, body: &str) -> Vec<u8> {
    encode("", items, data, body)
}

/// As `handler`, with the host functions of the fixtures' WIT imported.
pub fn handler_calling(data: &str, body: &str) -> Vec<u8> {
    encode(HOSTS, "", data, body)
}

fn encode(imports: &str, items: &str, data: &str, body: &str) -> Vec<u8> {
    fixture::component(
        "http",
        &format!(
            r#"(module {imports} {PRELUDE} (data (i32.const 256) "{data}") {items}
            (func $handle (export "wasi:http/incoming-handler@0.2.0#handle")
              (param $request i32) (param $out i32)
              (local $a i32) (local $b i32)
              {body}))"#
        ),
    )
}

pub fn handler(data: &str, body: &str) -> Vec<u8> {
    handler_with("", data, body)
}

pub fn hello() -> Vec<u8> {
    handler(
        "hello",
        "(call $answer (local.get $out) (i32.const 256) (i32.const 5))",
    )
}
