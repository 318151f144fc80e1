//! Files and objects: `isobar cp|mv|sync|ls|rm|presign`, over `s3://`, `spaces://`, `oss://`, paths and `-`.

mod bar;
pub(crate) mod flags;
mod stores;

use std::io::Write as _;
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::StreamExt;
use isobar_transfer::{
    Action, Compare, Done, End, Engine, Error as TransferError, Event, Listed, Options, Place,
    Plan, Properties, Remote, Tell, api, local_path,
};
use jiff::Timestamp;

use crate::call::failure;
use crate::report::{Class, Error};
use crate::shell::Shell;
use bar::Bar;
use flags::{Flags, Verb};

/// Carries out a command.
pub(crate) fn run(verb: Verb, shell: &Shell, arguments: Vec<String>) -> Result<(), Error> {
    let Some(flags) = Flags::read(verb, arguments)? else {
        return shell.print(&flags::help(verb));
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
        tokio::pin!(working);
        loop {
            tokio::select! {
                outcome = &mut working => break outcome,
                Ok(()) = tokio::signal::ctrl_c(), if !cancel.is_cancelled() => cancel.cancel(),
            }
        }
    });
    work.bar.finish();
    // What reads stdin cannot be ended; nobody waits for it.
    runtime.shutdown_background();
    outcome
}

fn options(shell: &Shell, flags: &Flags) -> Options {
    let mut options = Options::default();
    if let Some(parallel) = flags.parallel {
        options.parallel = parallel;
    }
    if let Some(size) = flags.part_size {
        options.part_size = size;
    }
    options.properties = flags.properties.clone();
    options.guess = !flags.no_guess;
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
}

impl<'a> Work<'a> {
    fn new(verb: Verb, shell: &'a Shell, flags: &'a Flags, options: Options) -> Self {
        let watched = shell.is_watched && !flags.quiet && !flags.no_progress;
        let bar = Bar::new(options.progress.clone(), watched);
        Self { verb, shell, flags, engine: Engine::new(options), bar }
    }

    fn moves(&self) -> bool {
        self.verb == Verb::Move
    }

