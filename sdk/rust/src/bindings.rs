//! What the platform offers, as it is generated from `wit/`.

wit_bindgen::generate!({
    path: "wit",
    world: "imports",
    generate_all,
});

pub use self::skep::platform::{
    config, idempotency, identity, invoke, kv, log, metrics, secrets, sql, trace, transaction,
};

impl From<self::skep::platform::types::Error> for crate::Error {
    fn from(error: self::skep::platform::types::Error) -> crate::Error {
        crate::Error::of_platform(error.code, error.message)
    }
}
