//! Runs a program and prints what it cost: seconds, and the most memory that it held, in bytes.
//!
//! It is a program of its own because what a process holds before it becomes another one counts as the
//! other one's (`exec_mmap` in Linux carries the peak over): who starts it has to be smaller than what
//! is measured.

use std::env::args_os;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use wait4::Wait4;

fn main() -> ExitCode {
    let mut words = args_os().skip(1);
    let Some(program) = words.next() else {
        eprintln!("usage: isobar-bench-cost PROGRAM [ARGUMENT]…");
        return ExitCode::from(2);
    };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stdout(Stdio::null());
    let started = Instant::now();
    match command.spawn().and_then(Wait4::wait4) {
        Ok(ended) if ended.status.success() => {
            println!("{} {}", started.elapsed().as_secs_f64(), ended.rusage.maxrss);
            ExitCode::SUCCESS
        }
        Ok(ended) => {
            eprintln!("{}", ended.status);
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
