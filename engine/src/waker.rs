//! A C++ waker as a Rust one: no allocation, C++ counts the references.

use crate::abi;
use std::task::{RawWaker, RawWakerVTable, Waker};

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop);

/// A waker that holds a reference of its own on `waker`.
///
/// # Safety
/// `waker` must be alive and follow the contract of `skep_waker`.
pub unsafe fn retain(waker: *mut abi::Waker) -> Waker {
    unsafe { Waker::from_raw(clone(waker.cast_const().cast())) }
}

unsafe fn ops<'a>(data: *const ()) -> (&'a abi::WakerOps, *mut abi::Waker) {
    let waker = data.cast_mut().cast::<abi::Waker>();
    unsafe { (&*(*waker).ops, waker) }
}

unsafe fn clone(data: *const ()) -> RawWaker {
    unsafe {
        let (ops, waker) = ops(data);
        (ops.retain)(waker);
    }
    RawWaker::new(data, &VTABLE)
}

unsafe fn wake(data: *const ()) {
    unsafe {
        wake_by_ref(data);
        drop(data);
    }
}

unsafe fn wake_by_ref(data: *const ()) {
    unsafe {
        let (ops, waker) = ops(data);
        (ops.schedule)(waker);
    }
}

unsafe fn drop(data: *const ()) {
    unsafe {
        let (ops, waker) = ops(data);
        (ops.release)(waker);
    }
}
