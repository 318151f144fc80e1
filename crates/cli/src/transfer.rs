//! Files and objects: `isobar cp|mv|sync|ls|rm|mb|rb|presign`, over `s3://`, `spaces://`, `oss://`, paths
//! and `-`; and the same as the vendors' own tools have it, `isobar aws s3 cp`.

mod bar;
mod buckets;
pub(crate) mod completed;
pub(crate) mod flags;
pub(crate) mod habits;
mod list;
mod many;
mod one;
mod output;
mod places;
mod report;
mod stores;
pub(crate) mod verb;

use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use isobar_transfer::{Action, Engine, Options, Place, Remote};
use parking_lot::Mutex;

use crate::report::{Class, Error};
use crate::shell::Shell;
use bar::Bar;
use flags::Flags;
use output::Output;
use report::report;
use verb::{Verb, Words};

/// Carries out a command.
pub(crate) fn run(verb: Verb, shell: &Shell, arguments: Vec<String>) -> Result<(), Error> {
    run_in(verb, Words::Own, shell, arguments)
}

/// Carries out a command that is given in somebody's words.
pub(crate) fn run_in(
    verb: Verb,
    words: Words,
    shell: &Shell,
    arguments: Vec<String>,
) -> Result<(), Error> {
    let Some(flags) = Flags::read(verb, words, arguments)? else {
        return shell.print(&flags::help(verb, words));
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .map_err(|error| {
            Error::failed("internal", "the runtime cannot be started").source(error)
        })?;
    let options = options(shell, &flags);
    let cancel = options.cancel.clone();
    let work = Work::new(verb, shell, &flags, options);
    let outcome = runtime.block_on(async {
        let working = work.carry_out();
        let ending = async {
            match flags.timeout {
                Some(time) => tokio::time::sleep(time).await,
                None => pending().await,
            }
        };
        tokio::pin!(working, ending);
        let mut is_late = false;
        loop {
            tokio::select! {
                outcome = &mut working => break if is_late { Err(late()) } else { outcome },
                Ok(()) = tokio::signal::ctrl_c(), if !cancel.is_cancelled() => cancel.cancel(),
                () = &mut ending, if !is_late => {
                    is_late = true;
                    // A list or a call of its own has nothing to leave in order.
                    if !verb.moves_bytes() {
                        break Err(late());
                    }
                    cancel.cancel();
                }
            }
        }
    });
    work.bar.finish();
    // What reads stdin cannot be ended; nobody waits for it.
    runtime.shutdown_background();
    let unwritable = work.unwritable.lock().take();
    outcome.and(unwritable.map_or(Ok(()), Err))
}

fn late() -> Error {
    Error::new(Class::TimedOut, "timed_out", "it was not done in time")
        .hint("--timeout gives it longer")
}

fn options(shell: &Shell, flags: &Flags) -> Options {
    let mut options = Options::default();
    if let Some(parallel) = flags.parallel {
        options.parallel = parallel;
    }
    if let Some(size) = flags.part_size {
        options.part_size = size;
    }
    if let Some(retries) = flags.retries {
        options.attempts = retries + 1;
    }
    options.properties = flags.properties.clone();
    options.replaces = flags.replaces.unwrap_or_default();
    options.tags = !flags.no_tags;
    options.archived = flags.archived;
    options.guess = !flags.no_guess;
    options.overwrite = !flags.no_overwrite;
    if !flags.no_resume {
        let cache = shell.surroundings.variable("XDG_CACHE_HOME").filter(|path| !path.is_empty());
        let cache = cache.map(PathBuf::from);
        let cache = cache.or_else(|| shell.surroundings.home().map(|home| home.join(".cache")));
        options.state = cache.map(|cache| cache.join("isobar/transfers"));
    }
    options
}

/// A command with what it needs.
struct Work<'a> {
    verb: Verb,
    shell: &'a Shell,
    flags: &'a Flags,
    engine: Engine,
    bar: Bar,
    output: Output,
    /// How many took no part though they would have had to.
    left_out: Arc<AtomicU64>,
    /// Why the list of what is done could not be written.
    unwritable: Arc<Mutex<Option<Error>>>,
}

impl<'a> Work<'a> {
    fn new(verb: Verb, shell: &'a Shell, flags: &'a Flags, options: Options) -> Self {
        let watched = shell.is_watched && !flags.quiet && !flags.only_errors && !flags.no_progress;
        Self {
            verb,
            shell,
            flags,
            bar: Bar::new(options.progress.clone(), watched),
            engine: Engine::new(options),
            output: Output::new(shell, flags.output),
            left_out: Arc::default(),
            unwritable: Arc::default(),
        }
    }

    fn moves(&self) -> bool {
        self.verb == Verb::Move
    }

    fn place(&self, at: usize) -> Result<Place, Error> {
        Place::parse(&self.flags.places[at]).map_err(|error| report(&error))
    }

    async fn carry_out(&self) -> Result<(), Error> {
        match self.verb {
            Verb::Copy | Verb::Move if !self.flags.recursive => {
                self.copy(self.place(0)?, self.place(1)?).await
            }
            Verb::Copy | Verb::Move | Verb::Sync => {
                self.many(&self.place(0)?, &self.place(1)?).await
            }
            Verb::List => match self.flags.places[0].strip_suffix("://") {
                Some(scheme) => self.buckets(scheme).await,
                None => self.list(&self.place(0)?).await,
            },
            Verb::Remove => self.remove(&self.place(0)?).await,
            Verb::MakeBucket => self.make_bucket(&self.place(0)?).await,
            Verb::RemoveBucket => self.remove_bucket(&self.place(0)?).await,
            Verb::Presign => self.presign(&self.place(0)?).await,
            Verb::Website => self.website(&self.place(0)?).await,
        }
    }

    /// The object or prefix of a place that must be in a store. `source` where a second place is its
    /// target.
    async fn remote(&self, place: &Place, source: Option<&Place>) -> Result<Remote, Error> {
        let Place::Remote { api, bucket, key } = place else {
            return Err(Error::usage("no_store", "that is no object: s3://BUCKET/KEY, say"));
        };
        let store = stores::store(self.shell, self.flags, api, source).await?;
        Ok(Remote { store, bucket: bucket.clone(), key: key.clone() })
    }

    /// Says that one thing is done, or would be.
    fn tell_done(&self, action: Action, from: &str, to: &str) -> Result<(), Error> {
        if self.flags.quiet || self.flags.only_errors {
            return Ok(());
        }
        let dry = self.flags.dry_run;
        let item = output::done(self.flags.words, action, (from, to), dry);
        self.bar.aside(|| self.output.only(item).and_then(|()| self.shell.flush()))
    }
}

impl Verb {
    /// Whether it moves bytes, which an end leaves such that they can be gone on with.
    fn moves_bytes(self) -> bool {
        matches!(self, Self::Copy | Self::Move | Self::Sync)
    }
}
