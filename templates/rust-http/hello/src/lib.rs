//! A service as a component of `wasi:http` 0.2.

mod greeting;
mod guests;

use skep::{Request, Response, Result, Router};

skep::service!(handle);

fn handle(request: Request) -> Result<Response> {
    Router::new()
        .get("/hello/{name}", hello)
        .post("/guests", guests::add)
        .get("/guests", guests::list)
        .handle(request)
}

fn hello(request: &Request) -> Result<Response> {
    Ok(Response::text(greeting::greeting(
        request.parameter("name"),
    )))
}
