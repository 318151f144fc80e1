//! The HTTP proxy: what it passes on, and what it answers itself.

use std::net::Ipv4Addr;

use isobar_engines::balancers::{Listener, Manner, State};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::site::{Front, Site, get, nobody, post, target, unchecked};
use crate::world::World;

/// Sends the text over one connection and returns all that comes back.
async fn raw(front: &Front<'_>, request: &str) -> String {
    let mut stream = TcpStream::connect(front.socket).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn headers_of_one_connection_stay_there() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    let request = "GET http://other.test/echo?q=1 HTTP/1.1\r\nHost: shop.test\r\n\
                   X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nTE: trailers\r\n\
                   Connection: close, X-Secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=5\r\n\
                   Upgrade: h2c\r\nX-Own: 2\r\n\r\n";
    let answer = raw(&front, request).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<&str> = body.lines().collect();
    lines[1..].sort_unstable();
    let port = format!("x-forwarded-port: {}", front.socket.port());
    assert_eq!(
        lines,
        [
            "GET /echo?q=1",
            "host: other.test",
            "x-forwarded-for: 192.0.2.1, 127.0.0.1",
            &port,
            "x-forwarded-proto: http",
            "x-own: 2",
        ]
    );
    assert!(head.contains("x-public: 1") && !head.contains("x-private"), "{head}");
    world.engines.shutdown().await;
}

/// What the target reads of a request that is sent over a connection of its own.
async fn echoed(front: &Front<'_>, head: &str) -> Vec<String> {
    let answer = raw(front, &format!("{head}\r\n\r\n")).await;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    body.lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn connection_takes_away_only_what_is_for_one_connection() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    let kept = ["host: shop.test", "authorization: Bearer 1", "cookie: a=1", "range: bytes=0-"];
    let named = "host, Authorization, COOKIE, range, x-forwarded-for, x-own";
    let request = format!(
        "GET /echo HTTP/1.1\r\n{}\r\nX-Forwarded-For: 192.0.2.1\r\nX-Own: 1\r\n\
         Connection: close, {named}",
        kept.join("\r\n")
    );
    let lines = echoed(&front, &request).await;
    for header in kept.into_iter().chain(["x-forwarded-for: 192.0.2.1, 127.0.0.1"]) {
        assert!(lines.iter().any(|line| line == header), "{header}: {lines:?}");
    }
    assert!(!lines.iter().any(|line| line.starts_with("x-own")), "{lines:?}");
    world.engines.shutdown().await;
}

#[tokio::test]
async fn one_host_is_passed_on() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    for (request, host) in [
        ("GET /echo HTTP/1.1\r\nHost: shop.test:8080", "host: shop.test:8080".to_owned()),
        ("GET /echo HTTP/1.1\r\nHost: [::1]:8080", "host: [::1]:8080".to_owned()),
        ("GET http://shop.test/echo HTTP/1.1\r\nHost: other.test", "host: shop.test".to_owned()),
        ("GET /echo HTTP/1.0", format!("host: {}", front.socket)),
    ] {
        let lines = echoed(&front, &format!("{request}\r\nConnection: close")).await;
        let hosts: Vec<_> = lines.iter().filter(|line| line.starts_with("host:")).collect();
        assert_eq!(hosts, [&host], "{request}");
    }
    world.engines.shutdown().await;
}

#[tokio::test]
async fn one_length_is_passed_on() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    // What follows the chunks is a request of its own only to somebody who goes by the length.
    let both = "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\
                Transfer-Encoding: chunked\r\nConnection: close, content-length\r\n\r\n\
                3\r\nabc\r\n0\r\n\r\n";
    assert!(raw(&front, both).await.ends_with("\r\n\r\nabc"));
    let get = "GET /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\
               Connection: close, transfer-encoding\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    assert!(raw(&front, get).await.ends_with("\r\n\r\nabc"));
    let length = "GET /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\
                  Connection: close, content-length\r\n\r\nabc";
    assert!(raw(&front, length).await.ends_with("\r\n\r\nabc"));
    world.engines.shutdown().await;
}

