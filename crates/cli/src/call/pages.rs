//! `--all`, `--max-items` and what goes with them: page after page, printed as it arrives.
//!
//! What is printed is one document, as if the service had no pages: the lists joined, numbers added
//! up, what is the same on each page once. Only the first list is streamed; the others, which are
//! short wherever vendors have them, are held until the end. A query and a table need everything.

mod merge;
mod stream;

use std::time::Duration;

use isobar_catalogue::model::{Paging, PagingStyle};
use isobar_catalogue::{Cloud, Kind};
use isobar_client::{Client, fit};
use isobar_wire::Value;

use super::token::Position;
use super::{Call, failure, print};
use crate::format::Format;
use crate::report::Error;
use crate::shell::Shell;
use merge::{Merge, find_mut, set};
use stream::Stream;

/// The largest pages that are asked for without being told to.
const LARGEST: f64 = 1000.0;

/// Sets the page's size that the flags ask for.
pub(super) fn set_size(call: &Call, input: &mut Value) -> Result<(), Error> {
    let Some(size) = call.options.page_size else { return Ok(()) };
    let limit = call.operation.paging.as_ref().and_then(|paging| paging.limit.as_ref());
    let Some(limit) = limit else {
        let message = format!("--page-size: {} has no pages of a size", call.operation.name);
        return Err(Error::usage("no_pages", message));
    };
    let members = call.service.input_members(call.operation);
    let is_text = members
        .iter()
        .find(|member| member.name == *limit)
        .is_some_and(|member| matches!(call.service.shape(member.shape).kind, Kind::String(_)));
    let value = if is_text { Value::from(size.to_string()) } else { Value::from(size) };
    input.set(limit.as_str(), value);
    Ok(())
}

/// Sets what the flags say of pages, and says how many items of the first one are known already.
pub(super) fn start(call: &Call, input: &mut Value) -> Result<usize, Error> {
    set_size(call, input)?;
    let (Some(token), Some(paging)) = (&call.options.starting_token, &call.operation.paging) else {
        return Ok(0);
    };
    let position = Position::read(call.operation, paging, token)?;
    let members = position.members.into_iter().map(|(name, value)| (name.into(), value)).collect();
    let mut members = Value::Map(members);
    if let Some(shape) = call.operation.input {
        members = fit(call.service, shape, members);
    }
    if let Value::Map(members) = members {
        for (name, value) in members {
            input.set(name, value);
        }
    }
    Ok(position.skip)
}

/// Without being told, DigitalOcean gives pages of 20; all pages come sooner in larger ones.
fn enlarge(call: &Call, paging: &Paging, input: &mut Value) {
    let members = call.service.input_members(call.operation);
    let limit = paging.limit.as_ref().and_then(|limit| {
        members.iter().find(|member| member.name == *limit && input.get(limit).is_none())
    });
    let Some(member) = limit.filter(|_| call.service.cloud != Cloud::Aws) else { return };
    if let Kind::Integer(number) = &call.service.shape(member.shape).kind
        && let Some(max) = number.range.max.filter(|max| (1.0..=LARGEST).contains(max))
    {
        #[expect(clippy::cast_possible_truncation, reason = "it is at most a thousand")]
        input.set(member.name.as_str(), Value::from(max as i64));
    }
}

/// Gets the pages and prints them.
pub(super) async fn run(shell: &Shell, client: &Client, call: &Call) -> Result<(), Error> {
    let mut input = call.input.clone();
    let skip = start(call, &mut input)?;
    let Some(paging) = &call.operation.paging else {
        let answer = client.send(call.service, call.operation, input).await;
        return print(shell, call, &answer.map_err(|error| failure::report(&error))?.output);
    };
    if call.options.max_items.is_none() && paging.style != PagingStyle::Token {
        enlarge(call, paging, &mut input);
    }
    let mut pages = client.pager(call.service, call.operation, input);
    let mut window = Window { skip, left: call.options.max_items };
    let mut sink = Sink::new(shell, call, paging);
    let mut progress = Progress::new(shell, call);
    let resume = loop {
        let Some(asked) = pages.input().cloned() else { break None };
        let Some(page) = pages.next().await else { break None };
        let mut page = match page {
            Ok(page) => page,
            Err(error) => {
                progress.clear();
                let error = failure::report(&error);
                return Err(match progress.pages {
                    0 => error,
                    _ => error.hint(format!(
                        "go on with --starting-token {}",
                        Position::of(paging, &asked, window.skip).write()
                    )),
                });
            }
        };
        let cut = window.cut(paging, &mut page);
        let items = count(paging, &mut page);
        sink.add(page)?;
        shell.flush()?;
        progress.advance(items);
        if let Some(known) = cut {
            break Some(Position::of(paging, &asked, known));
        }
        if window.left == Some(0) {
            break pages.input().map(|next| Position::of(paging, next, 0));
        }
    };
    progress.clear();
    sink.end(resume.map(|position| position.write()))
}

fn count(paging: &Paging, page: &mut Value) -> usize {
    let first = paging.results.first().and_then(|path| find_mut(page, path));
    first.and_then(|list| list.as_list()).map_or(0, <[Value]>::len)
}

