//! What transfers print: lines as aws-cli has them, or the same as data.

use std::borrow::Cow;
use std::sync::Arc;

use isobar_transfer::{Action, Begun, Bucket, Listed};
use isobar_wire::{Name, Value};
use jiff::Timestamp;
use parking_lot::Mutex;

use super::verb::Words;
use crate::format::{self, Format, json};
use crate::report::Error;
use crate::shell::Shell;
use crate::visible::visible_name;

/// The output: a line for each, or a list.
#[derive(Clone)]
pub(super) struct Output {
    shell: Shell,
    /// `None` for lines.
    format: Option<Format>,
    /// What waits for the end, and whether JSON's list was begun.
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    waiting: Vec<Value>,
    has_begun: bool,
}

/// One of what is printed, as a line or as data: made only as what it is printed as, since there may
/// be very many.
pub(super) struct Item<L, D> {
    pub(super) line: L,
    pub(super) data: D,
}

impl Output {
    pub(super) fn new(shell: &Shell, format: Option<Format>) -> Self {
        let format = format.filter(|format| *format != Format::Text);
        Self { shell: shell.clone(), format, state: Arc::default() }
    }

    /// Whether it is lines.
    pub(super) fn is_lines(&self) -> bool {
        self.format.is_none()
    }

    /// Prints one. JSON is printed as it comes, since there may be many.
    pub(super) fn add(
        &self,
        item: Item<impl FnOnce() -> String, impl FnOnce() -> Value>,
    ) -> Result<(), Error> {
        let mut state = self.state.lock();
        match self.format {
            None => self.shell.print(&(item.line)()),
            Some(Format::Json) => {
                let before = if state.has_begun { ",\n" } else { "[\n" };
                state.has_begun = true;
                let text = format!("{before}{}{}", json::indent(1), json::text(&(item.data)(), 1));
                self.shell.write(text.as_bytes())
            }
            Some(_) => {
                state.waiting.push((item.data)());
                Ok(())
            }
        }
    }

    /// Ends the list.
    pub(super) fn finish(&self) -> Result<(), Error> {
        let mut state = self.state.lock();
        match self.format {
            None => Ok(()),
            Some(Format::Json) => self.shell.print(if state.has_begun { "\n]" } else { "[]" }),
            Some(format) => {
                let all = Value::List(std::mem::take(&mut state.waiting));
                format::print(&self.shell, format, &all, &[])
            }
        }
    }

    /// Prints the one that there is.
    pub(super) fn only(
        &self,
        item: Item<impl FnOnce() -> String, impl FnOnce() -> Value>,
    ) -> Result<(), Error> {
        match self.format {
            None => self.shell.print(&(item.line)()),
            Some(format) => format::print(&self.shell, format, &(item.data)(), &[]),
        }
    }
}