#[tokio::test]
async fn an_answer_with_two_lengths_or_another_coding_does_not_pass() {
    let world = World::new().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let odd = target("odd", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 1024];
            let length = stream.read(&mut request).await.unwrap();
            let coding = match request[..length].starts_with(b"GET /gzip") {
                true => "gzip, chunked",
                false => "chunked",
            };
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: {coding}\r\n\r\n\
                 3\r\nabc\r\n0\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let front = Front::http(&world, unchecked(vec![odd])).await;
    let reply = get(front.socket, "/").await;
    assert_eq!((reply.status, reply.text()), (200, "abc"));
    assert!(!reply.headers.contains_key("content-length"), "{:?}", reply.headers);
    assert_eq!(get(front.socket, "/gzip").await.status, 502);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn bodies_pass_both_ways() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    let body = vec![b'x'; 3 << 20];
    let reply = post(front.socket, "/body", body.clone()).await;
    assert_eq!((reply.status, reply.body.len()), (200, body.len()));
    assert!(reply.body == body);
    let chunked = "POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\
                   Connection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    assert!(raw(&front, chunked).await.ends_with("\r\n\r\nabcde"));
    let old = raw(&front, "GET / HTTP/1.0\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 200 OK\r\n") && old.ends_with("\r\n\r\nsite"), "{old}");
    let head = raw(&front, "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(head.contains("content-length: 4\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    world.engines.shutdown().await;
}

#[tokio::test]
async fn connections_to_targets_are_kept() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    front.names(20).await;
    assert!(site.connections() <= 2, "{}", site.connections());
    world.engines.shutdown().await;
}

#[tokio::test]
async fn connections_to_targets_are_closed_where_that_is_wanted() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    let listener = front.listener(unchecked(vec![site.target()]));
    front.put_listener(Listener { keep_alive: false, ..listener });
    // The change is followed soon.
    while !get(front.socket, "/echo").await.text().contains("connection: close") {}
    front.names(20).await;
    while site.connections() > 0 {
        tokio::task::yield_now().await;
    }
    world.engines.shutdown().await;
}

#[tokio::test]
async fn an_unreachable_target_is_passed_over() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let targets = vec![target("nobody", nobody()), site.target()];
    let front = Front::http(&world, unchecked(targets)).await;
    assert_eq!(front.names(6).await, ["site"; 6]);
    assert_eq!(post(front.socket, "/body", "whole").await.text(), "whole");
    front.put(unchecked(vec![target("nobody", nobody())]));
    front.health_when("site", |health| health.state == State::Initial).await;
    let reply = get(front.socket, "/").await;
    assert_eq!(reply.status, 502);
    assert!(reply.text().contains("<h1>502 Bad Gateway</h1>"));
    front.put(unchecked(Vec::new()));
    front.health_when("nobody", |health| health.state == State::Initial).await;
    assert_eq!(get(front.socket, "/").await.status, 503);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_request_that_may_have_been_acted_upon_is_not_repeated() {
    let world = World::new().await;
    let site = Site::new("site").await;
    // It reads the request and closes without an answer.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let rude = target("rude", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    let front = Front::http(&world, unchecked(vec![rude, site.target()])).await;
    assert_eq!(front.names(4).await, ["site"; 4]);
    let mut statuses = Vec::new();
    for _ in 0..2 {
        statuses.push(post(front.socket, "/body", "once").await.status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 502]);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_silent_target_times_out() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    let listener = front.listener(unchecked(vec![site.target()]));
    front.put_listener(Listener { idle_timeout_ms: 50, ..listener });
    // The change is followed soon: a request before it would wait, so one after another is sent.
    let mut stream = TcpStream::connect(front.socket).await.unwrap();
    let mut rest = String::new();
    while stream.read_to_string(&mut rest).await.is_err() {
        stream = TcpStream::connect(front.socket).await.unwrap();
    }
    assert_eq!(get(front.socket, "/slow").await.status, 504);
    assert_eq!(get(front.socket, "/").await.status, 200);
    world.engines.shutdown().await;
}

