//! What a hostile or broken guest meets: a documented error, and a host that goes on.

mod support;

use skep_engine::abi::*;
use skep_engine::task::*;
use std::time::Duration;
use support::client::{Client, Ended};
use support::http::{handler, handler_with, hello};
use support::{World, free_app, made};

/// Runs a handler with `body` under the limits that `limit` sets, then a good one beside it.
fn run_with(items: &str, body: &str, limit: impl FnOnce(&mut TaskOptions)) -> (Ended, Box<Client>) {
    let world = World::new();
    let app = world.app(&handler_with(items, "", body));
    let mut client = Client::new();
    let mut options = client.options();
    limit(&mut options);
    let head = support::client::request("GET", "/", false);
    client.task =
        made(|error| unsafe { skep_task_http(app, std::ptr::null_mut(), &head, &options, error) });
    let ended = client.run();
    client.free();
    free_app(app);
    assert_neighbour_answers(&world);
    (ended, client)
}

fn assert_neighbour_answers(world: &World) {
    let app = world.app(&hello());
    let mut client = Client::get(app);
    assert_eq!(client.run().status, POLL_DONE);
    drop(client);
    free_app(app);
}

fn run(body: &str) -> Ended {
    run_with("", body, |_| {}).0
}

const LOOP: &str = "(loop $again (br $again))";

#[test]
fn a_looping_handler_is_preempted_and_stopped_at_its_cpu_limit() {
    let (ended, client) = run_with("", LOOP, |it| it.cpu_limit_ns = 30_000_000);

    assert_eq!(ended.code(), "guest_cpu_limit");
    assert!(client.preempted > 3);
}

#[test]
fn a_looping_handler_is_stopped_at_its_deadline() {
    let (ended, _) = run_with("", LOOP, |it| it.wall_limit_ns = 20_000_000);

    assert_eq!(ended.code(), "guest_timeout");
}

#[test]
fn a_loop_in_start_is_stopped() {
    let items = "(func $init (loop $again (br $again))) (start $init)";

    let (ended, _) = run_with(items, "", |it| it.cpu_limit_ns = 20_000_000);

    assert_eq!(ended.code(), "guest_cpu_limit");
}

#[test]
fn a_loop_while_streaming_cuts_the_response() {
    let body = format!("(call $respond (local.get $out)) {LOOP}");

    let (ended, client) = run_with("", &body, |it| it.cpu_limit_ns = 20_000_000);

    assert_eq!((ended.code(), client.head), ("guest_cpu_limit", Some(200)));
    assert_ne!(client.body_end, Some(NEXT_END));
}

#[test]
fn memory_beyond_the_limit_is_denied() {
    let ended =
        run("(if (i32.eq (memory.grow (i32.const 300)) (i32.const -1)) (then (unreachable)))");

    assert_eq!(ended.code(), "guest_out_of_memory");
}

#[test]
fn a_table_beyond_the_limit_is_denied() {
    let items = "(table $t 1 funcref)";
    let body = "(if (i32.eq (table.grow $t (ref.null func) (i32.const 100000)) (i32.const -1))
                  (then (unreachable)))";

    assert_eq!(run_with(items, body, |_| {}).0.code(), "guest_table_limit");
}

#[test]
fn deep_recursion_is_a_stack_overflow() {
    let items = "(func $deep (param i32) (result i32)
        (i32.add (i32.const 1) (call $deep (i32.add (local.get 0) (i32.const 1)))))";

    let (ended, _) = run_with(items, "(drop (call $deep (i32.const 0)))", |_| {});

    assert_eq!(ended.code(), "guest_stack_overflow");
}

#[test]
fn mutual_recursion_is_a_stack_overflow() {
    let items = "(func $ping (call $pong) (call $pong)) (func $pong (call $ping) (call $ping))";

    assert_eq!(
        run_with(items, "(call $ping)", |_| {}).0.code(),
        "guest_stack_overflow"
    );
}

#[test]
fn handles_that_leak_reach_their_limit() {
    let ended = run("(loop $again (drop (call $fields)) (br $again))");

    assert_eq!(ended.code(), "guest_handle_limit");
}

#[test]
fn a_trap_has_a_backtrace_with_names_and_an_offset() {
    let items = "(func $inner_part (unreachable)) (func $outer_part (call $inner_part))";

    let (ended, _) = run_with(items, "(call $outer_part)", |_| {});

    let error = ended.error.expect("an error");
    assert_eq!(error.code, "guest_trap");
    let lines: Vec<_> = error.backtrace.lines().collect();
    assert!(lines[0].starts_with("inner_part ("), "{lines:?}");
    assert!(lines[1].starts_with("outer_part ("), "{lines:?}");
    assert!(error.offset.is_some());
}

#[test]
fn a_trap_after_the_head_still_reports() {
    let (ended, client) = run_with("", "(call $respond (local.get $out)) (unreachable)", |_| {});

    assert_eq!((ended.code(), client.head), ("guest_trap", Some(200)));
}

#[test]
fn setting_the_response_twice_traps() {
    let ended = run("(call $respond (local.get $out)) (call $respond (local.get $out))");

    assert_eq!(ended.code(), "guest_trap");
}

#[test]
fn a_panic_in_the_engine_costs_one_request() {
    let world = World::new();
    let app = world.app(&hello());
    let mut client = Client::get(app);
    skep_test_panic();

    let ended = client.run();

    assert_eq!(ended.code(), "engine_panic");
    client.free();
    free_app(app);
    assert_neighbour_answers(&world);
}

#[test]
fn sleeping_forever_can_be_cancelled() {
    let world = World::new();
    let app = world.app(&handler("", "(call $block (call $sleep (i64.const -1)))"));
    let mut client = Client::get(app);
    assert_eq!(client.go_on(), POLL_PENDING);

    client.free();

    assert_eq!(support::client::armed_timers(), 0);
    free_app(app);
    assert_neighbour_answers(&world);
}

#[test]
fn running_time_is_counted() {
    let world = World::new();
    let app = world.app(&handler("", LOOP));
    let mut client = Client::get(app);
    client.poll();
    client.poll();

    let used = Duration::from_nanos(unsafe { skep_task_cpu_ns(client.task) });

    assert!(used >= Duration::from_millis(1), "{used:?}");
    drop(client);
    free_app(app);
}
