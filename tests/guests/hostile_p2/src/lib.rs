//! A guest that misbehaves in the way its path says. Counts and addresses come in the query, so that one guest
//! serves every test.

mod outgoing;
mod replies;
mod resources;

use support::{Target, answer};
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{IncomingRequest, ResponseOutparam};

struct Hostile;

wasip2::http::proxy::export!(Hostile);

impl Guest for Hostile {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let target = Target::of(&request);
        match target.path.as_str() {
            "/loop" => resources::spin(),
            "/memory-bomb" => resources::memory_bomb(reply),
            "/recursion" => resources::recursion(reply),
            "/handle-leak" => resources::handle_leak(&target, reply),
            "/sleep" => resources::sleep_forever(),
            "/log-flood" => resources::log_flood(&target, reply),
            "/random" => resources::giant_random(&target, reply),
            "/loop-streaming" => replies::loop_while_streaming(reply),
            "/trap-before" => panic!("before the reply"),
            "/trap-after" => replies::trap_after_head(reply),
            "/never-reply" => {}
            "/reply-twice" => replies::reply_twice(reply),
            "/unread-body" => answer(reply, 200, "I did not look\n"),
            "/slow-read" => replies::slow_read(&request, &target, reply),
            "/slow-reply" => replies::slow_reply(&target, reply),
            "/many-headers" => replies::many_headers(&target, reply),
            "/bad-header" => replies::bad_header(&target, reply),
            "/lying-length" => replies::lying_length(&target, reply),
            "/unfinished" => replies::unfinished(reply),
            "/exit" => std::process::exit(3),
            "/calls" => outgoing::many_calls(&target, reply),
            "/get" => outgoing::get_url(&target, reply),
            _ => answer(reply, 200, "nothing hostile here\n"),
        }
    }
}
