//! Sets of host functions, and the linkers made of them: one for each engine, and one for core
//! modules, each when the first app needs it.

use crate::abi::{self, CoreShape, Shape, Slice};
use crate::call::Token;
use crate::engine::{Engine, Inner, Which};
use crate::error::{Error, Result};
use crate::host_typed::Handle;
use crate::state::State;
use crate::{guard, host_core, host_dynamic, host_typed, link};
use std::collections::HashSet;
use std::ffi::c_void;
use std::sync::{Arc, OnceLock};
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, ResourceType};

/// What `skep_hosts*` points to.
pub struct Hosts {
    engine: Arc<Inner>,
    names: HashSet<(String, String)>,
    resources: Vec<Resource>,
    functions: Vec<Function>,
    core: Vec<host_core::Function>,
    first: OnceLock<Result<Linker<State>>>,
    second: OnceLock<Result<Linker<State>>>,
    modules: OnceLock<Result<wasmtime::Linker<State>>>,
}

struct Resource {
    interface: String,
    name: String,
    token: Token,
}

pub struct Function {
    pub interface: String,
    pub name: String,
    pub params: Vec<u8>,
    pub result: u32,
    pub at_once: bool,
    pub token: Token,
}

fn unlinked(error: wasmtime::Error) -> Error {
    Error::new("settings_invalid", format!("{error:#}"))
}

impl Hosts {
    pub fn component(&self, which: Which) -> Result<&Linker<State>> {
        let linker = match which {
            Which::First => &self.first,
            Which::Second => &self.second,
        };
        linker
            .get_or_init(|| self.link(which).map_err(unlinked))
            .as_ref()
            .map_err(Clone::clone)
    }

    pub fn core(&self) -> Result<&wasmtime::Linker<State>> {
        let link = || {
            let mut linker = link::core(&self.engine)?;
            host_core::add(&mut linker, &self.core)?;
            Ok(linker)
        };
        self.modules
            .get_or_init(|| link().map_err(unlinked))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn link(&self, which: Which) -> wasmtime::Result<Linker<State>> {
        let mut linker = link::component(&self.engine, which)?;
        for resource in &self.resources {
            let token = resource.token;
            linker.instance(&resource.interface)?.resource(
                &resource.name,
                ResourceType::host::<Handle>(),
                move |store, number| {
                    dropped(&store, token, number);
                    Ok(())
                },
            )?;
        }
        for function in &self.functions {
            let mut instance = linker.instance(&function.interface)?;
            if !host_typed::add(&mut instance, function)? {
                host_dynamic::add(&mut instance, function)?;
            }
        }
        Ok(linker)
    }

    fn claim(&mut self, interface: &str, name: &str) -> Result<()> {
        if self.names.insert((interface.to_owned(), name.to_owned())) {
            return Ok(());
        }
        Err(Error::new(
            "settings_invalid",
            format!("{interface}#{name} is declared twice"),
        ))
    }
}

fn dropped(store: &StoreContextMut<'_, State>, token: Token, number: u32) {
    let run = &store.data().run;
    if run.is_bound() {
        unsafe { (run.callbacks().on_resource_drop)(run.user(), token.0, number) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_hosts_new(engine: *mut Engine, error: *mut *mut Error) -> *mut Hosts {
    unsafe {
        guard::object(error, || {
            Ok(Hosts {
                engine: (*engine).inner.clone(),
                names: HashSet::new(),
                resources: Vec::new(),
                functions: Vec::new(),
                core: Vec::new(),
                first: OnceLock::new(),
                second: OnceLock::new(),
                modules: OnceLock::new(),
            })
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_hosts_free(hosts: *mut Hosts) {
    unsafe { guard::free(hosts) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_hosts_func(
    hosts: *mut Hosts,
    interface: Slice,
    name: Slice,
    shape: *const Shape,
    function: *mut c_void,
    error: *mut *mut Error,
) -> bool {
    unsafe {
        guard::flag(error, || {
            let (interface, name, shape) = (interface.text(), name.text(), &*shape);
            (*hosts).claim(&interface, &name)?;
            let params = abi::array(shape.params, shape.param_count).to_vec();
            (*hosts).functions.push(Function {
                interface,
                name,
                params,
                result: shape.result,
                at_once: shape.at_once != 0,
                token: Token(function),
            });
            Ok(())
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_hosts_resource(
    hosts: *mut Hosts,
    interface: Slice,
    name: Slice,
    resource: *mut c_void,
    error: *mut *mut Error,
) -> bool {
    unsafe {
        guard::flag(error, || {
            let (interface, name) = (interface.text(), name.text());
            (*hosts).claim(&interface, &name)?;
            (*hosts).resources.push(Resource {
                interface,
                name,
                token: Token(resource),
            });
            Ok(())
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_hosts_core_func(
    hosts: *mut Hosts,
    module: Slice,
    name: Slice,
    shape: *const CoreShape,
    function: *mut c_void,
    error: *mut *mut Error,
) -> bool {
    unsafe {
        guard::flag(error, || {
            let (module, name, shape) = (module.text(), name.text(), &*shape);
            (*hosts).claim(&module, &name)?;
            (*hosts).core.push(host_core::Function {
                module,
                name,
                strings: shape.strings as usize,
                scalars: abi::array(shape.scalars, shape.scalar_count).to_vec(),
                result: shape.result,
                token: Token(function),
            });
            Ok(())
        })
    }
}
