//! Targets and clients for balancers.

use std::convert::Infallible;
use std::future::pending;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use isobar_engines::balancers::{
    self, Algorithm, Balancer, Health, HealthCheck, Listener, Method as CheckMethod, Pool, Probe,
    Protocol, State, StatusRange, Target,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};

use crate::world::{PATIENCE, World};

/// An HTTP server that says its name.
pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) socket: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
}

struct Shared {
    name: String,
    /// The status of `/health`.
    health: AtomicU16,
    /// `/slow` takes one of these before it answers.
    gate: Semaphore,
    /// How many requests wait at the gate.
    waiting: AtomicUsize,
    /// How many connections are open.
    connections: AtomicUsize,
}

impl Site {
    pub(crate) async fn new(name: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let socket = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            health: AtomicU16::new(200),
            gate: Semaphore::new(0),
            waiting: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
        });
        let serving = tokio::spawn(serve(listener, Arc::clone(&shared)));
        Self { name: name.to_owned(), socket, shared, serving }
    }

    /// Sets the status of `/health`.
    pub(crate) fn set_health(&self, status: u16) {
        self.shared.health.store(status, Ordering::SeqCst);
    }

    /// Lets requests at `/slow` go on.
    pub(crate) fn open_gate(&self, count: usize) {
        self.shared.gate.add_permits(count);
    }

    pub(crate) fn waiting(&self) -> usize {
        self.shared.waiting.load(Ordering::SeqCst)
    }

    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn target(&self) -> Target {
        Target::new(self.name.clone(), self.socket.ip(), self.socket.port())
    }

    /// Dies as a killed process does: its port and connections close.
    pub(crate) async fn die(self) {
        self.serving.abort();
        let _ = self.serving.await;
    }
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { pending().await };
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            shared.connections.fetch_add(1, Ordering::SeqCst);
            let service = service_fn(|request| {
                let shared = Arc::clone(&shared);
                async move { Ok::<_, Infallible>(answer(&shared, request).await) }
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
            shared.connections.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

async fn answer(shared: &Shared, request: Request<Incoming>) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::from(shared.name.clone()));
    match request.uri().path() {
        "/health" => {
            let status = shared.health.load(Ordering::SeqCst);
            *answer.status_mut() = StatusCode::from_u16(status).unwrap();
            if answer.status().is_redirection() {
                answer.headers_mut().insert("location", "/login".parse().unwrap());
            }
        }
        "/slow" => {
            shared.waiting.fetch_add(1, Ordering::SeqCst);
            shared.gate.acquire().await.unwrap().forget();
        }
        "/echo" => {
            let mut text = format!("{} {}\n", request.method(), request.uri());
            for (name, value) in request.headers() {
                text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
            }
            let headers = answer.headers_mut();
            headers.insert("connection", "x-private".parse().unwrap());
            headers.insert("x-private", "1".parse().unwrap());
            headers.insert("x-public", "1".parse().unwrap());
            *answer.body_mut() = Full::from(text);
        }
        "/text" => {
            let text = "to be or not to be\n".repeat(100);
            let headers = answer.headers_mut();
            headers.insert("content-type", "text/plain; charset=utf-8".parse().unwrap());
            headers.insert("etag", "\"1\"".parse().unwrap());
            *answer.body_mut() = Full::from(text);
        }
        "/body" => {
            *answer.body_mut() =
                Full::from(request.into_body().collect().await.unwrap().to_bytes());
        }
        _ => {}
    }
    answer
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Sends a request over a connection of its own.
pub(crate) async fn send(to: SocketAddr, request: Request<Full<Bytes>>) -> Reply {
    let exchange = async {
        let io = TokioIo::new(TcpStream::connect(to).await.unwrap());
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    };
    tokio::time::timeout(PATIENCE, exchange).await.expect("an answer comes in time")
}

pub(crate) async fn get(to: SocketAddr, path: &str) -> Reply {
    let request = Request::builder().uri(path).header("host", "example.test");
    send(to, request.body(Full::default()).unwrap()).await
}

pub(crate) async fn post(to: SocketAddr, path: &str, body: impl Into<Bytes>) -> Reply {
    let request = Request::builder().method(Method::POST).uri(path).header("host", "example.test");
    send(to, request.body(Full::new(body.into())).unwrap()).await
}

/// A check of `/health` that decides fast.
pub(crate) fn check() -> HealthCheck {
    HealthCheck {
        probe: Probe::Http {
            method: CheckMethod::Get,
            path: "/health".to_owned(),
            host: None,
            expect: vec![StatusRange::new(200, 299)],
        },
        port: None,
        interval_ms: 10,
        timeout_ms: 2_000,
        healthy_threshold: 2,
        unhealthy_threshold: 2,
    }
}

/// A pool in turn, with the check.
pub(crate) fn pool(targets: Vec<Target>) -> Pool {
    Pool {
        health_check: Some(check()),
        targets,
        drain_ms: 10_000,
        algorithm: Algorithm::RoundRobin,
        fail_open: false,
    }
}

/// A pool in turn, without a check.
pub(crate) fn unchecked(targets: Vec<Target>) -> Pool {
    Pool { health_check: None, ..pool(targets) }
}

/// A port that nobody has at the moment.
pub(crate) fn free_port() -> u16 {
    let socket = std::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    socket.local_addr().unwrap().port()
}

/// A listener in the world: balancer `lb-1`.
pub(crate) struct Front<'w> {
    pub(crate) world: &'w World,
    port: u16,
    protocol: Protocol,
    pub(crate) socket: SocketAddr,
}

