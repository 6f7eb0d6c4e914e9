//! `poll_oneoff` of preview 1 on our clock. The library's needs a tokio runtime for its timers.

use crate::clock::Sleep;
use crate::run::Run;
use crate::state::State;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use wasmtime::{Caller, Linker, Memory};

const SUCCESS: i32 = 0;
const INVALID: i32 = 28;
const FAULT: i32 = 21;
const NOT_SUPPORTED: i32 = 58;
const SUBSCRIPTION: usize = 48;
const EVENT: usize = 32;
/// More subscriptions than a program can have a use for.
const MOST: usize = 4096;

const CLOCK: u8 = 0;
const READ: u8 = 1;
const REALTIME: u32 = 0;
const ABSOLUTE: u16 = 1;

/// One thing that the guest waits for.
struct Subscription {
    userdata: u64,
    kind: u8,
    wait: Wait,
}

enum Wait {
    Until(u64),
    Input,
    Ready,
}

pub fn add(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        "wasi_snapshot_preview1",
        "poll_oneoff",
        |mut caller: Caller<'_, State>, (input, output, count, found): (i32, i32, i32, i32)| {
            Box::new(async move {
                let Some(memory) = caller.get_export("memory").and_then(|it| it.into_memory())
                else {
                    return Ok(FAULT);
                };
                let places = [
                    input as u32 as usize,
                    output as u32 as usize,
                    found as u32 as usize,
                ];
                poll(&mut caller, memory, places, count as u32 as usize).await
            })
        },
    )?;
    Ok(())
}

async fn poll(
    caller: &mut Caller<'_, State>,
    memory: Memory,
    [input, output, found]: [usize; 3],
    count: usize,
) -> wasmtime::Result<i32> {
    if count == 0 || count > MOST {
        return Ok(INVALID);
    }
    let Some(all) = read(caller, memory, input, count) else {
        return Ok(FAULT);
    };
    let run = caller.data().run.clone();
    if !wait(&run, &all).await {
        return Ok(NOT_SUPPORTED);
    }
    let ready: Vec<&Subscription> = all.iter().filter(|it| is_ready(&run, it)).collect();
    let bytes = memory.data_mut(&mut *caller);
    for (index, subscription) in ready.iter().enumerate() {
        let place = output + index * EVENT;
        let Some(event) = bytes.get_mut(place..place + EVENT) else {
            return Ok(FAULT);
        };
        event.fill(0);
        event[..8].copy_from_slice(&subscription.userdata.to_le_bytes());
        event[10] = subscription.kind;
        event[16] = 1;
    }
    let Some(place) = bytes.get_mut(found..found + 4) else {
        return Ok(FAULT);
    };
    place.copy_from_slice(&(ready.len() as u32).to_le_bytes());
    Ok(SUCCESS)
}

fn read(
    caller: &Caller<'_, State>,
    memory: Memory,
    start: usize,
    count: usize,
) -> Option<Vec<Subscription>> {
    let bytes = memory
        .data(caller)
        .get(start..start.checked_add(count * SUBSCRIPTION)?)?;
    Some(
        bytes
            .chunks_exact(SUBSCRIPTION)
            .map(|it| parse(&caller.data().run, it))
            .collect(),
    )
}

fn parse(run: &Run, bytes: &[u8]) -> Subscription {
    let u64_at = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"));
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("4 bytes"));
    let wait = match bytes[8] {
        CLOCK => {
            let absolute = u16::from_le_bytes([bytes[40], bytes[41]]) & ABSOLUTE != 0;
            let (id, timeout, now) = (u32_at(16), u64_at(24), run.monotonic_now());
            let from_now = match (absolute, id) {
                (false, _) => timeout,
                (true, REALTIME) => timeout.saturating_sub(wall_now(run)),
                (true, _) => timeout.saturating_sub(now),
            };
            Wait::Until(now.saturating_add(from_now))
        }
        READ if u32_at(16) == 0 => Wait::Input,
        _ => Wait::Ready,
    };
    Subscription {
        userdata: u64_at(0),
        kind: bytes[8],
        wait,
    }
}

fn wall_now(run: &Run) -> u64 {
    let callbacks = run.callbacks();
    let (mut seconds, mut nanoseconds) = (0, 0);
    unsafe { (callbacks.wall_now)(callbacks.context, &mut seconds, &mut nanoseconds) };
    seconds * 1_000_000_000 + u64::from(nanoseconds)
}

fn is_ready(run: &Run, subscription: &Subscription) -> bool {
    match subscription.wait {
        Wait::Ready => true,
        Wait::Until(deadline) => run.monotonic_now() >= deadline,
        Wait::Input => input_ready(run, None),
    }
}

fn input_ready(run: &Run, context: Option<&mut Context<'_>>) -> bool {
    match &*run.request.borrow() {
        Some(body) => body.is_readable(context),
        None => true,
    }
}

/// Waits until one of them is ready; false where nothing is and the host refuses to wait.
async fn wait(run: &Arc<Run>, all: &[Subscription]) -> bool {
    let mut sleeps: Vec<Sleep> = all
        .iter()
        .filter_map(|it| match it.wait {
            Wait::Until(deadline) => Some(Sleep::until(run.clone(), deadline)),
            _ => None,
        })
        .collect();
    poll_fn(|context| {
        let due = sleeps
            .iter_mut()
            .any(|it| Pin::new(it).poll(context).is_ready());
        let ready = all.iter().any(|it| match it.wait {
            Wait::Ready => true,
            Wait::Input => input_ready(run, Some(&mut *context)),
            Wait::Until(_) => false,
        });
        if due || ready {
            Poll::Ready(true)
        } else if sleeps.iter().any(Sleep::is_refused) {
            Poll::Ready(false)
        } else {
            Poll::Pending
        }
    })
    .await
}
