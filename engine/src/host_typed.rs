//! Host functions of the shapes that are worth their own code: arguments are views into the
//! guest's memory, nothing is boxed but the future.

use crate::abi::{
    Arg, PARAM_BYTES as B, PARAM_F64 as F, PARAM_HANDLE as H, PARAM_STRING as S, PARAM_U64 as N,
};
use crate::abi::{
    RESULT_BYTES, RESULT_HANDLE, RESULT_NONE, RESULT_OPTION_BYTES, RESULT_OPTION_STRING,
    RESULT_STRING, RESULT_UNIT,
};
use crate::call::{self, Answer, Value};
use crate::error::Stop;
use crate::hosts::Function;
use crate::state::State;
use bytes::Bytes;
use std::borrow::Cow;
use std::mem::MaybeUninit;
use wasmtime::StoreContextMut;
use wasmtime::component::__internal::{
    CanonicalAbiInfo, InstanceType, InterfaceType, LowerContext,
};
use wasmtime::component::{
    ComponentNamedList, ComponentType, Lift, LinkerInstance, Lower, Resource, WasmList, WasmStr,
};

/// The Rust type of every resource that C++ declares: a number that C++ chose.
pub struct Handle;

/// `skep:platform/types.error`.
#[derive(ComponentType, Lower)]
#[component(record)]
pub struct HostError {
    code: String,
    message: String,
}

type Store<'a> = StoreContextMut<'a, State>;

/// One argument: shown to C++ as a view.
trait Param: Lift {
    type View<'a>
    where
        Self: 'a;
    fn view<'a>(&'a self, store: &'a Store<'_>) -> wasmtime::Result<Self::View<'a>>;
    fn arg(view: &Self::View<'_>) -> Arg;
}

impl Param for WasmStr {
    type View<'a> = Cow<'a, str>;

    fn view<'a>(&'a self, store: &'a Store<'_>) -> wasmtime::Result<Cow<'a, str>> {
        self.to_str(store)
    }

    fn arg(view: &Cow<'_, str>) -> Arg {
        Arg::bytes(view.as_bytes())
    }
}

impl Param for WasmList<u8> {
    type View<'a> = &'a [u8];

    fn view<'a>(&'a self, store: &'a Store<'_>) -> wasmtime::Result<&'a [u8]> {
        Ok(self.as_le_slice(store))
    }

    fn arg(view: &&[u8]) -> Arg {
        Arg::bytes(view)
    }
}

impl Param for Resource<Handle> {
    type View<'a> = u32;

    fn view<'a>(&'a self, _: &'a Store<'_>) -> wasmtime::Result<u32> {
        Ok(self.rep())
    }

    fn arg(view: &u32) -> Arg {
        Arg::handle(*view)
    }
}

impl Param for u64 {
    type View<'a> = u64;

    fn view<'a>(&'a self, _: &'a Store<'_>) -> wasmtime::Result<u64> {
        Ok(*self)
    }

    fn arg(view: &u64) -> Arg {
        Arg::number(*view)
    }
}

impl Param for f64 {
    type View<'a> = f64;

    fn view<'a>(&'a self, _: &'a Store<'_>) -> wasmtime::Result<f64> {
        Ok(*self)
    }

    fn arg(view: &f64) -> Arg {
        Arg::float(*view)
    }
}

/// All arguments of a function.
trait Params: ComponentNamedList + Lift + 'static {
    fn show<R>(&self, store: &Store<'_>, to: impl FnOnce(&[Arg]) -> R) -> wasmtime::Result<R>;
}

macro_rules! params {
    ($($name:ident: $type:ident),*) => {
        #[allow(non_snake_case, unused_variables)]
        impl<$($type: Param + ComponentType + 'static),*> Params for ($($type,)*) {
            fn show<R>(
                &self,
                store: &Store<'_>,
                to: impl FnOnce(&[Arg]) -> R,
            ) -> wasmtime::Result<R> {
                let ($($name,)*) = self;
                $(let $name = $name.view(store)?;)*
                Ok(to(&[$($type::arg(&$name)),*]))
            }
        }
    };
}

