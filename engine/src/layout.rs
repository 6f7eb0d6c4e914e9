//! How the library lays out the structs of the header, for a test on the other side.

use crate::abi::*;
use std::ffi::{CStr, c_char};
use std::mem::{offset_of, size_of};

#[repr(C)]
pub struct Layout {
    pub name: *const c_char,
    pub offset: usize,
    pub size: usize,
}

unsafe impl Sync for Layout {}

const fn entry(name: &'static CStr, offset: usize, size: usize) -> Layout {
    Layout {
        name: name.as_ptr(),
        offset,
        size,
    }
}

const fn field_size<S, F>(_: fn(&S) -> &F) -> usize {
    size_of::<F>()
}

macro_rules! layouts {
    ($($c:ident = $rust:ident { $($field:ident $(as $c_field:ident)?),* $(,)? })*) => {
        static LAYOUTS: &[Layout] = &[$(
            entry(name!($c), 0, size_of::<$rust>()),
            $(entry(
                name!($c $field $($c_field)?),
                offset_of!($rust, $field),
                field_size::<$rust, _>(|it| &it.$field),
            ),)*
        )*];
    };
}

macro_rules! name {
    ($c:ident) => {
        c_name(concat!(stringify!($c), "\0"))
    };
    ($c:ident $field:ident) => {
        c_name(concat!(stringify!($c), ".", stringify!($field), "\0"))
    };
    ($c:ident $field:ident $c_field:ident) => {
        c_name(concat!(stringify!($c), ".", stringify!($c_field), "\0"))
    };
}

const fn c_name(name: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(name.as_bytes()) {
        Ok(name) => name,
        Err(_) => panic!("a name holds a zero"),
    }
}

layouts! {
    skep_bytes = Slice { data, len }
    skep_buffer = Buffer { data, len, owner, release }
    skep_header = Header { name, value }
    skep_headers = Headers { items, count }
    skep_waker_ops = WakerOps { retain, release, schedule }
    skep_waker = Waker { ops }
    skep_response_head = ResponseHead { status, headers }
    skep_outgoing_head = OutgoingHead {
        method, scheme, authority, path, headers, connect_timeout_ns, first_byte_timeout_ns,
        between_bytes_timeout_ns,
    }
    skep_arg = Arg { kind, count, value }
    skep_callbacks = Callbacks {
        context, on_head, on_output, on_request_window, on_call, on_call_cancel, on_resource_drop,
        on_outgoing, on_outgoing_window, on_outgoing_cancel, timer_start, timer_cancel,
        monotonic_now, wall_now, random_fill,
    }
    skep_options = Options {
        memory_budget, slots, reserved_slots, max_memory, max_table, max_instances, max_memories,
        keep_memory, keep_table, max_stack, max_handles, max_fields, max_random, max_host_call,
        max_module, max_functions, max_nesting, body_chunk, quantum_ns, disable_pagemap_scan,
        sanitizer, reserved,
    }
    skep_engine_status = EngineStatus {
        slots, reserved_slots, slots_used, pooled_idle, kept_resident_bound, pagemap_scan, swap_on,
        second_engine, reserved,
    }
    skep_inspected = Inspected {
        kind, functions, instances, memories, nesting, reserved, min_memory, imports, import_count,
        exports, export_count,
    }
    skep_shape = Shape { params, param_count, result, at_once }
    skep_core_shape = CoreShape { strings, result, scalars, scalar_count }
    skep_directory = Directory { host_path, guest_path, writable, reserved }
    skep_settings = Settings {
        env, env_count, args, arg_count, directories, directory_count, max_memory, reuse,
        inherit_network, reserved,
    }
    skep_request_head = RequestHead {
        method, scheme, authority, path, headers, has_body, reserved,
    }
    skep_task_options = TaskOptions { user, waker, cpu_limit_ns, wall_limit_ns, nested, reserved }
    skep_layout = Layout { name, offset, size }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_abi_layout(count: *mut usize) -> *const Layout {
    unsafe { *count = LAYOUTS.len() };
    LAYOUTS.as_ptr()
}
