//! The handlers of a face: what kinds there are, and how they are found by their operations.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::OnceLock;

use isobar_catalogue::{Cloud, Operation, Service};
use isobar_wire::{Response, Unread, Value};

use crate::call::{Answer, Command, Done, Failure, Query, Waiting, Work};
use crate::followers::Follower;
use crate::members::Spare;

/// One operation of a face: its name and its function. Made by [`query!`](crate::query),
/// [`command!`](crate::command), [`wait!`](crate::wait) and [`work!`](crate::work).
#[derive(Debug)]
pub struct Handler<W: 'static> {
    /// The operation's name in snake case, which is the function's.
    pub name: &'static str,
    /// The function.
    pub run: Run<W>,
    /// What of an input it does not read.
    pub unread: fn(Value) -> Vec<Unread>,
    /// What a caller must have a right on.
    pub on: On,
}

/// What a call is made on, in the words of the cloud's policies.
#[derive(Clone, Copy, Debug)]
pub enum On {
    /// Nothing that is told apart.
    Nothing,
    /// `vpc/{VpcId}`: a member of the input stands in braces, of a list its first. What is yet to be made
    /// has a star in the place of its id.
    Named(&'static str),
    /// What the function makes of the input.
    Found(fn(&Value) -> Option<String>),
}

impl On {
    /// What the call of the input is made on; `None` where the input does not say it.
    #[must_use]
    pub fn of(self, input: &Value) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Found(find) => find(input),
            Self::Named(template) => named(template, input),
        }
    }
}

fn named(template: &str, input: &Value) -> Option<String> {
    let mut resource = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (member, after) = after.split_once('}')?;
        let value = input.get(member)?;
        resource.push_str(before);
        resource.push_str(value.as_str().or_else(|| value.as_list()?.first()?.as_str())?);
        rest = after;
    }
    resource.push_str(rest);
    Some(resource)
}

/// What an entry of a table says that a call is made on.
#[doc(hidden)]
#[macro_export]
macro_rules! on {
    () => {
        $crate::handlers::On::Nothing
    };
    ($template:literal) => {
        $crate::handlers::On::Named($template)
    };
    ($function:path) => {
        $crate::handlers::On::Found($function)
    };
}

/// A handler's function with its types erased.
pub enum Run<W: 'static> {
    /// It reads. Nothing is done with its output but to answer, so it is written as it stands.
    Query(fn(&Query<'_, W>, Value, Answer<'_>) -> Result<Response, Failure>),
    /// It writes.
    Command(fn(&mut Command<'_, '_, W>, Value) -> Result<Value, Failure>),
    /// It may have to wait: what is asked again and again, of the input.
    Wait(fn(&Spare, Value) -> Result<Attempt<W>, Failure>),
    /// It works outside of the store.
    Work(for<'a> fn(Work<'a, W>, Value) -> Working<'a>),
}

/// One attempt of a call that may have to wait.
pub type Attempt<W> =
    Box<dyn FnMut(&mut Command<'_, '_, W>) -> Result<Waiting<Value>, Failure> + Send>;

/// Work in progress.
pub type Working<'a> = Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>>;

impl<W> std::fmt::Debug for Run<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Query(_) => "Query",
            Self::Command(_) => "Command",
            Self::Wait(_) => "Wait",
            Self::Work(_) => "Work",
        })
    }
}

/// A service of a face: its name in the catalogue and its handlers, file by file.
#[derive(Debug)]
pub struct Served<W: 'static> {
    /// The service's name in the catalogue.
    pub name: &'static str,
    /// The tables of the service's files.
    pub operations: &'static [&'static [Handler<W>]],
    /// What it does about rows of other services.
    pub followers: &'static [Follower<W>],
}

pub(crate) type ByOperation<W> = HashMap<&'static str, &'static Handler<W>>;

/// The handlers of a face, found by service and operation.
#[derive(Debug)]
pub(crate) struct Handlers<W: 'static> {
    services: HashMap<&'static str, (&'static Served<W>, OnceLock<ByOperation<W>>)>,
}

impl<W> Handlers<W> {
    pub(crate) fn new(services: &'static [Served<W>]) -> Self {
        let services =
            services.iter().map(|served| (served.name, (served, OnceLock::new()))).collect();
        Self { services }
    }

    pub(crate) fn find(
        &self,
        service: &'static Service,
        operation: &Operation,
    ) -> Option<&Handler<W>> {
        let (served, table) = self.services.get(service.name.as_str())?;
        table.get_or_init(|| by_operation(service, served)).get(operation.name.as_str()).copied()
    }
}

