//! Puts the crates together into one running process.

mod clouds;
mod context;
mod open;
mod scratch;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use isobar_control::Control;
use isobar_engines::{Engines, machines};
use isobar_kernel::keys::{Caller, Key};
use isobar_kernel::serve::{Bounds, serve as serve_cloud};
use isobar_kernel::{Clock, Random, Rights, Store};
use isobar_kernel::{Face, Local, Shared};
use isobar_server::App;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::cli::Options;
use crate::state::{self, Endpoints, Keys, State};
use isobar_cli::report::Error;
use scratch::Scratch;

const AWS_REGION: &str = "us-east-1";
const ALIBABA_REGION: &str = "cn-hangzhou";
/// The most descriptors that the process asks for.
const DESCRIPTORS: u64 = 65_536;
/// How often the store's log is flushed to the disk.
const FLUSH: Duration = Duration::from_secs(1);
/// After how many flushes answers that idempotency tokens stand for no longer are forgotten.
const PURGE_AFTER: u32 = 60;

/// The four sockets, bound before anything else begins.
#[derive(Debug)]
pub(crate) struct Listeners {
    control: TcpListener,
    aws: TcpListener,
    alibaba: TcpListener,
    digitalocean: TcpListener,
}

impl Listeners {
    pub(crate) async fn bind(arguments: &Options) -> Result<Self, Error> {
        Ok(Self {
            control: bind(arguments.port, "--port").await?,
            aws: bind(arguments.aws_port, "--aws-port").await?,
            alibaba: bind(arguments.alibaba_port, "--alibaba-port").await?,
            digitalocean: bind(arguments.digitalocean_port, "--digitalocean-port").await?,
        })
    }
}

async fn bind(port: u16, flag: &str) -> Result<TcpListener, Error> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|error| {
        let code = match error.kind() {
            std::io::ErrorKind::AddrInUse => "port_in_use",
            _ => "port_unusable",
        };
        Error::failed(code, format!("cannot listen on {address}"))
            .source(error)
            .hint(format!("choose another port with {flag}; 0 takes a free one"))
    })
}

fn url(listener: &TcpListener) -> Result<String, Error> {
    let address = listener.local_addr().map_err(|error| {
        Error::failed("internal", "a socket does not know its address").source(error)
    })?;
    Ok(format!("http://{address}"))
}

/// Tasks, and what tells them to end.
struct Served {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Served {
    async fn end(self) {
        // Nobody waits for it where every task is gone already.
        let _ = self.stop.send(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task broke down");
            }
        }
    }
}

/// Everything that runs.
pub(crate) struct Running {
    pub(crate) endpoints: Endpoints,
    control: Control,
    engines: Engines,
    store: Store,
    api: Served,
    local: Served,
    /// Where ephemeral machines have their directories; removed at the end.
    scratch: Option<Scratch>,
}

impl Running {
    /// Starts everything; when this returns, everything answers.
    pub(crate) async fn start(
        state: &State,
        listeners: Listeners,
        arguments: &Options,
    ) -> Result<Self, Error> {
        if arguments.salvage {
            open::salvage(state)?;
        }
        let ephemeral = arguments.ephemeral;
        let shared = Shared::new(open::store(state, ephemeral)?, Random::default());
        let keys = state.keys(&shared.random)?;
        let endpoints = endpoints(&listeners, &keys)?;
        let scratch = ephemeral.then(|| Scratch::new(&shared.random)).transpose()?;
        let machines = scratch.as_ref().map_or(state.directory.as_path(), |own| &own.directory);
        let descriptors = raise_descriptors();
        let engines = start_engines(&shared, &machines.join("machines"), descriptors).await?;
        let salvage = arguments.salvage;
        let control = open::control(state, &endpoints, &keys, &shared, ephemeral, salvage).await?;
        let today = shared.clock.system().to_zoned(jiff::tz::TimeZone::UTC).date();
        let tls = arguments.tls.then(|| state.tls(today)).transpose()?;
        let (local, api) =
            serve(listeners, &shared, &keys, &engines, &control, tls.as_ref(), descriptors)?;
        control.resume().await.map_err(|error| {
            Error::failed("control_unusable", "unfinished work cannot be taken up").source(error)
        })?;
        Ok(Self { endpoints, control, engines, store: shared.store, api, local, scratch })
    }

