//! Giving bytes to a core module: in memory that it allocates, or, where it cannot, in pages that
//! the host adds at the end of its memory.

use crate::error::Stop;
use crate::state::State;
use wasmtime::{AsContextMut, Caller, Extern, Instance, Memory, StoreContextMut, TypedFunc};

const PAGE: u64 = 65_536;

/// What a module exports for this.
#[derive(Clone)]
pub struct Exports {
    pub memory: Memory,
    allocate: Option<TypedFunc<u32, u32>>,
}

impl Exports {
    fn find<S: AsContextMut<Data = State>>(
        store: &mut S,
        mut get: impl FnMut(&mut S, &str) -> Option<Extern>,
    ) -> wasmtime::Result<Exports> {
        let memory = get(store, "memory")
            .and_then(Extern::into_memory)
            .ok_or_else(|| wasmtime::format_err!("the module exports no memory"))?;
        let allocate = ["skep_alloc", "malloc"].into_iter().find_map(|name| {
            let func = get(store, name)?.into_func()?;
            func.typed(&store).ok()
        });
        Ok(Exports { memory, allocate })
    }

    /// Fails while the host waits for the guest's allocator: each level would take another stack of the pool.
    pub fn of_caller(caller: &mut Caller<'_, State>) -> wasmtime::Result<Exports> {
        if caller.data().allocating {
            let reason = "the guest's allocator called the host that had called it";
            return Err(Stop("guest_trap", reason.to_owned()).into());
        }
        if let Some(exports) = &caller.data().exports {
            return Ok(exports.clone());
        }
        let exports = Exports::find(caller, |caller, name| caller.get_export(name))?;
        caller.data_mut().exports = Some(exports.clone());
        Ok(exports)
    }

    /// Allocates `len` bytes in the guest.
    pub async fn reserve(
        &self,
        mut store: impl AsContextMut<Data = State>,
        len: usize,
    ) -> wasmtime::Result<u32> {
        let asked = u32::try_from(len)?;
        let place = match &self.allocate {
            Some(allocate) => {
                store.as_context_mut().data_mut().allocating = true;
                let place = allocate.call_async(&mut store, asked).await?;
                store.as_context_mut().data_mut().allocating = false;
                place
            }
            None => self.grow(&mut store, len).await?,
        };
        let end = u64::from(place) + u64::from(asked);
        wasmtime::ensure!(
            place != 0 && end <= self.memory.data_size(&store) as u64,
            "the guest's allocator returned no {len} bytes of its memory"
        );
        Ok(place)
    }

    async fn grow(
        &self,
        store: &mut impl AsContextMut<Data = State>,
        len: usize,
    ) -> wasmtime::Result<u32> {
        let pages = (len.max(1) as u64).div_ceil(PAGE);
        let before = self.memory.grow_async(&mut *store, pages).await?;
        Ok(u32::try_from(before * PAGE)?)
    }
}

/// Puts `bytes` into the memory of `instance`; returns where.
pub async fn give(
    store: &mut wasmtime::Store<State>,
    instance: &Instance,
    bytes: &[u8],
) -> wasmtime::Result<u32> {
    let exports = Exports::find(store, |store, name| instance.get_export(store, name))?;
    let place = exports.reserve(&mut *store, bytes.len()).await?;
    exports.memory.write(&mut *store, place as usize, bytes)?;
    Ok(place)
}

/// Puts the length of `bytes` and `bytes` into the memory; returns where.
pub async fn give_counted(
    mut store: StoreContextMut<'_, State>,
    exports: &Exports,
    bytes: &[u8],
) -> wasmtime::Result<u32> {
    let place = exports.reserve(&mut store, bytes.len() + 4).await?;
    let count = u32::try_from(bytes.len())?;
    exports
        .memory
        .write(&mut store, place as usize, &count.to_le_bytes())?;
    exports
        .memory
        .write(&mut store, place as usize + 4, bytes)?;
    Ok(place)
}
