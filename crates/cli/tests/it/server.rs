//! A server that answers requests with what a test says, one after the other; the last answer again
//! and again.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;

/// How long the server waits for a client, at most.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// An answer: its status, header lines and body.
#[derive(Clone)]
pub(crate) struct Answer(pub(crate) u16, pub(crate) &'static str, pub(crate) String);

/// An answer without further headers.
pub(crate) fn answer(status: u16, body: impl Into<String>) -> Answer {
    Answer(status, "", body.into())
}

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The method.
    pub(crate) method: String,
    /// The path and the query.
    pub(crate) target: String,
    /// The headers, their names in small letters.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Seen {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The server. It stops with the process.
pub(crate) struct Server {
    /// Its base URL.
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub(crate) fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Vec<Answer> = answers.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let shared = seen.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (answers, seen) = (answers.clone(), shared.clone());
                thread::spawn(move || serve(stream.unwrap(), &answers, &seen));
            }
        });
        Self { url, seen }
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().clone()
    }
}

fn serve(stream: TcpStream, answers: &[Answer], seen: &Mutex<Vec<Seen>>) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let is_head = request.method == "HEAD";
        let Answer(status, headers, body) = {
            let mut seen = seen.lock();
            seen.push(request);
            answers[(seen.len() - 1).min(answers.len() - 1)].clone()
        };
        let head =
            format!("HTTP/1.1 {status} x\r\n{headers}content-length: {}\r\n\r\n", body.len());
        let body = if is_head { "" } else { &body };
        if writer.write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Seen> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace();
    let mut seen = Seen {
        method: words.next()?.to_owned(),
        target: words.next()?.to_owned(),
        ..Seen::default()
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        seen.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = seen.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    seen.body = vec![0; length];
    reader.read_exact(&mut seen.body).ok()?;
    Some(seen)
}
