//! The structs of `skep_engine.h`, field for field. `layout.rs` lets a C++ test compare them.

use std::ffi::c_void;
use std::slice;

/// Views bytes of the other side; never owns.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Slice {
    pub data: *const u8,
    pub len: usize,
}

impl Slice {
    pub const EMPTY: Slice = Slice {
        data: std::ptr::null(),
        len: 0,
    };

    pub fn of(bytes: &[u8]) -> Slice {
        Slice {
            data: bytes.as_ptr(),
            len: bytes.len(),
        }
    }

    /// # Safety
    /// The view must be valid for the lifetime that the caller chooses.
    pub unsafe fn bytes<'a>(self) -> &'a [u8] {
        unsafe { array(self.data, self.len) }
    }

    /// # Safety
    /// As `bytes`. What is not UTF-8 is replaced.
    pub unsafe fn text(self) -> String {
        String::from_utf8_lossy(unsafe { self.bytes() }).into_owned()
    }
}

/// # Safety
/// `data` must point to `len` items that live for `'a`, or `len` be 0.
pub unsafe fn array<'a, T>(data: *const T, len: usize) -> &'a [T] {
    if len == 0 {
        &[]
    } else {
        unsafe { slice::from_raw_parts(data, len) }
    }
}

/// Bytes that move together with the duty to call `release(owner)`.
#[repr(C)]
pub struct Buffer {
    pub data: *const u8,
    pub len: usize,
    pub owner: *mut c_void,
    pub release: Option<unsafe extern "C" fn(*mut c_void)>,
}

impl Buffer {
    pub const EMPTY: Buffer = Buffer {
        data: std::ptr::null(),
        len: 0,
        owner: std::ptr::null_mut(),
        release: None,
    };

    /// Hands `bytes` to C++ without copying them.
    pub fn from_bytes(bytes: bytes::Bytes) -> Buffer {
        unsafe extern "C" fn release(owner: *mut c_void) {
            drop(unsafe { Box::from_raw(owner.cast::<bytes::Bytes>()) });
        }
        let (data, len) = (bytes.as_ptr(), bytes.len());
        Buffer {
            data,
            len,
            owner: Box::into_raw(Box::new(bytes)).cast(),
            release: Some(release),
        }
    }

    /// Takes the bytes over without copying them.
    pub fn into_bytes(self) -> bytes::Bytes {
        bytes::Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        unsafe { array(self.data, self.len) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            unsafe { release(self.owner) };
        }
    }
}

// The contract of `skep_buffer`: `release` may be called on any thread.
unsafe impl Send for Buffer {}
unsafe impl Sync for Buffer {}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Header {
    pub name: Slice,
    pub value: Slice,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Headers {
    pub items: *const Header,
    pub count: usize,
}

impl Headers {
    pub const EMPTY: Headers = Headers {
        items: std::ptr::null(),
        count: 0,
    };

    /// # Safety
    /// The array and what it views must live for `'a`.
    pub unsafe fn items<'a>(&self) -> &'a [Header] {
        unsafe { array(self.items, self.count) }
    }
}

#[repr(C)]
pub struct WakerOps {
    pub retain: unsafe extern "C" fn(*mut Waker),
    pub release: unsafe extern "C" fn(*mut Waker),
    pub schedule: unsafe extern "C" fn(*mut Waker),
}

#[repr(C)]
pub struct Waker {
    pub ops: *const WakerOps,
}

#[repr(C)]
pub struct ResponseHead {
    pub status: u16,
    pub headers: Headers,
}

#[repr(C)]
pub struct OutgoingHead {
    pub method: Slice,
    pub scheme: Slice,
    pub authority: Slice,
    pub path: Slice,
    pub headers: Headers,
    pub connect_timeout_ns: u64,
    pub first_byte_timeout_ns: u64,
    pub between_bytes_timeout_ns: u64,
}

pub const WRITE_PAUSE: u32 = 1;
pub const WRITE_CLOSED: u32 = 2;

pub const ARG_BYTES: u32 = 0;
pub const ARG_U64: u32 = 1;
pub const ARG_F64: u32 = 2;
pub const ARG_HANDLE: u32 = 3;
pub const ARG_LIST: u32 = 4;
pub const ARG_NONE: u32 = 5;

#[repr(C)]
#[derive(Clone, Copy)]
pub union ArgValue {
    pub bytes: Slice,
    pub number: u64,
    pub float: f64,
    pub items: *const Arg,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Arg {
    pub kind: u32,
    pub count: u32,
    pub value: ArgValue,
}

impl Arg {
    pub const NONE: Arg = Arg {
        kind: ARG_NONE,
        count: 0,
        value: ArgValue { number: 0 },
    };

    pub fn bytes(bytes: &[u8]) -> Arg {
        Arg {
            kind: ARG_BYTES,
            count: 0,
            value: ArgValue {
                bytes: Slice::of(bytes),
            },
        }
    }

    pub fn number(number: u64) -> Arg {
        Arg {
            kind: ARG_U64,
            count: 0,
            value: ArgValue { number },
        }
    }

    pub fn float(float: f64) -> Arg {
        Arg {
            kind: ARG_F64,
            count: 0,
            value: ArgValue { float },
        }
    }

    pub fn handle(number: u32) -> Arg {
        Arg {
            kind: ARG_HANDLE,
            count: 0,
            value: ArgValue {
                number: number.into(),
            },
        }
    }

