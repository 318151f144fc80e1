//! Where settings and credentials are looked for: environment, files, programs, the machine's own
//! endpoints, and the person at the terminal.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use isobar_auth::Secret;
use tokio::io::AsyncReadExt;

use crate::error::Kind;
use crate::proxy::{self, Proxy};
use crate::settings::CERTIFICATES;
use crate::transport::{Connector, root, unconnected};

/// The most bytes of a file, an answer or a program's output that are read. Bundles of certificates are
/// the largest of them.
const LIMIT: u64 = 8 << 20;

/// How long a program may take.
const PROGRAM_WITHIN: Duration = Duration::from_secs(60);

/// The same where a person may be asked by it.
const PERSON_WITHIN: Duration = Duration::from_secs(300);

/// What surrounds a program.
pub trait Surroundings: fmt::Debug + Send + Sync {
    /// An environment variable.
    fn variable(&self, name: &str) -> Option<String>;

    /// The user's home directory.
    fn home(&self) -> Option<PathBuf>;

    /// A file's content.
    ///
    /// # Errors
    /// As for opening and reading; a file of more than 1 MiB is `InvalidData`.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Replaces a file's content in one step, readable by its owner only. Directories are made.
    ///
    /// # Errors
    /// As for writing; the file is then as it was.
    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Runs a program, without a shell, and waits for it. Where there is somebody to be asked, it may
    /// ask too: on stderr, which is then shown and not part of what it [`Finished`] with.
    fn run<'a>(&'a self, command: &'a [String]) -> BoxFuture<'a, io::Result<Finished>>;

    /// Sends a request as it is, follows nothing, and reads the answer.
    ///
    /// # Errors
    /// `TimedOut` if there is none in time, `NotConnected` if no connection came about,
    /// `InvalidData` if that is because the server's certificate does not verify, and `InvalidInput`
    /// if the environment names a proxy on the way, or certificates to trust, that cannot be used.
    fn fetch(
        &self,
        request: Request<Bytes>,
        within: Duration,
    ) -> BoxFuture<'_, io::Result<Response<Bytes>>>;

    /// Asks the person at the terminal for something that is not to be seen.
    ///
    /// # Errors
    /// If there is nobody.
    fn ask(&self, question: &str) -> io::Result<Secret>;
}

/// A program that ended.
#[derive(Clone)]
pub struct Finished {
    /// Whether it says that it succeeded.
    pub success: bool,
    /// What it wrote to stdout, which holds secrets.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr.
    pub stderr: Vec<u8>,
}

impl fmt::Debug for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finished").field("success", &self.success).finish_non_exhaustive()
    }
}

/// Asks a person.
pub type Ask = Arc<dyn Fn(&str) -> io::Result<Secret> + Send + Sync>;

/// The machine that this runs on.
#[derive(Default)]
pub struct Machine {
    ask: Option<Ask>,
    pool: OnceLock<Pool>,
}

/// Connections, and the proxy on their way.
struct Pool {
    client: Client<Connector, Full<Bytes>>,
    proxy: Option<Proxy>,
    /// Why there are no certificates to trust, which matters to TLS alone.
    untrusting: Option<String>,
}

impl Machine {
    /// With a way to ask a person; without one, nobody is there.
    #[must_use]
    pub fn new(ask: Option<Ask>) -> Self {
        Self { ask, pool: OnceLock::new() }
    }

    fn pool(&self) -> &Pool {
        self.pool.get_or_init(|| {
            let named = self.variable(CERTIFICATES).filter(|path| !path.is_empty());
            let read = named.map(|path| {
                let read = self.read(path.as_ref());
                read.map_err(|error| format!("{path}, the certificates to trust: {error}"))
            });
            let (roots, untrusting) = match read.transpose() {
                Ok(roots) => (roots, None),
                Err(why) => (None, Some(why)),
            };
            let proxy = proxy::named(&|name| self.variable(name)).map(|(_, proxy)| proxy);
            // The time that a request may take bounds that of its connection.
            let connector = Connector::new(proxy.clone(), roots.map(Into::into), Duration::MAX);
            Pool {
                client: Client::builder(TokioExecutor::new()).build(connector),
                proxy,
                untrusting,
            }
        })
    }

