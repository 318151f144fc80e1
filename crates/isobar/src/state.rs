//! The state directory: who holds it, the keys that were drawn for it, and where its server is.

mod authority;
mod private;

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use authority::files as authority_files;
use isobar_kernel::Random;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use isobar_cli::report::Error;

/// The layout's version. A directory that says a greater one is refused.
const VERSION: u32 = 1;
/// What the server writes through others' code, which follows links.
const ENTRIES: &[&str] = &[
    "lock",
    "control.db",
    "control.db-wal",
    "control.db-shm",
    "control.mark",
    "clouds",
    "clouds/mark",
    "machines",
];
/// The file that says which control plane's state this is.
const INSTALLATION: &str = "installation";
const LOCK_ATTEMPTS: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// The directory where nothing was said: `$XDG_STATE_HOME/isobar`, else `~/.local/state/isobar`.
#[expect(clippy::disallowed_methods, reason = "the binary reads the environment")]
pub(crate) fn default_directory() -> Result<PathBuf, Error> {
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_STATE_HOME")
        .map(|base| base.join("isobar"))
        .or_else(|| absolute("HOME").map(|home| home.join(".local/state/isobar")))
        .ok_or_else(|| {
            Error::usage("no_state_directory", "neither XDG_STATE_HOME nor HOME is set")
                .hint("name a directory with --state or ISOBAR_STATE")
        })
}

/// A state directory that this process holds.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) directory: PathBuf,
    /// Held as long as the process lives.
    _lock: File,
}

impl State {
    /// Makes the directory if need be, and takes it.
    pub(crate) fn take(directory: &Path) -> Result<Self, Error> {
        let unusable = |what: &str, error: std::io::Error| {
            Error::failed(
                "state_unusable",
                format!("the state directory {} cannot be {what}", directory.display()),
            )
            .source(error)
            .hint("name another with --state")
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(|error| unusable("made", error))?;
        private::check_directory(directory)?;
        for name in ENTRIES {
            private::check_entry(&directory.join(name))?;
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let lock = private::open(&directory.join("lock"), &mut options)
            .map_err(|error| unusable("written", error))?;
        hold(&lock).map_err(|error| match error {
            TryLockError::WouldBlock => Error::failed(
                "state_locked",
                format!("another process holds the state directory {}", directory.display()),
            )
            .hint("stop it with `isobar down`, or name another directory with --state"),
            TryLockError::Error(error) => unusable("locked", error),
        })?;
        let state = Self { directory: directory.to_owned(), _lock: lock };
        state.check_version()?;
        // What a killed server left says a process id that may be anybody's by now, and nobody may
        // take it for this server's before this one announces itself.
        state.withdraw();
        Ok(state)
    }

    fn check_version(&self) -> Result<(), Error> {
        let path = self.directory.join("version");
        let Some(found) = private::read_public(&path)? else {
            return private::write(&path, format!("{VERSION}\n").as_bytes());
        };
        let found = String::from_utf8_lossy(&found);
        match found.trim().parse::<u32>() {
            Ok(found) if found <= VERSION => Ok(()),
            _ => Err(Error::failed(
                "state_newer",
                format!(
                    "the state directory {} is of version {}; this program reads up to {VERSION}",
                    self.directory.display(),
                    found.trim(),
                ),
            )
            .hint("use the newer program, or name another directory with --state")),
        }
    }

    /// The keys of this directory, drawn when they are first asked for. They are not drawn again for
    /// a directory that was in use: the clouds' rows belong to the accounts that they name.
    pub(crate) fn keys(&self, random: &Random) -> Result<Keys, Error> {
        let path = self.directory.join("keys.json");
        if self.installation()?.is_some() && !path.exists() {
            return Err(damaged(format!("{} is missing", path.display())));
        }
        Ok(Keys {
            owner: self.drawn("keys.json", || OwnerKeys::draw(random))?,
            read_only: self.drawn("read-only-keys.json", || ReadOnlyKeys::draw(random))?,
        })
    }

    /// What the file has; what is drawn, where there is none.
    fn drawn<T: Serialize + DeserializeOwned>(
        &self,
        name: &str,
        draw: impl FnOnce() -> T,
    ) -> Result<T, Error> {
        let path = self.directory.join(name);
        if let Some(keys) = read_json(&path)? {
            return Ok(keys);
        }
        let keys = draw();
        write_json(&path, &keys)?;
        Ok(keys)
    }

    /// What the local clouds' listeners need for TLS.
    pub(crate) fn tls(&self, today: jiff::civil::Date) -> Result<Arc<rustls::ServerConfig>, Error> {
        authority::server(&self.directory, today)
    }

    /// Which control plane's state this is, where one was begun here.
    pub(crate) fn installation(&self) -> Result<Option<String>, Error> {
        let found = private::read(&self.directory.join(INSTALLATION))?;
        Ok(found.map(|id| String::from_utf8_lossy(&id).trim().to_owned()))
    }

    /// Keeps in mind which control plane's state this is.
    pub(crate) fn set_installation(&self, id: &str) -> Result<(), Error> {
        private::write(&self.directory.join(INSTALLATION), format!("{id}\n").as_bytes())
    }

    /// Forgets what would refuse a state of which something is missing.
    pub(crate) fn forget_installation(&self) -> Result<(), Error> {
        let path = self.directory.join(INSTALLATION);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(private::unreadable(&path, error))
            }
            _ => Ok(()),
        }
    }

