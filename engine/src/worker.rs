//! Requests to components of wasi:http 0.3. One future per instance owns the store and takes one
//! request after the other; a task drives it while its request is in it.

use crate::abi::TaskOptions;
use crate::app::Linked;
use crate::body::BoxBody;
use crate::engine::Slot;
use crate::error::{Error, Result};
use crate::head;
use crate::http02::{answered, give_head, request_body, store};
use crate::pool::{Live, Shared, has_grown};
use crate::run::Run;
use crate::state::State;
use crate::task::{self, Outcome, Start};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use wasmtime::Store;
use wasmtime::component::Accessor;
use wasmtime_wasi_http::p3::bindings::Service;
use wasmtime_wasi_http::p3::{Request, Response};
use wasmtime_wasi_http::{FieldMap, WasiHttpView as _};

/// Requests that an instance serves before it is replaced.
const DEFAULT_REUSE: u32 = 128;

/// An instance with the future that runs it.
pub struct Worker {
    future: Pin<Box<dyn Future<Output = wasmtime::Result<()>>>>,
    mailbox: Arc<Mailbox>,
    run: Arc<Run>,
    served: u32,
    reuse: u32,
    _slot: Slot,
}

/// Between the tasks and the future; one thread, as `Run`.
struct Mailbox {
    job: RefCell<Option<Job>>,
    waker: RefCell<Option<Waker>>,
    /// The request's handler has ended, with its error.
    ended: RefCell<Option<Option<Error>>>,
    retired: Cell<bool>,
}

unsafe impl Send for Mailbox {}
unsafe impl Sync for Mailbox {}

struct Job {
    request: head::Request,
    body: BoxBody,
}

pub fn start(
    app: &Arc<Linked>,
    pool: Option<&Shared>,
    request: head::Request,
    has_body: bool,
    options: &TaskOptions,
) -> Result<Start> {
    let mut worker = match pool.and_then(Shared::take) {
        Some(Live::Worker(worker)) => {
            worker.run.bind(options);
            worker
        }
        _ => Box::new(fresh(app, options)?),
    };
    let run = worker.run.clone();
    let body = request_body(&run, has_body);
    worker.served += 1;
    worker.mailbox.post(Job { request, body });
    Ok(Start {
        run,
        work: Box::pin(drive(worker)),
    })
}

fn fresh(app: &Arc<Linked>, options: &TaskOptions) -> Result<Worker> {
    let (run, slot) = task::begin(app, options)?;
    let state = State::component(run.clone(), app)
        .map_err(|error| Error::new("instance_failed", format!("{error:#}")))?;
    let store = store(app.http03.as_ref().map(|pre| pre.engine()), state, &run)?;
    let mailbox = Arc::new(Mailbox {
        job: RefCell::new(None),
        waker: RefCell::new(None),
        ended: RefCell::new(None),
        retired: Cell::new(false),
    });
    let reuse = if app.settings.reuse == 0 {
        DEFAULT_REUSE
    } else {
        app.settings.reuse
    };
    let future = Box::pin(live(app.clone(), store, mailbox.clone()));
    Ok(Worker {
        future,
        mailbox,
        run,
        served: 0,
        reuse,
        _slot: slot,
    })
}

/// Polls the instance until the request in it has ended.
async fn drive(worker: Box<Worker>) -> Outcome {
    let mut worker = Some(worker);
    poll_fn(move |context| {
        let Some(it) = &mut worker else {
            return Poll::Pending;
        };
        if let Poll::Ready(ended) = it.future.as_mut().poll(context) {
            let error = match ended {
                Err(error) => Error::from_guest(&error, it.run.cause()),
                Ok(()) => Error::new("guest_trap", "the instance ended"),
            };
            return Poll::Ready(Outcome {
                result: Err(error),
                rest: None,
            });
        }
        let Some(ended) = it.mailbox.ended.borrow_mut().take() else {
            return Poll::Pending;
        };
        let result = ended.map_or_else(|| answered(&it.run), Err);
        Poll::Ready(Outcome {
            result,
            rest: worker.take().map(Live::Worker),
        })
    })
    .await
}

impl Worker {
    pub fn may_serve_again(&self) -> bool {
        self.served < self.reuse && !self.mailbox.retired.get()
    }
}

impl Mailbox {
    fn post(&self, job: Job) {
        *self.job.borrow_mut() = Some(job);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    async fn next(&self) -> Job {
        poll_fn(|context| match self.job.borrow_mut().take() {
            Some(job) => Poll::Ready(job),
            None => {
                *self.waker.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}

/// The life of an instance. It ends with a trap, or when it is dropped.
async fn live(
    app: Arc<Linked>,
    mut store: Store<State>,
    mailbox: Arc<Mailbox>,
) -> wasmtime::Result<()> {
    let Some(pre) = &app.http03 else {
        return Ok(());
    };
    let service = pre.instantiate_async(&mut store).await?;
    store
        .run_concurrent(async |accessor| -> wasmtime::Result<()> {
            loop {
                let job = mailbox.next().await;
                let error = handle(accessor, &service, job).await?;
                poll_fn(|context| settle(accessor, context)).await;
                let grown = accessor.with(|mut access| has_grown(&app, access.data_mut()));
                mailbox.retired.set(grown);
                *mailbox.ended.borrow_mut() = Some(error);
            }
        })
        .await?
}

async fn handle(
    accessor: &Accessor<State>,
    service: &Service,
    job: Job,
) -> wasmtime::Result<Option<Error>> {
    let func = service.wasi_http_handler().func_handle();
    let (call, processed) = accessor.with(|mut access| {
        let http = access.data_mut().http();
        let head = job.request;
        let headers = FieldMap::new_immutable(http.hooks, head.headers);
        let (request, processed) = Request::new(
            head.method,
            Some(head.scheme),
            head.authority,
            Some(head.path),
            headers,
            None,
            job.body,
        );
        let request = http.table.push(request)?;
        wasmtime::error::Ok((
            func.start_call_concurrent(&mut access, (request,))?,
            processed,
        ))
    })?;
    match func.finish_call_concurrent(accessor, call).await?.0 {
        Err(code) => {
            let message = format!("the guest answered with the error {code:?}");
            Ok(Some(Error::new("guest_no_response", message)))
        }
        Ok(response) => accessor.with(|mut access| {
            let response: Response = access.data_mut().http().table.delete(response)?;
            let run = access.data_mut().run.clone();
            let (parts, body) = response.into_http(&mut access, processed)?.into_parts();
            give_head(&run, parts.status, &parts.headers, body);
            Ok(None)
        }),
    }
}

/// Ready when the guest has nothing left to do for the request and its body has ended.
fn settle(accessor: &Accessor<State>, context: &mut Context<'_>) -> Poll<()> {
    if accessor.poll_no_interesting_tasks(context).is_pending() {
        return Poll::Pending;
    }
    let run = accessor.with(|mut access| access.data_mut().run.clone());
    let mut response = run.response.borrow_mut();
    match &mut *response {
        Some(body) => body.poll_ended(context),
        None => Poll::Ready(()),
    }
}
