//! Core modules: CGI programs and event handlers, and their host functions.

mod support;

use skep_engine::abi::*;
use skep_engine::call::*;
use skep_engine::hosts::skep_hosts_core_func;
use skep_engine::task::*;
use support::client::Client;
use support::fixture::module;
use support::{World, free_app, settings};

const WASI: &str = r#"
(import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
(import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
(import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
"#;

const PRINT: &str = r#"
(memory (export "memory") 1)
(func $print (param $fd i32) (param $at i32) (param $len i32)
  (i32.store (i32.const 0) (local.get $at))
  (i32.store (i32.const 4) (local.get $len))
  (drop (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
"#;

fn program(data: &str, body: &str) -> Vec<u8> {
    module(&format!(
        r#"(module {WASI} {PRINT} (data (i32.const 256) "{data}") (func (export "_start") {body}))"#
    ))
}

#[test]
fn a_program_writes_to_standard_output() {
    let world = World::new();
    let app = world.app(&program(
        "hello cgi",
        "(call $print (i32.const 1) (i32.const 256) (i32.const 9))",
    ));
    let mut client = Client::cgi(app, &[]);

    let ended = client.run();

    assert_eq!((ended.status, ended.exit_code), (POLL_DONE, 0));
    assert_eq!(client.stdout(), "hello cgi");
    free_app(app);
}

#[test]
fn standard_error_is_kept_apart() {
    let world = World::new();
    let app = world.app(&program(
        "oops",
        "(call $print (i32.const 2) (i32.const 256) (i32.const 4))",
    ));
    let mut client = Client::cgi(app, &[]);

    client.run();

    assert_eq!(
        (client.stdout().as_str(), client.stderr().as_str()),
        ("", "oops")
    );
    free_app(app);
}

#[test]
fn an_exit_code_is_no_failure() {
    let world = World::new();
    let app = world.app(&program("", "(call $exit (i32.const 3))"));

    let ended = Client::cgi(app, &[]).run();

    assert_eq!((ended.status, ended.exit_code), (POLL_DONE, 3));
    free_app(app);
}

/// Copies standard input to standard output.
const CAT: &str = "(loop $more
  (i32.store (i32.const 0) (i32.const 1024))
  (i32.store (i32.const 4) (i32.const 4096))
  (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
  (if (i32.load (i32.const 8))
    (then
      (call $print (i32.const 1) (i32.const 1024) (i32.load (i32.const 8)))
      (br $more))))";

#[test]
fn standard_input_is_the_request_body() {
    let world = World::new();
    let app = world.app(&program("", CAT));
    let mut client = Client::cgi(app, &[]);
    client.push(b"first ");
    assert_eq!(client.go_on(), POLL_PENDING);
    client.push(b"second");
    client.end();

    let ended = client.run();

    assert_eq!(ended.status, POLL_DONE, "{ended:?}");
    assert_eq!(client.stdout(), "first second");
    assert_eq!(client.window, 12);
    free_app(app);
}

#[test]
fn a_paused_output_waits_to_be_resumed() {
    let world = World::new();
    let print = "(call $print (i32.const 1) (i32.const 256) (i32.const 2))";
    let app = world.app(&program("ab", &format!("{print} {print}")));
    let mut client = Client::cgi(app, &[]);
    client.write_answer = WRITE_PAUSE;
    assert_eq!(client.go_on(), POLL_PENDING);
    assert_eq!(client.stdout(), "ab");
    client.write_answer = 0;

    unsafe { skep_task_output_resume(client.task) };
    let ended = client.run();

    assert_eq!(
        (ended.status, client.stdout().as_str()),
        (POLL_DONE, "abab")
    );
    free_app(app);
}

#[test]
fn variables_reach_the_program() {
    let world = World::new();
    let app = world.app(&program(
        "",
        "(drop (call $environ_sizes (i32.const 16) (i32.const 20)))
         (drop (call $environ (i32.const 512) (i32.const 1024)))
         (call $print (i32.const 1) (i32.const 1024) (i32.load (i32.const 20)))",
    ));
    let mut client = Client::cgi(app, &[("REQUEST_METHOD", "GET")]);

    client.run();

    assert_eq!(client.stdout(), "REQUEST_METHOD=GET\0");
    free_app(app);
}

#[test]
fn a_program_sleeps_on_our_clock() {
    let world = World::new();
    let app = world.app(&program(
        "",
        "(i32.store (i32.const 528) (i32.const 1))
         (i64.store (i32.const 536) (i64.const 5000000000))
         (if (call $poll (i32.const 512) (i32.const 600) (i32.const 1) (i32.const 700)) (then (unreachable)))
         (if (i32.ne (i32.load (i32.const 700)) (i32.const 1)) (then (unreachable)))",
    ));
    let mut client = Client::cgi(app, &[]);
    let before = support::client::now();

    let ended = client.run();

    assert_eq!(ended.status, POLL_DONE, "{ended:?}");
    assert_eq!(support::client::now() - before, 5_000_000_000);
    free_app(app);
}

#[test]
fn an_import_that_nothing_provides_is_named() {
    let world = World::new();
    let wasm = module(
        r#"(module (import "database" "query" (func)) (memory (export "memory") 1) (func (export "_start")))"#,
    );

    let error = world.try_app(&wasm, &settings()).expect_err("no app");

    assert_eq!(error.code, "import_unknown");
    assert!(
        error.message.contains("database.query"),
        "{}",
        error.message
    );
}

const HANDLER: &str = r#"
(memory (export "memory") 1)
(global $next (mut i32) (i32.const 4096))
(func (export "skep_alloc") (param i32) (result i32)
  (local $at i32)
  (local.set $at (global.get $next))
  (global.set $next (i32.add (global.get $next) (local.get 0)))
  (local.get $at))
"#;

fn service(body: &str) -> Vec<u8> {
    module(&format!(
        r#"(module
          (import "service" "invoke" (func $invoke (param i32 i32 i32 i32) (result i32)))
          (import "skep" "last_error" (func $last_error (result i32)))
          (import "log" "write" (func $log (param i32 i32)))
          {HANDLER}
          (data (i32.const 256) "users")
          (func (export "handle_event") (param $at i32) (param $len i32) (result i32)
            (local $reply i32)
            {body}))"#
    ))
}

fn declare(world: &World) {
    let slice = |text: &'static str| Slice::of(text.as_bytes());
    let invoke = CoreShape {
        strings: 2,
        result: CORE_DATA,
        scalars: std::ptr::null(),
        scalar_count: 0,
    };
    let log = CoreShape {
        strings: 1,
        result: CORE_NONE,
        scalars: std::ptr::null(),
        scalar_count: 0,
    };
    let none = std::ptr::null_mut();
    unsafe {
        assert!(skep_hosts_core_func(
            world.hosts,
            slice("service"),
            slice("invoke"),
            &invoke,
            1 as *mut _,
            none
        ));
        assert!(skep_hosts_core_func(
            world.hosts,
            slice("log"),
            slice("write"),
            &log,
            2 as *mut _,
            none
        ));
    }
}

/// Calls service.invoke with "users" and the event, and logs what came back.
const CALL: &str = "(local.set $reply (call $invoke (i32.const 256) (i32.const 5) (local.get $at) (local.get $len)))
  (if (i32.lt_s (local.get $reply) (i32.const 0)) (then (local.set $reply (call $last_error))))
  (call $log (i32.add (local.get $reply) (i32.const 4)) (i32.load (local.get $reply)))
  (i32.const 0)";

/// A client whose host answers `invoke` by `answer` and keeps what is logged.
fn logging(
    client: &mut Client,
    answer: fn(&[Arg], *mut Call),
) -> std::rc::Rc<std::cell::RefCell<String>> {
    let log = std::rc::Rc::new(std::cell::RefCell::new(String::new()));
    let kept = log.clone();
    client.on_call = Box::new(move |function, args, call| {
        if function == 1 {
            answer(args, call);
        } else {
            kept.borrow_mut()
                .push_str(&unsafe { args[0].value.bytes.text() });
            unsafe { skep_call_done_none(call) };
        }
    });
    log
}

#[test]
fn a_core_function_gets_strings_and_gives_data() {
    let world = World::new();
    declare(&world);
    let app = world.app(&service(CALL));
    let mut client = Client::event(app, b"payload");
    let log = logging(&mut client, |args, call| unsafe {
        let joined = format!(
            "{}:{}",
            args[0].value.bytes.text(),
            args[1].value.bytes.text()
        );
        skep_call_done_copy(call, Slice::of(joined.as_bytes()));
    });

    let ended = client.run();

    assert_eq!(ended.status, POLL_DONE, "{ended:?}");
    assert_eq!(*log.borrow(), "users:payload");
    free_app(app);
}

#[test]
fn a_failed_core_call_leaves_its_text() {
    let world = World::new();
    declare(&world);
    let app = world.app(&service(CALL));
    let mut client = Client::event(app, b"payload");
    let log = logging(&mut client, |_, call| unsafe {
        skep_call_fail(call, Slice::of(b"not_found"), Slice::of(b"no such user"));
    });

    client.run();

    assert_eq!(*log.borrow(), "not_found: no such user");
    free_app(app);
}

#[test]
fn an_argument_outside_the_memory_traps() {
    let world = World::new();
    declare(&world);
    let app = world.app(&service(
        "(call $log (i32.const -8) (i32.const 64)) (i32.const 0)",
    ));

    let ended = Client::event(app, b"").run();

    assert_eq!(ended.code(), "guest_trap");
    free_app(app);
}

#[test]
fn an_event_is_rejected_by_a_number_other_than_0() {
    let world = World::new();
    declare(&world);
    let app = world.app(&service("(i32.const 5)"));

    let ended = Client::event(app, b"").run();

    assert_eq!(
        (ended.code(), ended.message()),
        ("event_rejected", "handle_event returned 5")
    );
    free_app(app);
}

#[test]
fn an_event_may_come_on_standard_input() {
    let world = World::new();
    let app = world.app(&module(&format!(
        r#"(module {WASI} {PRINT} (func (export "handle_event") {CAT}))"#
    )));
    let mut client = Client::event(app, b"the event");

    let ended = client.run();

    assert_eq!(ended.status, POLL_DONE, "{ended:?}");
    assert_eq!(client.stdout(), "the event");
    free_app(app);
}

#[test]
fn a_module_without_an_allocator_gets_data_in_new_pages() {
    let world = World::new();
    declare(&world);
    let text = service(CALL);
    let without = wat_without_allocator();
    assert_ne!(text, without);
    let app = world.app(&without);
    let mut client = Client::event(app, b"");
    let log = logging(&mut client, |_, call| unsafe {
        skep_call_done_copy(call, Slice::of(b"grown"))
    });

    let ended = client.run();

    assert_eq!(ended.status, POLL_DONE, "{ended:?}");
    assert_eq!(*log.borrow(), "grown");
    free_app(app);
}

fn wat_without_allocator() -> Vec<u8> {
    module(&format!(
        r#"(module
          (import "service" "invoke" (func $invoke (param i32 i32 i32 i32) (result i32)))
          (import "skep" "last_error" (func $last_error (result i32)))
          (import "log" "write" (func $log (param i32 i32)))
          (memory (export "memory") 1)
          (func (export "handle_event") (result i32)
            (local $reply i32) (local $at i32) (local $len i32)
            {CALL}))"#
    ))
}

#[test]
fn a_module_is_run_as_a_command() {
    let world = World::new();
    let app = world.app(&program(
        "ran",
        "(call $print (i32.const 1) (i32.const 256) (i32.const 3)) (call $exit (i32.const 9))",
    ));
    let mut client = Client::command(app);

    let ended = client.run();

    assert_eq!((ended.exit_code, client.stdout().as_str()), (9, "ran"));
    free_app(app);
}
