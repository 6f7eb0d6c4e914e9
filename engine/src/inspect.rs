//! Looks at a module or component without compiling it, and refuses what breaks a limit.

use crate::abi::{Inspected, Options, Slice};
use crate::code;
use crate::error::{Error, Result};
use crate::guard;
use crate::limits::Limits;
use wasmparser::{
    ComponentExternalKind, Encoding, ExternalKind, Parser, Payload, Validator, WasmFeatures,
};

/// What `skep_inspection*` points to.
pub struct Inspection {
    pub kind: u32,
    found: Found,
    _imports: Box<[Slice]>,
    _exports: Box<[Slice]>,
    view: Inspected,
}

#[derive(Default)]
struct Found {
    component: bool,
    imports: Vec<String>,
    exports: Vec<String>,
    functions: u64,
    instances: u64,
    memories: u64,
    depth: u32,
    nesting: u32,
    min_memory: u64,
}

/// The features of both engines but for the component model's asynchronous part.
fn features() -> WasmFeatures {
    let without = WasmFeatures::MEMORY64
        | WasmFeatures::THREADS
        | WasmFeatures::SHARED_EVERYTHING_THREADS
        | WasmFeatures::EXCEPTIONS
        | WasmFeatures::GC
        | WasmFeatures::GC_TYPES
        | WasmFeatures::FUNCTION_REFERENCES
        | WasmFeatures::CM_ASYNC
        | WasmFeatures::CM_ASYNC_STACKFUL
        | WasmFeatures::CM_MORE_ASYNC_BUILTINS;
    WasmFeatures::default().difference(without)
}

fn features03() -> WasmFeatures {
    features()
        | WasmFeatures::CM_ASYNC
        | WasmFeatures::CM_ASYNC_STACKFUL
        | WasmFeatures::CM_MORE_ASYNC_BUILTINS
}

pub fn inspect(limits: &Limits, module: &[u8]) -> Result<Inspection> {
    if module.len() as u64 > limits.max_module_bytes {
        let message = format!(
            "{} bytes are more than {}",
            module.len(),
            limits.max_module_bytes
        );
        return Err(Error::new("module_too_large", message));
    }
    let mut found = Found::default();
    for payload in Parser::new(0).parse_all(module) {
        found.visit(payload.map_err(invalid)?, limits)?;
    }
    let second = needs_second(&found, module)?;
    Ok(Inspection::new(found, second))
}

/// Validates; whether the asynchronous component model is needed shows by what validates.
fn needs_second(found: &Found, module: &[u8]) -> Result<bool> {
    let names = found.imports.iter().chain(&found.exports);
    let newer = found.component && names.into_iter().any(|name| name.contains("@0.3."));
    if !newer
        && Validator::new_with_features(features())
            .validate_all(module)
            .is_ok()
    {
        return Ok(false);
    }
    Validator::new_with_features(features03())
        .validate_all(module)
        .map_err(invalid)?;
    Ok(true)
}

fn invalid(error: wasmparser::BinaryReaderError) -> Error {
    let unsupported = [
        "support is not enabled",
        "proposal not enabled",
        "must be enabled",
    ]
    .iter()
    .any(|it| error.message().contains(it));
    let code = if unsupported {
        "module_unsupported"
    } else {
        "module_invalid"
    };
    // What follows only lists bytes.
    let message = error.message().lines().next().unwrap_or_default();
    let message = message.split(" - expected=[").next().unwrap_or_default();
    Error::new(code, message.to_owned()).at(error.offset() as u64)
}

