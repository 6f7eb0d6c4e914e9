//! Compiled code: made in a process of its own, opened here.

use crate::abi::{Buffer, Options, Slice};
use crate::engine::{self, Engine, Inner, Which};
use crate::error::{Error, Result};
use crate::guard;
use crate::inspect::{self, slices};
use crate::limits::Limits;
use wasmtime::Module;
use wasmtime::component::Component;

pub const HTTP02: u32 = 1 << 0;
pub const HTTP03: u32 = 1 << 1;
pub const CGI: u32 = 1 << 2;
pub const CORE_EVENTS: u32 = 1 << 3;
pub const RUN02: u32 = 1 << 4;
pub const RUN03: u32 = 1 << 5;
pub const EVENTS: u32 = 1 << 6;
pub const COMPONENT: u32 = 1 << 16;
pub const SECOND_ENGINE: u32 = 1 << 17;

/// What `skep_code*` points to.
pub struct Code {
    pub kind: u32,
    pub image: Image,
    pub imports: Vec<String>,
    views: Box<[Slice]>,
}

unsafe impl Send for Code {}
unsafe impl Sync for Code {}

pub enum Image {
    Core(Module),
    Component(Component),
}

/// The bits of `skep_kind` that the exports of a module or component stand for.
pub fn kind_of(component: bool, exports: &[String]) -> u32 {
    let has = |wanted: &str| exports.iter().any(|name| name == wanted);
    let starts = |wanted: &str| exports.iter().any(|name| name.starts_with(wanted));
    let bits = if component {
        [
            (HTTP02, starts("wasi:http/incoming-handler@0.2.")),
            (HTTP03, starts("wasi:http/handler@0.3.")),
            (RUN02, starts("wasi:cli/run@0.2.")),
            (RUN03, starts("wasi:cli/run@0.3.")),
            (EVENTS, starts("skep:platform/event-handler@")),
            (COMPONENT, true),
        ]
    } else {
        let (memory, none) = (has("memory"), (0, false));
        [
            (CGI, memory && has("_start")),
            (CORE_EVENTS, has("handle_event")),
            none,
            none,
            none,
            none,
        ]
    };
    bits.iter()
        .filter(|(_, there)| *there)
        .fold(0, |kind, (bit, _)| kind | bit)
}

impl Code {
    pub fn which(&self) -> Which {
        which(self.kind)
    }

    fn core(module: Module) -> Code {
        let exports: Vec<_> = module.exports().map(|it| it.name().to_owned()).collect();
        let imports: Vec<_> = module
            .imports()
            .map(|it| format!("{}.{}", it.module(), it.name()))
            .collect();
        let views = slices(&imports);
        Code {
            kind: kind_of(false, &exports),
            image: Image::Core(module),
            imports,
            views,
        }
    }

    fn component(component: Component, which: Which) -> Code {
        let kind = component.component_type();
        let engine = component.engine();
        let exports: Vec<_> = kind
            .exports(engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        let imports: Vec<_> = kind
            .imports(engine)
            .map(|(name, _)| name.to_owned())
            .collect();
        let views = slices(&imports);
        let second = if which == Which::Second {
            SECOND_ENGINE
        } else {
            0
        };
        let kind = kind_of(true, &exports) | second;
        Code {
            kind,
            image: Image::Component(component),
            imports,
            views,
        }
    }
}

fn which(kind: u32) -> Which {
    if kind & SECOND_ENGINE != 0 {
        Which::Second
    } else {
        Which::First
    }
}

/// Follows the compiled image, so that it is known which engine it is for before it is opened.
const TRAILER: usize = 16;
const MAGIC: &[u8; 8] = b"SKEPCODE";

fn trailer(kind: u32) -> [u8; TRAILER] {
    let mut bytes = [0; TRAILER];
    bytes[..8].copy_from_slice(MAGIC);
    bytes[8..12].copy_from_slice(&kind.to_le_bytes());
    bytes
}

fn read_trailer(bytes: &[u8]) -> Result<u32> {
    match bytes.first_chunk::<TRAILER>() {
        Some(bytes) if bytes[..8] == *MAGIC && bytes[12..] == [0; 4] => Ok(u32::from_le_bytes([
            bytes[8], bytes[9], bytes[10], bytes[11],
        ])),
        _ => Err(Error::new(
            "cache_corrupt",
            "the compiled code has no valid trailer",
        )),
    }
}

pub fn precompile(limits: &Limits, module: &[u8]) -> Result<Vec<u8>> {
    let found = inspect::inspect(limits, module)?;
    let engine = engine::make(limits, which(found.kind), false)?;
    let compiled = if found.is_component() {
        engine.precompile_component(module)
    } else {
        engine.precompile_module(module)
    };
    let mut compiled = compiled.map_err(uncompiled)?;
    compiled.extend_from_slice(&trailer(found.kind));
    Ok(compiled)
}

fn uncompiled(error: wasmtime::Error) -> Error {
    Error::new("compile_failed", format!("{error:#}"))
}

fn compile(engine: &Inner, module: &[u8]) -> Result<Code> {
    let found = inspect::inspect(&engine.limits, module)?;
    let which = which(found.kind);
    let wasmtime = engine.wasmtime(which)?;
    if found.is_component() {
        let component = Component::from_binary(wasmtime, module).map_err(uncompiled)?;
        Ok(Code::component(component, which))
    } else {
        Ok(Code::core(
            Module::from_binary(wasmtime, module).map_err(uncompiled)?,
        ))
    }
}

/// How to load an image; both ways end in the same `Code`.
trait Source {
    unsafe fn component(&self, engine: &wasmtime::Engine) -> wasmtime::Result<Component>;
    unsafe fn module(&self, engine: &wasmtime::Engine) -> wasmtime::Result<Module>;
}

struct Mapped(String);

impl Source for Mapped {
    unsafe fn component(&self, engine: &wasmtime::Engine) -> wasmtime::Result<Component> {
        unsafe { Component::deserialize_file(engine, &self.0) }
    }

