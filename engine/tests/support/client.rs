//! One task with what C++ would hold of it.

use super::{made, tried};
use skep_engine::abi::*;
use skep_engine::app::App;
use skep_engine::call::{Call, skep_call_free};
use skep_engine::clock::{Timer, skep_timer_fire};
use skep_engine::error::Error;
use skep_engine::outgoing::{Outgoing, skep_outgoing_free};
use skep_engine::pool::Pool;
use skep_engine::task::*;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    pub status: u32,
    pub error: Option<Error>,
    pub exit_code: i32,
}

type OnCall = Box<dyn FnMut(usize, &[Arg], *mut Call)>;
type OnOutgoing = Box<dyn FnMut(&OutgoingHead, *mut Outgoing)>;

pub struct Client {
    pub task: *mut Task,
    pub head: Option<u16>,
    pub headers: Vec<(String, String)>,
    pub heads: usize,
    pub body: Vec<u8>,
    pub body_end: Option<u32>,
    pub trailers: Vec<(String, String)>,
    pub output: [Vec<u8>; 3],
    pub window: usize,
    pub preempted: usize,
    pub dropped: Vec<(usize, u32)>,
    pub cancelled_calls: usize,
    pub cancelled_outgoing: usize,
    pub outgoing_window: usize,
    pub write_answer: u32,
    pub on_call: OnCall,
    pub on_outgoing: OnOutgoing,
    pub waker: Arc<TestWaker>,
}

#[repr(C)]
pub struct TestWaker {
    base: Waker,
    pub scheduled: AtomicBool,
    pub references: AtomicUsize,
    thread: Thread,
}

unsafe impl Send for TestWaker {}
unsafe impl Sync for TestWaker {}

static OPS: WakerOps = WakerOps {
    retain: waker_retain,
    release: waker_release,
    schedule: waker_schedule,
};

unsafe extern "C" fn waker_retain(waker: *mut Waker) {
    unsafe { &*waker.cast::<TestWaker>() }
        .references
        .fetch_add(1, Ordering::Relaxed);
}

unsafe extern "C" fn waker_release(waker: *mut Waker) {
    unsafe { &*waker.cast::<TestWaker>() }
        .references
        .fetch_sub(1, Ordering::Relaxed);
}

unsafe extern "C" fn waker_schedule(waker: *mut Waker) {
    let waker = unsafe { &*waker.cast::<TestWaker>() };
    waker.scheduled.store(true, Ordering::Release);
    waker.thread.unpark();
}

impl TestWaker {
    pub fn pointer(self: &Arc<TestWaker>) -> *mut Waker {
        Arc::as_ptr(self).cast_mut().cast()
    }
}

thread_local! {
    static NOW: Cell<u64> = const { Cell::new(1_000_000_000) };
    static TIMERS: RefCell<Vec<(u64, usize, *mut Timer)>> = const { RefCell::new(Vec::new()) };
}

pub fn now() -> u64 {
    NOW.get()
}

pub fn armed_timers() -> usize {
    TIMERS.with_borrow(Vec::len)
}

/// Jumps to the next timer, if there is one.
fn advance() -> bool {
    let next = TIMERS.with_borrow_mut(|timers| {
        let first = timers
            .iter()
            .enumerate()
            .min_by_key(|(_, timer)| timer.0)?
            .0;
        Some(timers.swap_remove(first))
    });
    let Some((deadline, _, timer)) = next else {
        return false;
    };
    NOW.set(now().max(deadline));
    unsafe { skep_timer_fire(timer) };
    true
}

impl Client {
    pub fn new() -> Box<Client> {
        let waker = TestWaker {
            base: Waker { ops: &OPS },
            scheduled: AtomicBool::new(false),
            references: AtomicUsize::new(0),
            thread: std::thread::current(),
        };
        Box::new(Client {
            task: std::ptr::null_mut(),
            head: None,
            headers: Vec::new(),
            heads: 0,
            body: Vec::new(),
            body_end: None,
            trailers: Vec::new(),
            output: [Vec::new(), Vec::new(), Vec::new()],
            window: 0,
            preempted: 0,
            dropped: Vec::new(),
            cancelled_calls: 0,
            cancelled_outgoing: 0,
            outgoing_window: 0,
            write_answer: 0,
            on_call: Box::new(|_, _, call| unsafe { skep_call_free(call) }),
            on_outgoing: Box::new(|_, outgoing| unsafe { skep_outgoing_free(outgoing) }),
            waker: Arc::new(waker),
        })
    }

    pub fn options(&mut self) -> TaskOptions {
        TaskOptions {
            user: std::ptr::from_mut(self).cast(),
            waker: self.waker.pointer(),
            cpu_limit_ns: 0,
            wall_limit_ns: 0,
            nested: 0,
            reserved: [0; 7],
        }
    }

