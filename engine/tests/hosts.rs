//! Host functions of components.

mod support;

use skep_engine::abi::*;
use skep_engine::call::*;
use skep_engine::hosts::*;
use std::ffi::c_void;
use support::client::Client;
use support::http::handler_calling;
use support::{World, free_app};

const GET: usize = 1;
const PUT: usize = 2;
const NOTE: usize = 3;
const OPEN: usize = 4;
const RUN: usize = 5;
const PAIRS: usize = 6;
const TX: usize = 7;

fn slice(text: &'static str) -> Slice {
    Slice::of(text.as_bytes())
}

fn declare(world: &World) {
    declare_get(world, 0);
}

fn declare_get(world: &World, get_at_once: u32) {
    let func = |interface, name, params: &[u8], result, number: usize| {
        let shape = Shape {
            params: params.as_ptr(),
            param_count: params.len(),
            result,
            at_once: if number == GET { get_at_once } else { 0 },
        };
        let number = number as *mut c_void;
        assert!(unsafe {
            skep_hosts_func(
                world.hosts,
                slice(interface),
                slice(name),
                &shape,
                number,
                std::ptr::null_mut(),
            )
        });
    };
    let (kv, sql) = ("skep:platform/kv@0.1.0", "skep:platform/sql@0.1.0");
    func(kv, "get", &[PARAM_STRING], RESULT_OPTION_BYTES, GET);
    func(kv, "put", &[PARAM_STRING, PARAM_BYTES], RESULT_UNIT, PUT);
    func(kv, "note", &[PARAM_STRING], RESULT_NONE, NOTE);
    assert!(unsafe {
        skep_hosts_resource(
            world.hosts,
            slice(sql),
            slice("tx"),
            TX as *mut c_void,
            std::ptr::null_mut(),
        )
    });
    func(sql, "open", &[], RESULT_HANDLE, OPEN);
    func(
        sql,
        "[method]tx.run",
        &[PARAM_HANDLE, PARAM_STRING],
        RESULT_BYTES,
        RUN,
    );
    func(
        "skep:platform/other@0.1.0",
        "pairs",
        &[5, 5],
        RESULT_OTHER,
        PAIRS,
    );
}

/// Runs a handler that calls; `answer` plays the host.
fn run(
    body: &str,
    answer: impl FnMut(usize, &[Arg], *mut Call) + 'static,
) -> (support::client::Ended, Box<Client>) {
    run_get(0, body, answer)
}

fn run_get(
    at_once: u32,
    body: &str,
    answer: impl FnMut(usize, &[Arg], *mut Call) + 'static,
) -> (support::client::Ended, Box<Client>) {
    let world = World::new();
    declare_get(&world, at_once);
    let app = world.app(&handler_calling("a-keya-value", body));
    let mut client = Client::get(app);
    client.on_call = Box::new(answer);
    let ended = client.run();
    client.free();
    free_app(app);
    (ended, client)
}

/// Gets "a-key" and answers with the bytes found.
const GET_AND_ANSWER: &str = "(call $kv_get (i32.const 256) (i32.const 5) (i32.const 32))
  (if (i32.load8_u (i32.const 32)) (then
    (call $answer (local.get $out) (i32.load (i32.const 36)) (i32.load (i32.const 40))))
  (else
    (call $answer (local.get $out) (i32.load (i32.const 40)) (i32.load (i32.const 44)))))";

#[test]
fn an_answer_within_the_callback_reaches_the_guest() {
    let (ended, client) = run(GET_AND_ANSWER, |_, args, call| unsafe {
        assert_eq!(args[0].value.bytes.text(), "a-key");
        skep_call_done_copy(call, Slice::of(b"found"));
    });

    assert_eq!(
        (ended.status, client.text().as_str()),
        (POLL_DONE, "found"),
        "{ended:?}"
    );
}

#[test]
fn a_text_that_cpp_keeps_reaches_the_guest() {
    let (_, client) = run(GET_AND_ANSWER, |_, _, call| {
        let kept = Buffer {
            data: b"kept".as_ptr(),
            len: 4,
            ..Buffer::EMPTY
        };
        unsafe { skep_call_done_text(call, kept) };
    });

    assert_eq!(client.text(), "kept");
}

#[test]
fn a_failure_is_an_error_value() {
    let (_, client) = run(GET_AND_ANSWER, |_, _, call| unsafe {
        skep_call_fail(call, Slice::of(b"denied"), Slice::of(b"no grant"));
    });

    assert_eq!(client.text(), "denied");
}

#[test]
fn a_function_that_answers_at_once_does_so() {
    let (_, client) = run_get(1, GET_AND_ANSWER, |_, args, call| unsafe {
        assert_eq!(args[0].value.bytes.text(), "a-key");
        skep_call_done_copy(call, Slice::of(b"found"));
    });

    assert_eq!(client.text(), "found");
}

#[test]
fn a_failure_at_once_is_an_error_value() {
    let (_, client) = run_get(1, GET_AND_ANSWER, |_, _, call| unsafe {
        skep_call_fail(call, Slice::of(b"denied"), Slice::of(b"no grant"));
    });

    assert_eq!(client.text(), "denied");
}

