//! Inserts a row and answers with frames that it does not wait for, so that some lie in the channel when it ends. The
//! path says how: /frames/COUNT/BYTES, with a trailer behind them where it ends with /trailer.

use skep::params;
use skep::sql;
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

struct Frames;

wasip2::http::proxy::export!(Frames);

impl Guest for Frames {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let words: Vec<&str> = path.split('/').skip(2).collect();
        let count: usize = words[0].parse().expect("a count");
        let bytes: usize = words[1].parse().expect("bytes");
        sql::execute("CREATE TABLE IF NOT EXISTS frames (path TEXT)", params![]).expect("a table");
        sql::execute("INSERT INTO frames VALUES (?)", params![path.as_str()]).expect("a row");
        answer(reply, count, bytes, words.len() > 2);
    }
}

fn answer(reply: ResponseOutparam, count: usize, bytes: usize, has_trailer: bool) {
    let response = OutgoingResponse::new(Fields::new());
    let body = response.body().expect("a body");
    ResponseOutparam::set(reply, Ok(response));
    let stream = body.write().expect("a stream");
    for _ in 0..count {
        while stream.check_write().expect("room") < bytes as u64 {
            stream.subscribe().block();
        }
        stream.write(&vec![b'x'; bytes]).expect("a frame");
    }
    drop(stream);
    let trailers = has_trailer.then(|| {
        let fields = Fields::new();
        fields.append("x-end", b"yes").expect("a trailer");
        fields
    });
    OutgoingBody::finish(body, trailers).expect("an end");
}