    pub fn get(app: *mut App) -> Box<Client> {
        Client::get_from(app, std::ptr::null_mut())
    }

    pub fn get_from(app: *mut App, pool: *mut Pool) -> Box<Client> {
        let mut client = Client::new();
        client.start(app, pool, &request("GET", "/", false));
        client
    }

    pub fn post(app: *mut App) -> Box<Client> {
        let mut client = Client::new();
        client.start(app, std::ptr::null_mut(), &request("POST", "/", true));
        client
    }

    pub fn start(&mut self, app: *mut App, pool: *mut Pool, head: &RequestHead) {
        let options = self.options();
        self.task = made(|error| unsafe { skep_task_http(app, pool, head, &options, error) });
    }

    pub fn try_get(app: *mut App, nested: bool) -> Result<Box<Client>, Error> {
        let mut client = Client::new();
        let options = TaskOptions {
            nested: nested.into(),
            ..client.options()
        };
        let (pool, head) = (std::ptr::null_mut(), request("GET", "/", false));
        client.task = tried(|error| unsafe { skep_task_http(app, pool, &head, &options, error) })?;
        Ok(client)
    }

    pub fn cgi(app: *mut App, env: &[(&str, &str)]) -> Box<Client> {
        let mut client = Client::new();
        let options = client.options();
        let env: Vec<Header> = env
            .iter()
            .map(|(name, value)| Header {
                name: Slice::of(name.as_bytes()),
                value: Slice::of(value.as_bytes()),
            })
            .collect();
        client.task =
            made(|error| unsafe { skep_task_cgi(app, env.as_ptr(), env.len(), &options, error) });
        client
    }

    pub fn event(app: *mut App, payload: &'static [u8]) -> Box<Client> {
        let mut client = Client::new();
        let options = client.options();
        client.task =
            made(|error| unsafe { skep_task_event(app, buffer(payload), &options, error) });
        client
    }

    pub fn command(app: *mut App) -> Box<Client> {
        let mut client = Client::new();
        let options = client.options();
        client.task = made(|error| unsafe { skep_task_run(app, &options, error) });
        client
    }

    pub fn push(&mut self, bytes: &'static [u8]) {
        unsafe { skep_request_push(self.task, buffer(bytes)) };
    }

    pub fn end(&mut self) {
        unsafe { skep_request_end(self.task, std::ptr::null()) };
    }

    /// Polls once and pulls what is there.
    pub fn poll(&mut self) -> u32 {
        self.waker.scheduled.store(false, Ordering::Release);
        let status = unsafe { skep_task_poll(self.task) };
        if self.head.is_some() {
            self.pull();
        }
        status
    }

    /// Polls until the guest waits or has ended, however slow the machine.
    pub fn go_on(&mut self) -> u32 {
        let limit = Instant::now() + Duration::from_secs(30);
        loop {
            assert!(Instant::now() < limit, "the guest runs on");
            match self.poll() {
                POLL_PREEMPTED => self.preempted += 1,
                status => return status,
            }
        }
    }

    pub fn pull(&mut self) {
        while self.body_end.is_none() {
            let mut frame = Buffer::EMPTY;
            match unsafe { skep_response_next(self.task, &mut frame) } {
                NEXT_READY => self.body.extend_from_slice(frame.as_ref()),
                NEXT_PENDING => return,
                end => self.body_end = Some(end),
            }
        }
        self.trailers = unsafe { texts(&skep_response_trailers(self.task)) };
    }

    /// Polls until the task has ended, as C++'s loop would.
    pub fn run(&mut self) -> Ended {
        let limit = Instant::now() + Duration::from_secs(30);
        loop {
            assert!(Instant::now() < limit, "the task does not end");
            match self.poll() {
                POLL_PREEMPTED => self.preempted += 1,
                POLL_PENDING => self.wait(),
                _ => break,
            }
        }
        self.ended()
    }

    fn wait(&self) {
        if !self.waker.scheduled.load(Ordering::Acquire) && !advance() {
            std::thread::park_timeout(Duration::from_millis(100));
        }
    }

    pub fn ended(&self) -> Ended {
        let error = unsafe { skep_task_error(self.task).as_ref() }.cloned();
        let status = unsafe { skep_task_poll(self.task) };
        Ended {
            status,
            error,
            exit_code: unsafe { skep_task_exit_code(self.task) },
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output[1]).into_owned()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output[2]).into_owned()
    }

    pub fn free(&mut self) {
        unsafe { skep_task_free(std::mem::replace(&mut self.task, std::ptr::null_mut())) };
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.free();
    }
}