    pub fn list(items: &[Arg]) -> Arg {
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        Arg {
            kind: ARG_LIST,
            count,
            value: ArgValue {
                items: items.as_ptr(),
            },
        }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Callbacks {
    pub context: *mut c_void,
    pub on_head: unsafe extern "C" fn(*mut c_void, *const ResponseHead),
    pub on_output: unsafe extern "C" fn(*mut c_void, u32, Slice) -> u32,
    pub on_request_window: unsafe extern "C" fn(*mut c_void, usize),
    pub on_call:
        unsafe extern "C" fn(*mut c_void, *mut c_void, *const Arg, usize, *mut crate::call::Call),
    pub on_call_cancel: unsafe extern "C" fn(*mut c_void, *mut c_void, *mut crate::call::Call),
    pub on_resource_drop: unsafe extern "C" fn(*mut c_void, *mut c_void, u32),
    pub on_outgoing:
        unsafe extern "C" fn(*mut c_void, *const OutgoingHead, *mut crate::outgoing::Outgoing),
    pub on_outgoing_window:
        unsafe extern "C" fn(*mut c_void, *mut crate::outgoing::Outgoing, usize),
    pub on_outgoing_cancel: unsafe extern "C" fn(*mut c_void, *mut crate::outgoing::Outgoing),
    pub timer_start:
        unsafe extern "C" fn(*mut c_void, u64, *mut crate::clock::Timer) -> *mut c_void,
    pub timer_cancel: unsafe extern "C" fn(*mut c_void, *mut c_void),
    pub monotonic_now: unsafe extern "C" fn(*mut c_void) -> u64,
    pub wall_now: unsafe extern "C" fn(*mut c_void, *mut u64, *mut u32),
    pub random_fill: unsafe extern "C" fn(*mut c_void, *mut u8, usize),
}

// The contract of `skep_callbacks`: `context` may be used from any thread, `user` on the task's.
unsafe impl Send for Callbacks {}
unsafe impl Sync for Callbacks {}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct Options {
    pub memory_budget: u64,
    pub slots: u32,
    pub reserved_slots: u32,
    pub max_memory: u64,
    pub max_table: u32,
    pub max_instances: u32,
    pub max_memories: u32,
    pub keep_memory: u64,
    pub keep_table: u64,
    pub max_stack: u32,
    pub max_handles: u32,
    pub max_fields: u32,
    pub max_random: u64,
    pub max_host_call: u64,
    pub max_module: u64,
    pub max_functions: u32,
    pub max_nesting: u32,
    pub body_chunk: u32,
    pub quantum_ns: u64,
    pub disable_pagemap_scan: u8,
    pub sanitizer: u8,
    pub reserved: [u8; 6],
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct EngineStatus {
    pub slots: u32,
    pub reserved_slots: u32,
    pub slots_used: u32,
    pub pooled_idle: u32,
    pub kept_resident_bound: u64,
    pub pagemap_scan: u8,
    pub swap_on: u8,
    pub second_engine: u8,
    pub reserved: [u8; 5],
}

#[repr(C)]
pub struct Inspected {
    pub kind: u32,
    pub functions: u32,
    pub instances: u32,
    pub memories: u32,
    pub nesting: u32,
    pub reserved: u32,
    pub min_memory: u64,
    pub imports: *const Slice,
    pub import_count: usize,
    pub exports: *const Slice,
    pub export_count: usize,
}

pub const PARAM_STRING: u8 = 0;
pub const PARAM_BYTES: u8 = 1;
pub const PARAM_U64: u8 = 2;
pub const PARAM_F64: u8 = 3;
pub const PARAM_HANDLE: u8 = 4;

pub const RESULT_NONE: u32 = 0;
pub const RESULT_BYTES: u32 = 1;
pub const RESULT_STRING: u32 = 2;
pub const RESULT_OPTION_BYTES: u32 = 3;
pub const RESULT_OPTION_STRING: u32 = 4;
pub const RESULT_HANDLE: u32 = 5;
pub const RESULT_UNIT: u32 = 6;
pub const RESULT_OTHER: u32 = 7;

#[repr(C)]
pub struct Shape {
    pub params: *const u8,
    pub param_count: usize,
    pub result: u32,
    pub at_once: u32,
}

pub const SCALAR_I32: u8 = 0;
pub const SCALAR_I64: u8 = 1;
pub const SCALAR_F64: u8 = 2;
pub const CORE_NONE: u32 = 0;
pub const CORE_STATUS: u32 = 1;
pub const CORE_DATA: u32 = 2;

#[repr(C)]
pub struct CoreShape {
    pub strings: u32,
    pub result: u32,
    pub scalars: *const u8,
    pub scalar_count: usize,
}

#[repr(C)]
pub struct Directory {
    pub host_path: Slice,
    pub guest_path: Slice,
    pub writable: u8,
    pub reserved: [u8; 7],
}

#[repr(C)]
pub struct Settings {
    pub env: *const Header,
    pub env_count: usize,
    pub args: *const Slice,
    pub arg_count: usize,
    pub directories: *const Directory,
    pub directory_count: usize,
    pub max_memory: u64,
    pub reuse: u32,
    pub inherit_network: u8,
    pub reserved: [u8; 3],
}

#[repr(C)]
pub struct RequestHead {
    pub method: Slice,
    pub scheme: Slice,
    pub authority: Slice,
    pub path: Slice,
    pub headers: Headers,
    pub has_body: u8,
    pub reserved: [u8; 7],
}

#[repr(C)]
pub struct TaskOptions {
    pub user: *mut c_void,
    pub waker: *mut Waker,
    pub cpu_limit_ns: u64,
    pub wall_limit_ns: u64,
    pub nested: u8,
    pub reserved: [u8; 7],
}

pub const POLL_DONE: u32 = 0;
pub const POLL_PENDING: u32 = 1;
pub const POLL_PREEMPTED: u32 = 2;
pub const POLL_FAILED: u32 = 3;

pub const NEXT_READY: u32 = 0;
pub const NEXT_PENDING: u32 = 1;
pub const NEXT_END: u32 = 2;
pub const NEXT_ERROR: u32 = 3;
