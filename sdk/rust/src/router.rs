//! Which function answers which request.

use crate::{Error, Request, Response, Result};

type Handler = fn(&Request) -> Result<Response>;

/// Routes by method and path. A pattern is a path whose segments may be `{name}`, which matches one segment, or at its
/// end `*`, which matches the rest. The first route that matches answers; HEAD is answered by the route of GET. An
/// unknown path is 404; a known path under other methods is 405 with Allow.
#[derive(Default)]
pub struct Router {
    routes: Vec<(&'static str, &'static str, Handler)>,
}

impl Router {
    pub fn new() -> Router {
        Router::default()
    }

    pub fn on(mut self, method: &'static str, pattern: &'static str, handler: Handler) -> Router {
        self.routes.push((method, pattern, handler));
        self
    }

    pub fn get(self, pattern: &'static str, handler: Handler) -> Router {
        self.on("GET", pattern, handler)
    }

    pub fn post(self, pattern: &'static str, handler: Handler) -> Router {
        self.on("POST", pattern, handler)
    }

    pub fn put(self, pattern: &'static str, handler: Handler) -> Router {
        self.on("PUT", pattern, handler)
    }

    pub fn delete(self, pattern: &'static str, handler: Handler) -> Router {
        self.on("DELETE", pattern, handler)
    }

    pub fn handle(&self, mut request: Request) -> Result<Response> {
        let mut allowed = Vec::new();
        for (method, pattern, handler) in &self.routes {
            let Some(parameters) = matched(pattern, &request.path) else {
                continue;
            };
            if *method == request.method || (*method == "GET" && request.method == "HEAD") {
                request.parameters = parameters;
                return handler(&request);
            }
            allowed.push(*method);
        }
        if allowed.is_empty() {
            return Err(Error::not_found(format!("no route for {}", request.path)));
        }
        let refusal = Error::new(
            405,
            "method_not_allowed",
            format!("{} is not allowed here", request.method),
        );
        Ok(Response::problem(&refusal).with_header("allow", allowed.join(", ")))
    }
}

/// What the pattern's names stand for, where it matches.
fn matched(pattern: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    let mut found = path.strip_prefix('/')?.split('/');
    for wanted in pattern.strip_prefix('/')?.split('/') {
        let segment = found.next()?;
        if wanted == "*" {
            return (!segment.is_empty() || found.next().is_some()).then_some(parameters);
        }
        match wanted
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) if !segment.is_empty() => {
                parameters.push((name.to_owned(), segment.to_owned()))
            }
            Some(_) => return None,
            None if wanted != segment => return None,
            None => {}
        }
    }
    found.next().is_none().then_some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(method: &str, path: &str) -> Result<Response> {
        Router::new()
            .get("/", |_| Ok(Response::text("root")))
            .get("/users/{id}", |request| {
                Ok(Response::text(request.parameter("id")))
            })
            .delete("/users/{id}", |_| Ok(Response::empty()))
            .get("/files/*", |_| Ok(Response::text("file")))
            .handle(Request::new(method, path))
    }

    fn body_of(method: &str, path: &str) -> Vec<u8> {
        answer(method, path).unwrap().body
    }

    #[test]
    fn names_match_one_segment() {
        assert_eq!(body_of("GET", "/users/7"), b"7");
        assert_eq!(answer("GET", "/users/7/x").unwrap_err().status, 404);
        assert_eq!(answer("GET", "/users/").unwrap_err().status, 404);
    }

    #[test]
    fn a_star_matches_the_rest_but_not_nothing() {
        assert_eq!(body_of("GET", "/files/a/b"), b"file");
        assert_eq!(answer("GET", "/files/").unwrap_err().status, 404);
    }

    #[test]
    fn the_root_is_a_path() {
        assert_eq!(body_of("GET", "/"), b"root");
    }

    #[test]
    fn get_answers_head() {
        assert_eq!(body_of("HEAD", "/"), b"root");
    }

    #[test]
    fn another_method_is_refused_with_those_that_are_allowed() {
        let refusal = answer("POST", "/users/7").unwrap();

        assert_eq!(refusal.status, 405);
        assert_eq!(
            refusal.headers[1],
            ("allow".to_owned(), "GET, DELETE".to_owned())
        );
    }
}
