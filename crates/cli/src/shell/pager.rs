//! Output that is longer than the screen, page by page: a program such as less gets it, as with aws-cli
//! and git. It is started with the first byte and waited for at the end.

use std::io::{self, BufWriter, Stdout, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;

use parking_lot::Mutex;

/// What less is told where nobody says otherwise: to end where one screen is enough, to leave colours and
/// what was shown.
pub(super) const LESS: (&str, &str) = ("LESS", "FRX");

/// The pager of a process's output.
#[derive(Debug, Default)]
pub struct Pager(Mutex<State>);

#[derive(Debug, Default)]
enum State {
    /// Nothing is paged.
    #[default]
    Off,
    /// What is written goes to this command, which was not started; and whether less is told how.
    Wanted(Vec<String>, bool),
    /// It runs.
    Running(Child, Option<ChildStdin>),
}

impl Pager {
    /// Has everything that is written from now on shown by a command. `is_plain` is that nobody says how
    /// less behaves.
    pub(crate) fn want(&self, command: Vec<String>, is_plain: bool) {
        let mut state = self.0.lock();
        if matches!(*state, State::Off) {
            *state = State::Wanted(command, is_plain);
        }
    }

    /// Waits until the person has seen enough.
    pub(crate) fn finish(&self) {
        if let State::Running(mut child, stdin) = std::mem::take(&mut *self.0.lock()) {
            drop(stdin);
            // How it ends is no matter of the command's.
            let _ = child.wait();
        }
    }

    /// Writes to the pager, if there is one.
    fn write(&self, bytes: &[u8]) -> Option<io::Result<usize>> {
        let mut state = self.0.lock();
        if let State::Wanted(command, is_plain) = &*state {
            // One that cannot be started is none.
            *state = start(command, *is_plain).unwrap_or_default();
        }
        match &mut *state {
            State::Running(_, Some(stdin)) => Some(stdin.write(bytes)),
            _ => None,
        }
    }
}

fn start(command: &[String], is_plain: bool) -> Option<State> {
    let (program, arguments) = command.split_first()?;
    let mut started = Command::new(program);
    started.args(arguments).stdin(Stdio::piped());
    if is_plain {
        started.env(LESS.0, LESS.1);
    }
    let mut child = started.spawn().ok()?;
    let stdin = child.stdin.take();
    Some(State::Running(child, stdin))
}

/// Stdout, or the pager before it.
pub(super) struct Paged {
    pager: Arc<Pager>,
    stdout: BufWriter<Stdout>,
}

impl Paged {
    pub(super) fn new(pager: Arc<Pager>, stdout: Stdout) -> Self {
        Self { pager, stdout: BufWriter::with_capacity(1 << 16, stdout) }
    }
}

impl Write for Paged {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.pager.write(bytes) {
            Some(written) => written,
            None => self.stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()
    }
}
