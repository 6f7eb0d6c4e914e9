//! Guests made in the tests: text modules, and components of a text module and WIT.

use std::path::Path;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

pub fn module(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Encodes a text module as a component of `world` of `tests/fixtures/wit`.
pub fn component(world: &str, text: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(folder).expect("the fixtures' WIT");
    let world = resolve
        .select_world(&[package], Some(world))
        .expect("the world");
    let mut module = module(text);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
        .expect("the metadata");
    ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .expect("the module")
        .encode()
        .unwrap_or_else(|error| panic!("{error:?}"))
}
