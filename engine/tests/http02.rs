//! Requests to components of wasi:http 0.2.

mod support;

use skep_engine::abi::*;
use skep_engine::pool::{skep_pool_free, skep_pool_new, skep_pool_trim};
use skep_engine::task::*;
use support::client::Client;
use support::http::{handler, handler_with, hello};
use support::{World, free_app, made, settings};

#[test]
fn a_handler_answers() {
    let world = World::new();
    let app = world.app(&hello());
    let mut client = Client::get(app);

    let ended = client.run();

    assert_eq!(ended.status, POLL_DONE);
    assert_eq!((client.head, client.text().as_str()), (Some(200), "hello"));
    assert_eq!(client.body_end, Some(NEXT_END));
    free_app(app);
}

#[test]
fn the_waker_is_released_with_the_task() {
    let world = World::new();
    let app = world.app(&hello());
    let mut client = Client::get(app);
    client.run();

    client.free();

    assert_eq!(
        client
            .waker
            .references
            .load(std::sync::atomic::Ordering::Relaxed),
        0
    );
    free_app(app);
}

#[test]
fn a_body_is_streamed_in_both_directions() {
    let world = World::new();
    let app = world.app(&handler(
        "",
        "(call $consume (local.get $request) (i32.const 16))
         (call $body_stream (i32.load (i32.const 20)) (i32.const 16))
         (local.set $a (i32.load (i32.const 20)))
         (call $respond (local.get $out))
         (loop $more
           (call $stream_read (local.get $a) (i64.const 4096) (i32.const 32))
           (if (i32.eqz (i32.load8_u (i32.const 32)))
             (then
               (call $write (i32.load (i32.const 36)) (i32.load (i32.const 40)))
               (br $more))))
         (call $finish)",
    ));
    let mut client = Client::post(app);
    client.push(b"one ");
    assert_eq!(client.go_on(), POLL_PENDING);
    client.push(b"two");
    client.end();

    let ended = client.run();

    assert_eq!(ended.status, POLL_DONE, "{ended:?}");
    assert_eq!(client.text(), "one two");
    assert_eq!(client.window, 7);
    free_app(app);
}

#[test]
fn a_body_that_is_not_read_is_given_back() {
    let world = World::new();
    let app = world.app(&hello());
    let mut client = Client::post(app);
    client.push(b"never read");

    client.run();
    client.free();

    assert_eq!(client.window, 10);
    free_app(app);
}

#[test]
fn a_sleeping_handler_waits_for_the_clock() {
    let world = World::new();
    let app = world.app(&handler(
        "late",
        "(call $block (call $sleep (i64.const 3000000000)))
         (call $answer (local.get $out) (i32.const 256) (i32.const 4))",
    ));
    let mut client = Client::get(app);
    let before = support::client::now();

    client.run();

    assert_eq!(client.text(), "late");
    assert_eq!(support::client::now() - before, 3_000_000_000);
    assert_eq!(support::client::armed_timers(), 0);
    free_app(app);
}

#[test]
fn a_handler_that_never_answers_is_an_error() {
    let world = World::new();
    let app = world.app(&handler("", ""));
    let mut client = Client::get(app);

    let ended = client.run();

    assert_eq!(
        (ended.status, ended.code()),
        (POLL_FAILED, "guest_no_response")
    );
    free_app(app);
}

#[test]
fn a_body_that_is_not_finished_is_cut() {
    let world = World::new();
    let app = world.app(&handler(
        "half",
        "(call $respond (local.get $out)) (call $write (i32.const 256) (i32.const 4))",
    ));
    let mut client = Client::get(app);

    client.run();
    client.pull();

    assert_eq!(
        (client.text().as_str(), client.body_end),
        ("half", Some(NEXT_ERROR))
    );
    free_app(app);
}

#[test]
fn a_cancelled_task_frees_its_slot_and_timers() {
    let world = World::new();
    let app = world.app(&handler(
        "",
        "(call $block (call $sleep (i64.const 3000000000)))",
    ));
    let mut client = Client::get(app);
    assert_eq!(client.go_on(), POLL_PENDING);

    unsafe { skep_task_cancel(client.task) };

    assert_eq!(client.ended().code(), "cancelled");
    assert_eq!(support::client::armed_timers(), 0);
    free_app(app);
}

#[test]
fn a_fresh_instance_remembers_nothing() {
    let world = World::new();
    let app = world.app(&counter());

    let texts = [Client::get(app), Client::get(app)].map(|mut client| {
        client.run();
        client.text()
    });

    assert_eq!(texts, ["1", "1"]);
    free_app(app);
}

#[test]
fn a_pooled_instance_serves_as_often_as_reuse_says() {
    let world = World::new();
    let app = world.app_with(
        &counter(),
        &Settings {
            reuse: 2,
            ..settings()
        },
    );
    let pool = made(|error| unsafe { skep_pool_new(app, error) });

    let texts = [0; 3].map(|_| {
        let mut client = Client::get_from(app, pool);
        client.run();
        client.text()
    });

    assert_eq!(texts, ["1", "2", "1"]);
    assert_eq!(unsafe { skep_pool_trim(pool, 0) }, 0);
    unsafe { skep_pool_free(pool) };
    free_app(app);
}

/// Answers with how many requests the instance has served.
fn counter() -> Vec<u8> {
    handler_with(
        "",
        "",
        "(global.set $counter (i32.add (global.get $counter) (i32.const 1)))
         (i32.store8 (i32.const 256) (global.get $counter))
         (call $answer (local.get $out) (i32.const 256) (i32.const 1))",
    )
}

#[test]
fn slots_run_out_and_a_reserve_is_kept_for_nested_tasks() {
    let world = World::with(Options {
        slots: 4,
        reserved_slots: 1,
        ..support::options()
    });
    let app = world.app(&hello());
    let held = [0; 3].map(|_| Client::get(app));

    let outside = Client::try_get(app, false);
    let nested = Client::try_get(app, true);

    assert_eq!(
        outside.err().map(|error| error.code),
        Some("no_free_instance")
    );
    assert!(nested.is_ok());
    drop((held, nested));
    free_app(app);
}

/// The fixture that `smoke.cpp` runs; set SKEP_BLESS to write it anew.
#[test]
fn the_smoke_tests_fixture_is_this_hello() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/hello_p2.hex");
    let digits: Vec<String> = hello().iter().map(|byte| format!("{byte:02x}")).collect();
    let text: String = digits.chunks(50).map(|line| line.concat() + "\n").collect();
    if std::env::var_os("SKEP_BLESS").is_some() {
        std::fs::write(path, &text).expect("written");
    }

    assert!(std::fs::read_to_string(path).expect("the fixture") == text);
}
