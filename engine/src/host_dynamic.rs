//! Host functions of any other shape, through dynamic values.

use crate::abi::Arg;
use crate::call::{self, Answer, Value};
use crate::error::Stop;
use crate::host_typed::Handle;
use crate::hosts::Function;
use crate::state::State;
use wasmtime::StoreContextMut;
use wasmtime::component::types::{ComponentFunc, Type};
use wasmtime::component::{LinkerInstance, Resource, Val};

pub fn add(instance: &mut LinkerInstance<'_, State>, function: &Function) -> wasmtime::Result<()> {
    let token = function.token;
    instance.func_new_async(&function.name, move |mut store, kind, params, results| {
        let run = store.data().run.clone();
        let owned = params
            .iter()
            .map(|value| own(&mut store, value))
            .collect::<wasmtime::Result<Vec<_>>>();
        Box::new(async move {
            let asked = {
                let owned = owned?;
                let args: Vec<Arg> = owned.iter().map(Owned::arg).collect();
                call::ask(run, token, &args)
            };
            let answer = asked.await;
            if let Some(result) = results.first_mut() {
                *result = reply(&mut store, &kind, answer)?;
            } else if let Answer::Trap(reason) = answer {
                return Err(trap(reason));
            }
            Ok(())
        })
    })
}

fn trap(reason: impl Into<String>) -> wasmtime::Error {
    Stop("guest_trap", reason.into()).into()
}

/// An argument with the storage that its `Arg` views.
enum Owned {
    Bytes(Vec<u8>),
    Plain(Arg),
    List(
        Vec<Arg>,
        #[expect(dead_code, reason = "what the arguments view")] Vec<Owned>,
    ),
}

// An `Arg` in `Plain` is a number; in `List` it views what stands beside it.
unsafe impl Send for Owned {}

impl Owned {
    fn arg(&self) -> Arg {
        match self {
            Owned::Bytes(bytes) => Arg::bytes(bytes),
            Owned::Plain(arg) => *arg,
            Owned::List(items, _) => Arg::list(items),
        }
    }

    fn list(items: Vec<Owned>) -> Owned {
        Owned::List(items.iter().map(Owned::arg).collect(), items)
    }
}

fn own(store: &mut StoreContextMut<'_, State>, value: &Val) -> wasmtime::Result<Owned> {
    let number = |number: u64| Ok(Owned::Plain(Arg::number(number)));
    match value {
        Val::Bool(it) => number((*it).into()),
        Val::U8(it) => number((*it).into()),
        Val::U16(it) => number((*it).into()),
        Val::U32(it) => number((*it).into()),
        Val::U64(it) => number(*it),
        Val::S8(it) => number(i64::from(*it) as u64),
        Val::S16(it) => number(i64::from(*it) as u64),
        Val::S32(it) => number(i64::from(*it) as u64),
        Val::S64(it) => number(*it as u64),
        Val::Char(it) => number((*it).into()),
        Val::Float32(it) => Ok(Owned::Plain(Arg::float((*it).into()))),
        Val::Float64(it) => Ok(Owned::Plain(Arg::float(*it))),
        Val::String(it) => Ok(Owned::Bytes(it.as_bytes().to_vec())),
        Val::Enum(it) => Ok(Owned::Bytes(it.as_bytes().to_vec())),
        Val::Option(None) => Ok(Owned::Plain(Arg::NONE)),
        Val::Option(Some(it)) => own(store, it),
        Val::List(items) => own_list(store, items),
        Val::Tuple(items) => own_all(store, items),
        Val::Record(fields) => {
            let values = fields.iter().map(|(_, value)| own(store, value));
            Ok(Owned::list(values.collect::<wasmtime::Result<_>>()?))
        }
        Val::Flags(names) => {
            let names = names
                .iter()
                .map(|name| Owned::Bytes(name.as_bytes().to_vec()));
            Ok(Owned::list(names.collect()))
        }
        Val::Resource(any) => {
            let handle: Resource<Handle> = any.try_into_resource(store)?;
            Ok(Owned::Plain(Arg::handle(handle.rep())))
        }
        _ => Err(trap(
            "an argument of this type cannot be passed to the host",
        )),
    }
}

fn own_all(store: &mut StoreContextMut<'_, State>, items: &[Val]) -> wasmtime::Result<Owned> {
    let items = items.iter().map(|value| own(store, value));
    Ok(Owned::list(items.collect::<wasmtime::Result<_>>()?))
}

fn own_list(store: &mut StoreContextMut<'_, State>, items: &[Val]) -> wasmtime::Result<Owned> {
    let bytes: Option<Vec<u8>> = items
        .iter()
        .map(|value| match value {
            Val::U8(byte) => Some(*byte),
            _ => None,
        })
        .collect();
    match bytes {
        Some(bytes) if !bytes.is_empty() => Ok(Owned::Bytes(bytes)),
        _ => own_all(store, items),
    }
}