params!();
params!(a: A);
params!(a: A, b: B1);
params!(a: A, b: B1, c: C);
params!(a: A, b: B1, c: C, d: D);

/// What a function returns.
trait Reply: Sized + ComponentNamedList + Lower + Send + Sync + 'static {
    fn make(value: Value) -> wasmtime::Result<Self>;
    fn fail(error: HostError) -> wasmtime::Result<Self>;
}

fn unfit(value: &Value) -> wasmtime::Error {
    Stop(
        "guest_trap",
        format!("the host's answer does not fit: {value:?}"),
    )
    .into()
}

/// UTF-8 that C++ gave, lowered from where it lies.
struct Text(Bytes);

impl Text {
    fn check(bytes: Bytes) -> wasmtime::Result<Text> {
        match std::str::from_utf8(&bytes) {
            Ok(_) => Ok(Text(bytes)),
            Err(_) => Err(Stop("guest_trap", "the host's answer is not UTF-8".into()).into()),
        }
    }

    fn text(&self) -> &str {
        // Checked, or promised by skep_call_done_text.
        unsafe { std::str::from_utf8_unchecked(&self.0) }
    }
}

// As `str`, to which all is passed on.
unsafe impl ComponentType for Text {
    type Lower = <str as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = <str as ComponentType>::ABI;

    fn typecheck(kind: &InterfaceType, types: &InstanceType<'_>) -> wasmtime::Result<()> {
        <str as ComponentType>::typecheck(kind, types)
    }
}

unsafe impl Lower for Text {
    fn linear_lower_to_flat<T>(
        &self,
        context: &mut LowerContext<'_, T>,
        kind: InterfaceType,
        into: &mut MaybeUninit<Self::Lower>,
    ) -> wasmtime::Result<()> {
        self.text().linear_lower_to_flat(context, kind, into)
    }

    fn linear_lower_to_memory<T>(
        &self,
        context: &mut LowerContext<'_, T>,
        kind: InterfaceType,
        offset: usize,
    ) -> wasmtime::Result<()> {
        self.text().linear_lower_to_memory(context, kind, offset)
    }
}

macro_rules! reply {
    ($type:ty, $($pattern:pat => $value:expr),*) => {
        impl Reply for (Result<$type, HostError>,) {
            fn make(value: Value) -> wasmtime::Result<Self> {
                match value {
                    $($pattern => Ok((Ok($value),)),)*
                    other => Err(unfit(&other)),
                }
            }

            fn fail(error: HostError) -> wasmtime::Result<Self> {
                Ok((Err(error),))
            }
        }
    };
}

reply!((), Value::None => ());
reply!(Bytes, Value::Bytes(bytes) | Value::Text(bytes) => bytes);
reply!(Text, Value::Text(bytes) => Text(bytes), Value::Bytes(bytes) => Text::check(bytes)?);
reply!(Option<Bytes>, Value::None => None, Value::Bytes(bytes) | Value::Text(bytes) => Some(bytes));
reply!(
    Option<Text>,
    Value::None => None,
    Value::Text(bytes) => Some(Text(bytes)),
    Value::Bytes(bytes) => Some(Text::check(bytes)?)
);
reply!(Resource<Handle>, Value::Handle(number) => Resource::new_own(number));

impl Reply for () {
    fn make(_: Value) -> wasmtime::Result<()> {
        Ok(())
    }

    fn fail(error: HostError) -> wasmtime::Result<()> {
        Err(Stop("guest_trap", format!("{}: {}", error.code, error.message)).into())
    }
}

fn reply_of<R: Reply>(answer: Answer) -> wasmtime::Result<R> {
    match answer {
        Answer::Value(value) => R::make(value),
        Answer::Fail { code, message } => R::fail(HostError { code, message }),
        Answer::Trap(reason) => Err(Stop("guest_trap", reason).into()),
    }
}

/// How a function of known types is added to a linker.
trait Define {
    fn define<P: Params, R: Reply>(
        instance: &mut LinkerInstance<'_, State>,
        function: &Function,
    ) -> wasmtime::Result<()>;
}

/// The guest may wait for the answer.
struct Later;