#[tokio::test]
async fn bad_requests_are_refused() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(80 << 10));
    for (request, status) in [
        ("nonsense\r\n\r\n", "400"),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405"),
        (long.as_str(), "431"),
        ("GET / HTTP/1.1\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: me@a\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a:http\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "400"),
        ("GET http://b/ HTTP/1.1\r\n\r\n", "400"),
        ("GET http://me@b/ HTTP/1.1\r\nHost: b\r\n\r\n", "400"),
        ("GET https://b/ HTTP/1.1\r\nHost: b\r\n\r\n", "400"),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n", "400"),
        ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", "400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 1\r\n\r\n", "400"),
    ] {
        let mut stream = TcpStream::connect(front.socket).await.unwrap();
        // The answer may come before all has been sent.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).await.unwrap();
        assert_eq!(line.split(' ').nth(1), Some(status), "{request:?}: {line}");
    }
    world.engines.shutdown().await;
}

#[tokio::test]
async fn a_websocket_passes() {
    let world = World::new().await;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let socket = target("socket", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        while stream.read_line(&mut line).await.unwrap() > 2 {}
        assert!(line.contains("upgrade: websocket\r\n"), "{line}");
        let answer = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\
                      Upgrade: websocket\r\n\r\nwelcome\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
        let mut word = String::new();
        stream.read_line(&mut word).await.unwrap();
        stream.write_all(word.to_uppercase().as_bytes()).await.unwrap();
    });
    let front = Front::http(&world, unchecked(vec![socket])).await;
    let stream = TcpStream::connect(front.socket).await.unwrap();
    let mut stream = BufReader::new(stream);
    let request =
        "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = String::new();
    while stream.read_line(&mut head).await.unwrap() > 2 {}
    assert!(head.starts_with("HTTP/1.1 101 ") && head.contains("upgrade: websocket\r\n"), "{head}");
    let mut lines = String::new();
    stream.read_line(&mut lines).await.unwrap();
    stream.write_all(b"hello\n").await.unwrap();
    stream.read_to_string(&mut lines).await.unwrap();
    assert_eq!(lines, "welcome\nHELLO\n");
    world.engines.shutdown().await;
}

/// The trace's fields as the target saw them; none where it got no trace.
async fn traced(front: &Front<'_>, sent: &str) -> Vec<String> {
    let request = format!("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{sent}\r\n");
    let answer = raw(front, &request).await;
    let line = answer.lines().find_map(|line| line.strip_prefix("x-trace: "));
    line.unwrap_or_default().split(';').map(str::to_owned).collect()
}

#[tokio::test]
async fn requests_can_be_followed_and_pages_are_named() {
    let world = World::new().await;
    let site = Site::new("site").await;
    let front = Front::http(&world, unchecked(vec![site.target()])).await;
    assert_eq!(traced(&front, "").await, [""]);
    let manner = Manner { server: Some("proxy/1".into()), trace: Some("x-trace".into()) };
    let listener = front.listener(unchecked(vec![site.target()]));
    front.put_listener(Listener { manner: manner.clone(), ..listener });
    // The change is followed soon.
    let mut fields = traced(&front, "").await;
    while fields == [""] {
        fields = traced(&front, "").await;
    }
    let is_own = |field: &str, name: &str| {
        let parts: Vec<&str> = field.strip_prefix(name).unwrap_or("").split('-').collect();
        let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        matches!(parts.as_slice(), ["1", second, id]
            if (second.len(), id.len()) == (8, 24) && hex(second) && hex(id))
    };
    assert!(fields.len() == 1 && is_own(&fields[0], "Root="), "{fields:?}");
    let root = "Root=1-67891233-abcdef012345678912345678";
    let fields = traced(&front, &format!("X-Trace: {root};CalledFrom=app\r\n")).await;
    assert!(is_own(&fields[0], "Self="), "{fields:?}");
    assert_eq!(fields[1..], [root, "CalledFrom=app"]);
    let again = traced(&front, &format!("X-Trace: {}\r\n", fields.join(";"))).await;
    assert_ne!(again[0], fields[0]);
    assert_eq!(again[1..], [root, "CalledFrom=app"]);

    assert!(get(front.socket, "/").await.headers.get("server").is_none());
    let listener = front.listener(unchecked(vec![target("gone", nobody())]));
    front.put_listener(Listener { manner, ..listener });
    let mut reply = get(front.socket, "/").await;
    while reply.status == 200 {
        reply = get(front.socket, "/").await;
    }
    assert_eq!(reply.headers["server"], "proxy/1");
    world.engines.shutdown().await;
}
