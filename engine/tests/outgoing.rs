//! Requests that guests send.

mod support;

use skep_engine::abi::*;
use skep_engine::outgoing::*;
use std::cell::RefCell;
use std::rc::Rc;
use support::client::Client;
use support::http::handler;
use support::{World, free_app};

/// Sends GET http://users.internal/, then answers with the reply's body, or with "failed".
const SEND: &str = "(local.set $a (call $ask (call $fields)))
  (drop (call $set_scheme (local.get $a) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0)))
  (drop (call $set_authority (local.get $a) (i32.const 1) (i32.const 256) (i32.const 14)))
  (call $send (local.get $a) (i32.const 0) (i32.const 0) (i32.const 512))
  (local.set $a (i32.load (i32.const 520)))
  (call $block (call $future_wait (local.get $a)))
  (call $future_get (local.get $a) (i32.const 512))
  (if (i32.load8_u (i32.const 528)) (then
    (call $answer (local.get $out) (i32.const 270) (i32.const 6)))
  (else
    (call $response_consume (i32.load (i32.const 536)) (i32.const 16))
    (call $body_stream (i32.load (i32.const 20)) (i32.const 16))
    (local.set $b (i32.load (i32.const 20)))
    (call $respond (local.get $out))
    (loop $more
      (call $stream_read (local.get $b) (i64.const 4096) (i32.const 32))
      (if (i32.eqz (i32.load8_u (i32.const 32)))
        (then
          (call $write (i32.load (i32.const 36)) (i32.load (i32.const 40)))
          (br $more))))
    (call $finish)))";

const DATA: &str = "users.internalfailed";

#[derive(Default)]
struct Seen {
    head: String,
    outgoing: Option<*mut Outgoing>,
}

/// A task whose request waits in `Seen`.
fn sent(world: &World) -> (*mut skep_engine::app::App, Box<Client>, Rc<RefCell<Seen>>) {
    let app = world.app(&handler(DATA, SEND));
    let mut client = Client::get(app);
    let seen = Rc::new(RefCell::new(Seen::default()));
    let kept = seen.clone();
    client.on_outgoing = Box::new(move |head, outgoing| {
        let mut seen = kept.borrow_mut();
        let text = |slice: Slice| unsafe { slice.text() };
        seen.head = format!(
            "{} {}://{}{}",
            text(head.method),
            text(head.scheme),
            text(head.authority),
            text(head.path)
        );
        seen.outgoing = Some(outgoing);
    });
    assert_eq!(client.go_on(), POLL_PENDING);
    (app, client, seen)
}

fn respond(outgoing: *mut Outgoing) {
    let head = ResponseHead {
        status: 200,
        headers: Headers::EMPTY,
    };
    assert!(unsafe { skep_outgoing_respond(outgoing, &head, std::ptr::null_mut()) });
}

#[test]
fn a_request_is_answered_with_a_stream() {
    let world = World::new();
    let (app, mut client, seen) = sent(&world);
    assert_eq!(seen.borrow().head, "GET http://users.internal/");
    let outgoing = seen.borrow().outgoing.expect("a request");
    let mut frame = Buffer::EMPTY;
    assert_eq!(
        unsafe { skep_outgoing_next(outgoing, client.waker.pointer(), &mut frame) },
        NEXT_END
    );
    respond(outgoing);
    unsafe { skep_outgoing_push(outgoing, support::client::buffer(b"part one, ")) };
    assert_eq!(client.go_on(), POLL_PENDING);
    unsafe {
        skep_outgoing_push(outgoing, support::client::buffer(b"part two"));
        skep_outgoing_end(outgoing, std::ptr::null());
        skep_outgoing_free(outgoing);
    }

    let ended = client.run();

    assert_eq!(
        (ended.status, client.text().as_str()),
        (POLL_DONE, "part one, part two"),
        "{ended:?}"
    );
    assert_eq!((client.outgoing_window, client.cancelled_outgoing), (10, 0));
    drop(client);
    free_app(app);
}

#[test]
fn a_failed_exchange_is_an_error_value() {
    let world = World::new();
    let (app, mut client, seen) = sent(&world);
    let outgoing = seen.borrow().outgoing.expect("a request");
    unsafe {
        skep_outgoing_fail(outgoing, 6, Slice::EMPTY);
        skep_outgoing_free(outgoing);
    }

    client.run();

    assert_eq!(client.text(), "failed");
    drop(client);
    free_app(app);
}

#[test]
fn a_cancelled_task_cancels_its_exchange() {
    let world = World::new();
    let (app, mut client, seen) = sent(&world);

    client.free();

    assert_eq!(client.cancelled_outgoing, 1);
    let outgoing = seen.borrow().outgoing.expect("a request");
    respond(outgoing);
    unsafe { skep_outgoing_free(outgoing) };
    free_app(app);
}
