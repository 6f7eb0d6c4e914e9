//! What wasi:http asks of its host: which headers are forbidden, how large a write may be, and who
//! sends requests.

use crate::outgoing;
use crate::run::Run;
use http::{HeaderName, header};
use std::sync::{Arc, LazyLock};
use wasmtime_wasi_http::{Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpHooks};

pub struct Hooks {
    pub run: Arc<Run>,
}

/// Fields of one connection, and what C++ sets itself.
fn is_forbidden(name: &HeaderName) -> bool {
    match name.as_str().len() {
        4 => *name == header::HOST,
        7 => *name == header::UPGRADE,
        10 => *name == header::CONNECTION || name.as_str() == "keep-alive",
        14 => name.as_str() == "http2-settings",
        16 => name.as_str() == "proxy-connection",
        17 => *name == header::TRANSFER_ENCODING,
        18 => *name == header::PROXY_AUTHENTICATE,
        19 => *name == header::PROXY_AUTHORIZATION,
        _ => false,
    }
}

type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Exchange = Box<dyn Future<Output = Result<(http::Response<WasiBody>, Io), Error>> + Send>;

impl WasiHttpHooks for Hooks {
    fn is_forbidden_header(&mut self, name: &HeaderName) -> bool {
        is_forbidden(name)
    }

    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        static FILTER: LazyLock<ForbiddenHeaderFilter> = LazyLock::new(|| Arc::new(is_forbidden));
        FILTER.clone()
    }

    fn set_host_header(&mut self) -> bool {
        false
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        self.run.engine.limits.body_chunk_bytes as usize
    }

    fn p3_outgoing_body_chunk_size(&mut self) -> usize {
        self.run.engine.limits.body_chunk_bytes as usize
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        processed: Io,
    ) -> Exchange {
        drop(processed);
        let response = outgoing::send(&self.run, request, options.unwrap_or_default());
        Box::new(async move {
            let response = response.await?;
            Ok((response, Box::new(async { Ok(()) }) as Io))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::is_forbidden;
    use wasmtime_wasi_http::DEFAULT_FORBIDDEN_HEADERS;

    #[test]
    fn everything_that_the_library_forbids_is_forbidden() {
        assert!(DEFAULT_FORBIDDEN_HEADERS.iter().all(is_forbidden));
        assert!(!is_forbidden(&http::header::CONTENT_TYPE));
    }
}