    /// Stops everything, from the outside in: what asks ends before what answers it. The requests
    /// at hand are answered, then the control plane ends, which calls the local clouds until then;
    /// machines are stopped, and the state is flushed.
    pub(crate) async fn stop(self) {
        self.api.end().await;
        self.control.shutdown().await;
        self.local.end().await;
        self.engines.shutdown().await;
        if let Err(error) = self.store.flush() {
            tracing::error!(%error, "the state could not be flushed");
        }
        if let Some(scratch) = self.scratch {
            scratch.remove();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the binary reads the environment")]
async fn start_engines(
    shared: &Shared,
    directory: &Path,
    descriptors: u64,
) -> Result<Engines, Error> {
    let program = std::env::current_exe().map_err(|error| {
        Error::failed("internal", "the program does not know its own path").source(error)
    })?;
    let mut settings = machines::Settings::new(directory, program);
    if let Some(path) = std::env::var_os("PATH") {
        settings.path = path;
    }
    // Half of the descriptors, three for each; the rest are connections', balancers' and files.
    settings.most = usize::try_from(descriptors / 6).unwrap_or(settings.most).min(settings.most);
    let engines = Engines::new(&shared.store, &shared.clock, &shared.random, settings);
    engines.start().await.map_err(|error| {
        Error::failed("machines_unusable", "the machines cannot be started").source(error)
    })?;
    Ok(engines)
}

/// The local clouds and the control plane's API, serving.
fn serve(
    listeners: Listeners,
    shared: &Shared,
    keys: &Keys,
    engines: &Engines,
    control: &Control,
    tls: Option<&Arc<ServerConfig>>,
    descriptors: u64,
) -> Result<(Served, Served), Error> {
    let aws = isobar_aws::local(
        shared.clone(),
        isobar_aws::Settings {
            account_id: keys.owner.aws_account_id.clone(),
            region: AWS_REGION.to_owned(),
            keys: aws_keys(keys),
            engines: engines.clone(),
        },
    )
    .map_err(|error| {
        Error::failed("state_unusable", "the local clouds' state cannot be written").source(error)
    })?;
    let alibaba = isobar_alibaba::local(
        shared.clone(),
        isobar_alibaba::Settings {
            account_id: keys.owner.alibaba_account_id.clone(),
            region: ALIBABA_REGION.to_owned(),
            keys: alibaba_keys(keys),
            engines: engines.clone(),
        },
    );
    let digitalocean = isobar_digitalocean::local(
        shared.clone(),
        isobar_digitalocean::Settings {
            account_id: keys.owner.digitalocean_account_id.clone(),
            region: String::new(),
            keys: digitalocean_keys(keys),
            engines: engines.clone(),
        },
    );
    let bounds = Bounds::of_clouds(descriptors);
    let (stop, stopped) = watch::channel(false);
    let local = Served {
        stop,
        tasks: vec![
            spawn_cloud(listeners.aws, aws, &bounds, tls, &stopped),
            spawn_cloud(listeners.alibaba, alibaba, &bounds, tls, &stopped),
            spawn_cloud(listeners.digitalocean, digitalocean, &bounds, tls, &stopped),
            tokio::spawn(flush(shared.store.clone(), shared.clock.clone(), stopped)),
        ],
    };
    let app = App::new(control.clone(), shared.clone());
    let (stop, stopped) = watch::channel(false);
    let tasks = vec![tokio::spawn(isobar_server::serve(
        listeners.control,
        app,
        Bounds::of_control(descriptors),
        stopped,
    ))];
    Ok((local, Served { stop, tasks }))
}

/// Lets the process have as many descriptors as the system allows it, up to [`DESCRIPTORS`]; gives how
/// many that are. Machines have the usual number again (`engines::machines`).
fn raise_descriptors() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let wanted = DESCRIPTORS.min(limit.maximum.unwrap_or(DESCRIPTORS));
    let current = limit.current.unwrap_or(DESCRIPTORS);
    let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
    if current < wanted && setrlimit(Resource::Nofile, raised).is_ok() { wanted } else { current }
}

fn spawn_cloud<F: Face>(
    listener: TcpListener,
    cloud: Local<F>,
    bounds: &Bounds,
    tls: Option<&Arc<ServerConfig>>,
    stopped: &watch::Receiver<bool>,
) -> JoinHandle<()> {
    let serving =
        serve_cloud(listener, Arc::new(cloud), bounds.clone(), tls.cloned(), stopped.clone());
    tokio::spawn(serving)
}

/// Flushes the store's log once a second, and keeps it from growing without end.
async fn flush(store: Store, clock: Clock, mut stopped: watch::Receiver<bool>) {
    let mut rounds = 0_u32;
    while tokio::time::timeout(FLUSH, isobar_kernel::serve::stopped(&mut stopped)).await.is_err() {
        rounds = rounds.wrapping_add(1);
        let purge = rounds.is_multiple_of(PURGE_AFTER).then(|| clock.now());
        let store = store.clone();
        let flushed = tokio::task::spawn_blocking(move || {
            if let Some(now) = purge {
                isobar_kernel::idempotency::purge(&store, now)?;
            }
            store.flush()
        })
        .await;
        if let Ok(Err(error)) = flushed {
            tracing::error!(%error, "the state could not be flushed");
        }
    }
}

fn endpoints(listeners: &Listeners, keys: &Keys) -> Result<Endpoints, Error> {
    let Keys { owner, read_only } = keys;
    Ok(Endpoints {
        pid: std::process::id(),
        control: state::Control { url: url(&listeners.control)?, api_key: owner.api_key.clone() },
        aws: state::Aws {
            url: url(&listeners.aws)?,
            access_key_id: owner.aws_access_key_id.clone(),
            secret_access_key: owner.aws_secret_access_key.clone(),
            account_id: owner.aws_account_id.clone(),
            region: AWS_REGION.to_owned(),
            read_only: state::AwsKey {
                access_key_id: read_only.aws_access_key_id.clone(),
                secret_access_key: read_only.aws_secret_access_key.clone(),
            },
        },
        alibaba: state::Alibaba {
            url: url(&listeners.alibaba)?,
            access_key_id: owner.alibaba_access_key_id.clone(),
            access_key_secret: owner.alibaba_access_key_secret.clone(),
            account_id: owner.alibaba_account_id.clone(),
            region: ALIBABA_REGION.to_owned(),
            read_only: state::AlibabaKey {
                access_key_id: read_only.alibaba_access_key_id.clone(),
                access_key_secret: read_only.alibaba_access_key_secret.clone(),
            },
        },
        digitalocean: state::DigitalOcean {
            url: url(&listeners.digitalocean)?,
            token: owner.digitalocean_token.clone(),
            read_only: state::Token { token: read_only.digitalocean_token.clone() },
        },
    })
}

/// The name of the users who may only read.
const READ_ONLY: &str = "isobar-read-only";

fn aws_keys(keys: &Keys) -> isobar_kernel::Keys {
    let Keys { owner, read_only } = keys;
    let account = &owner.aws_account_id;
    let root = Caller {
        account: account.clone(),
        principal: account.clone(),
        name: format!("arn:aws:iam::{account}:root"),
        key_id: owner.aws_access_key_id.clone(),
        rights: Rights::All,
    };
    let reader = Caller {
        account: account.clone(),
        principal: read_only.aws_user_id.clone(),
        name: format!("arn:aws:iam::{account}:user/{READ_ONLY}"),
        key_id: read_only.aws_access_key_id.clone(),
        rights: Rights::Reading,
    };
    accepted([
        (owner.aws_secret_access_key.as_str(), root),
        (read_only.aws_secret_access_key.as_str(), reader),
    ])
}

fn alibaba_keys(keys: &Keys) -> isobar_kernel::Keys {
    let Keys { owner, read_only } = keys;
    let account = &owner.alibaba_account_id;
    let root = Caller {
        account: account.clone(),
        principal: account.clone(),
        name: format!("acs:ram::{account}:root"),
        key_id: owner.alibaba_access_key_id.clone(),
        rights: Rights::All,
    };
    let reader = Caller {
        account: account.clone(),
        principal: read_only.alibaba_user_id.clone(),
        name: format!("acs:ram::{account}:user/{READ_ONLY}"),
        key_id: read_only.alibaba_access_key_id.clone(),
        rights: Rights::Reading,
    };
    accepted([
        (owner.alibaba_access_key_secret.as_str(), root),
        (read_only.alibaba_access_key_secret.as_str(), reader),
    ])
}

fn digitalocean_keys(keys: &Keys) -> isobar_kernel::Keys {
    let Keys { owner, read_only } = keys;
    let account = &owner.digitalocean_account_id;
    let holder = |token: &str, rights| Caller {
        account: account.clone(),
        principal: account.clone(),
        name: "isobar@localhost".to_owned(),
        key_id: token.to_owned(),
        rights,
    };
    accepted([
        ("", holder(&owner.digitalocean_token, Rights::All)),
        ("", holder(&owner.digitalocean_control_token, Rights::All)),
        ("", holder(&read_only.digitalocean_token, Rights::Reading)),
    ])
}

fn accepted<const N: usize>(callers: [(&str, Caller); N]) -> isobar_kernel::Keys {
    let keys = isobar_kernel::Keys::default();
    for (secret, caller) in callers {
        keys.add(Key { secret: secret.to_owned(), caller: Arc::new(caller) });
    }
    keys
}
