//! The system's processes: who descends from whom, and who bears a machine's mark.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, getpid, getuid, kill_process, pidfd_open, pidfd_send_signal,
};

use super::place::MARK;

/// How long killed processes may take to be gone before they are looked for again.
const DEATH: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
/// How often marked processes are looked for. New ones appear only if one of them forked between
/// the look and its death.
const ROUNDS: usize = 10;

/// Sends the signal to every descendant of this process.
pub(super) fn signal_descendants(signal: Signal) -> io::Result<()> {
    for pid in descendants(vec![getpid()], &parents()?) {
        // It may have ended since; then there is nothing to do.
        let _ = kill_process(pid, signal);
    }
    Ok(())
}

/// Kills every process of this user whose mark begins with the directory, and their descendants,
/// and waits until they are gone. Returns how many there were.
pub(super) fn kill_marked(directory: &Path) -> io::Result<usize> {
    let mut killed = 0;
    for _ in 0..ROUNDS {
        let parents = parents()?;
        let marked: Vec<Pid> =
            parents.keys().copied().filter(|pid| is_marked(*pid, directory)).collect();
        let below = descendants(marked.clone(), &parents);
        let found: Vec<OwnedFd> = marked.into_iter().chain(below).filter_map(kill).collect();
        if found.is_empty() {
            return Ok(killed);
        }
        killed += found.len();
        await_death(&found)?;
    }
    Err(io::Error::other("processes of an earlier run could not be ended"))
}

/// Kills the process, and returns what becomes readable when it is gone.
fn kill(pid: Pid) -> Option<OwnedFd> {
    let process = pidfd_open(pid, PidfdFlags::empty()).ok()?;
    pidfd_send_signal(&process, Signal::KILL).ok()?;
    Some(process)
}

fn await_death(processes: &[OwnedFd]) -> io::Result<()> {
    for process in processes {
        let mut waiting = [PollFd::new(process, PollFlags::IN)];
        match poll(&mut waiting, Some(&DEATH)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Every process and its parent.
fn parents() -> io::Result<HashMap<Pid, Pid>> {
    let mut parents = HashMap::new();
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(parse_pid) else { continue };
        // A process that ended since it was listed has no status to read.
        let Ok(status) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        if let Some(parent) = parent_of(&status) {
            parents.insert(pid, parent);
        }
    }
    Ok(parents)
}

/// The parent in the text of `/proc/PID/stat`: `pid (name) state parent …`, where the name may hold
/// anything, closing parentheses too. Dead processes that wait to be reaped are left out.
fn parent_of(status: &str) -> Option<Pid> {
    let (_, rest) = status.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?;
    if state == "Z" { None } else { parse_pid(fields.next()?) }
}

fn parse_pid(text: &str) -> Option<Pid> {
    Pid::from_raw(text.parse().ok()?)
}

/// All processes below the given ones.
fn descendants(mut above: Vec<Pid>, parents: &HashMap<Pid, Pid>) -> Vec<Pid> {
    let mut children: HashMap<Pid, Vec<Pid>> = HashMap::new();
    for (child, parent) in parents {
        children.entry(*parent).or_default().push(*child);
    }
    let mut found = Vec::new();
    while let Some(parent) = above.pop() {
        for child in children.remove(&parent).into_iter().flatten() {
            above.push(child);
            found.push(child);
        }
    }
    found
}

fn is_marked(pid: Pid, directory: &Path) -> bool {
    let process = format!("/proc/{pid}");
    let own = fs::metadata(&process).is_ok_and(|process| process.uid() == getuid().as_raw());
    if !own || pid == getpid() {
        return false;
    }
    let environment = fs::read(format!("{process}/environ")).unwrap_or_default();
    environment.split(|byte| *byte == 0).any(|variable| {
        let value = variable.strip_prefix(MARK.as_bytes()).and_then(|rest| rest.strip_prefix(b"="));
        value.is_some_and(|value| Path::new(OsStr::from_bytes(value)).starts_with(directory))
    })
}
