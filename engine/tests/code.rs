//! Inspecting, compiling and opening code.

mod support;

use skep_engine::abi::*;
use skep_engine::app::{skep_app_free, skep_app_new};
use skep_engine::code::*;
use skep_engine::engine::*;
use skep_engine::error::Error;
use skep_engine::inspect::*;
use std::os::fd::AsRawFd;
use support::client::Client;
use support::fixture::module;
use support::http::hello;
use support::{World, made, options, settings, tried};

fn inspect(wasm: &[u8]) -> Result<Inspected, Error> {
    let options = Options {
        max_functions: 100,
        max_nesting: 3,
        ..options()
    };
    let found = tried(|error| unsafe { skep_inspect(&options, Slice::of(wasm), error) })?;
    Ok(unsafe { std::ptr::read(skep_inspection_of(found)) })
}

fn compiled(wasm: &[u8]) -> Vec<u8> {
    let mut code = Buffer::EMPTY;
    let done =
        unsafe { skep_precompile(&options(), Slice::of(wasm), &mut code, std::ptr::null_mut()) };
    assert!(done);
    code.as_ref().to_vec()
}

#[test]
fn a_component_shows_its_kind_and_imports() {
    let found = inspect(&hello()).expect("a component");

    assert_eq!(found.kind & 0xff, HTTP02);
    assert_ne!(found.kind & COMPONENT, 0);
    let imports = unsafe { array(found.imports, found.import_count) };
    let names: Vec<_> = imports.iter().map(|name| unsafe { name.text() }).collect();
    assert!(
        names.contains(&"wasi:http/types@0.2.0".to_owned()),
        "{names:?}"
    );
}

#[test]
fn a_program_that_handles_events_is_both() {
    let wasm = module(
        r#"(module (memory (export "memory") 1) (func (export "_start")) (func (export "handle_event")))"#,
    );

    assert_eq!(inspect(&wasm).expect("a module").kind, CGI | CORE_EVENTS);
}

#[test]
fn garbage_is_refused_with_an_offset() {
    let error = inspect(b"\0asm\x01\0\0\0\xff\xff").err().expect("an error");

    assert_eq!(
        (error.code, error.offset.is_some()),
        ("module_invalid", true)
    );
}

#[test]
fn a_truncated_module_is_refused() {
    let whole = hello();

    let code = |len: usize| inspect(&whole[..len]).err().map(|error| error.code);

    assert_eq!(code(whole.len() - 1), Some("module_invalid"));
    assert_eq!(code(whole.len() / 3), Some("module_invalid"));
}

#[test]
fn too_many_functions_are_refused() {
    let text = format!("(module {})", "(func)".repeat(101));

    assert_eq!(
        inspect(&module(&text)).err().map(|error| error.code),
        Some("module_too_large")
    );
}

#[test]
fn too_much_nesting_is_refused() {
    let text = format!("{}{}", "(component ".repeat(8), ")".repeat(8));

    assert_eq!(
        inspect(&module(&text)).err().map(|error| error.code),
        Some("module_too_large")
    );
}

#[test]
fn too_much_memory_at_the_start_is_refused() {
    assert_eq!(
        inspect(&module("(module (memory 1000))"))
            .err()
            .map(|error| error.code),
        Some("module_too_large")
    );
}

#[test]
fn threads_are_unsupported() {
    let error = inspect(&module("(module (memory 1 1 shared))"))
        .err()
        .expect("an error");

    assert_eq!(error.code, "module_unsupported", "{error:?}");
}

#[test]
fn compiled_code_is_opened_from_a_file_with_bytes_after_it() {
    let world = World::new();
    let mut bytes = compiled(&hello());
    let len = bytes.len() as u64;
    bytes.extend_from_slice(&[7; 32]);
    let path = std::env::temp_dir().join(format!("skep-code-{}", std::process::id()));
    std::fs::write(&path, &bytes).expect("a file");
    let file = std::fs::File::open(&path).expect("the file");

    let code =
        made(|error| unsafe { skep_code_open_file(world.engine, file.as_raw_fd(), len, error) });
    drop(file);
    std::fs::remove_file(&path).expect("removed");
    let app =
        made(|error| unsafe { skep_app_new(world.engine, code, world.hosts, &settings(), error) });
    unsafe { skep_code_free(code) };
    let mut client = Client::get(app);
    client.run();

    assert_eq!(client.text(), "hello");
    drop(client);
    unsafe { skep_app_free(app) };
}

#[test]
fn cut_code_is_corrupt() {
    let world = World::new();
    let bytes = compiled(&hello());

    let error = tried(|error| unsafe {
        skep_code_open(world.engine, Slice::of(&bytes[..bytes.len() - 40]), error)
    });

    assert_eq!(error.err().map(|error| error.code), Some("cache_corrupt"));
}

#[test]
fn code_of_other_settings_is_foreign() {
    let world = World::new();
    let mut code = Buffer::EMPTY;
    let other = Options {
        sanitizer: 1,
        ..options()
    };
    let wasm = hello();
    assert!(unsafe { skep_precompile(&other, Slice::of(&wasm), &mut code, std::ptr::null_mut()) });

    let error =
        tried(|error| unsafe { skep_code_open(world.engine, Slice::of(code.as_ref()), error) });

    assert_eq!(error.err().map(|error| error.code), Some("cache_foreign"));
}

#[test]
fn the_fingerprint_knows_settings_that_matter() {
    let fingerprint = |options: &Options| {
        let mut text = Buffer::EMPTY;
        assert!(unsafe { skep_fingerprint(options, &mut text, std::ptr::null_mut()) });
        String::from_utf8_lossy(text.as_ref()).into_owned()
    };

    let (one, same) = (
        fingerprint(&options()),
        fingerprint(&Options {
            slots: 99,
            ..options()
        }),
    );
    let other = fingerprint(&Options {
        sanitizer: 1,
        ..options()
    });

    assert_eq!(one, same);
    assert_ne!(one, other);
}
