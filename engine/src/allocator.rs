//! The allocator of the published binary, for Rust and C++ alike.

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[cfg(feature = "mimalloc")]
unsafe extern "C" {
    fn mi_collect(force: bool);
}

/// mimalloc purges only while it is asked for memory, so that a quiet process keeps all it had.
#[unsafe(no_mangle)]
pub extern "C" fn skep_release_freed_memory() {
    #[cfg(feature = "mimalloc")]
    unsafe {
        mi_collect(false)
    }
}