    async fn carry_out(&self) -> Result<(), Error> {
        let place =
            |at: usize| Place::parse(&self.flags.places[at]).map_err(|error| report(&error));
        match self.verb {
            Verb::Copy | Verb::Move => self.copy(place(0)?, place(1)?).await,
            Verb::Sync => {
                let compare = match (self.flags.size_only, self.flags.checksum) {
                    (true, _) => Compare::Size,
                    (_, true) => Compare::Content,
                    _ => Compare::Time,
                };
                self.many(&place(0)?, &place(1)?, Some(compare)).await
            }
            Verb::List => match self.flags.places[0].strip_suffix("://") {
                Some(scheme) => self.buckets(scheme).await,
                None => self.list(&place(0)?).await,
            },
            Verb::Remove => self.remove(&place(0)?).await,
            Verb::Presign => self.presign(&place(0)?).await,
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

    async fn copy(&self, from: Place, to: Place) -> Result<(), Error> {
        if self.flags.recursive {
            return self.many(&from, &to, None).await;
        }
        let names_none = |key: &str| key.is_empty() || key.ends_with('/');
        if let Place::Remote { key, .. } = &from
            && names_none(key)
        {
            let text = format!("{} is no object", self.flags.places[0]);
            return Err(Error::usage("no_object", text).hint("--recursive takes all below it"));
        }
        let to = with_name(&from, to, &names_none)?;
        let moves = self.moves();
        if moves && (matches!(from, Place::Stream) || matches!(to, Place::Stream)) {
            return Err(Error::usage("usage", "`-` can be copied, not moved"));
        }
        let action = match (&from, &to) {
            _ if moves => Action::Move,
            (_, Place::Remote { .. }) if matches!(from, Place::Remote { .. }) => Action::Copy,
            (_, Place::Remote { .. }) => Action::Upload,
            _ => Action::Download,
        };
        if !matches!(to, Place::Remote { .. }) && self.flags.properties != Properties::default() {
            return Err(Error::usage("usage", "files keep no such properties as objects do"));
        }
        let names = (show(&from), show(&to));
        if self.flags.dry_run {
            return self.tell_done(action, &names.0, &names.1, true);
        }
        let outcome = match (&from, &to) {
            (Place::Local(path), Place::Remote { .. }) => {
                let to = self.remote(&to, None).await?;
                match moves {
                    true => self.engine.upload_and_remove(path, &to).await,
                    false => self.engine.upload(path, &to).await,
                }
            }
            (Place::Stream, Place::Remote { .. }) => {
                let to = self.remote(&to, None).await?;
                let expected = self.flags.expected_size;
                self.engine.read_from(&mut stream(std::io::stdin())?, &to, expected).await
            }
            (Place::Remote { .. }, Place::Local(path)) => {
                let from = self.remote(&from, None).await?;
                self.and_remove(&from, None, self.engine.download(&from, path)).await
            }
            (Place::Remote { .. }, Place::Stream) => {
                let from = self.remote(&from, None).await?;
                let mut stdout = stream(std::io::stdout())?;
                let done = self.engine.write_to(&from, &mut stdout).await;
                return done.map(drop).map_err(|error| report(&error));
            }
            (Place::Remote { .. }, Place::Remote { .. }) => {
                let source = self.remote(&from, Some(&to)).await?;
                let target = self.remote(&to, None).await?;
                let work = self.engine.copy(&source, &target);
                self.and_remove(&source, Some(&target), work).await
            }
            _ => return Err(Error::usage("no_store", "one of the two must be in a store")),
        };
        outcome.map_err(|error| report(&error))?;
        self.tell_done(action, &names.0, &names.1, false)
    }

    /// Does the work, and of what is moved removes the source once that succeeded.
    async fn and_remove(
        &self,
        source: &Remote,
        target: Option<&Remote>,
        work: impl Future<Output = Result<Done, TransferError>>,
    ) -> Result<Done, TransferError> {
        match self.moves() {
            true => self.engine.and_remove(source, target, work).await,
            false => work.await,
        }
    }

    async fn end(&self, place: &Place, source: Option<&Place>) -> Result<End, Error> {
        match place {
            Place::Local(path) => Ok(End::Local(path.clone())),
            Place::Remote { .. } => self.remote(place, source).await.map(End::Remote),
            Place::Stream => Err(Error::usage("no_folder", "`-` is no folder")),
        }
    }

    fn plan(&self, compare: Option<Compare>) -> Result<Plan, Error> {
        let mut plan = Plan { compare, ..Plan::default() };
        plan.delete = self.flags.delete;
        plan.dry_run = self.flags.dry_run;
        plan.moves = self.moves();
        for (include, pattern) in &self.flags.filters {
            plan.filters.add(*include, pattern).map_err(|error| report(&error))?;
        }
        Ok(plan)
    }

    async fn many(&self, from: &Place, to: &Place, compare: Option<Compare>) -> Result<(), Error> {
        let plan = self.plan(compare)?;
        if !matches!(to, Place::Remote { .. }) && self.flags.properties != Properties::default() {
            return Err(Error::usage("usage", "files keep no such properties as objects do"));
        }
        let source = self.end(from, Some(to)).await?;
        let target = self.end(to, None).await?;
        let tell = self.tell();
        let outcome = self.engine.transfer_all(&source, &target, &plan, &tell).await;
        outcome.map(drop).map_err(|error| report(&error))
    }

    async fn remove(&self, place: &Place) -> Result<(), Error> {
        let at = self.remote(place, None).await?;
        if self.flags.recursive {
            let removed = self.engine.remove_all(&at, &self.plan(None)?, &self.tell()).await;
            return removed.map(drop).map_err(|error| report(&error));
        }
        if at.key.is_empty() || at.key.ends_with('/') {
            return Err(Error::usage("no_object", format!("{at} is no object"))
                .hint("--recursive removes all below it"));
        }
        if !self.flags.dry_run {
            self.engine.remove(&at).await.map_err(|error| report(&error))?;
        }
        self.tell_done(Action::Delete, &at.to_string(), "", self.flags.dry_run)
    }

    /// The URL alone, so that it can be used as it is.
    async fn presign(&self, place: &Place) -> Result<(), Error> {
        let at = self.remote(place, None).await?;
        if at.key.is_empty() || at.key.ends_with('/') {
            return Err(Error::usage("no_object", format!("{at} is no object")));
        }
        let seconds = self.flags.expires_in.unwrap_or(3600);
        let url = at.presign(self.flags.writes, seconds).await.map_err(|error| report(&error))?;
        self.shell.print(&url)
    }

    /// A line for each bucket, in the form of aws-cli with times in UTC.
    async fn buckets(&self, scheme: &str) -> Result<(), Error> {
        let api = api::find(scheme).ok_or_else(|| {
            let known: Vec<_> = api::APIS.iter().map(|api| format!("{}://", api.scheme)).collect();
            let text = format!("there is no store `{scheme}`: there are {}", known.join(", "));
            Error::usage("no_store", text)
        })?;
        let store = stores::store(self.shell, self.flags, api, None).await?;
        let mut buckets = store.buckets();
        while let Some(bucket) = buckets.next().await {
            let bucket = bucket.map_err(|error| report(&error))?;
            self.shell.print(&format!("{:19} {}", shown(bucket.created), bucket.name))?;
        }
        Ok(())
    }

    /// A line for each object, in the form of aws-cli with times in UTC.
    async fn list(&self, place: &Place) -> Result<(), Error> {
        let at = self.remote(place, None).await?;
        let folder = at.key.rfind('/').map_or(0, |slash| slash + 1);
        let mut list = at.list((!self.flags.recursive).then_some("/"));
        while let Some(listed) = list.next().await {
            let line = match listed.map_err(|error| report(&error))? {
                Listed::Prefix(prefix) => format!("{:>30} {}", "PRE", &prefix[folder..]),
                Listed::Object { key, size, modified } => {
                    let name = if self.flags.recursive { &key } else { &key[folder..] };
                    format!("{:19} {size:>10} {name}", shown(modified))
                }
            };
            self.shell.print(&line)?;
        }
        Ok(())
    }

    fn tell_done(&self, action: Action, from: &str, to: &str, dry: bool) -> Result<(), Error> {
        if self.flags.quiet {
            return Ok(());
        }
        let line = line(action, from, to, dry);
        self.bar.aside(|| self.shell.print(&line).and_then(|()| self.shell.flush()))
    }

    fn tell(&self) -> Tell {
        let (shell, bar) = (self.shell.clone(), self.bar.clone());
        let (quiet, dry) = (self.flags.quiet, self.flags.dry_run);
        Arc::new(move |event| {
            bar.aside(|| match event {
                Event::Done { .. } if quiet => {}
                Event::Done { action, from, to } => {
                    let line = line(action, &from, &to, dry);
                    // Whether anybody reads the list is no reason to stop the work.
                    let _ = writeln!(shell.stdout.lock(), "{line}");
                }
                Event::Skipped(why) => shell.note(&format!("warning: {why}")),
                Event::Failed { name, error, .. } => {
                    shell.note(&format!("{name}: {}", report(&error).text().trim_end()));
                }
            });
        })
    }
}

/// One of the process's own streams, past its buffer.
fn stream(of: impl AsFd) -> Result<tokio::fs::File, Error> {
    let owned = of.as_fd().try_clone_to_owned();
    owned
        .map(|owned| tokio::fs::File::from_std(std::fs::File::from(owned)))
        .map_err(|error| Error::failed("internal", "the stream cannot be taken").source(error))
}

fn shown(time: Option<Timestamp>) -> String {
    time.map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

fn show(place: &Place) -> String {
    match place {
        Place::Remote { api, bucket, key } => format!("{}://{bucket}/{key}", api.scheme),
        Place::Local(path) => path.display().to_string(),
        Place::Stream => "-".to_owned(),
    }
}

fn line(action: Action, from: &str, to: &str, dry: bool) -> String {
    let verb = match action {
        Action::Upload => "upload",
        Action::Download => "download",
        Action::Copy => "copy",
        Action::Move => "move",
        Action::Delete => "delete",
    };
    let would = if dry { "(dry run) " } else { "" };
    let to = if to.is_empty() { String::new() } else { format!(" to {to}") };
    format!("{would}{verb}: {from}{to}")
}

/// The target with the source's own name, where it names a folder.
fn with_name(from: &Place, to: Place, names_none: &dyn Fn(&str) -> bool) -> Result<Place, Error> {
    let name = match from {
        Place::Local(path) => path.file_name().and_then(|name| name.to_str()),
        Place::Remote { key, .. } => key.rsplit('/').next(),
        Place::Stream => None,
    };
    match to {
        Place::Remote { api, bucket, key } if names_none(&key) => match name {
            Some(name) => Ok(Place::Remote { api, bucket, key: format!("{key}{name}") }),
            None => Err(Error::usage("no_key", "the target needs a key")),
        },
        Place::Local(path) if path.is_dir() || path.to_string_lossy().ends_with('/') => {
            let name = name.unwrap_or_default();
            local_path(&path, name).map(Place::Local).map_err(|error| report(&error))
        }
        to => Ok(to),
    }
}

/// A transfer that failed, as the command line reports it.
fn report(error: &TransferError) -> Error {
    let text = error.to_string();
    match error {
        TransferError::Call { url, source } => {
            failure::report(source).source(format!("it was about {url}"))
        }
        TransferError::Usage(_) => Error::usage("usage", text),
        TransferError::Read { source, .. } => {
            Error::new(Class::Unreadable, "file_unreadable", text).source(source.to_string())
        }
        TransferError::Write { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
            Error::new(Class::Unwritable, "disk_full", format!("{text}: the disk is full"))
                .hint("make room, or write elsewhere")
        }
        TransferError::Write { source, .. } => {
            Error::new(Class::Unwritable, "file_unwritable", text).source(source.to_string())
        }
        TransferError::Name(_) => Error::new(Class::Invalid, "unsafe_name", text),
        TransferError::TooLarge { .. } => Error::new(Class::Invalid, "too_large", text),
        TransferError::Checksum { .. } => Error::failed("checksum_mismatch", text),
        TransferError::Changed(_) => Error::failed("source_changed", text),
        TransferError::Alike(..) => Error::failed("source_kept", text),
        TransferError::Busy(_) => Error::failed("busy", text),
        TransferError::Some { .. } => Error::failed("some_failed", text),
        TransferError::Cancelled => Error::new(Class::Interrupted, "interrupted", text)
            .hint("the same command goes on from where it was, unless --no-resume was given"),
        _ => Error::failed("answer_unreadable", text),
    }
}
