//! Apps: code linked to hosts and settings, looked up once so that a request only instantiates.

use crate::abi;
use crate::code::{self, Code, Image};
use crate::engine::{Engine, Inner};
use crate::error::{Error, Result};
use crate::guard;
use crate::hosts::Hosts;
use crate::state::State;
use crate::threads::Threads;
use std::sync::Arc;
use wasmtime_wasi::p2::bindings::CommandPre as Run02;
use wasmtime_wasi::p3::bindings::CommandPre as Run03;
use wasmtime_wasi_http::p2::bindings::ProxyPre as Http02;
use wasmtime_wasi_http::p3::bindings::ServicePre as Http03;

/// What `skep_app*` points to: a reference.
pub struct App(pub Arc<Linked>);

/// An app. The parts are there as far as `kind` says so.
pub struct Linked {
    pub engine: Arc<Inner>,
    pub kind: u32,
    pub threads: Option<Threads>,
    pub settings: Settings,
    pub pre: Pre,
    pub http02: Option<Http02<State>>,
    pub http03: Option<Http03<State>>,
    pub run02: Option<Run02<State>>,
    pub run03: Option<Run03<State>>,
}

pub enum Pre {
    Core(wasmtime::InstancePre<State>),
    Component(wasmtime::component::InstancePre<State>),
}

pub struct Settings {
    pub env: Vec<(String, String)>,
    pub args: Vec<String>,
    pub directories: Vec<Directory>,
    pub max_memory: u64,
    pub reuse: u32,
    pub inherit_network: bool,
}

pub struct Directory {
    pub host_path: String,
    pub guest_path: String,
    pub writable: bool,
}

impl Settings {
    unsafe fn parse(settings: &abi::Settings, engine: &Inner) -> Result<Settings> {
        let directories = unsafe { abi::array(settings.directories, settings.directory_count) };
        let max_memory = match settings.max_memory {
            0 => engine.limits.max_memory_bytes,
            bytes => bytes.min(engine.limits.max_memory_bytes),
        };
        let parsed = Settings {
            env: unsafe { pairs(settings.env, settings.env_count) },
            args: unsafe { abi::array(settings.args, settings.arg_count) }
                .iter()
                .map(|arg| unsafe { arg.text() })
                .collect(),
            directories: directories
                .iter()
                .map(|it| unsafe { Directory::parse(it) })
                .collect(),
            max_memory,
            reuse: settings.reuse,
            inherit_network: settings.inherit_network != 0,
        };
        match parsed
            .directories
            .iter()
            .find(|it| !std::path::Path::new(&it.host_path).is_dir())
        {
            Some(it) => Err(Error::new(
                "settings_invalid",
                format!("the directory {} does not exist", it.host_path),
            )),
            None => Ok(parsed),
        }
    }
}

impl Directory {
    unsafe fn parse(directory: &abi::Directory) -> Directory {
        Directory {
            host_path: unsafe { directory.host_path.text() },
            guest_path: unsafe { directory.guest_path.text() },
            writable: directory.writable != 0,
        }
    }
}

/// # Safety
/// The array and what it views must be valid during the call.
pub unsafe fn pairs(items: *const abi::Header, count: usize) -> Vec<(String, String)> {
    unsafe { abi::array(items, count) }
        .iter()
        .map(|pair| unsafe { (pair.name.text(), pair.value.text()) })
        .collect()
}

impl Linked {
    fn new(engine: &Arc<Inner>, code: &Code, hosts: &Hosts, settings: Settings) -> Result<Linked> {
        let mut linked = Linked {
            engine: engine.clone(),
            kind: code.kind,
            threads: Threads::new(&settings)?,
            settings,
            pre: match &code.image {
                Image::Core(module) => Pre::Core(
                    hosts
                        .core()?
                        .instantiate_pre(module)
                        .map_err(|error| unlinked(code, error))?,
                ),
                Image::Component(component) => Pre::Component(
                    hosts
                        .component(code.which())?
                        .instantiate_pre(component)
                        .map_err(|error| unlinked(code, error))?,
                ),
            },
            http02: None,
            http03: None,
            run02: None,
            run03: None,
        };
        linked
            .look_up()
            .map_err(|error| Error::new("module_invalid", format!("{error:#}")))?;
        Ok(linked)
    }

    /// Finds the exports that `kind` promises.
    fn look_up(&mut self) -> wasmtime::Result<()> {
        let Pre::Component(pre) = &self.pre else {
            return Ok(());
        };
        let has = |bit: u32| self.kind & bit != 0;
        if has(code::HTTP02) {
            self.http02 = Some(Http02::new(pre.clone())?);
        }
        if has(code::HTTP03) {
            self.http03 = Some(Http03::new(pre.clone())?);
        }
        if has(code::RUN02) {
            self.run02 = Some(Run02::new(pre.clone())?);
        }
        if has(code::RUN03) {
            self.run03 = Some(Run03::new(pre.clone())?);
        }
        Ok(())
    }
}

/// Names the import that nothing provides.
fn unlinked(code: &Code, error: wasmtime::Error) -> Error {
    let text = format!("{error:#}");
    // Wasmtime writes `module::name` for the imports of core modules.
    let named = |name: &&String| {
        text.contains(name.as_str()) || text.contains(&format!("`{}`", name.replace('.', "::")))
    };
    let import = code.imports.iter().find(named);
    let message = match import {
        Some(name) => format!("nothing provides the import {name}: {text}"),
        None => text,
    };
    Error::new("import_unknown", message)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_app_new(
    engine: *mut Engine,
    code: *const Code,
    hosts: *const Hosts,
    settings: *const abi::Settings,
    error: *mut *mut Error,
) -> *mut App {
    unsafe {
        guard::object(error, || {
            let inner = &(*engine).inner;
            let settings = Settings::parse(&*settings, inner)?;
            Ok(App(Arc::new(Linked::new(
                inner, &*code, &*hosts, settings,
            )?)))
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_app_free(app: *mut App) {
    unsafe { guard::free(app) };
}
