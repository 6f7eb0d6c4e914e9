//! Services as WebAssembly components (`wasi:http` 0.2) on Skep.
//!
//! ```no_run
//! use skep::{Request, Response, Result, Router};
//!
//! skep::service!(handle);
//!
//! fn handle(request: Request) -> Result<Response> {
//!     Router::new().get("/hello/{name}", hello).handle(request)
//! }
//!
//! fn hello(request: &Request) -> Result<Response> {
//!     Ok(Response::text(format!("Hello {}!\n", request.parameter("name"))))
//! }
//! ```

mod bindings;
mod error;
mod message;
mod platform;
mod router;
mod row_format;
mod rows;
#[doc(hidden)]
pub mod serve;

pub mod idempotency;
pub mod kv;
pub mod sql;
pub mod transaction;

pub use error::{Error, Result};
pub use message::{Request, Response};
pub use platform::{
    Level, config, identity, invoke, invoke_json, log, metrics, secret, secret_bytes, trace,
};
pub use router::Router;
pub use serde_json::json;

#[doc(hidden)]
pub use wasip2;

/// Makes the component of `handle`, a `fn(Request) -> Result<Response>`. Once in a crate.
#[macro_export]
macro_rules! service {
    ($handle:path) => {
        struct SkepService;

        impl $crate::wasip2::exports::http::incoming_handler::Guest for SkepService {
            fn handle(
                request: $crate::wasip2::http::types::IncomingRequest,
                reply: $crate::wasip2::http::types::ResponseOutparam,
            ) {
                $crate::serve::answer(request, reply, $handle);
            }
        }

        $crate::wasip2::http::proxy::export!(SkepService);
    };
}
