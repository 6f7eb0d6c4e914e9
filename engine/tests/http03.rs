//! Requests to components of wasi:http 0.3. The guests are built by the project (SKEP_GUESTS is the
//! folder with `hello_p3.wasm`); without them these tests say that they were skipped.

mod support;

use skep_engine::abi::*;
use skep_engine::code::*;
use skep_engine::pool::{skep_pool_free, skep_pool_new, skep_pool_trim};
use support::client::Client;
use support::{World, free_app, made, settings};

fn guest(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("SKEP_GUESTS");
    let found =
        folder.and_then(|folder| std::fs::read(std::path::Path::new(&folder).join(name)).ok());
    if found.is_none() {
        eprintln!("skipped: SKEP_GUESTS has no {name}");
    }
    found
}

#[test]
fn a_handler_of_0_3_answers() {
    let Some(wasm) = guest("hello_p3.wasm") else {
        return;
    };
    let world = World::new();
    let code = world.code(&wasm);
    assert_ne!(unsafe { skep_code_kind(code) } & HTTP03, 0);
    unsafe { skep_code_free(code) };
    let app = world.app(&wasm);
    let mut client = Client::get(app);

    let ended = client.run();

    assert_eq!(
        (ended.status, client.head),
        (POLL_DONE, Some(200)),
        "{ended:?}"
    );
    assert_eq!(client.body_end, Some(NEXT_END));
    assert!(!client.body.is_empty());
    drop(client);
    free_app(app);
}

#[test]
fn an_instance_of_0_3_serves_many_requests_in_turn() {
    let Some(wasm) = guest("hello_p3.wasm") else {
        return;
    };
    let world = World::new();
    let app = world.app_with(
        &wasm,
        &Settings {
            reuse: 3,
            ..settings()
        },
    );
    let pool = made(|error| unsafe { skep_pool_new(app, error) });

    let idle = [0; 4].map(|_| {
        let mut client = Client::get_from(app, pool);
        let ended = client.run();
        assert_eq!(ended.status, POLL_DONE, "{ended:?}");
        drop(client);
        unsafe { skep_pool_trim(pool, u64::MAX) }
    });

    assert_eq!(idle, [1, 1, 0, 1]);
    unsafe { skep_pool_free(pool) };
    free_app(app);
}
