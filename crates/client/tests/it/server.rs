//! A server that does what it is told, request by request.

use std::collections::VecDeque;
use std::sync::Arc;

use isobar_wire::Request;
use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// It answers with a status, header lines and a body.
    Answer(u16, &'static str, String),
    /// It closes the connection without an answer.
    Close,
    /// It closes the connection within the body.
    Break,
    /// It begins an answer and falls silent within the body.
    Stall,
    /// It answers with chunks, each on its way before the next one is written, and an end.
    Chunks(&'static str, Vec<Vec<u8>>, End),
    /// It never answers.
    Hang,
    /// It answers with what is no HTTP.
    Garbage,
}

/// What follows the last chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The end of the body.
    Proper,
    /// The end of the connection.
    Break,
    /// Nothing.
    Stall,
}

/// An answer with a body.
pub(crate) fn answer(status: u16, body: impl Into<String>) -> Act {
    Act::Answer(status, "", body.into())
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// The request line and the headers.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: String,
}

impl Seen {
    /// A parameter of the form in the body, as it is encoded.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.body
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The request as a verifier takes it, and its host.
    pub(crate) fn parsed(&self) -> (Request, String) {
        let mut lines = self.head.lines();
        let mut parts = lines.next().unwrap().split(' ');
        let method = parts.next().unwrap().parse().unwrap();
        let target = parts.next().unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Request::new(method, path);
        request.query = query.to_owned();
        request.body = self.body.clone().into();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            let name: http::HeaderName = name.parse().unwrap();
            request.headers.insert(name, value.parse().unwrap());
        }
        let host = request.header("host").unwrap().to_owned();
        (request, host)
    }
}

/// The server. It stops with the test.
#[derive(Clone)]
pub(crate) struct Server {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    decide: Decide,
    seen: Mutex<Vec<Seen>>,
}

/// What is done with the next request.
enum Decide {
    /// What is left to do; the last act is for all further requests.
    Acts(Mutex<VecDeque<Act>>),
    /// Whatever this says.
    By(Box<dyn Fn() -> Act + Send + Sync>),
}

impl Decide {
    fn next(&self) -> Act {
        let act = match self {
            Self::By(decide) => Some(decide()),
            Self::Acts(acts) => {
                let mut acts = acts.lock();
                let last = acts.len() <= 1;
                if last { acts.front().cloned() } else { acts.pop_front() }
            }
        };
        act.expect("the server was told what to do")
    }
}

impl Server {
    /// Starts a server that does the acts in turn, and the last one for ever.
    pub(crate) async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        Self::with(Decide::Acts(Mutex::new(acts.into_iter().collect()))).await
    }

    /// Starts a server that asks what to do with each request.
    pub(crate) async fn deciding(decide: impl Fn() -> Act + Send + Sync + 'static) -> Self {
        Self::with(Decide::By(Box::new(decide))).await
    }

    async fn with(decide: Decide) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared { decide, seen: Mutex::default() });
        let server = Self { url, shared: shared.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        server
    }

    /// Its base URL.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The requests since the last question.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.shared.seen.lock())
    }

    /// Gives it other things to do.
    pub(crate) fn now(&self, acts: impl IntoIterator<Item = Act>) {
        match &self.shared.decide {
            Decide::Acts(left) => *left.lock() = acts.into_iter().collect(),
            Decide::By(_) => panic!("the server asks for itself what to do"),
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let mut stream = BufReader::new(stream);
    while let Some(seen) = read(&mut stream).await {
        shared.seen.lock().push(seen);
        let text = match shared.decide.next() {
            Act::Answer(status, headers, body) => format!(
                "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n{headers}\r\n{body}",
                body.len()
            ),
            Act::Close => return,
            Act::Break => "HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\n<Half".to_owned(),
            Act::Stall => {
                let text = "HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\nHalf";
                stream.write_all(text.as_bytes()).await.unwrap();
                std::future::pending().await
            }
            Act::Chunks(headers, chunks, end) => {
                if write(&mut stream, headers, &chunks, end).await.is_none() {
                    return;
                }
                continue;
            }
            Act::Hang => std::future::pending().await,
            Act::Garbage => "this is no HTTP\r\n\r\n".to_owned(),
        };
        stream.write_all(text.as_bytes()).await.unwrap();
        if text.contains("length: 1000\r\n") || text.starts_with("this") {
            return;
        }
    }
}

/// Writes an answer in chunks; `None` where the connection is over.
async fn write(
    stream: &mut BufReader<TcpStream>,
    headers: &str,
    chunks: &[Vec<u8>],
    end: End,
) -> Option<()> {
    let head = format!("HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).await.ok()?;
    for chunk in chunks {
        let mut bytes = format!("{:x}\r\n", chunk.len()).into_bytes();
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
        stream.write_all(&bytes).await.ok()?;
        stream.flush().await.ok()?;
        tokio::task::yield_now().await;
    }
    match end {
        End::Proper => stream.write_all(b"0\r\n\r\n").await.ok(),
        End::Break => None,
        // Until the other side goes.
        End::Stall => stream.read(&mut [0]).await.ok().filter(|_| false).map(|_| ()),
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { head, body: String::from_utf8(body).unwrap() })
}