impl<'w> Front<'w> {
    pub(crate) async fn new(world: &'w World, protocol: Protocol, pool: Pool) -> Self {
        let port = free_port();
        let socket = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut front = Self { world, port, protocol, socket };
        front.put(pool);
        let balancer = front.balancer_when(Balancer::is_ready).await;
        front.socket = (balancer.address, balancer.listeners[0].bound_port.unwrap()).into();
        front
    }

    /// An HTTP listener whose targets are healthy.
    pub(crate) async fn http(world: &'w World, pool: Pool) -> Self {
        let ids: Vec<String> = pool.targets.iter().map(|target| target.id.clone()).collect();
        let front = Self::new(world, Protocol::Http, pool).await;
        for id in ids {
            front.state(&id, State::Healthy).await;
        }
        front
    }

    /// Writes the listener's pool.
    pub(crate) fn put(&self, pool: Pool) {
        let listener = Listener::new(self.port, self.protocol, pool);
        self.put_listener(listener);
    }

    pub(crate) fn put_listener(&self, listener: Listener) {
        let World { store, random, .. } = self.world;
        store.update(|tx| balancers::put(tx, random, "lb-1", vec![listener])).unwrap();
    }

    pub(crate) fn listener(&self, pool: Pool) -> Listener {
        Listener::new(self.port, self.protocol, pool)
    }

    pub(crate) async fn balancer_when(&self, good: impl Fn(&Balancer) -> bool) -> Arc<Balancer> {
        let store = &self.world.store;
        let mut changed = store.watch::<Balancer>();
        let wait = async {
            loop {
                changed.mark_unchanged();
                let row = store.read(|tables| balancers::find(tables, "lb-1").cloned());
                if let Some(row) = row.filter(|row| good(row)) {
                    return row;
                }
                changed.changed().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("the balancer becomes so")
    }

    pub(crate) fn health(&self, target: &str) -> Health {
        self.world.engines.balancers.health("lb-1", self.port, target)
    }

    /// Waits until the target is in the state.
    pub(crate) async fn state(&self, target: &str, state: State) -> Health {
        self.health_when(target, |health| health.state == state).await
    }

    pub(crate) async fn health_when(&self, target: &str, good: impl Fn(&Health) -> bool) -> Health {
        let mut changes = self.world.engines.balancers.changes();
        let wait = async {
            loop {
                changes.mark_unchanged();
                let health = self.health(target);
                if good(&health) {
                    return health;
                }
                changes.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(health) => health,
            Err(_) => panic!("{target} is {:?}", self.health(target)),
        }
    }

    /// The names of the sites that answer so many requests in a row.
    pub(crate) async fn names(&self, count: usize) -> Vec<String> {
        let mut names = Vec::new();
        for _ in 0..count {
            let reply = get(self.socket, "/").await;
            assert_eq!(reply.status, 200, "{}", reply.text());
            names.push(reply.text().to_owned());
        }
        names
    }
}

/// A target at a socket of the test's own.
pub(crate) fn target(id: &str, socket: SocketAddr) -> Target {
    Target::new(id, socket.ip(), socket.port())
}

/// A socket at which nobody listens.
pub(crate) fn nobody() -> SocketAddr {
    (IpAddr::from(Ipv4Addr::LOCALHOST), free_port()).into()
}

/// How long a test waits for something that must not happen.
pub(crate) const MOMENT: Duration = Duration::from_millis(50);
