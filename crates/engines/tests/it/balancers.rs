//! Balancers: which targets are used, and what is known of them.

use std::collections::HashMap;
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use isobar_engines::Engines;
use isobar_engines::balancers::{
    self, Algorithm, HealthCheck, Listener, Pool, Probe, Protocol, State,
};
use isobar_engines::machines::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::site::{Front, Site, check, free_port, get, nobody, pool, send, target, unchecked};
use crate::world::{HELPER, World, eventually};

fn count(names: &[String]) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for name in names {
        *counts.entry(name.as_str()).or_default() += 1;
    }
    counts
}

#[tokio::test]
async fn requests_are_spread_by_weight() {
    let world = World::new().await;
    let (a, b) = (Site::new("a").await, Site::new("b").await);
    let front = Front::http(&world, pool(vec![a.target(), b.target()])).await;
    assert_eq!(count(&front.names(10).await), HashMap::from([("a", 5), ("b", 5)]));
    let mut heavy = a.target();
    heavy.weight = 4;
    front.put(pool(vec![heavy.clone(), b.target()]));
    eventually("the weight holds", || front.health("a").state == State::Healthy).await;
    // The change is followed soon, not at once; then five requests are four and one.
    let mut last = front.names(5).await;
    for _ in 0..100 {
        if count(&last).get("a") == Some(&4) {
            break;
        }
        last = front.names(5).await;
    }
    assert_eq!(count(&front.names(10).await), HashMap::from([("a", 8), ("b", 2)]));
    world.engines.shutdown().await;
}

