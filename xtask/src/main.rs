//! The project's automation: `cargo xtask SUBCOMMAND`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod cases;
mod catalogue;
mod conformance;
#[cfg(test)]
mod docs;
mod fuzz;
mod licences;
mod offers;
mod python;
mod steps;
mod test;

/// The project's automation.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Makes the catalogue's packs from the vendors' packages.
    Catalogue(catalogue::Arguments),
    /// Fetches the protocol cases and the signature suite that the tests read.
    Cases,
    /// Compares requests with those of the vendors' SDKs, over every operation.
    Conformance(conformance::Arguments),
    /// Measures the stand-in beside moto and a bare hyper server.
    Bench(bench::Arguments),
    /// Feeds what reads answers and requests with bytes that nobody would send.
    Fuzz(fuzz::Arguments),
    /// Writes the types of AWS's instances, and where they are offered, from the package that has them.
    Offers(offers::Arguments),
    /// Runs everything that proves the project.
    Test(test::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Catalogue(arguments) => catalogue::run(&arguments),
        Task::Cases => cases::fetch().map(|()| ExitCode::SUCCESS),
        Task::Conformance(arguments) => conformance::conformance(&arguments),
        Task::Bench(arguments) => bench::bench(&arguments),
        Task::Fuzz(arguments) => fuzz::fuzz(&arguments),
        Task::Offers(arguments) => offers::run(&arguments),
        Task::Test(arguments) => test::test(&arguments),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            report(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// Prints an error with what led to it.
fn report(error: &dyn std::error::Error) {
    eprint!("error: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprint!(": {cause}");
        source = cause.source();
    }
    eprintln!();
}