    /// Says where the server is.
    pub(crate) fn announce(&self, endpoints: &Endpoints) -> Result<(), Error> {
        write_json(&endpoints_path(&self.directory), endpoints)
    }

    /// Takes back what [`announce`](Self::announce) said.
    pub(crate) fn withdraw(&self) {
        // A file that is gone already is what is wanted.
        let _ = fs::remove_file(endpoints_path(&self.directory));
    }
}

/// The error for a state of which something is missing.
pub(crate) fn damaged(what: impl std::fmt::Display) -> Error {
    Error::failed("state_damaged", format!("the state is damaged: {what}")).hint(
        "restore it from a copy, go on with what is left with `isobar up --salvage`, or name another \
         directory with --state",
    )
}

/// Takes the lock. A process that was killed while it started a machine leaves the lock for a moment
/// with the child that had not become the machine's keeper yet; so a taken lock is tried again.
fn hold(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..LOCK_ATTEMPTS {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            other => return other,
        }
    }
    lock.try_lock()
}

/// Whether some process holds the directory.
pub(crate) fn is_held(directory: &Path) -> bool {
    File::open(directory.join("lock"))
        .is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)))
}

/// The keys of a state directory.
pub(crate) struct Keys {
    pub(crate) owner: OwnerKeys,
    pub(crate) read_only: ReadOnlyKeys,
}

/// The keys that may do everything: what opens the control plane and the local clouds.
#[derive(Serialize, Deserialize)]
pub(crate) struct OwnerKeys {
    pub(crate) api_key: String,
    pub(crate) aws_account_id: String,
    pub(crate) aws_access_key_id: String,
    pub(crate) aws_secret_access_key: String,
    pub(crate) alibaba_account_id: String,
    pub(crate) alibaba_access_key_id: String,
    pub(crate) alibaba_access_key_secret: String,
    pub(crate) digitalocean_account_id: String,
    pub(crate) digitalocean_token: String,
    /// The control plane's own, since DigitalOcean limits how often each token calls.
    pub(crate) digitalocean_control_token: String,
}

impl OwnerKeys {
    fn draw(random: &Random) -> Self {
        Self {
            api_key: format!("isobar_{}", random.lower(40)),
            aws_account_id: digits(random, 12),
            aws_access_key_id: format!("AKIA{}", random.upper(16)),
            aws_secret_access_key: random.secret(40),
            alibaba_account_id: digits(random, 16),
            alibaba_access_key_id: format!("LTAI{}", random.lower(20)),
            alibaba_access_key_secret: random.lower(30),
            digitalocean_account_id: random.uuid(),
            digitalocean_token: format!("dop_v1_{}", random.hex(64)),
            digitalocean_control_token: format!("dop_v1_{}", random.hex(64)),
        }
    }
}

