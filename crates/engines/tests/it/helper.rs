//! What the tests start: `__machine DIR` is a keeper; `own DIR` owns the machines in the state
//! directory, creating one from `DIR/script` where there is none, until it is killed.

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use isobar_engines::Engines;
use isobar_engines::machines::{self, Machine, Phase, Spec, keeper};
use isobar_kernel::store::Schema;
use isobar_kernel::{Clock, Random, Store, Tables};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match arguments.split_first() {
        Some((first, rest)) if first == keeper::ARGUMENT => keeper::main(rest),
        Some((first, [directory])) if first == "own" => match own(Path::new(directory)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        _ => ExitCode::from(2),
    }
}

#[tokio::main]
async fn own(directory: &Path) -> Result<(), Box<dyn Error>> {
    let mut schema = Schema::default();
    isobar_engines::schema(&mut schema);
    let store = Store::open(&directory.join("store"), schema)?;
    let settings = machines::Settings::new(directory.join("machines"), std::env::current_exe()?);
    let clock = Clock::default();
    let engines = Engines::new(&store, &clock, &Random::default(), settings);
    engines.start().await?;
    if store.read(Tables::count::<Machine>) == 0 {
        let script = std::fs::read(directory.join("script"))?;
        let spec = Spec { id: "m-1".to_owned(), script, start: true, ..Spec::default() };
        store.update(|tx| machines::create(tx, &Random::default(), clock.now(), spec))?;
    }
    let mut changed = store.watch::<Machine>();
    while store.read(|tables| tables.all::<Machine>().any(|row| row.phase != Phase::Running)) {
        changed.changed().await?;
    }
    let address = store.read(|tables| tables.all::<Machine>().next().map(|row| row.address));
    println!("{}", address.ok_or("no machine")?);
    std::future::pending().await
}