/// Which items of the list are wanted.
struct Window {
    /// How many at the beginning are known already.
    skip: usize,
    /// How many more are wanted; `None` for all.
    left: Option<usize>,
}

impl Window {
    /// Leaves in a page what is wanted of it. Where items were cut off at its end, says how many of
    /// the page's items are known then.
    fn cut(&mut self, paging: &Paging, page: &mut Value) -> Option<usize> {
        let skip = std::mem::take(&mut self.skip);
        let (first, others) = paging.results.split_first()?;
        if skip > 0 {
            // The other lists came with the items that are known.
            for path in others {
                if let Some(Value::List(items)) = find_mut(page, path) {
                    items.clear();
                }
            }
        }
        let Some(Value::List(items)) = find_mut(page, first) else { return None };
        items.drain(..skip.min(items.len()));
        let left = self.left.as_mut()?;
        if items.len() > *left {
            items.truncate(*left);
            let known = skip + *left;
            *left = 0;
            return Some(known);
        }
        *left -= items.len();
        None
    }
}

/// Where pages go.
enum Sink<'a> {
    /// Each by itself, whole, to the filter.
    Jq { shell: &'a Shell, call: &'a Call },
    /// Each by itself.
    Pages { shell: &'a Shell, call: &'a Call, paging: &'a Paging, is_first: bool },
    /// Into one document that is printed as it grows.
    Stream(Stream<'a>),
    /// Into one document that is printed at the end.
    Whole { shell: &'a Shell, call: &'a Call, merge: Merge<'a> },
}

impl<'a> Sink<'a> {
    fn new(shell: &'a Shell, call: &'a Call, paging: &'a Paging) -> Self {
        match call.options.output {
            _ if call.jq.is_some() => Self::Jq { shell, call },
            Format::Text => Self::Pages { shell, call, paging, is_first: true },
            Format::Json | Format::Yaml if call.query.is_none() => {
                Self::Stream(Stream::new(shell, call.options.output, paging))
            }
            _ => Self::Whole { shell, call, merge: Merge::new(paging) },
        }
    }

    fn add(&mut self, mut page: Value) -> Result<(), Error> {
        match self {
            Self::Jq { shell, call } => print(shell, call, &page),
            Self::Pages { shell, call, paging, is_first } => {
                let mut shown = Value::Map(Vec::new());
                if std::mem::take(is_first) {
                    for path in &paging.non_aggregate {
                        let value = find_mut(&mut page, path).map(std::mem::take);
                        set(&mut shown, path, value.unwrap_or_default());
                    }
                }
                for path in &paging.results {
                    let value = find_mut(&mut page, path).map(std::mem::take);
                    set(&mut shown, path, value.unwrap_or_default());
                }
                let shown = if paging.results.is_empty() { &page } else { &shown };
                print(shell, call, shown)
            }
            Self::Stream(stream) => stream.add(page),
            Self::Whole { merge, .. } => {
                merge.add(page);
                Ok(())
            }
        }
    }

    fn end(self, resume: Option<String>) -> Result<(), Error> {
        match self {
            Self::Jq { shell, .. } => {
                if let Some(token) = resume {
                    shell.note(&format!("there are more; go on with --starting-token {token}"));
                }
                Ok(())
            }
            Self::Pages { shell, call, .. } => {
                let Some(token) = resume else { return Ok(()) };
                let mut next = Value::Map(Vec::new());
                set(&mut next, "NextToken.NextToken", Value::from(token));
                print(shell, call, &next)
            }
            Self::Stream(stream) => stream.end(resume),
            Self::Whole { shell, call, merge } => {
                if let Some(token) =
                    resume.as_ref().filter(|_| call.options.output == Format::Table)
                {
                    shell.note(&format!("there are more; go on with --starting-token {token}"));
                }
                print(shell, call, &merge.end(resume))
            }
        }
    }
}

/// A line on stderr that says how far it is, where people look there and data goes elsewhere.
struct Progress<'a> {
    shell: Option<&'a Shell>,
    pages: usize,
    items: usize,
    shown: bool,
    last: std::time::Instant,
}

/// How often the line is written anew.
const EVERY: Duration = Duration::from_millis(100);

impl<'a> Progress<'a> {
    fn new(shell: &'a Shell, call: &Call) -> Self {
        let is_streamed = shell.width.is_some() && call.options.output != Format::Table;
        let shell = Some(shell).filter(|shell| shell.is_watched && !is_streamed);
        Self { shell, pages: 0, items: 0, shown: false, last: std::time::Instant::now() }
    }

    fn advance(&mut self, items: usize) {
        self.pages += 1;
        self.items += items;
        if let Some(shell) = self.shell
            && (!self.shown || self.last.elapsed() >= EVERY)
        {
            self.shown = true;
            self.last = std::time::Instant::now();
            shell.write_raw(&format!("\r\x1b[K{} items, {} pages", self.items, self.pages));
        }
    }

    fn clear(&mut self) {
        if let Some(shell) = self.shell.filter(|_| std::mem::take(&mut self.shown)) {
            shell.write_raw("\r\x1b[K");
        }
    }
}