#[tokio::test]
async fn only_healthy_targets_get_requests() {
    let world = World::new().await;
    let (a, b) = (Site::new("a").await, Site::new("b").await);
    let front = Front::http(&world, pool(vec![a.target(), b.target()])).await;
    b.set_health(503);
    let health = front.state("b", State::Unhealthy).await;
    assert_eq!(health.message(), "status 503");
    assert_eq!(count(&front.names(4).await), HashMap::from([("a", 4)]));
    b.set_health(200);
    assert_eq!(front.state("b", State::Healthy).await.message(), "");
    assert_eq!(count(&front.names(4).await), HashMap::from([("a", 2), ("b", 2)]));

    a.set_health(500);
    b.set_health(500);
    front.state("a", State::Unhealthy).await;
    front.state("b", State::Unhealthy).await;
    let reply = get(front.socket, "/").await;
    assert_eq!((reply.status, reply.headers["content-type"].as_bytes()), (503, &b"text/html"[..]));
    assert!(reply.text().contains("503 Service Unavailable"));
    front.put(Pool { fail_open: true, ..pool(vec![a.target(), b.target()]) });
    for _ in 0..1000 {
        if get(front.socket, "/").await.status == 200 {
            break;
        }
    }
    assert_eq!(front.names(2).await.len(), 2);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn messages_say_what_the_probe_saw() {
    let world = World::new().await;
    let site = Site::new("site").await;
    site.set_health(302);
    // One accepts and never answers, one closes at once, one speaks something else.
    let bind = || async { TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap() };
    let (silent, closing, other) = (bind().await, bind().await, bind().await);
    let sockets = [&silent, &closing, &other].map(|listener| listener.local_addr().unwrap());
    tokio::spawn(async move { while closing.accept().await.is_ok() {} });
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = other.accept().await {
            let _ = stream.write_all(b"220 mail.example.test ESMTP\r\n").await;
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    let targets = vec![
        site.target(),
        target("nobody", nobody()),
        target("silent", sockets[0]),
        target("closing", sockets[1]),
        target("other", sockets[2]),
    ];
    let fast = HealthCheck { timeout_ms: 250, ..check() };
    let pool = Pool { health_check: Some(fast), ..pool(targets) };
    let front = Front::new(&world, Protocol::Http, pool).await;
    for (target, message) in [
        ("site", "status 302, redirect to /login"),
        ("nobody", "connection refused"),
        ("silent", "timed out after 250 ms"),
        ("closing", "connection closed without an answer"),
        ("other", "the answer is not HTTP"),
    ] {
        assert_eq!(front.state(target, State::Unhealthy).await.message(), message);
    }
    assert_eq!(front.health("unknown").state, State::Initial);
    drop(silent);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_check_may_connect_only_and_to_a_port_of_its_own() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let tcp = HealthCheck { probe: Probe::Tcp, ..check() };
    let elsewhere = HealthCheck { port: Some(nobody().port()), ..tcp.clone() };
    let with = |check| Pool { health_check: Some(check), ..pool(vec![site.target()]) };
    let front = Front::http(&world, with(tcp.clone())).await;
    front.put(with(elsewhere));
    let health = front.state("site", State::Unhealthy).await;
    assert_eq!(health.message(), "connection refused");
    front.put(with(tcp));
    front.state("site", State::Healthy).await;
    front.put(unchecked(vec![target("nobody", nobody())]));
    front.state("nobody", State::Healthy).await;
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_port_that_is_taken_is_replaced_by_a_free_one_and_kept() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let taken = std::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let put = || {
        let listener = Listener::new(port, Protocol::Http, unchecked(vec![site.target()]));
        world.store.update(|tx| balancers::put(tx, &world.random, "lb-2", vec![listener])).unwrap()
    };
    assert!(!put().is_ready());
    let find = || world.store.read(|tables| balancers::find(tables, "lb-2").unwrap().clone());
    eventually("a port is bound", || find().is_ready()).await;
    let bound = find().listeners[0].bound_port.unwrap();
    assert_ne!(bound, port);
    assert_eq!(find().shown_address(), format!("{}:{bound}", find().address));
    let socket = SocketAddr::from((find().address, bound));
    assert_eq!(get(socket, "/").await.text(), "site");
    // Writing it again keeps the port, and so does the next start.
    assert_eq!(put().listeners[0].bound_port, Some(bound));
    drop(taken);
    world.engines.shutdown().await;
    let settings = Settings::new(world.directory.path().join("machines"), HELPER);
    let again =
        Engines::new(&world.store, &world.clock, &isobar_kernel::Random::seeded(4), settings);
    again.start().await.unwrap();
    eventually("it listens again", || std::net::TcpStream::connect(socket).is_ok()).await;
    assert_eq!(get(socket, "/").await.text(), "site");
    assert_eq!(find().listeners[0].bound_port, Some(bound));
    again.shutdown().await;
}

#[tokio::test]
async fn text_is_compressed_for_clients_that_take_it() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let mut listener = Listener::new(free_port(), Protocol::Http, unchecked(vec![site.target()]));
    listener.gzip = true;
    world.store.update(|tx| balancers::put(tx, &world.random, "lb-2", vec![listener])).unwrap();
    let find = || world.store.read(|tables| balancers::find(tables, "lb-2").unwrap().clone());
    eventually("a port is bound", || find().is_ready()).await;
    let socket = SocketAddr::from((find().address, find().listeners[0].bound_port.unwrap()));
    let plain = get(socket, "/text").await;
    assert!(!plain.headers.contains_key("content-encoding"));
    let ask = |path: &str| {
        let request = Request::builder().uri(path).header("host", "example.test");
        request.header("accept-encoding", "gzip").body(Full::<Bytes>::default()).unwrap()
    };
    let small = send(socket, ask("/text")).await;
    assert_eq!(small.headers["content-encoding"], "gzip");
    assert_eq!(small.headers["etag"], "W/\"1\"");
    assert!(small.body.len() < plain.body.len() / 4, "{} bytes", small.body.len());
    let mut text = String::new();
    flate2::read::GzDecoder::new(&small.body[..]).read_to_string(&mut text).unwrap();
    assert_eq!(text, plain.text());
    // What has no type, or is no text, is left alone.
    let untyped = send(socket, ask("/")).await;
    assert_eq!((untyped.text(), untyped.headers.get("content-encoding")), ("site", None));
    world.engines.shutdown().await;
}

#[tokio::test]
async fn listeners_come_and_go_and_change_their_protocol() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    let second = Listener::new(free_port(), Protocol::Tcp, unchecked(vec![site.target()]));
    let both = vec![front.listener(unchecked(vec![site.target()])), second];
    world.store.update(|tx| balancers::put(tx, &world.random, "lb-1", both)).unwrap();
    let balancer = front.balancer_when(|row| row.listeners.len() == 2 && row.is_ready()).await;
    let tcp = SocketAddr::from((balancer.address, balancer.listeners[1].bound_port.unwrap()));
    assert_eq!(get(tcp, "/").await.text(), "site");
    assert_eq!(balancer.shown_address(), balancer.address.to_string());
    // Only the HTTP proxy tells the target who asked.
    assert!(!get(tcp, "/echo").await.text().contains("x-forwarded-for"));
    assert!(get(front.socket, "/echo").await.text().contains("x-forwarded-for"));

    world.store.update(|tx| balancers::remove(tx, "lb-1")).unwrap().unwrap();
    for socket in [tcp, front.socket] {
        eventually("it is closed", || std::net::TcpStream::connect(socket).is_err()).await;
    }
    world.engines.shutdown().await;
}

#[tokio::test]
async fn tcp_connections_are_spread_and_can_be_half_closed() {
    let world = World::new().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let echo = target("echo", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut all = Vec::new();
                stream.read_to_end(&mut all).await.unwrap();
                all.make_ascii_uppercase();
                stream.write_all(&all).await.unwrap();
            });
        }
    });
    let pool = Pool {
        algorithm: Algorithm::LeastConnections,
        ..unchecked(vec![target("nobody", nobody()), echo])
    };
    let front = Front::new(&world, Protocol::Tcp, pool).await;
    for _ in 0..4 {
        let mut stream = TcpStream::connect(front.socket).await.unwrap();
        stream.write_all(b"over there").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "OVER THERE");
    }
    front.put(unchecked(Vec::new()));
    // Without a target the connection is closed, as soon as the change is followed.
    loop {
        let mut stream = TcpStream::connect(front.socket).await.unwrap();
        stream.shutdown().await.unwrap();
        if stream.read(&mut [0; 1]).await.is_ok_and(|length| length == 0) {
            break;
        }
    }
    world.engines.shutdown().await;
}
