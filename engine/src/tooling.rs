//! Making components: C bindings of a WIT world, and encoding of core modules. The C side of it is
//! `include/skep_tooling.h`. Stands alone: it uses nothing of the rest of the crate.

use std::any::Any;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::{Encoding, Parser, Payload};
use wit_component::ComponentEncoder;
use wit_parser::Resolve;

/// Generates the C bindings of `world` of the WIT package in `wit_folder` into `out_folder`.
pub fn generate_bindings(wit_folder: &Path, world: &str, out_folder: &Path) -> Result<()> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_path(wit_folder)
        .with_context(|| format!("reading the WIT package in {}", wit_folder.display()))?;
    let world = resolve.select_world(&[package], Some(world))?;
    let mut files = Default::default();
    wit_bindgen_c::Opts::default()
        .build()
        .generate(&mut resolve, world, &mut files)?;
    fs::create_dir_all(out_folder).with_context(|| format!("making {}", out_folder.display()))?;
    for (name, content) in files.iter() {
        write_if_changed(&out_folder.join(name), content)?;
    }
    Ok(())
}

fn write_if_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == content) {
        return Ok(());
    }
    fs::write(path, content).with_context(|| format!("writing {}", path.display()))
}

/// Encodes a core module that carries its world's types into a component.
pub fn encode_component(module: &[u8]) -> Result<Vec<u8>> {
    let adapter = if exports_start(module)? {
        WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER
    } else {
        WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER
    };
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .context("reading the module's component types")?
        .adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter)?
        .encode()
        .context("encoding the component")
}

