//! Runs a program and prints what it cost: seconds, the most memory that it held, and the private memory
//! that it held at its end, in bytes.
//!
//! It is a program of its own because what a process holds before it becomes another one counts as the
//! other one's (`exec_mmap` in Linux carries the peak over): who starts it has to be smaller than what
//! is measured.
//!
//! Of the most memory a part is the program's own file, whose pages all processes share. What a process has
//! for itself is private (`RssAnon`), and is read when it is about to exit.

use std::env::args_os;
use std::error::Error;
use std::io;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use nix::sys::ptrace::{self, Event, Options};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::Pid;
use wait4::Wait4;

fn main() -> ExitCode {
    let mut words = args_os().skip(1);
    let Some(program) = words.next() else {
        eprintln!("usage: isobar-bench-cost PROGRAM [ARGUMENT]…");
        return ExitCode::from(2);
    };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null());
    match run(&mut command) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &mut Command) -> Result<String, Box<dyn Error>> {
    let started = Instant::now();
    let child = command.spawn()?;
    let private = private_at_exit(&child);
    let ended = child.wait4()?;
    let seconds = started.elapsed().as_secs_f64();
    if !ended.status.success() {
        return Err(ended.status.to_string().into());
    }
    Ok(format!("{seconds} {} {}", ended.rusage.maxrss, private?))
}

/// Lets the process run until it is about to exit, and gives the private memory that it holds then.
fn private_at_exit(child: &Child) -> Result<u64, Box<dyn Error>> {
    let process = Pid::from_raw(i32::try_from(child.id())?);
    ptrace::seize(process, Options::PTRACE_O_TRACEEXIT)?;
    loop {
        match waitpid(process, None)? {
            WaitStatus::PtraceEvent(_, _, event) if event == Event::PTRACE_EVENT_EXIT as i32 => {
                let private = private_bytes(child.id());
                ptrace::detach(process, None)?;
                return Ok(private?);
            }
            WaitStatus::PtraceEvent(..) => ptrace::cont(process, None)?,
            WaitStatus::Stopped(_, signal) => ptrace::cont(process, signal)?,
            other => return Err(format!("the process ended unseen: {other:?}").into()),
        }
    }
}

fn private_bytes(process: u32) -> io::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib: Option<u64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kib.map(|kib| kib * 1024).ok_or_else(|| io::Error::other("the process shows no memory"))
}