impl Define for Later {
    fn define<P: Params, R: Reply>(
        instance: &mut LinkerInstance<'_, State>,
        function: &Function,
    ) -> wasmtime::Result<()> {
        let token = function.token;
        instance.func_wrap_async(&function.name, move |store: Store<'_>, params: P| {
            let run = store.data().run.clone();
            let asked = params.show(&store, |args| call::ask(run, token, args));
            Box::new(async move { reply_of::<R>(asked?.await) })
        })
    }
}

/// The answer is there when C++ returns.
struct AtOnce;

impl Define for AtOnce {
    fn define<P: Params, R: Reply>(
        instance: &mut LinkerInstance<'_, State>,
        function: &Function,
    ) -> wasmtime::Result<()> {
        let token = function.token;
        instance.func_wrap(&function.name, move |store: Store<'_>, params: P| {
            let run = store.data().run.clone();
            let asked = params.show(&store, |args| call::ask(run, token, args))?;
            reply_of::<R>(asked.at_once())
        })
    }
}

fn define_any<D: Define, P: Params>(
    instance: &mut LinkerInstance<'_, State>,
    function: &Function,
) -> wasmtime::Result<bool> {
    match function.result {
        RESULT_NONE => D::define::<P, ()>(instance, function)?,
        RESULT_BYTES => D::define::<P, (Result<Bytes, HostError>,)>(instance, function)?,
        RESULT_STRING => D::define::<P, (Result<Text, HostError>,)>(instance, function)?,
        RESULT_OPTION_BYTES => {
            D::define::<P, (Result<Option<Bytes>, HostError>,)>(instance, function)?
        }
        RESULT_OPTION_STRING => {
            D::define::<P, (Result<Option<Text>, HostError>,)>(instance, function)?
        }
        RESULT_HANDLE => {
            D::define::<P, (Result<Resource<Handle>, HostError>,)>(instance, function)?
        }
        RESULT_UNIT => D::define::<P, (Result<(), HostError>,)>(instance, function)?,
        _ => return Ok(false),
    }
    Ok(true)
}

type Str = WasmStr;
type List = WasmList<u8>;
type Own = Resource<Handle>;

fn add_at_once(
    instance: &mut LinkerInstance<'_, State>,
    function: &Function,
) -> wasmtime::Result<bool> {
    match function.params[..] {
        [] => define_any::<AtOnce, ()>(instance, function),
        [S] => define_any::<AtOnce, (Str,)>(instance, function),
        [S, S] => define_any::<AtOnce, (Str, Str)>(instance, function),
        [S, S, S] => define_any::<AtOnce, (Str, Str, Str)>(instance, function),
        [S, F] => define_any::<AtOnce, (Str, f64)>(instance, function),
        _ => Ok(false),
    }
}

/// Adds the function if its shape is one of these; says whether it was.
pub fn add(
    instance: &mut LinkerInstance<'_, State>,
    function: &Function,
) -> wasmtime::Result<bool> {
    if function.at_once && add_at_once(instance, function)? {
        return Ok(true);
    }
    match function.params[..] {
        [] => define_any::<Later, ()>(instance, function),
        [S] => define_any::<Later, (Str,)>(instance, function),
        [S, S] => define_any::<Later, (Str, Str)>(instance, function),
        [S, B] => define_any::<Later, (Str, List)>(instance, function),
        [S, S, B] => define_any::<Later, (Str, Str, List)>(instance, function),
        [S, S, S] => define_any::<Later, (Str, Str, Str)>(instance, function),
        [B] => define_any::<Later, (List,)>(instance, function),
        [S, N] => define_any::<Later, (Str, u64)>(instance, function),
        [S, F] => define_any::<Later, (Str, f64)>(instance, function),
        [H] => define_any::<Later, (Own,)>(instance, function),
        [H, S] => define_any::<Later, (Own, Str)>(instance, function),
        [H, S, S] => define_any::<Later, (Own, Str, Str)>(instance, function),
        [H, S, B] => define_any::<Later, (Own, Str, List)>(instance, function),
        [H, S, S, B] => define_any::<Later, (Own, Str, Str, List)>(instance, function),
        [H, B] => define_any::<Later, (Own, List)>(instance, function),
        _ => Ok(false),
    }
}