/// The keys that may only read, and on AWS and Alibaba Cloud the ids of the users who hold them.
#[derive(Serialize, Deserialize)]
pub(crate) struct ReadOnlyKeys {
    pub(crate) aws_user_id: String,
    pub(crate) aws_access_key_id: String,
    pub(crate) aws_secret_access_key: String,
    pub(crate) alibaba_user_id: String,
    pub(crate) alibaba_access_key_id: String,
    pub(crate) alibaba_access_key_secret: String,
    pub(crate) digitalocean_token: String,
}

impl ReadOnlyKeys {
    fn draw(random: &Random) -> Self {
        Self {
            aws_user_id: format!("AIDA{}", random.upper(17)),
            aws_access_key_id: format!("AKIA{}", random.upper(16)),
            aws_secret_access_key: random.secret(40),
            alibaba_user_id: digits(random, 18),
            alibaba_access_key_id: format!("LTAI{}", random.lower(20)),
            alibaba_access_key_secret: random.lower(30),
            digitalocean_token: format!("dop_v1_{}", random.hex(64)),
        }
    }
}

/// A number of so many digits, of which the first is not 0.
fn digits(random: &Random, count: u32) -> String {
    let least = 10_u64.pow(count - 1);
    (least + random.below(least * 9)).to_string()
}

/// Where a running server is, as `endpoints.json` says it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Endpoints {
    pub(crate) pid: u32,
    pub(crate) control: Control,
    pub(crate) aws: Aws,
    pub(crate) alibaba: Alibaba,
    pub(crate) digitalocean: DigitalOcean,
}

/// The control plane.
#[derive(Serialize, Deserialize)]
pub(crate) struct Control {
    pub(crate) url: String,
    pub(crate) api_key: String,
}

/// The local AWS.
#[derive(Serialize, Deserialize)]
pub(crate) struct Aws {
    pub(crate) url: String,
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) account_id: String,
    pub(crate) region: String,
    pub(crate) read_only: AwsKey,
}

/// A key of the local AWS.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AwsKey {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
}

/// The local Alibaba Cloud.
#[derive(Serialize, Deserialize)]
pub(crate) struct Alibaba {
    pub(crate) url: String,
    pub(crate) access_key_id: String,
    pub(crate) access_key_secret: String,
    pub(crate) account_id: String,
    pub(crate) region: String,
    pub(crate) read_only: AlibabaKey,
}

/// A key of the local Alibaba Cloud.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AlibabaKey {
    pub(crate) access_key_id: String,
    pub(crate) access_key_secret: String,
}

/// The local DigitalOcean.
#[derive(Serialize, Deserialize)]
pub(crate) struct DigitalOcean {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) read_only: Token,
}

/// A token of the local DigitalOcean.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) token: String,
}

impl Endpoints {
    /// What a running server left in the directory.
    pub(crate) fn read(directory: &Path) -> Result<Self, Error> {
        if !directory.exists() {
            return Err(not_running(directory));
        }
        private::check_directory(directory)?;
        read_json(&endpoints_path(directory))?.ok_or_else(|| not_running(directory))
    }

    /// The same, with the keys that may only read in the place of the clouds' own.
    pub(crate) fn read_only(mut self) -> Self {
        let AwsKey { access_key_id, secret_access_key } = self.aws.read_only.clone();
        self.aws.access_key_id = access_key_id;
        self.aws.secret_access_key = secret_access_key;
        let AlibabaKey { access_key_id, access_key_secret } = self.alibaba.read_only.clone();
        self.alibaba.access_key_id = access_key_id;
        self.alibaba.access_key_secret = access_key_secret;
        self.digitalocean.token = self.digitalocean.read_only.token.clone();
        self
    }
}

