//! Errors: what a caller is told.

use std::fmt;

/// Why something failed. `code` is stable (`skep explain CODE` tells more of the platform's), `message` is for people.
/// A handler that returns one answers with `status` and a problem document (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub status: u16,
    pub code: String,
    pub message: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Error {
        Error {
            status,
            code: code.into(),
            message: message.into(),
        }
    }

    /// 404, `not_found`.
    pub fn not_found(message: impl Into<String>) -> Error {
        Error::new(404, "not_found", message)
    }

    /// 400, `invalid_argument`.
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::new(400, "invalid_argument", message)
    }

    /// The platform's error, with the status that it means to the client of a service.
    pub(crate) fn of_platform(code: String, message: String) -> Error {
        let status = match code.as_str() {
            "constraint" => 409,
            "upstream_status" => 502,
            "service_busy" | "turn_queue_full" | "readers_busy" | "snapshot_stale" => 503,
            "transaction_timeout" | "batch_rolled_back" | "store_failed" => 503,
            "statement_timeout" | "upstream_timeout" | "request_deadline_exceeded" => 504,
            "quota_exceeded" | "store_full" | "result_too_large" => 507,
            _ => 500,
        };
        Error::new(status, code, message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_s_errors_have_the_status_that_they_mean() {
        let status = |code: &str| Error::of_platform(code.into(), String::new()).status;

        assert_eq!(status("constraint"), 409);
        assert_eq!(status("turn_queue_full"), 503);
        assert_eq!(status("quota_exceeded"), 507);
        assert_eq!(status("sql_invalid"), 500);
    }
}
