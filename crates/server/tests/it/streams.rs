//! What waits: the listener's stop ends it.

use std::time::Duration;

use isobar_kernel::serve::Bounds;
use isobar_server::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::world::{KEY, World};

/// Well below what a stream or a wait takes by itself.
const SOON: Duration = Duration::from_millis(1_500);

#[tokio::test]
async fn a_stop_ends_streams_and_waits() {
    let world = World::new().await;
    let started = world.deploy("one", &[]).await;
    let operation = format!("/api/v1/operations/{}", started.body["id"].as_str().unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let served =
        tokio::spawn(serve(listener, world.app.clone(), Bounds::of_control(1024), stopped));
    let open = async |path: String| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {KEY}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream
    };
    let mut waiting = open(format!("{operation}?wait=60")).await;
    let mut events = open(format!("{operation}/events")).await;
    let mut status = [0; 12];
    events.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    stop.send(true).unwrap();
    timeout(SOON, served).await.unwrap().unwrap();
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") || answer.is_empty(), "{answer}");
    events.read_to_end(&mut Vec::new()).await.unwrap();
}
