//! What a guest sees.
//!
//! `/file?path=/data/x`: the file's bytes · `/list?path=/data`: names as JSON · `/write?path=/data/x`: writes the
//! request body · any other path: the request, its headers, the environment and the arguments as JSON

use std::fs;

use serde_json::{Value, json};
use support::{Receiving, Sending, Target, answer, typed};
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{IncomingRequest, Method, ResponseOutparam, Scheme};

struct Inspect;

wasip2::http::proxy::export!(Inspect);

impl Guest for Inspect {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let target = Target::of(&request);
        let path = target.value("path").unwrap_or_default();
        match target.path.as_str() {
            "/file" => file_result(reply, fs::read_to_string(path)),
            "/list" => file_result(reply, list(&path)),
            "/write" => {
                let body = Receiving::request(&request).all().unwrap_or_default();
                file_result(
                    reply,
                    fs::write(path, body).map(|()| "written\n".to_owned()),
                );
            }
            _ => send(reply, &describe(&request)),
        }
    }
}

fn file_result(reply: ResponseOutparam, result: std::io::Result<String>) {
    match result {
        Ok(text) => answer(reply, 200, &text),
        Err(error) => answer(reply, 403, &format!("{:?}: {error}\n", error.kind())),
    }
}

fn list(path: &str) -> std::io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(json!(names).to_string())
}

fn describe(request: &IncomingRequest) -> Value {
    let headers: Vec<(String, String)> = request
        .headers()
        .entries()
        .into_iter()
        .map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned()))
        .collect();
    let environment: Vec<(String, String)> = std::env::vars().collect();
    json!({
        "method": method_name(request.method()),
        "path_with_query": request.path_with_query(),
        "authority": request.authority(),
        "scheme": request.scheme().map(scheme_name),
        "headers": headers,
        "environment": environment,
        "arguments": std::env::args().collect::<Vec<_>>(),
    })
}

fn method_name(method: Method) -> String {
    match method {
        Method::Other(name) => name,
        known => format!("{known:?}")
            .trim_start_matches("Method::")
            .to_uppercase(),
    }
}

fn scheme_name(scheme: Scheme) -> String {
    match scheme {
        Scheme::Http => "http".to_owned(),
        Scheme::Https => "https".to_owned(),
        Scheme::Other(name) => name,
    }
}

fn send(reply: ResponseOutparam, value: &Value) {
    let sending = Sending::begin(reply, 200, typed("application/json"));
    if sending.write(value.to_string().as_bytes()).is_ok() {
        let _ = sending.end(None);
    }
}