/// Finds the operation of every handler.
///
/// # Panics
/// If a handler has no operation in the catalogue, two have the same, or one writes for an operation
/// that whoever may only read may call: mistakes in the program, which each face's tests look for.
pub(crate) fn by_operation<W>(
    service: &'static Service,
    served: &'static Served<W>,
) -> ByOperation<W> {
    let folded: HashMap<String, &'static Operation> =
        service.operations.iter().map(|operation| (fold(&operation.name), operation)).collect();
    let mut table = ByOperation::new();
    for handler in served.operations.iter().copied().flatten() {
        let operation = folded
            .get(&fold(handler.name))
            .unwrap_or_else(|| panic!("{} has no operation like {}", served.name, handler.name));
        let name = operation.name.as_str();
        let writes = matches!(handler.run, Run::Command(_));
        assert!(!(writes && operation.read_only), "{} writes for {name}, which reads", served.name);
        let before = table.insert(name, handler);
        assert!(before.is_none(), "{} has two handlers for {name}", served.name);
    }
    table
}

fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
}

/// The operations that write and do not say what callers need a right on: (service, operation).
///
/// # Panics
/// As [`served_operations`].
pub fn writes_on_nothing<W>(
    cloud: Cloud,
    services: &'static [Served<W>],
) -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::new();
    for served in services {
        let service = isobar_catalogue::service(cloud, served.name)
            .unwrap_or_else(|| panic!("{} is in the catalogue", served.name));
        let reads = |name: &str| service.operation(name).is_none_or(|found| found.read_only);
        let handlers = by_operation(service, served).into_iter();
        let silent =
            handlers.filter(|(name, handler)| matches!(handler.on, On::Nothing) && !reads(name));
        all.extend(silent.map(|(name, _)| (served.name, name)));
    }
    all.sort_unstable();
    all
}

/// Every operation that has a handler: (service, operation), for the coverage tables.
///
/// # Panics
/// If a served service is not in the catalogue or a handler has no operation.
pub fn served_operations<W>(
    cloud: Cloud,
    services: &'static [Served<W>],
) -> Vec<(&'static str, &'static str)> {
    let mut all = Vec::new();
    for served in services {
        let service = isobar_catalogue::service(cloud, served.name)
            .unwrap_or_else(|| panic!("{} is in the catalogue", served.name));
        all.extend(by_operation(service, served).into_keys().map(|name| (served.name, name)));
    }
    all.sort_unstable();
    all
}

/// The member of an operation's input that is its idempotency token.
pub(crate) fn token_member(
    service: &'static Service,
    operation: &Operation,
) -> Option<&'static str> {
    let members = service.input_members(operation);
    members.iter().find(|member| member.idempotency_token).map(|member| member.name.as_str())
}

/// The table entry of a handler that reads; the function's name is the operation's.
#[macro_export]
macro_rules! query {
    ($function:ident) => {
        $crate::Handler {
            name: stringify!($function),
            run: $crate::handlers::Run::Query(|cx, value, answer| {
                answer.write(&$function(cx, $crate::members::input(&cx.spare, value)?)?)
            }),
            on: $crate::handlers::On::Nothing,
            unread: |value| {
                $crate::members::unread_by(|cx, input| drop($function(cx, input)), value)
            },
        }
    };
}

/// The table entry of a handler that writes; the function's name is the operation's. Where callers have
/// rights on single resources it says on which: `command!(delete_vpc, on "vpc/{VpcId}")`, or the name
/// of a function that finds it in the input (see [`On`](crate::handlers::On)).
#[macro_export]
macro_rules! command {
    ($function:ident $(, on $($on:tt)+)?) => {
        $crate::Handler {
            name: stringify!($function),
            run: $crate::handlers::Run::Command(|cx, value| {
                let input = $crate::members::input(&cx.spare, value)?;
                $crate::call::output(&$function(cx, input)?)
            }),
            on: $crate::on!($($($on)+)?),
            unread: |value| {
                $crate::members::unread_by_command(|cx, input| drop($function(cx, input)), value)
            },
        }
    };
}

/// The table entry of a handler that may have to wait; the function's name is the operation's.
#[macro_export]
macro_rules! wait {
    ($function:ident $(, on $($on:tt)+)?) => {
        $crate::Handler {
            name: stringify!($function),
            run: $crate::handlers::Run::Wait(|spare, value| {
                let input = $crate::members::input(spare, value)?;
                Ok(Box::new(move |cx| {
                    Ok(match $function(cx, &input)? {
                        $crate::call::Waiting::Done(output) => {
                            $crate::call::Waiting::Done($crate::call::output(&output)?)
                        }
                        $crate::call::Waiting::Not(wait) => $crate::call::Waiting::Not(wait),
                    })
                }))
            }),
            on: $crate::on!($($($on)+)?),
            unread: |value| {
                $crate::members::unread_by_command(|cx, input| drop($function(cx, &input)), value)
            },
        }
    };
}

/// The table entry of a handler that works outside of the store; the function's name is the
/// operation's.
#[macro_export]
macro_rules! work {
    ($function:ident $(, on $($on:tt)+)?) => {
        $crate::Handler {
            name: stringify!($function),
            run: $crate::handlers::Run::Work(|cx, value| {
                Box::pin(async move {
                    let input = $crate::members::input(&cx.spare, value)?;
                    $function(cx, input).await
                })
            }),
            on: $crate::on!($($($on)+)?),
            unread: |value| {
                $crate::members::unread_by_work(|cx, input| drop($function(cx, input)), value)
            },
        }
    };
}
