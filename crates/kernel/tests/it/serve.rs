//! The listener: whom it turns away, what it reads, and how it stops.

use std::net::SocketAddr;
use std::sync::Arc;

use isobar_kernel::Local;
use isobar_kernel::serve::origin::is_loopback;
use isobar_kernel::serve::{Bounds, MAX_BODY, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::face;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) task: tokio::task::JoinHandle<()>,
}

impl Server {
    async fn start() -> Self {
        Self::start_within(Bounds::of_clouds(1024)).await
    }

    async fn start_within(bounds: Bounds) -> Self {
        Self::of(Arc::new(face::local()), bounds).await
    }

    pub(crate) async fn of(local: Arc<Local<face::Plain>>, bounds: Bounds) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(serve(listener, local, bounds, None, stopped));
        Self { address, stop, task }
    }

    /// Sends bytes and reads the answer to its end.
    pub(crate) async fn send(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }
}

pub(crate) fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("none")
}

#[test]
fn loopback_is_known_by_its_names() {
    for host in [
        "127.0.0.1",
        "127.0.0.1:80",
        "127.9.8.7:1",
        "[::1]",
        "[::1]:80",
        "::1",
        "localhost",
        "LOCALHOST:80",
        "s3.localhost:80",
    ] {
        assert!(is_loopback(host), "{host}");
    }
    for host in [
        "",
        "example.com",
        "example.com:80",
        "10.0.0.1",
        "0.0.0.0",
        "[::2]:80",
        "localhost.evil",
        "127.0.0.1.evil",
        "127.0.0.1.evil:80",
        "notlocalhost",
        "[::ffff:10.0.0.1]",
    ] {
        assert!(!is_loopback(host), "{host}");
    }
}

#[tokio::test]
async fn foreign_requests_are_turned_away() {
    let server = Server::start().await;
    let call = "GET /?Action=DescribeNatGateways&Version=2016-11-15 HTTP/1.1\r\nconnection: close";
    for (headers, expected) in [
        ("host: 127.0.0.1", "200"),
        ("host: [::1]:4566", "200"),
        ("host: plain.example", "200"),
        ("accept: */*", "400"),
        ("host: evil.example", "403"),
        ("host: 127.0.0.1\r\norigin: http://127.0.0.1", "403"),
        ("host: 127.0.0.1\r\norigin: null", "403"),
        ("host: caf\u{e9}", "400"),
        ("host:", "400"),
    ] {
        let answer = server.send(format!("{call}\r\n{headers}\r\n\r\n").as_bytes()).await;
        assert_eq!(status(&answer), expected, "{headers}: {answer}");
        assert_eq!(answer.contains("<Code>Foreign</Code>"), expected == "403", "{answer}");
        assert_eq!(answer.contains("<Code>Malformed</Code>"), expected == "400", "{answer}");
    }
}

/// Listeners share their places, so that no crowd at one takes all descriptors.
#[tokio::test]
async fn connections_over_the_bound_wait_for_a_place() {
    let bounds = Bounds::of_clouds(8);
    let (first, second) =
        (Server::start_within(bounds.clone()).await, Server::start_within(bounds).await);
    let request = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
    let mut idle = Vec::new();
    for server in [&first, &second] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        stream.read_exact(&mut [0; 8]).await.unwrap();
        idle.push(stream);
    }
    let mut waiting = TcpStream::connect(second.address).await.unwrap();
    waiting.write_all(request).await.unwrap();
    let mut answer = [0; 8];
    let early =
        tokio::time::timeout(std::time::Duration::from_millis(50), waiting.read_exact(&mut answer));
    assert!(early.await.is_err());
    idle.pop();
    waiting.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1");
}

#[tokio::test]
async fn odd_requests_are_answered() {
    let server = Server::start().await;
    for line in [
        "OPTIONS * HTTP/1.1",
        "GET http://127.0.0.1/%ff%00?%ff HTTP/1.1",
        "CONNECT 127.0.0.1:1 HTTP/1.1",
    ] {
        let request = format!("{line}\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
        let answer = server.send(request.as_bytes()).await;
        assert_eq!(status(&answer), "404", "{line}: {answer}");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_read_and_refused() {
    let server = Server::start().await;
    let length = MAX_BODY + 1;
    let mut request =
        format!("POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
            .into_bytes();
    request.resize(request.len() + length, b'x');
    let answer = server.send(&request).await;
    assert_eq!(status(&answer), "413");
    assert!(answer.contains("<Code>TooLarge</Code>"), "{answer}");
}

#[tokio::test]
async fn a_stop_ends_the_listener_and_idle_connections() {
    let server = Server::start().await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n").await.unwrap();
    let mut first = [0; 8];
    idle.read_exact(&mut first).await.unwrap();
    server.stop.send(true).unwrap();
    server.task.await.unwrap();
    idle.read_to_end(&mut Vec::new()).await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

/// What is no HTTP is told so before the connection is closed.
#[tokio::test]
async fn malformed_requests_are_answered() {
    let server = Server::start().await;
    let long = format!("GET /{} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", "x".repeat(1 << 17));
    for (request, expected) in [
        ("GARBAGE\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nbad header\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: x\r\n\r\nmore", "400"),
        (long.as_str(), "414"),
    ] {
        let answer = server.send(request.as_bytes()).await;
        assert_eq!(status(&answer), expected, "{answer}");
    }
}
