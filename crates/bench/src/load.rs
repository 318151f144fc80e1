//! The load generator: as light as can be, so that what is measured is the server. Each connection
//! signs its request anew every second (a signature holds for minutes) and reads answers to their
//! last byte.

use std::error::Error;
use std::time::{Duration, Instant};

use http::{HeaderValue, Method};
use isobar_auth::Credentials;
use isobar_auth::sigv4::{self, SigningKeys};
use isobar_wire::Request;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Load;

const RESIGN: Duration = Duration::from_secs(1);
/// An answer that takes longer fails the measurement.
const LONGEST_ANSWER: Duration = Duration::from_secs(30);
const REGION: &str = "us-east-1";

pub(crate) async fn run(load: &Load) -> Result<(), Box<dyn Error>> {
    let authority = load.place.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let body = match load.service.as_str() {
        "sts" => "Action=GetCallerIdentity&Version=2011-06-15",
        "ec2" => "Action=DescribeInstances&Version=2016-11-15",
        other => return Err(format!("no question for the service {other}").into()),
    };
    let started = Instant::now();
    let until = started + Duration::from_secs(load.seconds);
    let mut tasks = Vec::new();
    for _ in 0..load.connections {
        let key = Credentials::new(load.place.access_key.as_str(), load.place.secret_key.as_str());
        let asker =
            Asker { authority: authority.clone(), service: load.service.clone(), body, key };
        tasks.push(tokio::spawn(async move { asker.ask(until).await }));
    }
    let mut total = Counted::default();
    for task in tasks {
        let counted = task.await?.map_err(|error| format!("a connection failed: {error}"))?;
        total.answers += counted.answers;
        total.errors += counted.errors;
        total.bytes += counted.bytes;
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({
            "requests_per_second": total.answers as f64 / seconds,
            "answers": total.answers,
            "errors": total.errors,
            "bytes_per_answer": total.bytes.checked_div(total.answers).unwrap_or(0),
            "seconds": seconds,
        })
    );
    if total.errors == 0 { Ok(()) } else { Err("not every answer was a success".into()) }
}

#[derive(Default)]
struct Counted {
    answers: u64,
    errors: u64,
    bytes: u64,
}

struct Asker {
    authority: String,
    service: String,
    body: &'static str,
    key: Credentials,
}

impl Asker {
    async fn ask(self, until: Instant) -> Result<Counted, String> {
        let mut stream = self.connect().await?;
        let mut counted = Counted::default();
        let mut buffer = Vec::with_capacity(64 << 10);
        let mut question = self.question()?;
        let mut signed = Instant::now();
        while Instant::now() < until {
            if signed.elapsed() > RESIGN {
                question = self.question()?;
                signed = Instant::now();
            }
            stream.write_all(&question).await.map_err(|error| error.to_string())?;
            let answer =
                tokio::time::timeout(LONGEST_ANSWER, read_answer(&mut stream, &mut buffer));
            let answer = answer.await.map_err(|_| "no answer came".to_owned())??;
            counted.answers += 1;
            counted.bytes += answer.length as u64;
            counted.errors += u64::from(answer.status != 200);
            if answer.is_last {
                stream = self.connect().await?;
            }
        }
        Ok(counted)
    }

    async fn connect(&self) -> Result<TcpStream, String> {
        let stream =
            TcpStream::connect(&self.authority).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        Ok(stream)
    }

    /// The request's bytes, signed now.
    #[expect(clippy::disallowed_methods, reason = "a measurement has no clock but the real one")]
    fn question(&self) -> Result<Vec<u8>, String> {
        let mut request = Request::new(Method::POST, "/");
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
        request.headers.insert("content-type", kind);
        let host = HeaderValue::from_str(&self.authority).map_err(|error| error.to_string())?;
        request.headers.insert("host", host);
        request.body = self.body.into();
        let signing = sigv4::Signing {
            credentials: &self.key,
            region: REGION,
            service: &self.service,
            host: &self.authority,
            time: jiff::Timestamp::now(),
            style: sigv4::Style::default(),
            payload: sigv4::Payload::default(),
        };
        sigv4::sign(&mut request, &signing, &SigningKeys::default())
            .map_err(|error| error.to_string())?;
        let mut bytes = b"POST / HTTP/1.1\r\n".to_vec();
        for (name, value) in &request.headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", self.body.len()).as_bytes());
        bytes.extend_from_slice(self.body.as_bytes());
        Ok(bytes)
    }
}

/// What is looked at of an answer.
struct Answer {
    status: u16,
    /// The body's length.
    length: usize,
    /// The server takes no further question on the connection.
    is_last: bool,
}

/// Reads one answer to its last byte.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<Answer, String> {
    buffer.clear();
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let answer = head(&buffer[..end])?;
            while buffer.len() < end + 4 + answer.length {
                fill(stream, buffer).await?;
            }
            return Ok(answer);
        }
        fill(stream, buffer).await?;
    }
}

async fn fill(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(), String> {
    match stream.read_buf(buffer).await {
        Ok(0) => Err("the server closed the connection".to_owned()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

fn head(bytes: &[u8]) -> Result<Answer, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let status = text.get(9..12).and_then(|code| code.parse().ok()).ok_or("no status line")?;
    let (mut length, mut is_last) = (None, false);
    for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok();
        } else if name.eq_ignore_ascii_case("connection") {
            is_last = value.trim().eq_ignore_ascii_case("close");
        }
    }
    Ok(Answer { status, length: length.ok_or("an answer without a length")?, is_last })
}
