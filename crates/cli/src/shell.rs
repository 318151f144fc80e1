//! What a command has of the world around it: the environment, the three streams, and the terminal
//! that may be at their ends.

mod color;
mod pager;

use std::fmt;
use std::future::Future;
use std::io::{self, Read, Write};
use std::sync::Arc;

use isobar_auth::Secret;
use isobar_client::{Machine, Surroundings};
use parking_lot::Mutex;

use crate::report::{Class, Error};
use crate::terminal;
use crate::visible::visible;

pub use pager::Pager;

/// The width of lines where there is no terminal to tell its own.
pub const WIDTH: usize = 100;

/// A stream that several parts of a command write to, each a whole line at a time.
pub type Stream = Arc<Mutex<Box<dyn Write + Send>>>;

/// What a command has of the world around it.
#[derive(Clone)]
pub struct Shell {
    /// The environment, the vendors' files, and what else settings are looked for in.
    pub surroundings: Arc<dyn Surroundings>,
    /// What the command reads, where it is asked to.
    pub stdin: Arc<Mutex<Box<dyn Read + Send>>>,
    /// Data, and nothing else.
    pub stdout: Stream,
    /// Everything else.
    pub stderr: Stream,
    /// The width of the terminal that shows stdout; `None` where that is none.
    pub width: Option<usize>,
    /// Whether a terminal shows stderr.
    pub is_watched: bool,
    /// Whether terminals are shown colours.
    pub has_colors: bool,
    /// Who shows long output page by page, where it is asked to.
    pub pager: Arc<Pager>,
}

impl fmt::Debug for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shell")
            .field("width", &self.width)
            .field("is_watched", &self.is_watched)
            .finish_non_exhaustive()
    }
}

impl Shell {
    /// The process's own streams, on the machine that it runs on.
    #[must_use]
    pub fn system() -> Self {
        use io::IsTerminal;
        let stdout = io::stdout();
        let width = stdout.is_terminal().then(|| {
            let columns = rustix::termios::tcgetwinsize(&stdout).map_or(0, |size| size.ws_col);
            if columns == 0 { WIDTH } else { columns.into() }
        });
        let pager = Arc::new(Pager::default());
        let mut shell = Self {
            surroundings: Arc::new(Machine::new(Some(Arc::new(ask)))),
            stdin: Arc::new(Mutex::new(Box::new(io::stdin()))),
            stdout: Arc::new(Mutex::new(Box::new(pager::Paged::new(pager.clone(), stdout)))),
            stderr: Arc::new(Mutex::new(Box::new(io::stderr()))),
            width,
            is_watched: io::stderr().is_terminal(),
            has_colors: false,
            pager,
        };
        let is_dumb = shell.variable("TERM").is_none_or(|term| term == "dumb");
        shell.has_colors = !is_dumb && shell.variable("NO_COLOR").is_none();
        shell
    }

    /// Has what is written from now on shown page by page, where a terminal shows it: by the program that
    /// the first of the variables names which is set, else by less. An empty one is nobody.
    pub(crate) fn page(&self, variables: &[&str]) {
        if self.width.is_none() || !self.is_watched {
            return;
        }
        let named = variables.iter().find_map(|name| self.surroundings.variable(name));
        let command = named.unwrap_or_else(|| "less".to_owned());
        let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if !words.is_empty() {
            let is_plain = self.surroundings.variable(pager::LESS.0).is_none();
            self.pager.want(words, is_plain);
        }
    }

    /// Writes JSON, in colours where a terminal shows it.
    ///
    /// # Errors
    /// As [`Shell::write`].
    pub fn show_json(&self, text: &str) -> Result<(), Error> {
        match self.width {
            Some(_) if self.has_colors => self.write(color::json(&visible(text)).as_bytes()),
            _ => self.show(text),
        }
    }

    /// Writes a table with a heading, which stands out where a terminal shows it.
    ///
    /// # Errors
    /// As [`Shell::write`].
    pub fn show_table(&self, table: &str) -> Result<(), Error> {
        match self.width {
            Some(_) if self.has_colors => {
                self.write(format!("{}\n", color::heading(&visible(table))).as_bytes())
            }
            _ => self.print(table),
        }
    }

    /// Writes an error to stderr.
    pub fn tell(&self, error: &Error) {
        let text = error.text();
        if self.is_watched && self.has_colors {
            self.write_raw(&format!("{}\n", color::error(text.trim_end())));
        } else {
            self.note(text.trim_end());
        }
    }

    /// A variable of the environment; `None` where it is unset, empty or no Unicode.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<String> {
        self.surroundings.variable(name).filter(|text| !text.is_empty())
    }

    /// Writes to stdout.
    ///
    /// # Errors
    /// [`Class::Unwritable`] where it cannot be written. That the reader of a pipe has gone is no
    /// error: it has seen enough, and the command ends with [`GONE`].
    pub fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        self.stdout.lock().write_all(bytes).map_err(unwritable)
    }

    /// Writes a text. A terminal is shown its control characters and does not obey them.
    ///
    /// # Errors
    /// As [`Shell::write`].
    pub fn show(&self, text: &str) -> Result<(), Error> {
        match self.width {
            Some(_) => self.write(visible(text).as_bytes()),
            None => self.write(text.as_bytes()),
        }
    }

    /// Writes a text, as [`Shell::show`], and ends its line.
    ///
    /// # Errors
    /// As [`Shell::write`].
    pub fn print(&self, text: &str) -> Result<(), Error> {
        let text = if self.width.is_some() { visible(text) } else { text.into() };
        let mut stdout = self.stdout.lock();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.write_all(b"\n")).map_err(unwritable)
    }

    /// Sends on what stdout holds.
    ///
    /// # Errors
    /// As [`Shell::write`].
    pub fn flush(&self) -> Result<(), Error> {
        self.stdout.lock().flush().map_err(unwritable)
    }

    /// Writes a line to stderr, with its control characters written out. Where not even this can be
    /// written there is nobody to tell.
    pub fn note(&self, text: &str) {
        let text = visible(text);
        let mut stderr = self.stderr.lock();
        let _ = stderr.write_all(format!("{text}\n").as_bytes()).and_then(|()| stderr.flush());
    }

    /// Writes to stderr what is no line.
    pub fn write_raw(&self, text: &str) {
        let mut stderr = self.stderr.lock();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }

    /// Runs a future to its end, or until Ctrl-C drops it.
    ///
    /// # Errors
    /// The future's own, and [`Class::Interrupted`].
    pub fn run<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(
            |error| Error::failed("internal", "the runtime cannot be started").source(error),
        )?;
        runtime.block_on(async {
            tokio::select! {
                done = work => done,
                _ = tokio::signal::ctrl_c() => {
                    Err(Error::new(Class::Interrupted, "interrupted", "interrupted"))
                }
            }
        })
    }
}

/// Asks the person at the terminal for what is not to be seen, such as an MFA code.
fn ask(question: &str) -> io::Result<Secret> {
    terminal::ask(question, true).map(|answer| Secret::from(answer.as_str()))
}

/// The code of the error that says that nobody reads the output any more.
pub const GONE: &str = "output_closed";

/// What a failure to write the output is.
#[must_use]
pub fn unwritable(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::failed(GONE, "nobody reads the output any more"),
        io::ErrorKind::StorageFull => Error::new(
            Class::Unwritable,
            "disk_full",
            "the output cannot be written: the disk is full",
        )
        .source(error)
        .hint("make room, or write elsewhere"),
        _ => Error::new(Class::Unwritable, "output_unwritable", "the output cannot be written")
            .source(error),
    }
}
