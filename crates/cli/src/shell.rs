//! What a command has of the world around it: the environment, the three streams, and the terminal
//! that may be at their ends.

use std::fmt;
use std::future::Future;
use std::io::{self, Read, Write};
use std::sync::Arc;

use isobar_auth::Secret;
use isobar_client::{Machine, Surroundings};
use parking_lot::Mutex;

use crate::report::{Class, Error};
use crate::terminal;

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
        Self {
            surroundings: Arc::new(Machine::new(Some(Arc::new(ask)))),
            stdin: Arc::new(Mutex::new(Box::new(io::stdin()))),
            stdout: Arc::new(Mutex::new(Box::new(io::BufWriter::with_capacity(1 << 16, stdout)))),
            stderr: Arc::new(Mutex::new(Box::new(io::stderr()))),
            width,
            is_watched: io::stderr().is_terminal(),
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

    /// Writes a text and ends its line.
    ///
    /// # Errors
    /// As [`Shell::write`].
    pub fn print(&self, text: &str) -> Result<(), Error> {
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

    /// Writes a line to stderr. Where not even this can be written there is nobody to tell.
    pub fn note(&self, text: &str) {
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