impl Ended {
    pub fn code(&self) -> &str {
        self.error.as_ref().map_or("", |error| error.code)
    }

    pub fn message(&self) -> &str {
        self.error.as_ref().map_or("", |error| &error.message)
    }
}

pub fn request(method: &'static str, path: &'static str, has_body: bool) -> RequestHead {
    RequestHead {
        method: Slice::of(method.as_bytes()),
        scheme: Slice::of(b"http"),
        authority: Slice::of(b"localhost:8080"),
        path: Slice::of(path.as_bytes()),
        headers: Headers::EMPTY,
        has_body: has_body.into(),
        reserved: [0; 7],
    }
}

pub fn buffer(bytes: &'static [u8]) -> Buffer {
    Buffer::from_bytes(bytes::Bytes::from_static(bytes))
}

pub unsafe fn texts(headers: &Headers) -> Vec<(String, String)> {
    unsafe { headers.items() }
        .iter()
        .map(|it| unsafe { (it.name.text(), it.value.text()) })
        .collect()
}

unsafe fn client<'a>(user: *mut c_void) -> &'a mut Client {
    unsafe { &mut *user.cast::<Client>() }
}

unsafe extern "C" fn on_head(user: *mut c_void, head: *const ResponseHead) {
    let (client, head) = unsafe { (client(user), &*head) };
    client.head = Some(head.status);
    client.heads += 1;
    client.headers = unsafe { texts(&head.headers) };
}

unsafe extern "C" fn on_output(user: *mut c_void, stream: u32, bytes: Slice) -> u32 {
    let client = unsafe { client(user) };
    if client.write_answer != WRITE_CLOSED {
        client.output[stream as usize].extend_from_slice(unsafe { bytes.bytes() });
    }
    client.write_answer
}

unsafe extern "C" fn on_request_window(user: *mut c_void, count: usize) {
    unsafe { client(user) }.window += count;
}

unsafe extern "C" fn on_call(
    user: *mut c_void,
    function: *mut c_void,
    args: *const Arg,
    count: usize,
    call: *mut Call,
) {
    let args = unsafe { array(args, count) };
    (unsafe { client(user) }.on_call)(function as usize, args, call);
}

unsafe extern "C" fn on_call_cancel(user: *mut c_void, _: *mut c_void, call: *mut Call) {
    unsafe { client(user) }.cancelled_calls += 1;
    unsafe { skep_call_free(call) };
}

unsafe extern "C" fn on_resource_drop(user: *mut c_void, resource: *mut c_void, number: u32) {
    unsafe { client(user) }
        .dropped
        .push((resource as usize, number));
}

unsafe extern "C" fn on_outgoing(
    user: *mut c_void,
    head: *const OutgoingHead,
    outgoing: *mut Outgoing,
) {
    (unsafe { client(user) }.on_outgoing)(unsafe { &*head }, outgoing);
}

unsafe extern "C" fn on_outgoing_window(user: *mut c_void, _: *mut Outgoing, count: usize) {
    unsafe { client(user) }.outgoing_window += count;
}

unsafe extern "C" fn on_outgoing_cancel(user: *mut c_void, _: *mut Outgoing) {
    unsafe { client(user) }.cancelled_outgoing += 1;
}

unsafe extern "C" fn timer_start(_: *mut c_void, deadline: u64, timer: *mut Timer) -> *mut c_void {
    TIMERS.with_borrow_mut(|timers| timers.push((deadline, timer as usize, timer)));
    timer.cast()
}

unsafe extern "C" fn timer_cancel(_: *mut c_void, handle: *mut c_void) {
    TIMERS.with_borrow_mut(|timers| timers.retain(|timer| timer.1 != handle as usize));
}

unsafe extern "C" fn monotonic_now(_: *mut c_void) -> u64 {
    now()
}

unsafe extern "C" fn wall_now(_: *mut c_void, seconds: *mut u64, nanoseconds: *mut u32) {
    unsafe {
        *seconds = 1_700_000_000 + now() / 1_000_000_000;
        *nanoseconds = (now() % 1_000_000_000) as u32;
    }
}

unsafe extern "C" fn random_fill(_: *mut c_void, data: *mut u8, len: usize) {
    unsafe { std::slice::from_raw_parts_mut(data, len) }.fill(7);
}

pub fn callbacks() -> Callbacks {
    Callbacks {
        context: std::ptr::null_mut(),
        on_head,
        on_output,
        on_request_window,
        on_call,
        on_call_cancel,
        on_resource_drop,
        on_outgoing,
        on_outgoing_window,
        on_outgoing_cancel,
        timer_start,
        timer_cancel,
        monotonic_now,
        wall_now,
        random_fill,
    }
}
