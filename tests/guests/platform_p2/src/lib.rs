//! Skep's own interfaces over WIT. Each path makes one call with the query's values and answers JSON: `{"ok": …}` or
//! `{"code": …, "message": …}`.

wit_bindgen::generate!({
    path: "../../../wit/skep-platform",
    world: "imports",
    generate_all,
});

use serde_json::{Value, json};
use skep::platform::types::Error;
use skep::platform::{config, identity, invoke, log, metrics, secrets, trace};
use support::{Receiving, Target, answer};
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{IncomingRequest, ResponseOutparam};

struct Platform;

wasip2::http::proxy::export!(Platform);

impl Guest for Platform {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let target = Target::of(&request);
        let text = |name: &str| target.value(name).unwrap_or_default();
        let body = || Receiving::request(&request).all().unwrap_or_default();
        let value = text("value").parse().unwrap_or(1.0);
        let outcome = match target.path.as_str() {
            "/invoke" => invoke::invoke(&text("service"), &text("call"), &body()).map(bytes),
            "/config" => config::get(&text("name")).map(|value| json!(value)),
            "/secret" => secrets::get(&text("name")).map(|value| json!(value)),
            "/secret-bytes" => secrets::get_bytes(&text("name")).map(bytes),
            "/identity" => identity::get(&text("name")).map(|value| json!(value)),
            "/claim" => identity::claim(&text("name")).map(|value| json!(value)),
            "/log" => done(log::write(&text("level"), &text("message"))),
            "/log-fields" => done(log::write_fields(
                &text("level"),
                &text("message"),
                &text("fields"),
            )),
            "/counter" => metrics::counter_add(&text("name"), value).map(|()| Value::Null),
            "/gauge" => metrics::gauge_set(&text("name"), value).map(|()| Value::Null),
            "/histogram" => metrics::histogram_record(&text("name"), value).map(|()| Value::Null),
            "/attribute" => done(trace::set_attribute(&text("name"), &text("value"))),
            "/event" => done(trace::add_event(&text("name"), &text("attributes"))),
            "/span" => span(&text("name")),
            "/end-span" => trace::end_span(&text("id")).map(|()| Value::Null),
            _ => return answer(reply, 404, "no such call\n"),
        };
        answer(reply, 200, &report(outcome).to_string());
    }
}

fn bytes(bytes: Vec<u8>) -> Value {
    json!(String::from_utf8_lossy(&bytes))
}

fn done((): ()) -> Result<Value, Error> {
    Ok(Value::Null)
}

/// A span that begins and ends here.
fn span(name: &str) -> Result<Value, Error> {
    let id = trace::start_span(name)?;
    trace::set_attribute("inside", "yes");
    trace::end_span(&id)?;
    Ok(json!(id))
}

fn report(outcome: Result<Value, Error>) -> Value {
    match outcome {
        Ok(value) => json!({ "ok": value }),
        Err(error) => json!({ "code": error.code, "message": error.message }),
    }
}
