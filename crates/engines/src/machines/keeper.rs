//! The keeper: the process between Isobar and a machine's processes.
//!
//! Isobar starts its own program again with [`ARGUMENT`] and the machine's directory, and the program
//! calls [`main`] before anything else. The keeper adopts whatever descends from the script (it is a
//! child subreaper), so nothing of a machine escapes it: not a daemon whose parents ended, not a
//! process in a session of its own. It holds the reading end of a pipe whose writing end only Isobar
//! has. When that closes, Isobar asked for it or died, by whatever cause, and the keeper ends the tree.
//!
//! Should a keeper be killed as well, the next start of Isobar finds what it left by a mark in the
//! processes' environment (`ISOBAR_MACHINE`), and ends it before anything runs.
//!
//! The keeper sleeps in blocking calls, one thread each: for a child's end, for a word from Isobar,
//! for output.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufRead, PipeReader, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustix::fs::Mode;
use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitOptions, WaitStatus, getpid, getrlimit, set_child_subreaper,
    setrlimit, setsid, umask, wait,
};

use super::Exit;
use super::console::Writer;
use super::place::Place;
use super::report::{Down, Report, Stop};
use super::tree::signal_descendants;

/// The first argument of a program that is started as a keeper; the second is the directory.
pub const ARGUMENT: &str = "__machine";

/// How long the processes may take to end when Isobar died.
const ORPHAN_GRACE: Duration = Duration::from_secs(2);
/// How long between two rounds of SIGKILL, which catch what was forked during the one before.
const KILL_ROUND: Duration = Duration::from_millis(20);
/// How long output may still come when no process is left: someone else may hold the pipe.
const LAST_OUTPUT: Duration = Duration::from_millis(500);
/// The longest first line of a script that the kernel looks at.
const MAX_SHEBANG: usize = 255;

/// Runs as a keeper, given the arguments after [`ARGUMENT`].
#[must_use]
pub fn main(arguments: &[OsString]) -> ExitCode {
    let [directory] = arguments else {
        return ExitCode::from(2);
    };
    match keep(&Place::new(directory)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&Report::Broken(error.to_string()));
            ExitCode::FAILURE
        }
    }
}

/// The soft limit of descriptors that a machine's processes begin with, as on most systems.
const DESCRIPTORS: u64 = 1024;

/// The longest word that a machine's commands write, in bytes.
const MAX_WORD: u64 = 64;
/// The word that the keeper itself writes behind the commands', once no process is left.
const HEARD: &str = "heard";

enum Event {
    Reaped(Pid, WaitStatus),
    NoneLeft,
    Stop(Stop),
    Down(Down),
    /// What the machine's commands wrote before this was heard.
    Heard,
}

fn keep(place: &Place) -> io::Result<()> {
    // Isobar may have more descriptors than programs expect; machines have the usual number.
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current > DESCRIPTORS) {
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(DESCRIPTORS), ..limit });
    }
    // A session of its own: the terminal's signals are for Isobar alone. It fails where the keeper
    // leads a process group already, which is as good.
    let _ = setsid();
    set_child_subreaper(Some(getpid()))?;
    let console = Arc::new(Mutex::new(Writer::open(&place.console())?));
    let (reader, writer) = io::pipe()?;
    let script = match start(place, writer) {
        Ok(script) => script,
        Err(error) => {
            console.lock().note(&format!("the script could not be started: {error}"))?;
            // The machine is up all the same, as where cloud-init fails.
            report(&Report::Ended(Exit::Failed(error.to_string())));
            report(&Report::Gone);
            return Ok(());
        }
    };
    report(&Report::Up);
    let (events, inbox) = mpsc::channel();
    let ended = copy_output(reader, Arc::clone(&console));
    wait_for_children(events.clone());
    let words = hear_machine(place, events.clone())?;
    listen(events);
    supervise(script, &inbox, &console);
    hear_last(words, &inbox, &console);
    // The last lines are worth waiting for, but not for ever.
    let _ = ended.recv_timeout(LAST_OUTPUT);
    report(&Report::Gone);
    Ok(())
}

/// Starts the script by its interpreter, as the kernel would. Executing the file itself would need
/// it to be executable, which some file systems forbid.
fn start(place: &Place, output: io::PipeWriter) -> io::Result<Pid> {
    let path = place.script();
    let script = fs::read(&path)?;
    let (interpreter, argument) = interpreter(&script)
        .ok_or_else(|| io::Error::other("its first line names no interpreter"))?;
    // A machine has the mask that machines have; Isobar's own is for its state.
    let own = umask(Mode::from_raw_mode(0o022));
    let child = Command::new(interpreter)
        .args(argument)
        .arg(&path)
        .current_dir(place.home())
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn();
    umask(own);
    let child = child.map_err(|error| explain(&error, interpreter))?;
    Ok(Pid::from_child(&child))
}

fn explain(error: &io::Error, interpreter: &OsStr) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", Path::new(interpreter).display()))
}

/// The interpreter that the script's first line names, and its one argument: everything after the
/// interpreter, as the kernel has it.
fn interpreter(script: &[u8]) -> Option<(&OsStr, Option<&OsStr>)> {
    let line = script.strip_prefix(b"#!")?;
    let line = line.split(|byte| *byte == b'\n').next()?;
    let line = line[..line.len().min(MAX_SHEBANG)].trim_ascii();
    let end = line.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(line.len());
    let (interpreter, argument) = line.split_at(end);
    let argument = argument.trim_ascii();
    if interpreter.is_empty() {
        return None;
    }
    let argument = (!argument.is_empty()).then(|| OsStr::from_bytes(argument));
    Some((OsStr::from_bytes(interpreter), argument))
}

