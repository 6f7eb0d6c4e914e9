//! skep-component: what tools/build_guests needs of `skep build` before Skep itself is built.

#[path = "../../../engine/src/tooling.rs"]
mod tooling;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const USAGE: &str =
    "usage: skep-component encode MODULE COMPONENT | bindings WIT_FOLDER WORLD OUT_FOLDER";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("skep-component: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["encode", module, component] => {
            let bytes = std::fs::read(module).with_context(|| format!("reading {module}"))?;
            let encoded = tooling::encode_component(&bytes).with_context(|| module.to_owned())?;
            std::fs::write(component, encoded).with_context(|| format!("writing {component}"))
        }
        ["bindings", wit, world, out] => {
            tooling::generate_bindings(Path::new(wit), world, Path::new(out))
        }
        _ => bail!(USAGE),
    }
}