fn reply(
    store: &mut StoreContextMut<'_, State>,
    kind: &ComponentFunc,
    answer: Answer,
) -> wasmtime::Result<Val> {
    let Some(result) = kind.results().next() else {
        return Err(trap("it has no result"));
    };
    match (&result, answer) {
        (_, Answer::Trap(reason)) => Err(trap(reason)),
        (Type::Result(types), Answer::Fail { code, message }) => {
            let error = types
                .err()
                .map(|kind| failure(&kind, code, message))
                .transpose()?;
            Ok(Val::Result(Err(error.map(Box::new))))
        }
        (_, Answer::Fail { code, message }) => Err(trap(format!("{code}: {message}"))),
        (Type::Result(types), Answer::Value(value)) => {
            let value = types
                .ok()
                .map(|kind| lower(store, &kind, value))
                .transpose()?;
            Ok(Val::Result(Ok(value.map(Box::new))))
        }
        (_, Answer::Value(value)) => lower(store, &result, value),
    }
}

/// An error as the guest's interface has it: a record of code and message, a variant, or a string.
fn failure(kind: &Type, code: String, message: String) -> wasmtime::Result<Val> {
    match kind {
        Type::String => Ok(Val::String(format!("{code}: {message}"))),
        Type::Record(record) => Ok(Val::Record(
            record
                .fields()
                .map(|field| {
                    let text = if field.name == "code" {
                        code.clone()
                    } else {
                        message.clone()
                    };
                    (field.name.to_owned(), Val::String(text))
                })
                .collect(),
        )),
        Type::Variant(variant) => {
            let cases: Vec<_> = variant.cases().collect();
            let case = cases
                .iter()
                .find(|case| case.name == code)
                .or_else(|| {
                    cases
                        .iter()
                        .find(|case| matches!(case.ty, Some(Type::String)))
                })
                .ok_or_else(|| trap(format!("{code}: {message}")))?;
            let payload = match case.ty {
                Some(Type::String) => Some(Box::new(Val::String(message))),
                None => None,
                Some(_) => return Err(trap(format!("{code}: {message}"))),
            };
            Ok(Val::Variant(case.name.to_owned(), payload))
        }
        _ => Err(trap(format!("{code}: {message}"))),
    }
}

fn lower(
    store: &mut StoreContextMut<'_, State>,
    kind: &Type,
    value: Value,
) -> wasmtime::Result<Val> {
    Ok(match (kind, value) {
        (Type::Option(_), Value::None) => Val::Option(None),
        (Type::Option(option), value) => {
            Val::Option(Some(Box::new(lower(store, &option.ty(), value)?)))
        }
        (Type::String, Value::Bytes(bytes) | Value::Text(bytes)) => Val::String(
            String::from_utf8(bytes.into()).map_err(|_| trap("the host's answer is not UTF-8"))?,
        ),
        (Type::List(_), Value::Bytes(bytes) | Value::Text(bytes)) => {
            Val::List(bytes.iter().map(|byte| Val::U8(*byte)).collect())
        }
        (Type::List(list), Value::List(items)) => {
            let item = list.ty();
            Val::List(lower_all(
                store,
                items.into_iter().map(|value| (item.clone(), value)),
            )?)
        }
        (Type::Tuple(tuple), Value::List(items)) => {
            Val::Tuple(lower_all(store, tuple.types().zip(items))?)
        }
        (Type::Record(record), Value::List(items)) => {
            let fields: Vec<_> = record
                .fields()
                .map(|field| (field.name.to_owned(), field.ty))
                .collect();
            let (names, types): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
            let values = lower_all(store, types.into_iter().zip(items))?;
            Val::Record(names.into_iter().zip(values).collect())
        }
        (Type::Bool, Value::Number(it)) => Val::Bool(it != 0),
        (Type::U8, Value::Number(it)) => Val::U8(it as u8),
        (Type::U16, Value::Number(it)) => Val::U16(it as u16),
        (Type::U32, Value::Number(it)) => Val::U32(it as u32),
        (Type::U64, Value::Number(it)) => Val::U64(it),
        (Type::S32, Value::Number(it)) => Val::S32(it as i32),
        (Type::S64, Value::Number(it)) => Val::S64(it as i64),
        (Type::Float64, Value::Float(it)) => Val::Float64(it),
        (Type::Own(_), Value::Handle(number)) => {
            Val::Resource(Resource::<Handle>::new_own(number).try_into_resource_any(store)?)
        }
        (_, other) => return Err(trap(format!("the host's answer does not fit: {other:?}"))),
    })
}

fn lower_all(
    store: &mut StoreContextMut<'_, State>,
    items: impl Iterator<Item = (Type, Value)>,
) -> wasmtime::Result<Vec<Val>> {
    items
        .map(|(kind, value)| lower(store, &kind, value))
        .collect()
}