    unsafe fn module(&self, engine: &wasmtime::Engine) -> wasmtime::Result<Module> {
        unsafe { Module::deserialize_file(engine, &self.0) }
    }
}

struct Copied<'a>(&'a [u8]);

impl Source for Copied<'_> {
    unsafe fn component(&self, engine: &wasmtime::Engine) -> wasmtime::Result<Component> {
        unsafe { Component::deserialize(engine, self.0) }
    }

    unsafe fn module(&self, engine: &wasmtime::Engine) -> wasmtime::Result<Module> {
        unsafe { Module::deserialize(engine, self.0) }
    }
}

/// # Safety
/// The image must come from `precompile`.
unsafe fn open(engine: &Inner, kind: u32, source: &impl Source) -> Result<Code> {
    let which = which(kind);
    let wasmtime = engine.wasmtime(which)?;
    if kind & COMPONENT != 0 {
        let component = unsafe { source.component(wasmtime) }.map_err(unopened)?;
        Ok(Code::component(component, which))
    } else {
        Ok(Code::core(
            unsafe { source.module(wasmtime) }.map_err(unopened)?,
        ))
    }
}

fn unopened(error: wasmtime::Error) -> Error {
    let text = format!("{error:#}");
    let foreign = [
        "incompatible",
        "compiled with",
        "was compiled for",
        "compilation setting",
    ];
    let code = if foreign.iter().any(|it| text.contains(it)) {
        "cache_foreign"
    } else if text.contains("pooling allocator") {
        // Only now is it held against what a slot has room for.
        "module_too_large"
    } else {
        "cache_corrupt"
    };
    Error::new(code, text)
}

fn read_at_end(fd: i32, len: u64) -> Result<u32> {
    let mut bytes = [0_u8; TRAILER];
    let start = len
        .checked_sub(TRAILER as u64)
        .and_then(|start| i64::try_from(start).ok());
    let read = start.map_or(-1, |start| unsafe {
        libc::pread(fd, bytes.as_mut_ptr().cast(), TRAILER, start)
    });
    read_trailer(&bytes[..usize::try_from(read).unwrap_or(0)])
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_precompile(
    options: *const Options,
    module: Slice,
    code: *mut Buffer,
    error: *mut *mut Error,
) -> bool {
    unsafe {
        guard::flag(error, || {
            let compiled = precompile(&Limits::new(&*options), module.bytes())?;
            code.write(Buffer::from_bytes(compiled.into()));
            Ok(())
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_code_open_file(
    engine: *mut Engine,
    fd: i32,
    len: u64,
    error: *mut *mut Error,
) -> *mut Code {
    unsafe {
        guard::object(error, || {
            let kind = read_at_end(fd, len)?;
            open(
                &(*engine).inner,
                kind,
                &Mapped(format!("/proc/self/fd/{fd}")),
            )
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_code_open(
    engine: *mut Engine,
    code: Slice,
    error: *mut *mut Error,
) -> *mut Code {
    unsafe {
        guard::object(error, || {
            let bytes = code.bytes();
            let (image, end) = bytes.split_at(bytes.len().saturating_sub(TRAILER));
            open(&(*engine).inner, read_trailer(end)?, &Copied(image))
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_code_compile(
    engine: *mut Engine,
    module: Slice,
    error: *mut *mut Error,
) -> *mut Code {
    unsafe { guard::object(error, || compile(&(*engine).inner, module.bytes())) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_code_free(code: *mut Code) {
    unsafe { guard::free(code) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_code_kind(code: *const Code) -> u32 {
    unsafe { &*code }.kind
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_code_imports(code: *const Code, count: *mut usize) -> *const Slice {
    let views = &unsafe { &*code }.views;
    unsafe { *count = views.len() };
    views.as_ptr()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_code_size(code: *const Code) -> u64 {
    let range = match &unsafe { &*code }.image {
        Image::Core(module) => module.image_range(),
        Image::Component(component) => component.image_range(),
    };
    (range.end as u64).saturating_sub(range.start as u64)
}
