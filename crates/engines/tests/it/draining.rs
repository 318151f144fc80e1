//! Balancers: targets that leave, and changes under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use isobar_engines::balancers::{Pool, Protocol, State, Target};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::site::{Front, MOMENT, Site, get, pool, post, unchecked};
use crate::world::{World, eventually};

fn draining(site: &Site) -> Target {
    Target { draining: true, ..site.target() }
}

#[tokio::test]
async fn a_draining_target_finishes_what_is_under_way() {
    let world = World::new().await;
    let (a, b) = (Site::new("a").await, Site::new("b").await);
    let front = Front::http(&world, unchecked(vec![a.target()])).await;
    front.names(1).await;
    let slow = tokio::spawn(get(front.socket, "/slow"));
    eventually("the request is under way", || a.waiting() == 1).await;
    front.put(unchecked(vec![draining(&a), b.target()]));
    front.state("a", State::Draining).await;
    assert_eq!(front.names(4).await, ["b"; 4]);
    eventually("the idle connection is closed", || a.connections() == 1).await;
    a.open_gate(1);
    let reply = slow.await.unwrap();
    assert_eq!((reply.status, reply.text()), (200, "a"));
    front.state("a", State::Drained).await;
    eventually("the last connection is closed", || a.connections() == 0).await;
    // It may come back, and begins anew.
    front.put(unchecked(vec![a.target()]));
    front.state("a", State::Healthy).await;
    assert_eq!(front.names(2).await, ["a"; 2]);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn draining_ends_what_takes_too_long() {
    let world = World::new().await;
    let a = Site::new("a").await;
    let front = Front::http(&world, unchecked(vec![a.target()])).await;
    let slow = tokio::spawn(post(front.socket, "/slow", "once"));
    eventually("the request is under way", || a.waiting() == 1).await;
    front.put(Pool { drain_ms: 20, ..unchecked(vec![draining(&a)]) });
    assert_eq!(slow.await.unwrap().status, 502);
    front.state("a", State::Drained).await;
    assert_eq!(get(front.socket, "/").await.status, 503);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_target_that_is_taken_out_is_drained_too() {
    let world = World::new().await;
    let (a, b) = (Site::new("a").await, Site::new("b").await);
    let front = Front::http(&world, unchecked(vec![a.target()])).await;
    let slow = tokio::spawn(get(front.socket, "/slow"));
    eventually("the request is under way", || a.waiting() == 1).await;
    front.put(unchecked(vec![b.target()]));
    front.state("b", State::Healthy).await;
    assert_eq!(front.names(2).await, ["b"; 2]);
    a.open_gate(1);
    assert_eq!(slow.await.unwrap().text(), "a");
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_tcp_connection_goes_on_until_the_drain_is_over() {
    let world = World::new().await;
    let a = Site::new("a").await;
    let front = Front::new(&world, Protocol::Tcp, unchecked(vec![a.target()])).await;
    front.state("a", State::Healthy).await;
    let mut stream = TcpStream::connect(front.socket).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
    front.put(unchecked(vec![draining(&a)]));
    front.state("a", State::Draining).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
    drop(stream);
    front.state("a", State::Drained).await;

    let front = Front::new(&world, Protocol::Tcp, unchecked(vec![a.target()])).await;
    front.state("a", State::Healthy).await;
    let mut stream = TcpStream::connect(front.socket).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
    front.put(Pool { drain_ms: 10, ..unchecked(vec![draining(&a)]) });
    front.state("a", State::Drained).await;
    assert!(matches!(stream.read(&mut [0; 1024]).await, Ok(0) | Err(_)));
    world.engines.shutdown().await;
}

#[tokio::test]
async fn removing_the_listener_lets_requests_end() {
    let world = World::new().await;
    let a = Site::new("a").await;
    let front = Front::http(&world, unchecked(vec![a.target()])).await;
    let slow = tokio::spawn(get(front.socket, "/slow"));
    eventually("the request is under way", || a.waiting() == 1).await;
    world.store.update(|tx| isobar_engines::balancers::remove(tx, "lb-1")).unwrap();
    eventually("it is closed", || std::net::TcpStream::connect(front.socket).is_err()).await;
    tokio::time::sleep(MOMENT).await;
    assert!(!slow.is_finished());
    a.open_gate(1);
    assert_eq!(slow.await.unwrap().text(), "a");
    world.engines.shutdown().await;
}

/// Asks again and again until told to stop, and counts.
async fn load(socket: std::net::SocketAddr, stop: Arc<AtomicBool>, answers: Arc<AtomicUsize>) {
    while !stop.load(Ordering::SeqCst) {
        let reply = get(socket, "/").await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        answers.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn targets_are_replaced_and_killed_under_load_without_a_failed_request() {
    let world = World::new().await;
    let mut sites = vec![Site::new("v1a").await, Site::new("v1b").await];
    let targets = |sites: &[Site]| sites.iter().map(Site::target).collect::<Vec<_>>();
    let front = Front::http(&world, pool(targets(&sites))).await;
    let (stop, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|_| tokio::spawn(load(front.socket, Arc::clone(&stop), Arc::clone(&answers))))
        .collect();
    for name in ["v2a", "v2b", "v3a", "v3b"] {
        // Healthy new capacity comes first, then the oldest leaves and dies.
        sites.push(Site::new(name).await);
        front.put(pool(targets(&sites)));
        front.state(name, State::Healthy).await;
        let old = sites.remove(0);
        let mut leaving = targets(&sites);
        leaving.push(draining(&old));
        front.put(pool(leaving));
        front.state(&old.name, State::Drained).await;
        front.put(pool(targets(&sites)));
        old.die().await;
    }
    // One dies without a word.
    let count = answers.load(Ordering::SeqCst);
    sites.remove(0).die().await;
    front.state("v3a", State::Unhealthy).await;
    eventually("requests go on", || answers.load(Ordering::SeqCst) > count + 20).await;
    stop.store(true, Ordering::SeqCst);
    for client in clients {
        client.await.unwrap();
    }
    world.engines.shutdown().await;
}
