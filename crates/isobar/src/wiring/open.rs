//! Opens the state: the local clouds' store and the control plane's database, and says what is damaged.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use isobar_cli::report::Error;
use isobar_control::config::{Database, Timings};
use isobar_control::{Config, Control};
use isobar_kernel::Shared;
use isobar_kernel::Store;
use isobar_kernel::store::{self, Schema};

use super::{clouds, context};
use crate::output::say;
use crate::state::{Endpoints, Keys, State, damaged};

/// The folder of the local clouds' store.
const CLOUDS: &str = "clouds";
/// The file of the control plane's database.
const CONTROL: &str = "control.db";
/// The database's files.
const CONTROL_FILES: [&str; 4] = [CONTROL, "control.db-wal", "control.db-shm", "control.mark"];

fn schema() -> Schema {
    let mut schema = Schema::default();
    isobar_kernel::schema(&mut schema);
    isobar_engines::schema(&mut schema);
    isobar_aws::schema(&mut schema);
    isobar_alibaba::schema(&mut schema);
    isobar_digitalocean::schema(&mut schema);
    schema
}

/// The local clouds' store.
pub(super) fn store(state: &State, ephemeral: bool) -> Result<Store, Error> {
    if ephemeral {
        return Ok(Store::ephemeral(schema()));
    }
    let directory = state.directory.join(CLOUDS);
    if state.installation()?.is_some() && !directory.join("mark").exists() {
        return Err(damaged(format!("{} or its mark is missing", directory.display())));
    }
    Store::open(&directory, schema()).map_err(unopened)
}

/// The error for a store that cannot be opened.
fn unopened(error: store::Error) -> Error {
    let (code, hint) = match &error {
        store::Error::Damaged { .. } => return damaged(&error),
        store::Error::Locked => ("state_locked", "stop the other process with `isobar down`"),
        store::Error::Newer { .. } | store::Error::UnknownKind(_) => {
            ("state_newer", "use the newer program, or another directory with --state")
        }
        store::Error::Row { .. }
        | store::Error::LongKey { .. }
        | store::Error::Failed
        | store::Error::Unreadable
        | store::Error::Kept(_)
        | store::Error::Mark(_)
        | store::Error::Log(_) => (
            "state_unusable",
            "go on with what is left with `isobar up --salvage`, or name another directory with \
                 --state",
        ),
    };
    Error::failed(code, "the local clouds' state cannot be opened").source(error).hint(hint)
}

/// The control plane, over its database.
pub(super) async fn control(
    state: &State,
    endpoints: &Endpoints,
    keys: &Keys,
    shared: &Shared,
    ephemeral: bool,
    salvage: bool,
) -> Result<Control, Error> {
    let path = state.directory.join(CONTROL);
    let known = if ephemeral { None } else { state.installation()? };
    if known.is_some() && std::fs::metadata(&path).map_or(0, |file| file.len()) == 0 {
        return Err(damaged(format!("{} is missing or empty", path.display())));
    }
    let config = || Config {
        database: if ephemeral { Database::Memory } else { Database::File(path.clone()) },
        clouds: Arc::new(clouds::Local::new(endpoints, keys)),
        prober: Arc::new(isobar_control::probe::Direct),
        clock: Arc::new(context::SystemClock),
        random: Arc::new(context::SystemRandom(shared.random.clone())),
        faults: context::fault_points(),
        timings: Timings::default(),
    };
    let control = match Control::open(config()).await {
        Err(error) if salvage && !matches!(error, isobar_control::Error::NewerSchema { .. }) => {
            begin_control_anew(state)?;
            Control::open(config()).await
        }
        opened => opened,
    };
    let control = match control {
        Err(error @ isobar_control::Error::Truncated { .. }) => {
            return Err(damaged(format!("{CONTROL}: {error}")));
        }
        opened => opened.map_err(|error| unusable(&error))?,
    };
    let found = control.installation();
    match known {
        Some(known) if known != found => {
            return Err(damaged(format!("{CONTROL} is that of another installation ({found})")));
        }
        None if !ephemeral => state.set_installation(found)?,
        _ => {}
    }
    let adopted = control.adopt_key("local", &endpoints.control.api_key).await;
    adopted.map_err(|error| unusable(&error))?;
    Ok(control)
}