/// Copies what the processes write to the console. What is returned hears when nobody can write any
/// more.
fn copy_output(mut from: PipeReader, console: Arc<Mutex<Writer>>) -> Receiver<()> {
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 8 << 10];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => break,
                // A full disk must not stop the machine: its output is dropped then.
                Ok(length) => drop(console.lock().write(&buffer[..length])),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let _ = done.send(());
    });
    ended
}

/// Reaps whatever ends. Orphans are adopted, so that no child is left means no descendant is.
fn wait_for_children(events: Sender<Event>) {
    thread::spawn(move || {
        loop {
            let event = match wait(WaitOptions::empty()) {
                Ok(Some((pid, status))) => Event::Reaped(pid, status),
                Ok(None) | Err(rustix::io::Errno::INTR) => continue,
                Err(_) => Event::NoneLeft,
            };
            let last = matches!(event, Event::NoneLeft);
            if events.send(event).is_err() || last {
                break;
            }
        }
    });
}

/// Hears Isobar, and its end.
fn listen(events: Sender<Event>) {
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { break };
            if let Ok(stop) = line.parse()
                && events.send(Event::Stop(stop)).is_err()
            {
                return;
            }
        }
        let _ = events.send(Event::Stop(Stop { grace: ORPHAN_GRACE }));
    });
}

/// Waits until no process is left, ending them where that is asked for.
fn supervise(script: Pid, inbox: &Receiver<Event>, console: &Mutex<Writer>) {
    let mut kill_at: Option<Instant> = None;
    loop {
        let event = match kill_at {
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(at) => inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
        };
        match event {
            Ok(Event::Reaped(pid, status)) if pid == script => {
                let exit = exit_of(status);
                let _ = console.lock().note(&format!("the script {exit}"));
                report(&Report::Ended(exit));
            }
            Ok(Event::Reaped(..) | Event::Heard) => {}
            Ok(Event::NoneLeft) | Err(RecvTimeoutError::Disconnected) => return,
            Ok(Event::Down(down)) => {
                go_down(down, console);
                end(&mut kill_at, ORPHAN_GRACE);
            }
            Ok(Event::Stop(stop)) => end(&mut kill_at, stop.grace),
            Err(RecvTimeoutError::Timeout) => {
                let _ = signal_descendants(Signal::KILL);
                kill_at = Some(Instant::now() + KILL_ROUND);
            }
        }
    }
}

fn go_down(down: Down, console: &Mutex<Writer>) {
    let _ = console.lock().note(&format!("{} was asked for from within", down.word()));
    report(&Report::Down(down));
}

/// Hears what a process asked for just before it ended, as a script does that ends with `shutdown`: its word
/// may be heard later than its end.
fn hear_last(mut words: fs::File, inbox: &Receiver<Event>, console: &Mutex<Writer>) {
    if writeln!(words, "\n{HEARD}").is_err() {
        return;
    }
    let until = Instant::now() + LAST_OUTPUT;
    while let Ok(event) = inbox.recv_timeout(until.saturating_duration_since(Instant::now())) {
        match event {
            Event::Heard => return,
            Event::Down(down) => go_down(down, console),
            Event::Reaped(..) | Event::NoneLeft | Event::Stop(_) => {}
        }
    }
}

/// Asks all processes to end, and says when they are ended without asking.
fn end(kill_at: &mut Option<Instant>, grace: Duration) {
    if kill_at.is_none() {
        // A process that is suspended hears SIGTERM only when it goes on.
        let _ = signal_descendants(Signal::TERM);
        let _ = signal_descendants(Signal::CONT);
    }
    let at = Instant::now() + grace;
    *kill_at = Some(kill_at.map_or(at, |before| before.min(at)));
}

/// Hears the machine's own commands, by a pipe that never ends: the keeper holds both of its ends, of which
/// it gives the one to write to.
fn hear_machine(place: &Place, events: Sender<Event>) -> io::Result<fs::File> {
    let pipe = fs::OpenOptions::new().read(true).write(true).open(place.control())?;
    let words = pipe.try_clone()?;
    thread::spawn(move || {
        let mut pipe = io::BufReader::new(pipe);
        let mut line = Vec::new();
        loop {
            line.clear();
            // Anything may be written into it; only words as short as the known ones are looked at.
            match pipe.by_ref().take(MAX_WORD).read_until(b'\n', &mut line) {
                Ok(length) if length > 0 => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Ok(_) | Err(_) => return,
            }
            let word = String::from_utf8_lossy(&line);
            let event = match word.trim() {
                HEARD => Some(Event::Heard),
                word => word.parse().ok().map(Event::Down),
            };
            if event.is_some_and(|event| events.send(event).is_err()) {
                return;
            }
        }
    });
    Ok(words)
}

fn exit_of(status: WaitStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        (None, None) => Exit::Failed("its end could not be read".to_owned()),
    }
}

/// Tells Isobar, which may be dead; then nobody needs to know.
fn report(report: &Report) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{report}").and_then(|()| out.flush());
}