/// The error for a directory without a server.
pub(crate) fn not_running(directory: &Path) -> Error {
    Error::new(
        isobar_cli::report::Class::Unreachable,
        "not_running",
        format!("no server runs with the state directory {}", directory.display()),
    )
    .hint("start one with `isobar up`, or set ISOBAR_URL and ISOBAR_API_KEY")
}

fn endpoints_path(directory: &Path) -> PathBuf {
    directory.join("endpoints.json")
}

/// What a file says; `None` where there is none.
fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    let Some(text) = private::read(path)? else { return Ok(None) };
    let read = serde_json::from_slice(&text);
    read.map(Some).map_err(|error| private::unreadable(path, error.into()))
}

fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let mut text = serde_json::to_vec_pretty(value)
        .map_err(|error| Error::failed("internal", "the state cannot be written").source(error))?;
    text.push(b'\n');
    private::write(path, &text)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// A directory of a test's own, removed at its end.
    struct Directory(PathBuf);

    impl Directory {
        fn new(name: &str) -> Self {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../../target")
                .join(format!("state-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }

        fn set_mode(&self, name: &str, mode: u32) {
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(self.0.join(name), permissions).unwrap();
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn keys(directory: &Path) -> Result<Keys, Error> {
        State::take(directory)?.keys(&Random::seeded(1))
    }

    /// Whoever may write the directory, or read the keys, could run scripts as the user.
    #[test]
    fn what_others_may_touch_is_refused() {
        let directory = Directory::new("others");
        let drawn = keys(&directory.0).unwrap().owner.api_key;
        for mode in [0o777, 0o720, 0o702] {
            directory.set_mode("", mode);
            let refused = State::take(&directory.0).unwrap_err();
            assert!(refused.text().contains("state_not_trusted"), "{mode:o}");
            assert!(Endpoints::read(&directory.0).is_err());
        }
        directory.set_mode("", 0o755);
        for (name, mode) in [("keys.json", 0o644), ("keys.json", 0o620), ("version", 0o666)] {
            directory.set_mode(name, mode);
            assert!(keys(&directory.0).is_err(), "{name} {mode:o}");
            directory.set_mode(name, 0o600);
        }
        assert_eq!(keys(&directory.0).unwrap().owner.api_key, drawn);
    }

    #[test]
    fn links_are_not_followed() {
        let directory = Directory::new("links");
        fs::create_dir_all(&directory.0).unwrap();
        let target = directory.0.join("target");
        fs::write(&target, "mine").unwrap();
        symlink(&target, directory.0.join("keys.new")).unwrap();
        keys(&directory.0).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
        for name in ["keys.json", "version", "lock"] {
            fs::rename(directory.0.join(name), directory.0.join("real")).unwrap();
            symlink(directory.0.join("real"), directory.0.join(name)).unwrap();
            assert!(keys(&directory.0).is_err(), "{name}");
            fs::remove_file(directory.0.join(name)).unwrap();
            fs::rename(directory.0.join("real"), directory.0.join(name)).unwrap();
        }
        keys(&directory.0).unwrap();
    }

    #[test]
    fn keys_that_are_lost_are_not_drawn_again_unasked() {
        let directory = Directory::new("lost-keys");
        let state = State::take(&directory.0).unwrap();
        let random = Random::seeded(1);
        state.keys(&random).unwrap();
        state.set_installation("one").unwrap();
        state.keys(&random).unwrap();
        fs::remove_file(directory.0.join("keys.json")).unwrap();
        assert!(state.keys(&random).err().unwrap().text().contains("state_damaged"));
        state.forget_installation().unwrap();
        state.keys(&random).unwrap();
    }

    /// A process id that a killed server left may be anybody's.
    #[test]
    fn what_a_killed_server_left_is_forgotten() {
        let directory = Directory::new("killed");
        let directory = &directory.0;
        let state = State::take(directory).unwrap();
        assert!(State::take(directory).is_err(), "it is held");
        fs::write(endpoints_path(directory), "{\"pid\": 1}").unwrap();
        drop(state);
        let state = State::take(directory).unwrap();
        assert!(!endpoints_path(directory).exists());
        drop(state);
    }
}
