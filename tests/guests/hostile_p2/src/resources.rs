//! Taking more than one's share: time, memory, stack, handles, log, randomness.

use std::hint::black_box;
use std::mem::forget;
use std::time::Duration;

use support::{Target, answer};
use wasip2::http::types::{Fields, ResponseOutparam};
use wasip2::random::random::get_random_bytes;

pub fn spin() {
    let mut turns = 0u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// Allocates and touches memory until there is no more, which traps.
pub fn memory_bomb(reply: ResponseOutparam) {
    let mut blocks = Vec::new();
    loop {
        blocks.push(vec![1u8; 1 << 20]);
        if black_box(&blocks).len() > 1 << 20 {
            return answer(reply, 200, "there was no limit\n");
        }
    }
}

pub fn recursion(reply: ResponseOutparam) {
    let depth = descend(1);
    answer(reply, 200, &format!("came back from {depth}\n"));
}

#[inline(never)]
#[allow(unconditional_recursion)]
fn descend(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    descend(black_box(depth + 1)) + frame[0]
}

/// Makes `?n=` resources (default 100,000) and never gives one back.
pub fn handle_leak(target: &Target, reply: ResponseOutparam) {
    let count = target.number("n", 100_000);
    for _ in 0..count {
        forget(Fields::new());
    }
    answer(reply, 200, &format!("kept {count} handles\n"));
}

pub fn sleep_forever() {
    loop {
        std::thread::sleep(Duration::from_secs(1 << 30));
    }
}

/// Writes `?n=` lines (default 100,000) of 200 bytes to stderr.
pub fn log_flood(target: &Target, reply: ResponseOutparam) {
    let count = target.number("n", 100_000);
    let line = "x".repeat(199);
    for _ in 0..count {
        eprintln!("{line}");
    }
    answer(reply, 200, &format!("logged {count} lines\n"));
}

/// Asks for `?n=` random bytes (default 1 GiB) at once.
pub fn giant_random(target: &Target, reply: ResponseOutparam) {
    let bytes = get_random_bytes(target.number("n", 1 << 30));
    answer(reply, 200, &format!("got {} bytes\n", bytes.len()));
}
