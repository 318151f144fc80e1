//! Limits: requests of a key, slow callers, and streams without events.

use std::time::Duration;

use isobar_kernel::serve::{Bounds, HEADER_TIMEOUT};
use isobar_server::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::world::{KEY, World};

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let world = World::new().await;
    let limit: u32 =
        world.get("/api/v1/operations").await.header("x-ratelimit-limit").parse().unwrap();
    for left in (0..limit - 1).rev() {
        let answer = world.get("/api/v1/operations/none").await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("x-ratelimit-remaining"), left.to_string());
    }
    let refused = world.get("/api/v1/operations").await;
    assert_eq!(refused.code(), (429, "rate_limited"));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(refused.header("x-ratelimit-remaining"), "0");
    // Another key is not meant, nor is who has none.
    assert_eq!(world.call("GET", "/healthz", &[], None).await.status, 200);
}

/// The listener over the world's API, by the test's own time.
async fn listening(world: &World) -> (std::net::SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let app = world.app.clone().keep_alive(Duration::from_millis(20));
    tokio::spawn(serve(listener, app, Bounds::of_control(1024), stopped));
    (address, stop)
}

#[tokio::test]
async fn a_caller_whose_headers_do_not_come_is_left() {
    let world = World::new().await;
    let (address, _stop) = listening(&world).await;
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n").await.unwrap();
    tokio::task::yield_now().await;
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let mut said = Vec::new();
    // It is closed, with or without an answer.
    let _ = slow.read_to_end(&mut said).await;
    assert!(began.elapsed() <= HEADER_TIMEOUT + Duration::from_secs(1), "{:?}", began.elapsed());
    assert!(!said.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn what_is_no_http_is_an_error_like_others() {
    let world = World::new().await;
    let (address, _stop) = listening(&world).await;
    let long = format!("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: {}\r\n\r\n", "x".repeat(1 << 20));
    for (request, status) in [
        ("GARBAGE\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nbad header\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: x\r\n\r\n", "400"),
        (long.as_str(), "431"),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The other side may have closed before all was written.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said).await;
        let said = String::from_utf8_lossy(&said);
        let (head, body) = said.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{said}"));
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["error"]["code"], "validation_error");
        let id = body["error"]["request_id"].as_str().unwrap();
        assert!(head.contains(&format!("x-request-id: {id}")), "{head}");
    }
}

#[tokio::test]
async fn a_stream_of_events_without_events_says_that_it_lives() {
    let world = World::new().await;
    let started = world.deploy("one", &[]).await;
    let id = started.body["operation_id"].as_str().unwrap();
    let (address, _stop) = listening(&world).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /api/v1/operations/{id}/events HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: {KEY}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    let mut buffer = [0; 4096];
    while !said.contains(": waiting\n\n") {
        let length = tokio::time::timeout(Duration::from_secs(40), stream.read(&mut buffer)).await;
        let length = length.expect("a comment comes within the time").unwrap();
        assert!(length > 0, "{said}");
        said.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
}