impl Found {
    fn visit(&mut self, payload: Payload<'_>, limits: &Limits) -> Result<()> {
        match payload {
            Payload::Version {
                encoding, range, ..
            } => {
                self.component |= encoding == Encoding::Component && range.start == 0;
            }
            Payload::ModuleSection {
                unchecked_range, ..
            }
            | Payload::ComponentSection {
                unchecked_range, ..
            } => {
                self.depth += 1;
                self.nesting = self.nesting.max(self.depth);
                self.limit(
                    "levels of nesting",
                    self.nesting.into(),
                    limits.max_nesting,
                    unchecked_range.start,
                )?;
            }
            Payload::End(_) => self.depth = self.depth.saturating_sub(1),
            Payload::FunctionSection(section) => {
                self.functions += u64::from(section.count());
                self.limit(
                    "functions",
                    self.functions,
                    limits.max_functions,
                    section.range().start,
                )?;
            }
            Payload::InstanceSection(section) => {
                self.instances += u64::from(section.count());
                self.limit(
                    "instances",
                    self.instances,
                    limits.max_instances,
                    section.range().start,
                )?;
            }
            Payload::MemorySection(section) => self.memories(section, limits)?,
            other => self.names(other)?,
        }
        Ok(())
    }

    fn memories(
        &mut self,
        section: wasmparser::MemorySectionReader<'_>,
        limits: &Limits,
    ) -> Result<()> {
        let start = section.range().start;
        self.memories += u64::from(section.count());
        self.limit("memories", self.memories, limits.max_memories, start)?;
        for memory in section {
            let memory = memory.map_err(invalid)?;
            self.min_memory = self
                .min_memory
                .saturating_add(memory.initial.saturating_mul(65_536));
        }
        if self.min_memory > limits.max_memory_bytes {
            let message = format!(
                "{} bytes of memory at the start are more than {}",
                self.min_memory, limits.max_memory_bytes
            );
            return Err(Error::new("module_too_large", message).at(start as u64));
        }
        Ok(())
    }

    fn limit(&self, what: &str, count: u64, most: u32, offset: usize) -> Result<()> {
        if count <= u64::from(most) {
            return Ok(());
        }
        let message = format!("{count} {what} are more than {most}");
        Err(Error::new("module_too_large", message).at(offset as u64))
    }

    /// Imports and exports of the outermost module or component.
    fn names(&mut self, payload: Payload<'_>) -> Result<()> {
        if self.depth != 0 {
            return Ok(());
        }
        match payload {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.map_err(invalid)?;
                    self.imports
                        .push(format!("{}.{}", import.module, import.name));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.map_err(invalid)?;
                    if matches!(export.kind, ExternalKind::Func | ExternalKind::Memory) {
                        self.exports.push(export.name.to_owned());
                    }
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    self.imports
                        .push(import.map_err(invalid)?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export.map_err(invalid)?;
                    if export.kind != ComponentExternalKind::Type {
                        self.exports.push(export.name.name.to_owned());
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Inspection {
    fn new(found: Found, second: bool) -> Inspection {
        let mut kind = code::kind_of(found.component, &found.exports);
        if second {
            kind |= code::SECOND_ENGINE;
        }
        let imports = slices(&found.imports);
        let exports = slices(&found.exports);
        let view = Inspected {
            kind,
            functions: clamp(found.functions),
            instances: clamp(found.instances),
            memories: clamp(found.memories),
            nesting: found.nesting,
            reserved: 0,
            min_memory: found.min_memory,
            imports: imports.as_ptr(),
            import_count: imports.len(),
            exports: exports.as_ptr(),
            export_count: exports.len(),
        };
        Inspection {
            kind,
            found,
            _imports: imports,
            _exports: exports,
            view,
        }
    }

    pub fn is_component(&self) -> bool {
        self.found.component
    }
}

fn clamp(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

pub fn slices(texts: &[String]) -> Box<[Slice]> {
    texts
        .iter()
        .map(|text| Slice::of(text.as_bytes()))
        .collect()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_inspect(
    options: *const Options,
    module: Slice,
    error: *mut *mut Error,
) -> *mut Inspection {
    unsafe { guard::object(error, || inspect(&Limits::new(&*options), module.bytes())) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_inspection_free(inspection: *mut Inspection) {
    unsafe { guard::free(inspection) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_inspection_of(inspection: *const Inspection) -> *const Inspected {
    &unsafe { &*inspection }.view
}
