//! A guest that traps three named functions deep, built with line numbers: its backtrace is what is tested.

use support::{Target, answer};
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{IncomingRequest, ResponseOutparam};

struct Trap;

wasip2::http::proxy::export!(Trap);

impl Guest for Trap {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let total = price_basket(&Target::of(&request));
        answer(reply, 200, &format!("{total}\n"));
    }
}

#[inline(never)]
fn price_basket(target: &Target) -> u64 {
    price_item(target.number("unit", 7), target.number("parts", 0)) + 1
}

/// Traps where `parts` is 0.
#[inline(never)]
fn price_item(unit: u64, parts: u64) -> u64 {
    assert!(parts != 0, "an item in no parts has no price");
    unit / parts
}