#[test]
fn a_guest_traps_that_was_promised_an_answer_at_once() {
    let (ended, client) = run_get(1, GET_AND_ANSWER, |_, _, _| {});

    assert_eq!(
        (ended.code(), ended.message()),
        ("guest_trap", "the host did not answer at once")
    );
    assert_eq!(client.cancelled_calls, 1);
}

#[test]
fn an_answer_from_another_thread_wakes_the_task() {
    struct Sent(*mut Call);
    unsafe impl Send for Sent {}

    let (ended, client) = run(GET_AND_ANSWER, |_, _, call| {
        let sent = Sent(call);
        std::thread::spawn(move || {
            let sent = sent;
            std::thread::sleep(std::time::Duration::from_millis(5));
            unsafe { skep_call_done_copy(sent.0, Slice::of(b"later")) };
        });
    });

    assert_eq!((ended.status, client.text().as_str()), (POLL_DONE, "later"));
}

#[test]
fn a_trap_of_the_host_stops_the_guest() {
    let (ended, _) = run(GET_AND_ANSWER, |_, _, call| unsafe {
        skep_call_trap(call, Slice::of(b"not now"));
    });

    assert_eq!((ended.code(), ended.message()), ("guest_trap", "not now"));
}

#[test]
fn bytes_and_functions_without_result_work() {
    let body =
        "(call $kv_put (i32.const 256) (i32.const 5) (i32.const 261) (i32.const 7) (i32.const 32))
      (if (i32.load8_u (i32.const 32)) (then (unreachable)))
      (call $kv_note (i32.const 261) (i32.const 7))
      (call $answer (local.get $out) (i32.const 256) (i32.const 5))";

    let (ended, _) = run(body, |function, args, call| unsafe {
        let last = args[args.len() - 1].value.bytes.text();
        assert!(last == "a-value" && (function == PUT || function == NOTE));
        skep_call_done_none(call);
    });

    assert_eq!(ended.status, POLL_DONE, "{ended:?}");
}

#[test]
fn a_resource_is_a_number_of_the_hosts_and_its_drop_is_told() {
    let body = "(call $sql_open (i32.const 32))
      (local.set $a (i32.load (i32.const 36)))
      (call $tx_run (local.get $a) (i32.const 256) (i32.const 5) (i32.const 32))
      (call $tx_drop (local.get $a))
      (call $answer (local.get $out) (i32.load (i32.const 36)) (i32.load (i32.const 40)))";

    let (ended, client) = run(body, |function, args, call| unsafe {
        if function == OPEN {
            return skep_call_done_handle(call, 42);
        }
        assert_eq!((args[0].kind, args[0].value.number), (ARG_HANDLE, 42));
        skep_call_done_copy(call, Slice::of(b"rows"));
    });

    assert_eq!(client.text(), "rows", "{ended:?}");
    assert_eq!(client.dropped, [(TX, 42)]);
}

/// Calls `pairs(7, [])` and answers with the first byte of the first word, or of the error.
const PAIRS_AND_ANSWER: &str = "(call $pairs (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 32))
  (if (i32.load8_u (i32.const 32)) (then
    (call $answer (local.get $out) (i32.load (i32.const 40)) (i32.load (i32.const 44))))
  (else
    (local.set $a (i32.load (i32.const 36)))
    (call $answer (local.get $out) (i32.load offset=8 (local.get $a)) (i32.load offset=12 (local.get $a)))))";

#[test]
fn any_other_shape_goes_through_values() {
    let (ended, client) = run(PAIRS_AND_ANSWER, |_, args, call| unsafe {
        assert_eq!(
            (args[0].value.number, args[1].kind, args[1].count),
            (7, ARG_LIST, 0)
        );
        let pair = [Arg::bytes(b"name"), Arg::bytes(b"skep")];
        let pairs = [Arg::list(&pair)];
        skep_call_done_value(call, &Arg::list(&pairs));
    });

    assert_eq!(client.text(), "skep", "{ended:?}");
}

#[test]
fn a_failure_fits_an_error_variant() {
    let (_, client) = run(PAIRS_AND_ANSWER, |_, _, call| unsafe {
        skep_call_fail(call, Slice::of(b"io"), Slice::of(b"broken disk"));
    });

    assert_eq!(client.text(), "broken disk");
}

#[test]
fn a_call_that_waits_is_cancelled_with_its_task() {
    let world = World::new();
    declare(&world);
    let app = world.app(&handler_calling("a-key", GET_AND_ANSWER));
    let mut client = Client::get(app);
    client.on_call = Box::new(|_, _, _| {});
    assert_eq!(client.go_on(), POLL_PENDING);

    client.free();

    assert_eq!(client.cancelled_calls, 1);
    free_app(app);
}

#[test]
fn a_name_can_be_declared_once() {
    let world = World::new();
    declare(&world);
    let shape = Shape {
        params: std::ptr::null(),
        param_count: 0,
        result: RESULT_NONE,
        at_once: 0,
    };
    let kv = slice("skep:platform/kv@0.1.0");

    let declared = unsafe {
        skep_hosts_func(
            world.hosts,
            kv,
            slice("get"),
            &shape,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
        )
    };

    assert!(!declared);
}