fn unusable(error: &isobar_control::Error) -> Error {
    let (code, hint) = match error {
        isobar_control::Error::NewerSchema { .. } => {
            ("state_newer", "use the program that wrote it, or another directory with --state")
        }
        _ => (
            "state_unusable",
            "go on with what is left with `isobar up --salvage`, or name another directory with --state",
        ),
    };
    let said = match error.context() {
        Some(context) => context::in_words(context),
        None => error.to_string(),
    };
    Error::failed(code, "the control plane's state cannot be opened").source(said).hint(hint)
}

/// Makes a damaged state one that opens: keeps a copy of it, and lets go what cannot be read.
///
/// # Errors
/// Where the copy cannot be made.
pub(super) fn salvage(state: &State) -> Result<(), Error> {
    let clouds = state.directory.join(CLOUDS);
    let keys = state.directory.join("keys.json");
    if state.installation()?.is_some() && !keys.exists() {
        return Err(damaged(format!(
            "{} is missing; what the clouds hold belongs to the accounts that it names, so nothing can \
             be salvaged without it",
            keys.display()
        )));
    }
    if !clouds.exists() && !state.directory.join(CONTROL).exists() {
        return Ok(());
    }
    let marked = store::read_mark(&clouds).unwrap_or(u64::MAX);
    let kept = Kept::new(&state.directory)?;
    kept.copy(&clouds)?;
    for name in CONTROL_FILES {
        kept.copy(&state.directory.join(name))?;
    }
    say!("the state as it was found is kept in {}", kept.directory.display());
    let control = state.directory.join(CONTROL);
    if control.exists() {
        isobar_control::forget_mark(&control).map_err(|error| not_kept(&control, error))?;
    }
    store::forget_mark(&clouds).map_err(|error| not_kept(&clouds, error))?;
    if clouds.exists() {
        match Store::open(&clouds, schema()) {
            Ok(store) if store.sequence() >= marked => {
                say!("the local clouds have all {} writes of their log", store.sequence());
            }
            Ok(store) => say!(
                "the local clouds go on with the first {} writes; their log went to {}",
                store.sequence(),
                if marked == u64::MAX {
                    "an unknown number".to_owned()
                } else {
                    marked.to_string()
                }
            ),
            // A copy is kept, but what is not damaged is not thrown away either.
            Err(error) if !error.is_damage() => {
                kept.bring_back_mark(&clouds)?;
                return Err(unopened(error));
            }
            Err(error) => {
                say!("the local clouds begin anew, for their log cannot be read: {error}");
                std::fs::remove_dir_all(&clouds).map_err(|error| not_kept(&clouds, error))?;
            }
        }
    }
    state.forget_installation()
}

/// Takes away a database that cannot be opened, of which a copy is kept.
fn begin_control_anew(state: &State) -> Result<(), Error> {
    say!("the control plane begins anew, for its database cannot be read");
    state.forget_installation()?;
    for name in CONTROL_FILES {
        let path = state.directory.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(not_kept(&path, error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A copy of what was found.
struct Kept {
    directory: PathBuf,
}

impl Kept {
    fn new(state: &Path) -> Result<Self, Error> {
        let free = (1..).map(|number| state.join(format!("damaged-{number}")));
        let directory = free.into_iter().find(|path| !path.exists()).unwrap_or_default();
        std::fs::create_dir(&directory).map_err(|error| not_kept(&directory, error))?;
        Ok(Self { directory })
    }

    /// Puts the store's mark back, without which it would be taken for whole.
    fn bring_back_mark(&self, clouds: &Path) -> Result<(), Error> {
        let (from, to) = (self.directory.join(CLOUDS).join("mark"), clouds.join("mark"));
        copy(&from, &to).map_err(|error| not_kept(&to, error))
    }

    /// Copies a file or a folder, where there is one.
    fn copy(&self, from: &Path) -> Result<(), Error> {
        let Some(name) = from.file_name() else { return Ok(()) };
        copy(from, &self.directory.join(name)).map_err(|error| not_kept(from, error))
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let metadata = match std::fs::symlink_metadata(from) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    if metadata.is_dir() {
        std::fs::create_dir(to)?;
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if metadata.is_file() {
        std::fs::copy(from, to)?;
    }
    Ok(())
}

fn not_kept(path: &Path, error: std::io::Error) -> Error {
    Error::failed("not_salvaged", format!("{} cannot be kept or removed", path.display()))
        .source(error)
}
