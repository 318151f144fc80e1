//! Requests that are streams of events, against a server that says each of them again.

use std::convert::Infallible;
use std::io::{self, Read};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use isobar_wire::eventstream::Decoder;

use crate::world::{Done, Written, complete, isobar, isobar_with};

const CALL: &str = "aws bedrock-runtime invoke-model-with-bidirectional-stream --model-id m";

/// The arguments of a call with more of them.
fn call(more: &str) -> Vec<String> {
    format!("{CALL} {more}").split_whitespace().map(str::to_owned).collect()
}

/// The base URL of the server, which stops with the process.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    thread::spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let say = service_fn(async |request: http::Request<Incoming>| {
                    let body = StreamBody::new(again(request.into_body()));
                    Ok::<_, Infallible>(http::Response::new(body))
                });
                tokio::spawn(
                    http2::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), say),
                );
            }
        });
    });
    url
}

/// What is in the signed messages of a request, which is what an answer's events look like.
fn again(body: Incoming) -> impl futures_util::Stream<Item = io::Result<Frame<Bytes>>> + Send {
    let state = (body, Decoder::new());
    let messages = stream::unfold(state, |(mut body, mut decoder)| async move {
        loop {
            if let Some(message) = decoder.next_message().unwrap() {
                return Some((Ok(Frame::data(message.payload)), (body, decoder)));
            }
            decoder.push(&body.frame().await?.ok()?.into_data().ok()?);
        }
    });
    messages.boxed()
}

/// Lines of which each is typed when the one before it was answered.
struct Typed {
    lines: &'static [&'static str],
    given: usize,
    stdout: Written,
}

impl Read for Typed {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let begin = Instant::now();
        while self.stdout.text().lines().count() < self.given {
            assert!(begin.elapsed() < Duration::from_secs(20), "no answer to what was typed");
            thread::yield_now();
        }
        let Some(line) = self.lines.get(self.given) else { return Ok(0) };
        self.given += 1;
        bytes[..line.len()].copy_from_slice(line.as_bytes());
        Ok(line.len())
    }
}

/// A call whose lines are these.
fn typed(lines: &'static [&'static str], more: &str) -> Done {
    let url = server();
    let arguments = call(&format!("--events - --endpoint-url {url} {more}"));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let stdout = Written::default();
    isobar_with(&arguments, Typed { lines, given: 0, stdout: stdout.clone() }, &stdout)
}

#[test]
fn each_line_is_answered_before_the_next_is_typed() {
    let lines = &[
        "{\"chunk\": {\"bytes\": \"aGVsbG8=\"}}\n",
        "{\"Chunk\": {\"Bytes\": \"AP8\"}}\r\n",
        "{\"chunk\":{}}\n",
    ];
    let done = typed(lines, "");
    let expected =
        "{\"chunk\":{\"bytes\":\"aGVsbG8=\"}}\n{\"chunk\":{\"bytes\":\"AP8=\"}}\n{\"chunk\":{}}\n";
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, expected, ""));
    let done =
        typed(&["{\"chunk\":{\"bytes\":\"aGVsbG8=\"}}\n"], "--query chunk.bytes --output text");
    assert_eq!((done.code, done.stdout.as_str()), (0, "aGVsbG8=\n"));
    let done = typed(&[], "");
    assert_eq!((done.code, done.stdout.as_str(), done.stderr.as_str()), (0, "", ""));
}

#[test]
fn a_file_is_sent_line_by_line() {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli-talk.ndjson");
    let line = "{\"chunk\":{\"bytes\":\"aGVsbG8=\"}}\n";
    std::fs::write(&path, format!("{line}\n  \n{line}")).unwrap();
    for prefix in ["", "@", "file://"] {
        let more = format!("--events {prefix}{} --endpoint-url {}", path.display(), server());
        let arguments = call(&more);
        let done = isobar(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((done.code, done.stdout, done.stderr), (0, line.repeat(2), String::new()));
    }
}

#[test]
fn a_line_that_cannot_be_sent_is_told() {
    const GOOD: &str = "{\"chunk\":{\"bytes\":\"aGVsbG8=\"}}\n";
    let command = CALL.rsplit_once(" --model-id").unwrap().0;
    let rows: [(&[&str], &str); 6] = [
        (&["{\"chnk\":{}}"], "line 1: chnk: is not known; did you mean chunk?"),
        (
            &[GOOD, "\n", "{\"chunk\":{\"bytes\":1}}"],
            "line 3: chunk.bytes: must be bytes, not a whole number",
        ),
        (&[GOOD, "{\"chunk\":\n"], "line 2: is no JSON: EOF while parsing a value at column 9"),
        (&["{}"], "line 1: must have exactly one member set, not 0: one of chunk"),
        (&["\"chunk\""], "line 1: must be a structure, not \"chunk\""),
        (
            &["{\"chunk\":{\"bytes\":\"?\"}}"],
            "line 1: chunk.bytes: must be base64; bytes as they are come from fileb://FILE or @FILE",
        ),
    ];
    for (lines, expected) in rows {
        let url = server();
        let arguments = call(&format!("--events - --endpoint-url {url}"));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let done = isobar_with(&arguments, io::Cursor::new(lines.concat()), &Written::default());
        let number = &expected[..6];
        let said = format!(
            "error[invalid_event]: isobar {command}: {number} of stdin cannot be sent\n  {expected}\n  \
             hint: isobar {command} --help shows what there is; the lines before it were sent\n"
        );
        assert_eq!((done.code, done.stderr), (12, said));
    }
}

#[test]
fn what_is_wrong_is_told_before_anything_is_sent() {
    let rows = [
        (
            "",
            11,
            "--events: is required: the events to send, as JSON each on a line of its own, \
             - for stdin: chunk",
        ),
        (
            "--events /nowhere/at/all",
            13,
            "--events: /nowhere/at/all cannot be read: No such file or directory (os error 2)",
        ),
        (
            "--input {\"body\":{\"chunk\":{}}}",
            12,
            "body: is no part of the input: --events names its events",
        ),
        ("--event -", 2, "--event: is not known; did you mean --events?"),
    ];
    for (more, code, expected) in rows {
        let arguments = call(more);
        let done = isobar(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(done.code, code, "{more}: {}", done.stderr);
        assert!(done.stderr.contains(&format!("\n  {expected}\n")), "{more}: {}", done.stderr);
    }
    for flag in ["--dry-run", "--curl"] {
        let arguments = call(&format!("--events - {flag}"));
        let done = isobar(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(done.stderr.starts_with("error[not_shown]: "), "{}", done.stderr);
        assert_eq!(done.code, 2);
    }
    let done = isobar(&["aws", "sts", "get-caller-identity", "--events", "-"]);
    assert!(done.stderr.contains("\n  --events: is not known\n"), "{}", done.stderr);
}

#[test]
fn the_help_names_the_events() {
    let done = isobar(&["aws", "polly", "start-speech-synthesis-stream", "--help"]);
    assert!(done.stdout.contains(" --events FILE "), "{}", done.stdout);
    assert!(done.stdout.contains("stdin: TextEvent,\n"), "{}", done.stdout);
    assert!(!done.stdout.contains("action-stream"), "{}", done.stdout);
    let found = complete("aws", &["polly", "start-speech-synthesis-stream", "--ev"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0], "--events");
}