    async fn exchange(&self, request: Request<Bytes>) -> io::Result<Response<Bytes>> {
        let pool = self.pool();
        if let Some(why) = pool.untrusting.as_ref()
            && request.uri().scheme() == Some(&http::uri::Scheme::HTTPS)
        {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why.clone()));
        }
        if let Some(why) = pool.proxy.as_ref().and_then(|proxy| proxy.bars(request.uri())) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        let response = pool
            .client
            .request(request.map(Full::new))
            .await
            .map_err(|error| unanswered(&error))?;
        let (head, body) = response.into_parts();
        let limit = usize::try_from(LIMIT).unwrap_or(usize::MAX);
        let body = Limited::new(body, limit).collect().await.map_err(io::Error::other)?;
        Ok(Response::from_parts(head, body.to_bytes()))
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").finish_non_exhaustive()
    }
}

impl Surroundings for Machine {
    #[expect(clippy::disallowed_methods, reason = "this is what everything else is given")]
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn home(&self) -> Option<PathBuf> {
        std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        std::fs::File::open(path)?.take(LIMIT + 1).read_to_end(&mut content)?;
        bounded(content)
    }

    fn write(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        replace(path, content)
    }

    fn run<'a>(&'a self, command: &'a [String]) -> BoxFuture<'a, io::Result<Finished>> {
        Box::pin(async move {
            let is_watched = self.ask.is_some();
            let within = if is_watched { PERSON_WITHIN } else { PROGRAM_WITHIN };
            let late = |_| {
                let seconds = within.as_secs();
                io::Error::new(io::ErrorKind::TimedOut, format!("not ready within {seconds} s"))
            };
            tokio::time::timeout(within, run(command, is_watched)).await.map_err(late)?
        })
    }

    fn fetch(
        &self,
        request: Request<Bytes>,
        within: Duration,
    ) -> BoxFuture<'_, io::Result<Response<Bytes>>> {
        Box::pin(async move {
            let late = |_| {
                let seconds = within.as_secs_f64();
                io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {seconds} s"))
            };
            tokio::time::timeout(within, self.exchange(request)).await.map_err(late)?
        })
    }

    fn ask(&self, question: &str) -> io::Result<Secret> {
        match &self.ask {
            Some(ask) => ask(question),
            None => Err(io::Error::new(io::ErrorKind::Unsupported, "there is nobody to ask")),
        }
    }
}

/// Why there is no answer.
fn unanswered(error: &hyper_util::client::legacy::Error) -> io::Error {
    let kind = match error.is_connect().then(|| unconnected(error)) {
        Some(Kind::Certificate) => io::ErrorKind::InvalidData,
        Some(Kind::Config) => io::ErrorKind::InvalidInput,
        Some(_) => io::ErrorKind::NotConnected,
        None => io::ErrorKind::Other,
    };
    io::Error::new(kind, root(error))
}

fn bounded(content: Vec<u8>) -> io::Result<Vec<u8>> {
    if content.len() as u64 > LIMIT {
        let message = format!("more than {LIMIT} bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(content)
}

/// Runs a program. Where it is watched, its stderr is the process's own, on which it may ask.
async fn run(command: &[String], is_watched: bool) -> io::Result<Finished> {
    let (program, arguments) = command
        .split_first()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the command is empty"))?;
    let mut child = tokio::process::Command::new(program)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(if is_watched { Stdio::inherit() } else { Stdio::piped() })
        .kill_on_drop(true)
        .spawn()?;
    let stdout = child.stdout.take().expect("it is piped");
    let stderr = child.stderr.take();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut stdout = stdout.take(LIMIT + 1);
    let errors = async {
        match stderr {
            Some(stderr) => stderr.take(LIMIT + 1).read_to_end(&mut err).await,
            None => Ok(0),
        }
    };
    let (read_out, read_err) = tokio::join!(stdout.read_to_end(&mut out), errors);
    read_out?;
    read_err?;
    let (stdout, stderr) = (bounded(out)?, bounded(err)?);
    Ok(Finished { success: child.wait().await?.success(), stdout, stderr })
}

/// Replaces a file's content in one step, with mode 0600. Where the path is a link, what it leads to
/// is replaced.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    make_folder(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}", std::process::id()));
    let written = write_new(&draft, content).and_then(|()| std::fs::rename(&draft, &path));
    if written.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    written
}

#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    // A draft that a killed process left may be anybody's to read.
    let _ = std::fs::remove_file(path);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}
