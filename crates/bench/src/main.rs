//! Measures the stand-in against its peers in one run. `cargo xtask bench` starts it, with the
//! servers that are measured as processes of their own:
//!
//! * `bare` is the yardstick: a hyper server that reads the body and answers 400 bytes;
//! * `seed` makes the instances that are described;
//! * `load` asks one question over and over and prints how often it was answered;
//! * `puts` says how many rows a second many writers put into the kernel's store;
//! * `store` has instances and objects to list, and takes and gives objects, for command lines.

mod bare;
mod load;
mod puts;
mod seed;
mod store;

use std::error::Error;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Measures the stand-in against its peers.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves 400 bytes on a free port of loopback, and prints the URL.
    Bare,
    /// Starts instances, so that there is something to describe.
    Seed(Seed),
    /// Asks one question over and over, signed, and prints how often it was answered as JSON.
    Load(Load),
    /// Puts rows into a store in a new directory, with many writers at once, and prints the rates as JSON.
    Puts(Puts),
    /// Serves instances, lists of objects and objects on a free port of loopback, and prints the URL.
    Store(Store),
}

/// Where and as whom.
#[derive(Debug, Args)]
struct Place {
    /// The server.
    #[arg(long)]
    url: String,
    /// The access key's id.
    #[arg(long, default_value = "test")]
    access_key: String,
    /// The access key's secret.
    #[arg(long, default_value = "test")]
    secret_key: String,
}

#[derive(Debug, Args)]
struct Seed {
    #[command(flatten)]
    place: Place,
    /// How many instances there shall be.
    #[arg(long, default_value_t = 10)]
    instances: i64,
}

#[derive(Debug, Args)]
struct Load {
    #[command(flatten)]
    place: Place,
    /// `sts` asks GetCallerIdentity, `ec2` DescribeInstances.
    #[arg(long)]
    service: String,
    /// How many connections ask at once.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// For how long.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

#[derive(Debug, Args)]
struct Puts {
    /// Where the stores are made.
    #[arg(long)]
    directory: std::path::PathBuf,
    /// How many write at once.
    #[arg(long, default_value_t = 16)]
    writers: usize,
    /// For how long, each way.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
}

#[derive(Debug, Args)]
struct Store {
    /// How many instances DescribeInstances tells of.
    #[arg(long, default_value_t = 10_000)]
    instances: usize,
    /// How many objects a bucket lists.
    #[arg(long, default_value_t = 100_000)]
    objects: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Box<dyn Error>> {
    match command {
        Command::Bare => bare::serve().await,
        Command::Seed(seed) => seed::run(&seed.place, seed.instances).await,
        Command::Load(load) => load::run(&load).await,
        Command::Puts(Puts { directory, writers, seconds }) => {
            puts::puts(&directory, writers, seconds)
        }
        Command::Store(store) => store::Store::new(store.instances, store.objects).serve().await,
    }
}