/// Whether the module is a command. Fails on bytes that are no core module.
fn exports_start(module: &[u8]) -> Result<bool> {
    for payload in Parser::new(0).parse_all(module) {
        match payload.context("reading the module")? {
            Payload::Version {
                encoding: Encoding::Component,
                ..
            } => bail!("it is a component already"),
            Payload::ExportSection(exports) => {
                for export in exports {
                    if export?.name == "_start" {
                        return Ok(true);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(false)
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    data: *const u8,
    len: usize,
}

#[repr(C)]
pub struct Bytes {
    data: *mut u8,
    len: usize,
}

impl Bytes {
    fn from(content: Vec<u8>) -> Bytes {
        let content = content.into_boxed_slice();
        let len = content.len();
        Bytes {
            data: Box::into_raw(content).cast(),
            len,
        }
    }
}

/// # Safety
/// `bytes` came from this library and was not freed before, or is null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_tooling_free(bytes: Bytes) {
    if !bytes.data.is_null() {
        // SAFETY: made by `Bytes::from` out of a boxed slice of this length.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(bytes.data, bytes.len)) });
    }
}

/// # Safety
/// The texts are readable, `failure` is null or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_tooling_bindings(
    wit_folder: Text,
    world: Text,
    out_folder: Text,
    failure: *mut Bytes,
) -> bool {
    // SAFETY: as the caller promised.
    unsafe {
        guarded(failure, || {
            let (wit_folder, world, out_folder) =
                (text(wit_folder)?, text(world)?, text(out_folder)?);
            generate_bindings(Path::new(wit_folder), world, Path::new(out_folder))
        })
    }
    .is_some()
}

/// # Safety
/// `module` has `len` readable bytes, `component` is writable, `failure` is null or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_tooling_component(
    module: *const u8,
    len: usize,
    component: *mut Bytes,
    failure: *mut Bytes,
) -> bool {
    // SAFETY: as the caller promised.
    unsafe {
        let Some(encoded) = guarded(failure, || encode_component(slice(module, len))) else {
            return false;
        };
        component.write(Bytes::from(encoded));
    }
    true
}

/// Runs `work`; an error or a panic is stored as text in `failure` and gives none.
///
/// # Safety
/// `failure` is null or writable.
unsafe fn guarded<T>(failure: *mut Bytes, work: impl FnOnce() -> Result<T>) -> Option<T> {
    let message = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => return Some(value),
        Ok(Err(error)) => format!("{error:#}"),
        Err(panic) => format!("the tooling panicked: {}", panic_text(panic.as_ref())),
    };
    if !failure.is_null() {
        // SAFETY: as the caller promised.
        unsafe { failure.write(Bytes::from(message.into_bytes())) };
    }
    None
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no reason given")
}

/// # Safety
/// `data` has `len` readable bytes, or `len` is 0.
unsafe fn slice<'a>(data: *const u8, len: usize) -> &'a [u8] {
    if len == 0 {
        return &[];
    }
    // SAFETY: as the caller promised.
    unsafe { std::slice::from_raw_parts(data, len) }
}

/// # Safety
/// The text is readable.
unsafe fn text<'a>(text: Text) -> Result<&'a str> {
    // SAFETY: as the caller promised.
    let bytes = unsafe { slice(text.data, text.len) };
    std::str::from_utf8(bytes).context("a path or name is not UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    use wit_component::{StringEncoding, embed_component_metadata};

    const GREETER: &str = "package a:b;\nworld greeter {\n  import log: func(line: string);\n  export run: func();\n}\n";

    /// A folder that holds `GREETER` and goes away with the test.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path =
                std::env::temp_dir().join(format!("skep-tooling-{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("wit")).unwrap();
            fs::write(path.join("wit/world.wit"), GREETER).unwrap();
            Folder(path)
        }

        fn wit(&self) -> std::path::PathBuf {
            self.0.join("wit")
        }

        fn out(&self) -> std::path::PathBuf {
            self.0.join("out")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    /// A module that imports `a.log` or another name, exports `run` and carries the world of `GREETER`.
    fn greeter_module(import: &str) -> Vec<u8> {
        let text = format!(
            r#"(module (import "$root" "{import}" (func (param i32 i32))) (memory (export "memory") 1) (func (export "run")))"#
        );
        let mut module = wat::parse_str(text).unwrap();
        let mut resolve = Resolve::default();
        let package = resolve.push_str("world.wit", GREETER).unwrap();
        let world = resolve.select_world(&[package], Some("greeter")).unwrap();
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
        module
    }

    fn failure_of(module: &[u8]) -> String {
        format!("{:#}", encode_component(module).unwrap_err())
    }

    fn as_text(text: &str) -> Text {
        Text {
            data: text.as_ptr(),
            len: text.len(),
        }
    }

    #[test]
    fn bindings_of_a_world_are_a_header_a_source_and_its_types() {
        let folder = Folder::new("bindings");

        generate_bindings(&folder.wit(), "greeter", &folder.out()).unwrap();

        assert!(folder.out().join("greeter.h").exists());
        assert!(folder.out().join("greeter.c").exists());
        assert!(folder.out().join("greeter_component_type.o").exists());
    }

    #[test]
    fn bindings_made_again_leave_the_files_alone() {
        let folder = Folder::new("again");
        let header = folder.out().join("greeter.h");
        generate_bindings(&folder.wit(), "greeter", &folder.out()).unwrap();
        let before = fs::metadata(&header).unwrap().modified().unwrap();

        generate_bindings(&folder.wit(), "greeter", &folder.out()).unwrap();

        assert_eq!(fs::metadata(&header).unwrap().modified().unwrap(), before);
    }

    #[test]
    fn bindings_of_an_unknown_world_fail() {
        let folder = Folder::new("unknown");

        let failure = generate_bindings(&folder.wit(), "absent", &folder.out()).unwrap_err();

        assert!(format!("{failure:#}").contains("absent"));
    }

    #[test]
    fn a_module_with_its_types_becomes_a_component() {
        let component = encode_component(&greeter_module("log")).unwrap();

        assert!(Parser::is_component(&component));
    }

    #[test]
    fn an_import_that_the_world_lacks_is_named() {
        assert!(failure_of(&greeter_module("shout")).contains("shout"));
    }

    #[test]
    fn bytes_that_are_no_module_are_refused() {
        assert!(failure_of(b"not wasm").contains("reading the module"));
    }

    #[test]
    fn a_component_is_not_encoded_twice() {
        let component = encode_component(&greeter_module("log")).unwrap();

        assert!(failure_of(&component).contains("already"));
    }

    #[test]
    fn the_c_interface_stores_a_message_on_failure() {
        let mut component = Bytes {
            data: std::ptr::null_mut(),
            len: 0,
        };
        let mut failure = Bytes {
            data: std::ptr::null_mut(),
            len: 0,
        };

        let done =
            unsafe { skep_tooling_component(b"bad".as_ptr(), 3, &mut component, &mut failure) };

        assert!(!done);
        assert!(failure.len > 0);
        unsafe { skep_tooling_free(failure) };
    }

    #[test]
    fn the_c_interface_generates_bindings() {
        let folder = Folder::new("c");
        let (wit, out) = (folder.wit(), folder.out());
        let (wit, out) = (
            as_text(wit.to_str().unwrap()),
            as_text(out.to_str().unwrap()),
        );

        let done =
            unsafe { skep_tooling_bindings(wit, as_text("greeter"), out, std::ptr::null_mut()) };

        assert!(done);
        assert!(folder.out().join("greeter.h").exists());
    }

    #[test]
    fn a_panic_becomes_a_failure() {
        let mut failure = Bytes {
            data: std::ptr::null_mut(),
            len: 0,
        };

        let result: Option<()> = unsafe { guarded(&mut failure, || panic!("boom")) };

        let message = unsafe { slice(failure.data, failure.len) }.to_vec();
        assert!(result.is_none());
        assert_eq!(
            String::from_utf8(message).unwrap(),
            "the tooling panicked: boom"
        );
        unsafe { skep_tooling_free(failure) };
    }
}
