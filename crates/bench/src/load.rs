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
        let text = |error: std::io::Error| error.to_string();
        let mut stream = TcpStream::connect(&self.authority).await.map_err(text)?;
        stream.set_nodelay(true).map_err(text)?;
        let mut counted = Counted::default();
        let mut buffer = Vec::with_capacity(64 << 10);
        let mut question = self.question()?;
        let mut signed = Instant::now();
        while Instant::now() < until {
            if signed.elapsed() > RESIGN {
                question = self.question()?;
                signed = Instant::now();
            }
            stream.write_all(&question).await.map_err(text)?;
            let (status, length) = read_answer(&mut stream, &mut buffer).await?;
            counted.answers += 1;
            counted.bytes += length as u64;
            counted.errors += u64::from(status != 200);
        }
        Ok(counted)
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

/// Reads one answer: its status and its body's length.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(u16, usize), String> {
    buffer.clear();
    loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let (status, length) = head(&buffer[..end])?;
            while buffer.len() < end + 4 + length {
                fill(stream, buffer).await?;
            }
            return Ok((status, length));
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

fn head(bytes: &[u8]) -> Result<(u16, usize), String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let status = text.get(9..12).and_then(|code| code.parse().ok()).ok_or("no status line")?;
    let length = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .ok_or("an answer without a length")?;
    Ok((status, length))
}
