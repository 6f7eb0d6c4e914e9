//! Host functions of core modules: strings as (pointer, length), answers as one i32.

use crate::abi::{Arg, CORE_DATA, CORE_NONE, SCALAR_F64, SCALAR_I64};
use crate::call::{self, Answer, Token, Value};
use crate::core_memory::{self, Exports};
use crate::error::Stop;
use crate::state::State;
use std::sync::Arc;
use wasmtime::{AsContextMut, Caller, FuncType, Linker, Memory, Val, ValType};

const FAILED: i32 = -1;
const NOT_SET: i32 = -2;

#[derive(Clone)]
pub struct Function {
    pub module: String,
    pub name: String,
    pub strings: usize,
    pub scalars: Vec<u8>,
    pub result: u32,
    pub token: Token,
}

pub fn add(linker: &mut Linker<State>, functions: &[Function]) -> wasmtime::Result<()> {
    for function in functions {
        let answers = function.result != CORE_NONE && function.scalars.is_empty();
        match function.strings {
            1 if answers => add_of_one(linker, function)?,
            2 if answers => add_of_two(linker, function)?,
            _ => add_dynamic(linker, function)?,
        }
    }
    linker.func_wrap_async(
        "skep",
        "last_error",
        |mut caller: Caller<'_, State>, (): ()| {
            Box::new(async move {
                let text = caller.data().last_error.clone();
                let exports = Exports::of_caller(&mut caller)?;
                core_memory::give_counted(caller.as_context_mut(), &exports, text.as_bytes()).await
            })
        },
    )?;
    Ok(())
}

fn add_of_one(linker: &mut Linker<State>, function: &Function) -> wasmtime::Result<()> {
    let (module, name) = (&function.module, &function.name);
    let function = Arc::new(function.clone());
    linker.func_wrap_async(module, name, move |caller, (at, len): (i32, i32)| {
        let function = function.clone();
        let params = [at, len].map(Val::I32);
        Box::new(async move { ask(caller, &function, &params).await })
    })?;
    Ok(())
}

fn add_of_two(linker: &mut Linker<State>, function: &Function) -> wasmtime::Result<()> {
    let (module, name) = (&function.module, &function.name);
    let function = Arc::new(function.clone());
    linker.func_wrap_async(
        module,
        name,
        move |caller, (first, first_len, second, second_len): (i32, i32, i32, i32)| {
            let function = function.clone();
            let params = [first, first_len, second, second_len].map(Val::I32);
            Box::new(async move { ask(caller, &function, &params).await })
        },
    )?;
    Ok(())
}

fn add_dynamic(linker: &mut Linker<State>, function: &Function) -> wasmtime::Result<()> {
    let kind = function.kind(linker);
    let (module, name) = (&function.module, &function.name);
    let function = Arc::new(function.clone());
    linker.func_new_async(module, name, kind, move |caller, params, results| {
        let function = function.clone();
        Box::new(async move {
            let answer = ask(caller, &function, params).await?;
            if let Some(result) = results.first_mut() {
                *result = Val::I32(answer);
            }
            Ok(())
        })
    })?;
    Ok(())
}

impl Function {
    fn kind(&self, linker: &Linker<State>) -> FuncType {
        let pairs = std::iter::repeat_n(ValType::I32, self.strings * 2);
        let scalars = self.scalars.iter().map(|scalar| match *scalar {
            SCALAR_I64 => ValType::I64,
            SCALAR_F64 => ValType::F64,
            _ => ValType::I32,
        });
        let result = (self.result != CORE_NONE).then_some(ValType::I32);
        FuncType::new(linker.engine(), pairs.chain(scalars), result)
    }
}

async fn ask(
    mut caller: Caller<'_, State>,
    function: &Function,
    params: &[Val],
) -> wasmtime::Result<i32> {
    let exports = Exports::of_caller(&mut caller)?;
    let run = caller.data().run.clone();
    let asked = {
        let args = arguments(&caller, exports.memory, function, params)?;
        call::ask(run, function.token, &args)
    };
    match asked.await {
        Answer::Trap(reason) => Err(Stop("guest_trap", reason).into()),
        Answer::Fail { code, message } => {
            caller.data_mut().last_error = format!("{code}: {message}");
            Ok(FAILED)
        }
        Answer::Value(Value::Bytes(bytes) | Value::Text(bytes)) if function.result == CORE_DATA => {
            let place =
                core_memory::give_counted(caller.as_context_mut(), &exports, &bytes).await?;
            i32::try_from(place).or_else(|_| {
                caller.data_mut().last_error = "no_memory: no memory below 2 GiB".to_owned();
                Ok(FAILED)
            })
        }
        Answer::Value(Value::None) if function.result == CORE_DATA => {
            caller.data_mut().last_error = "not_set: there is no such value".to_owned();
            Ok(NOT_SET)
        }
        Answer::Value(Value::None) => Ok(0),
        Answer::Value(Value::Number(number)) if function.result != CORE_DATA => {
            Ok((number & 0x7fff_ffff) as i32)
        }
        Answer::Value(other) => Err(Stop(
            "guest_trap",
            format!("the host's answer does not fit: {other:?}"),
        )
        .into()),
    }
}

fn arguments(
    caller: &Caller<'_, State>,
    memory: Memory,
    function: &Function,
    params: &[Val],
) -> wasmtime::Result<Vec<Arg>> {
    let bytes = memory.data(caller);
    let most = caller.data().run.engine.limits.max_host_call_bytes;
    let (pairs, scalars) = params.split_at(function.strings * 2);
    let mut args = Vec::with_capacity(function.strings + scalars.len());
    for pair in pairs.chunks_exact(2) {
        let at = |index: usize| pair[index].i32().unwrap_or_default() as u32 as usize;
        let (start, len) = (at(0), at(1));
        let view = bytes
            .get(start..start + len)
            .filter(|view| view.len() as u64 <= most)
            .ok_or_else(|| {
                Stop(
                    "guest_trap",
                    "an argument lies outside the memory or is too large".into(),
                )
            })?;
        args.push(Arg::bytes(view));
    }
    args.extend(scalars.iter().map(|value| match value {
        Val::I64(it) => Arg::number(*it as u64),
        Val::F64(bits) => Arg::float(f64::from_bits(*bits)),
        other => Arg::number(i64::from(other.i32().unwrap_or_default()) as u64),
    }));
    Ok(args)
}
