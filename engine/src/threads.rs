//! The threads of an app for what of wasmtime-wasi needs a tokio runtime: granted files and
//! inherited sockets.

use crate::app::Settings;
use crate::error::{Error, Result};
use tokio::runtime::{Builder, Handle, Runtime};

/// An operation that never ends, such as opening a FIFO without a writer, keeps its thread for
/// good; so each app has threads of its own, and no service blocks another's files.
const MAX_FILE_OPERATIONS: usize = 8;

/// Threads for files start when they are needed and end when they are idle.
pub struct Threads(Option<Runtime>);

impl Threads {
    /// None where guests of the app can block on nothing.
    pub fn new(settings: &Settings) -> Result<Option<Threads>> {
        if !settings.inherit_network && settings.directories.is_empty() {
            return Ok(None);
        }
        // Only sockets need a thread that polls.
        let mut builder = if settings.inherit_network {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(1).enable_all();
            builder
        } else {
            Builder::new_current_thread()
        };
        let runtime = builder
            .max_blocking_threads(MAX_FILE_OPERATIONS)
            .thread_name("skep-files")
            .build()
            .map_err(|error| Error::new("settings_invalid", format!("no threads: {error}")))?;
        Ok(Some(Threads(Some(runtime))))
    }

    pub fn handle(&self) -> Option<Handle> {
        self.0.as_ref().map(|runtime| runtime.handle().clone())
    }
}

impl Drop for Threads {
    /// Waits for none of them: one may be blocked for good.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
