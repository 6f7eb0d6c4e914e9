//! Calls of host functions: what C++ has been asked and has yet to answer, from any thread.

use crate::abi::{self, Arg, Buffer, Slice};
use crate::guard;
use crate::run::Run;
use bytes::Bytes;
use std::ffi::c_void;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// What `skep_call*` points to: one reference of C++'s.
pub struct Call(Mutex<State>);

enum State {
    Waiting(Option<Waker>),
    Answered(Answer),
    Over,
}

/// What C++ answered.
#[derive(Debug)]
pub enum Answer {
    Value(Value),
    Fail { code: String, message: String },
    Trap(String),
}

/// A value of C++'s, copied or owned. `Text` is UTF-8, `Bytes` may be.
#[derive(Debug, Clone)]
pub enum Value {
    None,
    Bytes(Bytes),
    Text(Bytes),
    Number(u64),
    Float(f64),
    Handle(u32),
    List(Vec<Value>),
}

/// The pointer that C++ gave with a function or resource.
#[derive(Clone, Copy)]
pub struct Token(pub *mut c_void);

unsafe impl Send for Token {}
unsafe impl Sync for Token {}

/// The guest's side: a future of the answer.
pub struct Asked {
    call: Arc<Call>,
    run: Arc<Run>,
    function: Token,
}

/// Asks C++. `args` are read before this returns.
pub fn ask(run: Arc<Run>, function: Token, args: &[Arg]) -> Asked {
    let call = Arc::new(Call(Mutex::new(State::Waiting(None))));
    let theirs = Arc::into_raw(call.clone()).cast_mut();
    let on_call = run.callbacks().on_call;
    unsafe { on_call(run.user(), function.0, args.as_ptr(), args.len(), theirs) };
    Asked {
        call,
        run,
        function,
    }
}

impl Asked {
    /// The answer of a function that answers before it returns.
    pub fn at_once(self) -> Answer {
        let mut state = self.call.state();
        match std::mem::replace(&mut *state, State::Over) {
            State::Answered(answer) => answer,
            unanswered => {
                *state = unanswered;
                Answer::Trap("the host did not answer at once".to_owned())
            }
        }
    }
}

impl Call {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, answer: Answer) {
        let mut state = self.state();
        if let State::Waiting(waker) = &mut *state {
            let waker = waker.take();
            *state = State::Answered(answer);
            drop(state);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

impl Future for Asked {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let mut state = self.call.state();
        match std::mem::replace(&mut *state, State::Over) {
            State::Answered(answer) => Poll::Ready(answer),
            State::Over => Poll::Ready(Answer::Trap("a host call was polled twice".to_owned())),
            State::Waiting(_) => {
                *state = State::Waiting(Some(context.waker().clone()));
                Poll::Pending
            }
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let mut state = self.call.state();
        let waited = matches!(*state, State::Waiting(_));
        *state = State::Over;
        drop(state);
        if waited {
            let theirs = Arc::as_ptr(&self.call).cast_mut();
            let on_cancel = self.run.callbacks().on_call_cancel;
            unsafe { on_cancel(self.run.user(), self.function.0, theirs) };
        }
    }
}

impl Value {
    /// # Safety
    /// `arg` and all that it views must be valid during the call.
    unsafe fn copy(arg: &Arg) -> Value {
        unsafe {
            match arg.kind {
                abi::ARG_BYTES => Value::Bytes(Bytes::copy_from_slice(arg.value.bytes.bytes())),
                abi::ARG_U64 => Value::Number(arg.value.number),
                abi::ARG_F64 => Value::Float(arg.value.float),
                abi::ARG_HANDLE => Value::Handle(arg.value.number as u32),
                abi::ARG_LIST => {
                    let items = abi::array(arg.value.items, arg.count as usize);
                    Value::List(items.iter().map(|item| Value::copy(item)).collect())
                }
                _ => Value::None,
            }
        }
    }
}

unsafe fn complete(call: *mut Call, answer: Answer) {
    guard::quiet((), || unsafe { Arc::from_raw(call) }.answer(answer));
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_done_none(call: *mut Call) {
    unsafe { complete(call, Answer::Value(Value::None)) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_done_bytes(call: *mut Call, bytes: Buffer) {
    unsafe { complete(call, Answer::Value(Value::Bytes(bytes.into_bytes()))) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_done_text(call: *mut Call, text: Buffer) {
    unsafe { complete(call, Answer::Value(Value::Text(text.into_bytes()))) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_done_copy(call: *mut Call, bytes: Slice) {
    let bytes = Bytes::copy_from_slice(unsafe { bytes.bytes() });
    unsafe { complete(call, Answer::Value(Value::Bytes(bytes))) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_done_handle(call: *mut Call, number: u32) {
    unsafe { complete(call, Answer::Value(Value::Handle(number))) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_done_u64(call: *mut Call, value: u64) {
    unsafe { complete(call, Answer::Value(Value::Number(value))) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_done_f64(call: *mut Call, value: f64) {
    unsafe { complete(call, Answer::Value(Value::Float(value))) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_done_value(call: *mut Call, value: *const Arg) {
    unsafe { complete(call, Answer::Value(Value::copy(&*value))) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_fail(call: *mut Call, code: Slice, message: Slice) {
    let (code, message) = unsafe { (code.text(), message.text()) };
    unsafe { complete(call, Answer::Fail { code, message }) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_trap(call: *mut Call, reason: Slice) {
    unsafe { complete(call, Answer::Trap(reason.text())) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_call_free(call: *mut Call) {
    unsafe { complete(call, Answer::Trap("the host gave the call up".to_owned())) };
}