fn data<const N: usize>(entries: [(&'static str, Option<Value>); N]) -> Value {
    let entries = entries.into_iter();
    Value::Map(entries.filter_map(|(name, value)| Some((Name::Borrowed(name), value?))).collect())
}

fn text(text: &str) -> Option<Value> {
    Some(text.to_owned().into())
}

fn number(number: u64) -> Option<Value> {
    Some(i64::try_from(number).unwrap_or(i64::MAX).into())
}

/// A name within a line, whose control characters a terminal shall not obey.
fn name(name: &str) -> Cow<'_, str> {
    visible_name(name)
}

fn moment(time: Option<Timestamp>) -> String {
    time.map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// An object, whose name is shown from a place on, or a prefix.
pub(super) fn listed(
    listed: &Listed,
    from: usize,
    is_readable: bool,
) -> Item<impl FnOnce() -> String, impl FnOnce() -> Value> {
    let line = move || match listed {
        Listed::Prefix(prefix) => {
            format!("{:>30} {}", "PRE", name(prefix.get(from..).unwrap_or_default()))
        }
        Listed::Object { key, size, modified } => {
            let shown = if is_readable { readable(*size) } else { size.to_string() };
            let short = name(key.get(from..).unwrap_or_default());
            format!("{:19} {shown:>10} {short}", moment(*modified))
        }
    };
    let data = move || match listed {
        Listed::Prefix(prefix) => data([("Prefix", text(prefix))]),
        Listed::Object { key, size, modified } => data([
            ("Key", text(key)),
            ("Size", number(*size)),
            ("LastModified", modified.map(Value::Timestamp)),
        ]),
    };
    Item { line, data }
}

/// How many there were.
pub(super) fn summary(count: u64, size: u64, is_readable: bool) -> String {
    let size = if is_readable { readable(size) } else { size.to_string() };
    format!("\nTotal Objects: {count}\n   Total Size: {size}")
}

pub(super) fn bucket(bucket: &Bucket) -> Item<impl FnOnce() -> String, impl FnOnce() -> Value> {
    Item {
        line: move || format!("{:19} {}", moment(bucket.created), name(&bucket.name)),
        data: move || {
            data([
                ("Name", text(&bucket.name)),
                ("CreationDate", bucket.created.map(Value::Timestamp)),
            ])
        },
    }
}

/// An upload that has not ended.
pub(super) fn upload(begun: &Begun) -> Item<impl FnOnce() -> String, impl FnOnce() -> Value> {
    let Begun { key, upload, begun } = begun;
    Item {
        line: move || format!("{:19} {} {}", moment(*begun), name(upload), name(key)),
        data: move || {
            data([
                ("Key", text(key)),
                ("UploadId", text(upload)),
                ("Initiated", begun.map(Value::Timestamp)),
            ])
        },
    }
}

/// What was done, or would be.
pub(super) fn done(
    words: Words,
    action: Action,
    (from, to): (&str, &str),
    dry: bool,
) -> Item<impl FnOnce() -> String, impl FnOnce() -> Value> {
    let action = called(action);
    let line = move || {
        let would = match (dry, words) {
            (false, _) => "",
            (true, Words::Aws) => "(dryrun) ",
            (true, _) => "(dry run) ",
        };
        let target = if to.is_empty() { String::new() } else { format!(" to {}", name(to)) };
        format!("{would}{action}: {}{target}", name(from))
    };
    let data = move || {
        data([
            ("Action", text(action)),
            ("Source", text(from)),
            ("Target", text(to).filter(|_| !to.is_empty())),
            ("DryRun", dry.then_some(Value::Bool(true))),
        ])
    };
    Item { line, data }
}

/// What was done to a bucket, or a URL: a line, and the same under a name.
pub(super) fn plain(
    line: String,
    member: &'static str,
    value: &str,
) -> Item<impl FnOnce() -> String, impl FnOnce() -> Value> {
    Item { line: move || line, data: move || data([(member, text(value))]) }
}

/// What an action is called.
fn called(action: Action) -> &'static str {
    match action {
        Action::Upload => "upload",
        Action::Download => "download",
        Action::Copy => "copy",
        Action::Move => "move",
        Action::Delete => "delete",
    }
}

/// A size in the largest unit that it fills, as aws-cli shows it.
fn readable(size: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if size == 1 {
        return "1 Byte".to_owned();
    }
    if size < 1024 {
        return format!("{size} Bytes");
    }
    // Whole tenths, rounded: a float would lose digits of large sizes.
    let mut unit = 0;
    let mut divisor = 1024_u64;
    while unit + 1 < UNITS.len() && size.saturating_add(divisor / 2) / divisor >= 1024 {
        divisor *= 1024;
        unit += 1;
    }
    let tenths = (u128::from(size) * 10 + u128::from(divisor) / 2) / u128::from(divisor);
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_as_aws_cli_shows_them() {
        for (size, expected) in [
            (0, "0 Bytes"),
            (1, "1 Byte"),
            (1023, "1023 Bytes"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (1024 * 1024 - 1, "1.0 MiB"),
            (1 << 20, "1.0 MiB"),
            (5 << 30, "5.0 GiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(readable(size), expected, "{size}");
        }
    }

    #[test]
    fn names_do_not_speak_to_terminals() {
        let object =
            Listed::Object { key: "a\u{1b}]0;x\u{7}\nb".to_owned(), size: 1, modified: None };
        let line = (listed(&object, 0, false).line)();
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
        let line = (done(Words::Own, Action::Copy, ("a\u{1b}", "b\r"), false).line)();
        assert!(!line.contains(|c: char| c.is_control()), "{line:?}");
    }
}
